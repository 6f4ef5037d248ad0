//! What was checked beforehand: every check with its verdict and what was found, then what is worth knowing. What would
//! make the verb fail is written by [`super::problems`], since it belongs to another stream.

use std::io::{self, Write};

use groundwork_model::preflight::{Check, CheckVerdict, Preflight};

use super::names::head;
use super::warnings;
use crate::line::{Ink, Line, Style, hanging, listing, write};
use crate::text::widest;
use crate::words::count;

/// Writes a preflight, and whom it concerns.
pub fn preflight(out: &mut dyn Write, preflight: &Preflight, style: &Style) -> io::Result<()> {
    let mut lines = head(&preflight.target, style.columns());
    lines.push(Line::new());
    write(out, &lines, style.color)?;
    checks(out, preflight, style)
}

/// Writes a preflight below the plan that it is about.
pub fn preflight_of_plan(out: &mut dyn Write, preflight: &Preflight, style: &Style) -> io::Result<()> {
    writeln!(out)?;
    checks(out, preflight, style)
}

fn checks(out: &mut dyn Write, preflight: &Preflight, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let mut lines = rows(&preflight.checks, columns);
    lines.push(Line::new());
    write(out, &lines, style.color)?;
    let warned = preflight.warnings();
    if !warned.is_empty() {
        warnings(out, &warned, style)?;
        writeln!(out)?;
    }
    write(out, &sum(preflight, columns), style.color)
}

/// The checks, one a line.
fn rows(checks: &[Check], columns: usize) -> Vec<Line> {
    let names = widest(checks.iter().map(|check| check.name.as_str())) + 2;
    let words = widest(checks.iter().map(|check| word(&check.verdict).0)) + 2;
    let row = |check: &Check| {
        let (verdict, ink) = word(&check.verdict);
        let row = Line::new().plain(check.name.as_str()).to(names).ink(ink, verdict).to(names + words);
        hanging(row, Ink::Dim, &check.found, columns)
    };
    checks.iter().flat_map(row).collect()
}

/// A verdict in a word.
pub(crate) fn word(verdict: &CheckVerdict) -> (&'static str, Ink) {
    match verdict {
        CheckVerdict::Ok => ("ok", Ink::Green),
        CheckVerdict::Warning { .. } => ("warning", Ink::Yellow),
        CheckVerdict::Failed { .. } => ("failed", Ink::BoldRed),
        CheckVerdict::Skipped => ("skipped", Ink::Dim),
    }
}

/// `Ready for apply: 6 checks passed, 2 were not needed.`
fn sum(preflight: &Preflight, columns: usize) -> Vec<Line> {
    let (word, ink) = if preflight.is_ready() { ("Ready", Ink::Green) } else { ("Not ready", Ink::BoldRed) };
    let mut parts = totals(&preflight.checks);
    if let Some(last) = parts.last_mut() {
        last.push('.');
    }
    let line = Line::new().ink(ink, &format!("{word} for {}: ", preflight.verb));
    listing(line, Ink::Bold, &parts, 2, columns)
}

/// What checks come to: `1 check failed`, `7 checks passed`.
pub(crate) fn totals(checks: &[Check]) -> Vec<String> {
    let told = |wanted: fn(&CheckVerdict) -> bool, one: &str, many: &str| {
        let number = checks.iter().filter(|check| wanted(&check.verdict)).count();
        (number > 0).then(|| format!("{} {}", count(number, "check"), if number == 1 { one } else { many }))
    };
    [
        told(|verdict| matches!(verdict, CheckVerdict::Failed { .. }), "failed", "failed"),
        told(|verdict| matches!(verdict, CheckVerdict::Warning { .. }), "warns", "warn"),
        told(|verdict| *verdict == CheckVerdict::Ok, "passed", "passed"),
        told(|verdict| *verdict == CheckVerdict::Skipped, "was not needed", "were not needed"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
