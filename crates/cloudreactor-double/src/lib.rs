//! A test double of CloudReactor's API: a server on a loopback port that behaves as the real one was
//! seen to behave, for the tests and the demonstration of groundwork.
//!
//! It is the project's own work, made from observed requests and answers; no code of the server is in
//! it. It is as odd as the original on purpose: a name that is taken is a 500, invalid settings are
//! saved as they are, a wrong path is a web page. A client that gets along with it does so for the right
//! reasons.
//!
//! What it does not do:
//!
//! - call AWS, or anything else (nor does the server when a Run Environment is saved);
//! - keep anything: it forgets all when it stops;
//! - guard anything: its tokens and keys can be guessed, so it listens on the loopback interface only;
//! - Tasks, Workflows, executions and events: deleting a Run Environment takes its scoped API keys only;
//! - `ETag` and conditional reads, compression, `OPTIONS`, HTML forms of the API, signing up;
//! - changing or deleting API keys.
//!
//! Some sentences and codes of rare errors were not observed and are likely ones; so are the links to
//! CloudWatch Logs.
//!
//! ```no_run
//! use groundwork_cloudreactor_double::{Config, Double};
//!
//! # fn main() -> std::io::Result<()> {
//! let double = Double::start(Config::example())?;
//! println!("{}", double.url);
//! # Ok(())
//! # }
//! ```

mod api_keys;
mod auth;
mod body;
mod config;
mod errors;
mod fault;
mod groups;
mod http;
mod limits;
mod log;
mod paging;
mod route;
mod run_environments;
mod server;
mod settings;
mod state;
mod tokens;

pub use config::{
    ApiKey, Clock, Config, EXAMPLE_KEY, EXAMPLE_PASSWORD, Group, Limits, Membership, NotificationProfile, User,
};
pub use fault::{Effect, Fault};
pub use log::Entry;
pub use server::{Double, Running};
