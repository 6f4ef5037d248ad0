//! Progress in a pipe: lines that are never taken back.

use std::io::{self, Write};

use groundwork_model::event::Stamped;
use groundwork_model::plan::Plan;

use super::View;
use super::knowledge::Knowledge;
use super::narrator::{Heartbeats, Narrator};
use crate::line::{Color, Style, write};

/// Writes a line for each event that a reader wants, and flushes it: a log is followed live.
#[derive(Debug)]
pub struct Lines<W> {
    out: W,
    color: Color,
    narrator: Narrator,
}

impl<W: Write> Lines<W> {
    /// Writes to a stream.
    pub fn new(out: W, style: &Style) -> Self {
        Self { out, color: style.color, narrator: Narrator::new(style.columns(), Heartbeats::Told) }
    }

    /// Lets the plan that is executed make the words more exact: what is replaced, what is done.
    #[must_use]
    pub fn for_plan(mut self, plan: &Plan) -> Self {
        self.narrator.knowledge = Knowledge::of(plan);
        self
    }
}

impl<W: Write> View for Lines<W> {
    fn event(&mut self, event: &Stamped) -> io::Result<()> {
        write(&mut self.out, &self.narrator.tell(event), self.color)?;
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
