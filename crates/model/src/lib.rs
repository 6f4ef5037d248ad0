//! The vocabulary of groundwork: plain, serialisable data that every other crate speaks.
//!
//! Nothing here reads a file, an environment variable or a clock, and nothing here knows of AWS's
//! SDK or of HTTP. The types follow the one direction of the program:
//!
//! `load -> resolve -> discover -> plan -> approve -> execute -> report`
//!
//! [`spec::Spec`] is what the user wants, [`world::World`] what there is, [`plan::Plan`] what would
//! be done about the difference, [`event::Event`] what is happening, [`report::Report`] what became
//! of it.

pub mod basis;
pub mod code;
pub mod cost;
pub mod day;
pub mod detection;
pub mod diagnosis;
pub mod document;
pub mod drift;
pub mod event;
pub mod exit;
pub mod found;
pub mod ids;
pub mod least_privilege;
pub mod money;
pub mod organization;
pub mod permission;
pub mod plan;
pub mod policy;
pub mod preflight;
pub mod problem;
pub mod quota;
pub mod report;
pub mod role;
pub mod rollout;
pub mod run_environment;
pub mod saved;
pub mod secret;
pub mod spec;
pub mod stack_set;
pub mod status;
pub mod step;
pub mod stream;
pub mod verification;
pub mod world;

pub use code::Code;
pub use day::Day;
pub use exit::Exit;
pub use ids::*;
pub use money::Usd;
pub use secret::Secret;
