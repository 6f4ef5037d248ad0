//! Documents for machines.

use std::io::{self, Write};

use groundwork_model::status::Status;

/// Writes a status as JSON. Keys stand in the order of the model's fields; outputs are sorted.
pub fn status(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, status)?;
    writeln!(out)
}
