//! A rollout in a pipe: lines that are never taken back.

use std::io::{self, Write};

use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::rollout::{RolloutEvent, RolloutPlan, TargetEvent};

use super::RolloutView;
use super::teller::{Detail, Teller};
use crate::line::{Color, Line, Style, write};

/// Writes lines about waves, targets and their steps, and once a minute how far all of it has come. They are
/// flushed: a log is followed live.
#[derive(Debug)]
pub struct RolloutLines<W> {
    out: W,
    color: Color,
    teller: Teller,
}

impl<W: Write> RolloutLines<W> {
    /// Writes to a stream.
    pub fn new(out: W, style: &Style) -> Self {
        Self { out, color: style.color, teller: Teller::new(style.columns(), Detail::Steps) }
    }

    /// Lets the plan that is executed make the words more exact: how many targets there are, what is done.
    #[must_use]
    pub fn for_plan(mut self, plan: &RolloutPlan) -> Self {
        self.teller.know(plan);
        self
    }

    fn write(&mut self, lines: &[Line]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        write(&mut self.out, lines, self.color)?;
        self.out.flush()
    }
}

impl<W: Write> RolloutView for RolloutLines<W> {
    fn rollout(&mut self, at_ms: u64, event: &RolloutEvent) -> io::Result<()> {
        let lines = self.teller.rollout(at_ms, event);
        self.write(&lines)
    }

    fn target(&mut self, at_ms: u64, target: &TargetName, event: &TargetEvent) -> io::Result<()> {
        let lines = self.teller.target(at_ms, target, event);
        self.write(&lines)
    }

    fn event(&mut self, at_ms: u64, target: &TargetName, event: &Event) -> io::Result<()> {
        let lines = self.teller.event(at_ms, target, event);
        self.write(&lines)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
