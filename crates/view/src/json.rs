//! Documents for machines.

use std::io::{self, Write};

use groundwork_model::status::Status;

/// A status as JSON.
pub fn status(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, status)?;
    writeln!(out)
}
