//! Stateful fakes of the engine's ports, for tests only.
//!
//! The fakes behave as AWS and CloudReactor do where it matters to the engine: statuses advance with
//! time, reads may be late, change sets become obsolete, blocks are replaced whole. Time is virtual:
//! nothing here ever really sleeps, and the same test takes the same course every time.

pub mod access;
pub mod build;
pub mod calls;
pub mod clock;
pub mod cloud;
mod cloudformation;
pub mod drifts;
mod operations;
pub mod organizations;
mod record;
pub mod recorder;
pub mod roles;
pub mod saas;
pub mod stack_sets;
mod template;
mod timeline;
pub mod writes;

pub use calls::{Call, Fault};
pub use clock::ScriptedClock;
pub use cloud::FakeCloud;
pub use recorder::{FixedRandom, Recorder, RolloutRecorder, StopSwitch, Told};
pub use saas::FakeSaas;
pub use writes::{Saving, Undoing, Write};
