//! What is happening in a rollout, as it happens: a few lines for each target, or a table that is redrawn.

use std::io;

use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::rollout::{RolloutEvent, TargetEvent};

mod lines;
mod live;
mod log;
mod overview;
mod picture;
mod teller;

pub use lines::RolloutLines;
pub use live::RolloutLive;
pub use log::TargetLog;

/// Shows the events of a rollout. Times are milliseconds since 1970, and are shown in UTC.
pub trait RolloutView {
    /// Shows an event of the rollout itself.
    fn rollout(&mut self, at_ms: u64, event: &RolloutEvent) -> io::Result<()>;

    /// Shows an event of a target's plan as a whole.
    fn target(&mut self, at_ms: u64, target: &TargetName, event: &TargetEvent) -> io::Result<()>;

    /// Shows an event within a target's plan.
    fn event(&mut self, at_ms: u64, target: &TargetName, event: &Event) -> io::Result<()>;

    /// Ends the show. What was shown stays; what was redrawn goes.
    fn finish(&mut self) -> io::Result<()>;
}
