//! What exists of many targets: the groups of those that stand alike, why others could not be read, and each target.

use std::io::{self, Write};

use groundwork_model::status::{RolloutStatus, Status, TargetStatus};

use super::document::{Block, Document, Rank, details, long_table};
use super::escape::{code, codes};
use super::head::rollout_head;
use super::problems::{self, Severity, of_targets};
use super::rollout_plan::{MOST_NAMES, plain_names, row};
use crate::alike::{Standing, Standings};
use crate::human::rollout_status::{is_ready, standing, to_do, totals};
use crate::words::count;

/// Writes what exists of each target.
pub fn rollout_status(out: &mut dyn Write, status: &RolloutStatus) -> io::Result<()> {
    let standings = Standings::of(status);
    let mut document = Document::default();
    document.always(rollout_head(&totals(status, &standings).join(" — ")));
    document.block(Block { rank: Rank::First, ..groups(&standings) });
    document.block(Block { rank: Rank::First, ..troubles(&standings) });
    document.block(problems::notices(&status.notices));
    document.block(targets(status));
    document.write(out)
}

fn groups(standings: &Standings<'_>) -> Block {
    let row = |group: &Standing<'_>| {
        let names: Vec<&str> = group.targets.iter().map(|target| target.name.as_str()).collect();
        let word = if is_ready(group.status) { "ready" } else { "**not ready**" };
        [group.targets.len().to_string(), word.to_owned(), words(group.status), codes(&names, MOST_NAMES)]
    };
    let rows = standings.alike.iter().map(row);
    let table = long_table(["targets", "state", "components", "which"], rows, ("group", String::new()));
    Block { elsewhere: "`--json`".to_owned(), ..table }
}

/// Why there is no status, or no plan.
fn troubles(standings: &Standings<'_>) -> Block {
    let kinds = [("Blocked", &standings.blocked), ("Unreachable", &standings.unreachable)];
    let troubles = kinds.into_iter().flat_map(|(word, troubles)| troubles.iter().map(move |trouble| (word, trouble)));
    let told = troubles.map(|(word, trouble)| (format!("{word}: {}", plain_names(&trouble.targets)), trouble.problems));
    of_targets(told, Severity::Error, " of targets".to_owned())
}

/// The targets: those that could not be read first, those that are ready last.
fn targets(status: &RolloutStatus) -> Block {
    let mut rows: Vec<(u8, [String; 5])> = status.targets.iter().map(target).collect();
    rows.sort_by_key(|(order, _)| *order);
    let head = ["target", "account", "Region", "wave", "status"];
    let table = long_table(head, rows.into_iter().map(|(_, row)| row), ("target", String::new()));
    details(&count(status.targets.len(), "target"), Block { elsewhere: "`--json`".to_owned(), ..table })
}

/// How a target stands, and what apply would do.
fn words(status: &Status) -> String {
    code(&standing(status).into_iter().chain(to_do(status)).collect::<Vec<_>>().join("; "))
}

fn target(TargetStatus { target, status, problems, .. }: &TargetStatus) -> (u8, [String; 5]) {
    let first = problems.first().map(|problem| format!(" ({})", problem.code)).unwrap_or_default();
    let (order, shown) = match status {
        None => (0, format!("**unreachable**{first}")),
        Some(status) if !problems.is_empty() => (1, format!("**blocked**{first}; {}", words(status))),
        Some(status) => (if is_ready(status) { 3 } else { 2 }, words(status)),
    };
    (order, row(target, shown))
}
