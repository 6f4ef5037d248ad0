//! The JSON stream, to stdout and to a file.

use std::io::{self, Stdout};

use groundwork_engine::ports::Clock;
use groundwork_model::problem::Problem;
use groundwork_model::stream::Body;
use groundwork_view::JsonLines;

use super::file::PendingFile;
use crate::args::OutputArguments;
use crate::system::SystemClock;

/// The streams that were asked for.
#[derive(Default)]
pub struct Streams {
    stdout: Option<JsonLines<Stdout>>,
    file: Option<JsonLines<PendingFile>>,
}

impl Streams {
    /// Opens them.
    pub fn open(arguments: &OutputArguments) -> Result<Self, Problem> {
        let file = arguments.json_into.as_deref().map(PendingFile::create).transpose()?;
        Ok(Self { stdout: arguments.json.then(|| JsonLines::new(io::stdout())), file: file.map(JsonLines::new) })
    }

    /// Writes a line to each. A stream that cannot be written any more is given up: what was begun in
    /// AWS matters more than its record.
    pub fn write(&mut self, body: Body) {
        let now_ms = SystemClock.now_ms();
        if let Some(Err(error)) = self.file.as_mut().map(|stream| stream.write(now_ms, body.clone())) {
            tracing::warn!(%error, "the file of the JSON stream cannot be written any more");
            self.file = None;
        }
        if let Some(Err(error)) = self.stdout.as_mut().map(|stream| stream.write(now_ms, body)) {
            tracing::debug!(%error, "nobody reads the JSON stream any more");
            self.stdout = None;
        }
    }

    /// Puts the file in its place.
    pub fn publish(self) -> Result<(), Problem> {
        self.file.map_or(Ok(()), |stream| stream.into_inner().publish())
    }
}
