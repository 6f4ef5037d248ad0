//! A rollout on a terminal: what has ended scrolls by; a table of what failed and of what is under way stays
//! below and is redrawn.

use std::fmt;
use std::io::{self, Write};

use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::rollout::{RolloutEvent, RolloutPlan, TargetEvent};
use indicatif::ProgressDrawTarget;

use super::picture::Picture;
use super::{RolloutLines, RolloutView};
use crate::line::Style;

/// Shows a rollout on a terminal. Where there turns out to be none, it writes lines as [`RolloutLines`] does.
pub struct RolloutLive {
    stage: Stage,
}

enum Stage {
    Picture(Picture),
    Lines(RolloutLines<Box<dyn Write>>),
}

impl RolloutLive {
    /// Draws on stderr, in so many rows: those that the terminal has.
    pub fn stderr(style: &Style, rows: usize) -> Self {
        Self::new(ProgressDrawTarget::stderr(), Box::new(io::stderr()), style, rows)
    }

    /// Draws on a terminal; or writes lines to `out`, if it is none.
    pub fn new(terminal: ProgressDrawTarget, out: Box<dyn Write>, style: &Style, rows: usize) -> Self {
        let stage = if terminal.is_hidden() {
            Stage::Lines(RolloutLines::new(out, style))
        } else {
            Stage::Picture(Picture::new(terminal, style, rows))
        };
        Self { stage }
    }

    /// Lets the plan that is executed make the words more exact: how many targets there are, how much is done.
    #[must_use]
    pub fn for_plan(self, plan: &RolloutPlan) -> Self {
        let stage = match self.stage {
            Stage::Lines(lines) => Stage::Lines(lines.for_plan(plan)),
            Stage::Picture(mut picture) => {
                picture.know(plan);
                Stage::Picture(picture)
            }
        };
        Self { stage }
    }
}

impl fmt::Debug for RolloutLive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Picture(_) => "RolloutLive(picture)",
            Stage::Lines(_) => "RolloutLive(lines)",
        })
    }
}

impl RolloutView for RolloutLive {
    fn rollout(&mut self, at_ms: u64, event: &RolloutEvent) -> io::Result<()> {
        match &mut self.stage {
            Stage::Picture(picture) => picture.rollout(at_ms, event),
            Stage::Lines(lines) => lines.rollout(at_ms, event),
        }
    }

    fn target(&mut self, at_ms: u64, target: &TargetName, event: &TargetEvent) -> io::Result<()> {
        match &mut self.stage {
            Stage::Picture(picture) => picture.target(at_ms, target, event),
            Stage::Lines(lines) => lines.target(at_ms, target, event),
        }
    }

    fn event(&mut self, at_ms: u64, target: &TargetName, event: &Event) -> io::Result<()> {
        match &mut self.stage {
            Stage::Picture(picture) => picture.event(at_ms, target, event),
            Stage::Lines(lines) => lines.event(at_ms, target, event),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match &mut self.stage {
            Stage::Picture(picture) => picture.finish(),
            Stage::Lines(lines) => lines.finish(),
        }
    }
}
