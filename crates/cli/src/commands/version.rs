//! `groundwork version`: which binary this is.

use groundwork_model::Exit;

use crate::failure::Outcome;
use crate::terminal::Terminal;

/// Prints the version and the facts of the build.
pub fn run(terminal: &Terminal) -> Outcome {
    terminal.print(|out, _| {
        writeln!(out, "groundwork {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(out, "commit   {}", env!("GROUNDWORK_COMMIT"))?;
        writeln!(out, "target   {}", env!("GROUNDWORK_TARGET"))?;
        writeln!(out, "profile  {}", env!("GROUNDWORK_PROFILE"))?;
        writeln!(out, "rustc    {}", env!("GROUNDWORK_RUSTC"))
    })?;
    Ok(Exit::Done)
}
