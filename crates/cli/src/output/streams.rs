//! The JSON stream, to stdout and to a file: every line is made once and goes to both.

use std::io::{self, Stdout, Write};

use groundwork_engine::ports::Clock;
use groundwork_model::TargetName;
use groundwork_model::problem::Problem;
use groundwork_model::stream::Body;
use groundwork_view::JsonLines;

use super::file::PendingFile;
use crate::args::OutputArguments;
use crate::system::SystemClock;

/// The streams that were asked for; none, mostly.
#[derive(Default)]
pub struct Streams(Option<JsonLines<Ends>>);

/// Where the lines go. An end that cannot be written any more is given up: what was begun in AWS matters
/// more than its record.
struct Ends {
    stdout: Option<Stdout>,
    file: Option<PendingFile>,
}

impl Streams {
    /// Opens them.
    pub fn open(arguments: &OutputArguments) -> Result<Self, Problem> {
        let file = arguments.json_into.as_deref().map(PendingFile::create).transpose()?;
        let stdout = arguments.json.then(io::stdout);
        let is_wanted = stdout.is_some() || file.is_some();
        Ok(Self(is_wanted.then(|| JsonLines::new(Ends { stdout, file }))))
    }

    /// Writes a line. What it tells is put together only if somebody wants it: a plan holds whole templates.
    pub fn write(&mut self, target: Option<&TargetName>, body: impl FnOnce() -> Body) {
        if let Some(lines) = &mut self.0
            && let Err(error) = lines.write_for(SystemClock.now_ms(), target, body())
        {
            tracing::warn!(%error, "a line of the JSON stream could not be written");
        }
    }

    /// Puts the file in its place.
    pub fn publish(self) -> Result<(), Problem> {
        self.0.and_then(|lines| lines.into_inner().file).map_or(Ok(()), PendingFile::publish)
    }
}

impl Ends {
    /// Does something to each end.
    fn each(&mut self, mut act: impl FnMut(&mut dyn Write) -> io::Result<()>) {
        if let Some(Err(error)) = self.file.as_mut().map(|file| act(file)) {
            tracing::warn!(%error, "the file of the JSON stream cannot be written any more");
            self.file = None;
        }
        if let Some(Err(error)) = self.stdout.as_mut().map(|stdout| act(stdout)) {
            tracing::debug!(%error, "nobody reads the JSON stream any more");
            self.stdout = None;
        }
    }
}

impl Write for Ends {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.each(|end| end.write_all(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.each(|end| end.flush());
        Ok(())
    }
}
