//! The client against HTTP: round trips with the double, and single exchanges that the double would
//! never answer like that.

mod identity;
mod listing;
mod login;
mod odd_answers;
mod retries;
mod run_environments;
mod secrets;
mod support;
