//! What exists, as a table.

use std::io::{self, Write};

use groundwork_model::plan::Target;
use groundwork_model::status::{State, Status};

use super::plan::subject;
use crate::paint::{Style, Tone};
use crate::text::pad;

/// Shows what exists.
pub fn status(out: &mut dyn Write, status: &Status, style: &Style) -> io::Result<()> {
    heading(out, &status.target, style)?;
    for component in &status.components {
        let (word, tone) = match component.state {
            State::Ready => ("ready", Tone::Made),
            State::Absent => ("absent", Tone::Quiet),
            State::Busy => ("busy", Tone::Changed),
            State::Stuck => ("needs attention", Tone::Gone),
            State::NotOurs => ("not ours", Tone::Changed),
            State::Skipped => ("skipped", Tone::Quiet),
        };
        let detail = component.status.as_ref().map_or_else(String::new, |status| format!("  {status}"));
        let name = subject(&component.subject);
        writeln!(
            out,
            "{}  {}{}{detail}",
            pad(component.component.as_str(), 12),
            pad(&name, 34),
            style.paint(tone, word)
        )?;
        let widest = component.outputs.keys().map(String::len).max().unwrap_or(0);
        for (key, value) in &component.outputs {
            writeln!(out, "    {}  {value}", pad(key, widest))?;
        }
    }
    if let Some(url) = &status.dashboard_url {
        writeln!(out, "\nDashboard  {url}")?;
    }
    if let Some(path) = &status.secrets_path {
        writeln!(out, "Secrets    tasks read them under {path} in Secrets Manager")?;
    }
    Ok(())
}

/// Whom it concerns.
pub(super) fn heading(out: &mut dyn Write, target: &Target, style: &Style) -> io::Result<()> {
    let name = style.paint(Tone::Strong, target.environment.as_str());
    writeln!(out, "{name}  {}  {}  as {}\n", target.account, target.region, target.caller.resource())
}
