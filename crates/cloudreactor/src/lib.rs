//! CloudReactor's API over HTTP: the implementation of [`groundwork_engine::ports::Saas`].
//!
//! All that is peculiar about the API ends here. It answers a wrong path with a page of its dashboard
//! and status 200, a name that is taken with status 500, a group that does not exist by taking another
//! one, and a missing permission by leaving fields out. What leaves this crate is a value that can be
//! relied on, or an [`ApiError`](groundwork_engine::ports::ApiError) without a secret in it.
//!
//! One request passes through three layers: [`Client`] knows the operations, the session which
//! credential goes with them, and the transport how often to try.

mod answer;
mod base_url;
mod client;
mod fault;
mod gate;
mod identity;
mod listing;
mod message;
mod once;
mod request;
mod scrub;
mod session;
mod transport;
mod wire;

pub use client::Client;
pub use session::Credentials;
