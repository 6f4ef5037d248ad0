//! How far the reading of many targets has come: one line that is redrawn on a terminal, a line now and then in a pipe.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::line::{Color, Ink, Line, Style, write};
use crate::words::{count, time_of_day};

/// A pipe is told no more often: most fleets are read within it, and then nothing is said.
const PAUSE_MS: u64 = 15_000;

/// How often the spinner turns.
const TURN: Duration = Duration::from_millis(125);

/// `⠹ 120 of 200 targets read, 3 of them in trouble`
const TEMPLATE: &str = "{spinner} {wide_msg}";

/// Shows how many targets were read.
pub struct Reading {
    stage: Stage,
    targets: usize,
    read: usize,
    troubled: usize,
}

enum Stage {
    Bar(ProgressBar),
    Lines { out: Box<dyn Write>, color: Color, told_ms: u64 },
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({})", self.words())
    }
}

impl Reading {
    /// Draws on stderr.
    pub fn stderr(targets: usize) -> Self {
        Self::live(ProgressDrawTarget::stderr(), targets)
    }

    /// Draws on a terminal.
    pub fn live(terminal: ProgressDrawTarget, targets: usize) -> Self {
        // The template is a constant, and a test reads it: the fallback is never taken.
        let look = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::with_draw_target(None, terminal).with_style(look);
        bar.enable_steady_tick(TURN);
        Self::new(Stage::Bar(bar), targets)
    }

    /// Writes lines, the first no sooner than some time after now, in milliseconds since 1970.
    pub fn lines(out: Box<dyn Write>, style: &Style, now_ms: u64, targets: usize) -> Self {
        Self::new(Stage::Lines { out, color: style.color, told_ms: now_ms }, targets)
    }

    fn new(stage: Stage, targets: usize) -> Self {
        let reading = Self { stage, targets, read: 0, troubled: 0 };
        if let Stage::Bar(bar) = &reading.stage {
            bar.set_message(reading.words());
        }
        reading
    }

    /// One more target was read, at this time; it may have come to nothing.
    pub fn one(&mut self, at_ms: u64, came_to_something: bool) -> io::Result<()> {
        self.read += 1;
        self.troubled += usize::from(!came_to_something);
        let words = self.words();
        match &mut self.stage {
            Stage::Bar(bar) => bar.set_message(words),
            Stage::Lines { out, color, told_ms } if at_ms.saturating_sub(*told_ms) >= PAUSE_MS => {
                *told_ms = at_ms;
                let line = Line::new().ink(Ink::Dim, &time_of_day(at_ms)).plain("  ").plain(&words);
                write(out, &[line], *color)?;
                out.flush()?;
            }
            Stage::Lines { .. } => {}
        }
        Ok(())
    }

    /// Takes away what was drawn.
    pub fn finish(self) {
        if let Stage::Bar(bar) = self.stage {
            bar.finish_and_clear();
        }
    }

    fn words(&self) -> String {
        let troubled = match self.troubled {
            0 => String::new(),
            troubled => format!(", {troubled} of them in trouble"),
        };
        format!("{} of {} read{troubled}", self.read, count(self.targets, "target"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_one() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
