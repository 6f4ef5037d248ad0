//! What exists of many targets: the groups of those that stand alike, why others could not be read, and each target.

use std::io::{self, Write};

use groundwork_model::found::{Found, FoundIn};
use groundwork_model::status::{Status, TargetStatus};

use super::document::{Block, Document, Rank, details, long_table};
use super::escape::{code, codes};
use super::head::rollout_head;
use super::problems;
use super::rollout_plan::{MOST_NAMES, row, troubles};
use crate::alike::{Same, Standings};
use crate::human::rollout_status::{is_ready, standing, to_do, totals};
use crate::words::count;

/// Writes what exists of each target.
pub fn rollout_status(out: &mut dyn Write, found: &Found<TargetStatus>) -> io::Result<()> {
    let standings = Standings::of(found);
    let mut document = Document::default();
    document.always(rollout_head(&totals(found, &standings).join(" — ")));
    document.block(Block { rank: Rank::First, ..groups(&standings) });
    // Why there is no plan, or no status.
    let kinds = [("Blocked", &standings.blocked[..]), ("Unreachable", &standings.unreachable)];
    document.block(troubles(kinds, " of targets"));
    document.block(problems::notices(&found.notices));
    document.block(targets(found));
    document.write(out)
}

fn groups(standings: &Standings<'_>) -> Block {
    let row = |group: &Same<'_, TargetStatus>| {
        let status = &group.document.status;
        let names: Vec<&str> = group.targets.iter().map(|target| target.name.as_str()).collect();
        let word = if is_ready(status) { "ready" } else { "**not ready**" };
        [group.targets.len().to_string(), word.to_owned(), words(status), codes(&names, MOST_NAMES)]
    };
    let rows = standings.alike.iter().map(row);
    let table = long_table(["targets", "state", "components", "which"], rows, ("group", String::new()));
    Block { elsewhere: "`--json`".to_owned(), ..table }
}

/// The targets: those that could not be read first, those that are ready last.
fn targets(found: &Found<TargetStatus>) -> Block {
    let mut rows: Vec<(u8, [String; 5])> = found.targets.iter().map(target).collect();
    rows.sort_by_key(|(order, _)| *order);
    let head = ["target", "account", "Region", "wave", "status"];
    let table = long_table(head, rows.into_iter().map(|(_, row)| row), ("target", String::new()));
    details(&count(found.targets.len(), "target"), Block { elsewhere: "`--json`".to_owned(), ..table })
}

/// How a target stands, and what apply would do.
fn words(status: &Status) -> String {
    code(&standing(status).into_iter().chain(to_do(status)).collect::<Vec<_>>().join("; "))
}

fn target(FoundIn { target, document, problems }: &FoundIn<TargetStatus>) -> (u8, [String; 5]) {
    let first = problems.first().map(|problem| format!(" ({})", problem.code)).unwrap_or_default();
    let (order, shown) = match document.as_ref().map(|document| &document.status) {
        None => (0, format!("**unreachable**{first}")),
        Some(status) if !problems.is_empty() => (1, format!("**blocked**{first}; {}", words(status))),
        Some(status) => (if is_ready(status) { 3 } else { 2 }, words(status)),
    };
    (order, row(target, shown))
}
