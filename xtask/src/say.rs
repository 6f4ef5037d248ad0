//! Output of the development commands.

use std::io::{self, Write};

use anyhow::Result;

/// Writes a line to stdout, at once: the programs that we start write there too.
pub fn line(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Writes a line to stderr. Where that is gone, nobody is left to be told.
pub fn complain(text: &str) {
    drop(writeln!(io::stderr(), "{text}"));
}
