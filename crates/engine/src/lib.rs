//! Drives the ports: discovers, approves, executes, waits, and emits events.
//!
//! It decides nothing that the plan left open, formats nothing, and knows neither the AWS SDK nor HTTP.

mod agreement;
pub mod alike;
pub mod approve;
mod capacity;
mod change_set;
mod delete;
mod deploy;
pub mod diagnosis;
pub mod discover;
mod drafts;
pub mod drift;
pub mod execute;
mod existing;
mod follow;
mod group;
mod network;
pub mod organization;
mod pace;
pub mod patience;
pub mod ports;
pub mod preflight;
mod recover;
mod references;
pub mod rollout;
mod run;
mod run_environment;
mod stack_set;
mod stacks;
mod standing;
pub mod survey;
mod takeover;
mod tracker;
mod trouble;
pub mod verify;
mod wait;
pub mod watching;
