//! Starts the outside world for tests, the demo and benchmarks, all of it on loopback: an AWS emulator
//! ([`Emulator`]) and a second one for what the first lacks ([`Moto`]), a double of CloudReactor ([`cloudreactor`]), a proxy that records calls and adds latency
//! ([`Proxy`]), and the `groundwork` binary in an environment that knows of nothing else ([`World`]).
//!
//! The emulator and the double are stand-ins that this project configures and partly wrote: passing on them
//! is not passing on AWS. What is started here ends with the process that started it, however that ends.

mod account;
mod binary;
mod cache;
mod calls;
mod emulator;
mod fault;
mod fleet;
mod helper;
mod http;
mod moto;
mod proxy;
mod python;
mod validate;
mod world;

pub use account::{Account, Settings};
pub use binary::{THE_BINARY, build, groundwork_binary};
pub use cache::Cache;
pub use calls::{Call, CallLog};
pub use emulator::{Emulator, EmulatorOptions};
pub use fault::{Effect, Fault};
pub use fleet::Fleet;
pub use moto::Moto;
pub use proxy::{Moment, Proxy, ProxyOptions};
pub use python::Tool;
pub use validate::assert_valid;
pub use world::{Outcome, World};

pub use groundwork_cloudreactor_double as cloudreactor;
