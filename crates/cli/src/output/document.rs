//! The documents of which a verb makes one of each target.

use std::io::{self, Write};

use groundwork_model::found::Found;
use groundwork_model::status::TargetStatus;
use groundwork_model::stream::Body;
use groundwork_model::verification::Verification;
use groundwork_view::{Style, human, markdown};

/// A document of each target, and how all of them are shown together.
pub trait TargetDocument: Sized {
    /// Writes those of all targets for people.
    fn human(out: &mut dyn Write, found: &Found<Self>, style: &Style) -> io::Result<()>;

    /// Writes a summary of them.
    fn markdown(out: &mut dyn Write, found: &Found<Self>) -> io::Result<()>;

    /// One of them as a line of the stream.
    fn body(&self) -> Body;
}

impl TargetDocument for TargetStatus {
    fn human(out: &mut dyn Write, found: &Found<Self>, style: &Style) -> io::Result<()> {
        human::rollout_status(out, found, style)
    }

    fn markdown(out: &mut dyn Write, found: &Found<Self>) -> io::Result<()> {
        markdown::rollout_status(out, found)
    }

    fn body(&self) -> Body {
        Body::Status { status: Box::new(self.status.clone()) }
    }
}

impl TargetDocument for Verification {
    fn human(out: &mut dyn Write, found: &Found<Self>, style: &Style) -> io::Result<()> {
        human::rollout_verification(out, found, style)
    }

    fn markdown(out: &mut dyn Write, found: &Found<Self>) -> io::Result<()> {
        markdown::rollout_verification(out, found)
    }

    fn body(&self) -> Body {
        Body::Verification { verification: Box::new(self.clone()) }
    }
}
