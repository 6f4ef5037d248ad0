//! The double over HTTP, held against exchanges that were captured from the server (with other names).

mod access;
mod auth;
mod errors;
mod groups_and_keys;
mod limits;
mod run_environments;
mod settings;
mod support;
