//! Makes plans: from what the user wants and what there is, to what would be done.
//!
//! Everything here is an ordinary function of its arguments: no AWS, no clock, no environment, no
//! randomness. The same spec and world give the same plan, to the byte.

pub mod basis;
mod cluster;
mod context;
mod cost;
mod create_only;
mod destruction;
mod diff;
pub mod digest;
pub mod drift;
mod inventory;
pub mod layout;
pub mod least_privilege;
mod lint;
mod network;
pub mod ownership;
mod part;
mod permissions;
mod planning;
pub mod preflight;
pub mod reach;
mod recovery;
pub mod render;
mod role;
pub mod run_environment;
pub mod saved;
mod stack;
pub mod stack_set;
mod stack_table;
mod standing;
pub mod template;
pub mod verify;
mod watching;
mod wish;

pub use destruction::{RunEnvironmentFate, destroy};
pub use inventory::status;
pub use lint::check;
pub use planning::plan;
pub use recovery::{CHANGE_SET_PREFIX, recover};
pub use watching::watch;
