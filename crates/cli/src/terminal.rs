//! The two output streams, and how they are to look.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};

use groundwork_engine::ports::{Clock, Sink};
use groundwork_model::event::{Event, Stamped};
use groundwork_view::{Color, Style, View};

use crate::args::ColorChoice;
use crate::failure::{Failure, broken_output};
use crate::surroundings::Surroundings;

/// Where output goes and how it looks.
pub struct Terminal {
    /// The look of stdout: plans, reports, data.
    pub out: Style,
    /// The look of stderr: progress and diagnostics.
    pub err: Style,
    /// Whether progress may redraw lines.
    pub live: bool,
    /// How many lines may be redrawn.
    pub rows: usize,
}

impl Terminal {
    /// Decides how output looks.
    pub fn new(surroundings: &Surroundings, color: ColorChoice) -> Self {
        let style = |is_terminal| Style {
            width: surroundings.width,
            color: if surroundings.colored(color, is_terminal) { Color::Always } else { Color::Never },
        };
        Self {
            out: style(surroundings.stdout_is_terminal),
            err: style(surroundings.stderr_is_terminal),
            live: surroundings.stderr_is_terminal && surroundings.variable("TERM") != Some("dumb"),
            rows: surroundings.rows,
        }
    }

    /// Writes to stdout. A reader that has closed the pipe has what it wanted: that is no error.
    pub fn print(&self, render: impl FnOnce(&mut dyn Write, &Style) -> io::Result<()>) -> Result<(), Failure> {
        written(render, io::stdout().lock(), &self.out)
    }

    /// Writes to stderr.
    pub fn complain(&self, render: impl FnOnce(&mut dyn Write, &Style) -> io::Result<()>) -> Result<(), Failure> {
        written(render, io::stderr().lock(), &self.err)
    }
}

fn written(
    render: impl FnOnce(&mut dyn Write, &Style) -> io::Result<()>,
    stream: impl Write,
    style: &Style,
) -> Result<(), Failure> {
    let mut buffered = io::BufWriter::new(stream);
    match render(&mut buffered, style).and_then(|()| buffered.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(broken_output(&error).into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Numbers and times events, and hands them to a view. Progress that cannot be shown stops nothing:
/// what was begun in AWS matters more than its picture.
pub struct Stamper<'a, V, K> {
    view: RefCell<&'a mut V>,
    clock: &'a K,
    sequence: Cell<u64>,
}

impl<'a, V: View, K: Clock> Stamper<'a, V, K> {
    /// Starts at 1.
    pub fn new(view: &'a mut V, clock: &'a K) -> Self {
        Self { view: RefCell::new(view), clock, sequence: Cell::new(0) }
    }
}

impl<V: View, K: Clock> Sink for Stamper<'_, V, K> {
    fn event(&self, event: Event) {
        self.sequence.set(self.sequence.get() + 1);
        let stamped = Stamped { sequence: self.sequence.get(), at_ms: self.clock.now_ms(), event };
        if let Err(error) = self.view.borrow_mut().event(&stamped) {
            tracing::debug!(%error, "progress could not be shown");
        }
    }
}
