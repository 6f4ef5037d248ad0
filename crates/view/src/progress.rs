//! What is happening, as it happens: a line for each event that a reader wants.

use std::io;

use groundwork_model::event::Stamped;

mod board;
mod knowledge;
mod lines;
mod live;
mod narrator;
mod reading;
mod rollout;

pub use lines::Lines;
pub use live::Live;
pub use reading::Reading;
pub use rollout::{RolloutLines, RolloutLive, RolloutView, TargetLog};

/// Shows events.
pub trait View {
    /// Shows an event.
    fn event(&mut self, event: &Stamped) -> io::Result<()>;

    /// Ends the show. What was shown stays; what was redrawn goes.
    fn finish(&mut self) -> io::Result<()>;
}
