//! Progress on a terminal: what is done scrolls by, what is running stays below and is redrawn.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use groundwork_model::event::Stamped;
use groundwork_model::plan::{Component, Plan};
use groundwork_model::step::StepId;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::board::{Board, Turn};
use super::knowledge::Knowledge;
use super::narrator::{Heartbeats, Narrator};
use super::{Lines, View};
use crate::line::{Color, Style};
use crate::text::widest;
use crate::words::duration;

/// How often the spinner turns: it shows that the program lives, not how fast it is.
const TURN: Duration = Duration::from_millis(125);

/// `⠹ network       2m 35s  12 of 38; creating NatGatewayUsw2Az1`
const TEMPLATE: &str = "{spinner} {prefix}  {since}  {wide_msg}";

/// Shows progress on a terminal. Where there turns out to be none, it writes lines as [`Lines`] does.
pub struct Live {
    stage: Stage,
}

enum Stage {
    Picture(Picture),
    Lines(Lines<Box<dyn Write>>),
}

impl Live {
    /// Draws on stderr.
    pub fn stderr(style: &Style) -> Self {
        Self::new(ProgressDrawTarget::stderr(), Box::new(io::stderr()), style)
    }

    /// Draws on a terminal; or writes lines to `out`, if it is none.
    pub fn new(terminal: ProgressDrawTarget, out: Box<dyn Write>, style: &Style) -> Self {
        let stage = if terminal.is_hidden() {
            Stage::Lines(Lines::new(out, style))
        } else {
            Stage::Picture(Picture::new(terminal, style))
        };
        Self { stage }
    }

    /// Lets the plan that is executed make the words more exact: what is replaced, how much is done.
    #[must_use]
    pub fn for_plan(self, plan: &Plan) -> Self {
        let stage = match self.stage {
            Stage::Lines(lines) => Stage::Lines(lines.for_plan(plan)),
            Stage::Picture(mut picture) => {
                picture.narrator.knowledge = Knowledge::of(plan);
                Stage::Picture(picture)
            }
        };
        Self { stage }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Picture(_) => "Live(picture)",
            Stage::Lines(_) => "Live(lines)",
        })
    }
}

impl View for Live {
    fn event(&mut self, event: &Stamped) -> io::Result<()> {
        match &mut self.stage {
            Stage::Picture(picture) => picture.event(event),
            Stage::Lines(lines) => lines.event(event),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match &mut self.stage {
            Stage::Picture(picture) => picture.finish(),
            Stage::Lines(lines) => lines.finish(),
        }
    }
}

struct Picture {
    terminal: MultiProgress,
    rows: BTreeMap<StepId, ProgressBar>,
    board: Board,
    narrator: Narrator,
    color: Color,
}

impl Picture {
    fn new(terminal: ProgressDrawTarget, style: &Style) -> Self {
        Self {
            terminal: MultiProgress::with_draw_target(terminal),
            rows: BTreeMap::new(),
            board: Board::default(),
            narrator: Narrator::new(style.columns(), Heartbeats::Dropped),
            color: style.color,
        }
    }

    fn event(&mut self, event: &Stamped) -> io::Result<()> {
        let turn = self.board.turn(&event.event, &self.narrator.knowledge);
        if let Turn::Ended(step) = turn {
            self.remove(step);
        }
        for line in self.narrator.tell(event) {
            self.terminal.println(line.render(self.color))?;
        }
        match turn {
            Turn::Began(step, component) => self.add(step, component),
            Turn::Moved(step) => self.say(step),
            Turn::Ended(_) => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        while let Some((_, row)) = self.rows.pop_first() {
            row.finish_and_clear();
        }
        self.terminal.clear()?;
        // Whatever is written next begins below: the picture left the cursor at the end of its last line.
        self.terminal.println("")
    }

    fn add(&mut self, step: StepId, component: Component) {
        self.remove(step);
        let row = self.terminal.add(ProgressBar::new_spinner().with_style(look()));
        let names = widest(Component::ALL.map(Component::as_str));
        row.set_prefix(format!("{:names$}", component.as_str()));
        row.enable_steady_tick(TURN);
        self.rows.insert(step, row);
        self.say(step);
    }

    fn say(&self, step: StepId) {
        if let Some(row) = self.rows.get(&step) {
            row.set_message(self.board.words(step, &self.narrator.knowledge));
        }
    }

    fn remove(&mut self, step: StepId) {
        if let Some(row) = self.rows.remove(&step) {
            row.finish_and_clear();
            self.terminal.remove(&row);
        }
    }
}

fn look() -> ProgressStyle {
    let since = |state: &ProgressState, out: &mut dyn fmt::Write| {
        let elapsed = u64::try_from(state.elapsed().as_millis()).unwrap_or(u64::MAX);
        // What cannot be drawn is drawn again in a moment.
        write!(out, "{:>8}", duration(elapsed)).unwrap_or_default();
    };
    // The template is a constant, and a test reads it: the fallback is never taken.
    ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("since", since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_one() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
