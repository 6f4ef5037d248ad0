//! Drives the ports: discovers, approves, executes, waits, and emits events.
//!
//! It decides nothing that the plan left open, formats nothing, and knows neither the AWS SDK nor HTTP.

pub mod agreement;
pub mod approve;
mod cause;
mod change_set;
pub mod discover;
pub mod execute;
mod hints;
mod network;
pub mod ports;
mod removal;
mod run;
mod run_environment;
mod wait;
