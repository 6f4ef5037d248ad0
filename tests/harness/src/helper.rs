//! A Python program that serves HTTP beside this process, and ends with it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A running helper; dropping it ends it and whatever it started.
#[derive(Debug)]
pub(crate) struct Helper {
    process: Child,
    /// The helper ends when this pipe does. The system closes it even if we are killed, so that no test run
    /// leaves a server behind.
    lifeline: Option<ChildStdin>,
    url: String,
}

impl Helper {
    /// Starts `command` and waits until it has printed its URL, which it does once its port accepts callers.
    pub fn start(mut command: Command, log: Option<&Path>) -> Result<Self> {
        let mut errors = match log {
            Some(path) => File::options().create(true).truncate(true).read(true).write(true).open(path),
            None => tempfile::tempfile(),
        }
        .context("cannot open the helper's log")?;
        // In a group of its own, so that Ctrl-C reaches us alone, and we end it in our own time.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors.try_clone()?);
        let mut process = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        let lifeline = process.stdin.take();
        let mut line = String::new();
        let output = process.stdout.take().context("the helper has no output")?;
        BufReader::new(output).read_line(&mut line).context("cannot read the helper's URL")?;
        let url = line.trim_end().to_owned();
        if url.is_empty() {
            let (status, mut complaint) = (process.wait()?, String::new());
            errors.rewind()?;
            errors.read_to_string(&mut complaint)?;
            bail!("{command:?} ended before it served anything: {status}\n{complaint}");
        }
        Ok(Self { process, lifeline, url })
    }

    /// Where it serves: scheme, host and port.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // It ends at once; there is nothing to be done about it if it can't be waited for.
        drop(self.process.wait());
    }
}
