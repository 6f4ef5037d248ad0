//! Drives the ports: reads the world that a plan is made from.
//!
//! It formats nothing, and knows neither the AWS SDK nor HTTP.

pub mod discover;
mod network;
pub mod ports;
