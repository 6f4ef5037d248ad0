//! What was verified of many targets: the groups of those of which the same holds, what is wrong, and each target.

use std::io::{self, Write};

use groundwork_model::found::{Found, FoundIn};
use groundwork_model::verification::Verification;

use super::document::{Block, Document, Rank, details, long_table};
use super::escape::{code, codes};
use super::head::rollout_head;
use super::problems;
use super::rollout_plan::{MOST_NAMES, row, troubles};
use crate::alike::{Same, Verdicts};
use crate::human::rollout_verification::{totals, verdict};
use crate::words::count;

/// Writes what was verified of each target.
pub fn rollout_verification(out: &mut dyn Write, found: &Found<Verification>) -> io::Result<()> {
    let verdicts = Verdicts::of(found);
    let mut document = Document::default();
    document.always(rollout_head(&totals(found).join(" — ")));
    document.block(Block { rank: Rank::First, ..groups(&verdicts) });
    let kinds = [("Not verified", &verdicts.wrong[..]), ("Unreachable", &verdicts.unreachable)];
    document.block(troubles(kinds, " of targets"));
    document.block(problems::notices(&found.notices));
    document.block(targets(found));
    document.write(out)
}

fn groups(verdicts: &Verdicts<'_>) -> Block {
    let row = |group: &Same<'_, Verification>| {
        let names: Vec<&str> = group.targets.iter().map(|target| target.name.as_str()).collect();
        let word = if group.document.is_whole() { "verified" } else { "**not verified**" };
        [group.targets.len().to_string(), word.to_owned(), words(group.document), codes(&names, MOST_NAMES)]
    };
    let rows = verdicts.alike.iter().map(row);
    let table = long_table(["targets", "verdict", "links", "which"], rows, ("group", String::new()));
    Block { elsewhere: "`--json`".to_owned(), ..table }
}

/// The targets: those that could not be read first, those that are verified last.
fn targets(found: &Found<Verification>) -> Block {
    let mut rows: Vec<(u8, [String; 5])> = found.targets.iter().map(target).collect();
    rows.sort_by_key(|(order, _)| *order);
    let head = ["target", "account", "Region", "wave", "verification"];
    let table = long_table(head, rows.into_iter().map(|(_, row)| row), ("target", String::new()));
    details(&count(found.targets.len(), "target"), Block { elsewhere: "`--json`".to_owned(), ..table })
}

fn words(verification: &Verification) -> String {
    code(&verdict(verification).join("; "))
}

fn target(FoundIn { target, document, problems }: &FoundIn<Verification>) -> (u8, [String; 5]) {
    let first = problems.first().map(|problem| format!(" ({})", problem.code)).unwrap_or_default();
    let (order, shown) = match document {
        None => (0, format!("**unreachable**{first}")),
        Some(verification) => (if verification.is_whole() { 2 } else { 1 }, words(verification)),
    };
    (order, row(target, shown))
}
