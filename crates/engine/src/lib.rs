//! Drives the ports: discovers, approves, executes, waits, and emits events.
//!
//! It decides nothing that the plan left open, formats nothing, and knows neither the AWS SDK nor HTTP.

pub mod ports;
