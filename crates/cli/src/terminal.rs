//! The two output streams, and how they are to look.

use std::io::{self, Write};

use groundwork_view::{Color, Style};

use crate::args::ColorChoice;
use crate::failure::{Failure, broken_output};
use crate::surroundings::Surroundings;

/// Where output goes and how it looks.
pub struct Terminal {
    /// The look of stdout: plans, reports, data.
    pub out: Style,
    /// The look of stderr: progress and diagnostics.
    pub err: Style,
}

impl Terminal {
    /// Decides how output looks.
    pub fn new(surroundings: &Surroundings, color: ColorChoice) -> Self {
        let style = |is_terminal| Style {
            width: surroundings.width,
            color: if surroundings.colored(color, is_terminal) { Color::Always } else { Color::Never },
        };
        Self { out: style(surroundings.stdout_is_terminal), err: style(surroundings.stderr_is_terminal) }
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
