//! What was checked beforehand: every check, then what stands in the way, then what is worth knowing.

use std::io::{self, Write};

use groundwork_model::Exit;
use groundwork_model::preflight::{Check, Preflight};

use super::document::{Document, table};
use super::escape::code;
use super::head::head;
use super::problems::{ending, errors, warnings};
use crate::human::preflight::{totals, word};

/// Where warnings stand that there is no room for.
pub(super) const ELSEWHERE: &str = "the log of this run";

/// Writes a preflight.
pub fn preflight(out: &mut dyn Write, preflight: &Preflight, exit: Exit) -> io::Result<()> {
    let mut document = Document::default();
    let Preflight { verb, target, checks, .. } = preflight;
    let verdict = if preflight.is_ready() { "is ready" } else { "is not ready" };
    let verdict = format!("{} {verdict} for {verb} — {}", target.environment, totals(checks).join(", "));
    document.always(head(target, &verdict));
    if exit != Exit::Done {
        document.always(ending(exit));
    }
    document.always(glance(preflight));
    document.block(errors(&preflight.failures()));
    document.block(warnings(&preflight.warnings(), ELSEWHERE));
    document.write(out)
}

/// The checks.
pub(super) fn glance(preflight: &Preflight) -> String {
    table(["check", "verdict", "what was found"], preflight.checks.iter().map(row))
}

fn row(check: &Check) -> [String; 3] {
    [check.name.to_string(), word(&check.verdict).0.to_owned(), code(&check.found)]
}
