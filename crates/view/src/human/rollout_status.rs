//! What exists of many targets, on one screen: those that stand alike together, then why others could not be read.

use std::io::{self, Write};

use groundwork_model::found::Found;
use groundwork_model::plan::Tally;
use groundwork_model::status::{ComponentStatus, State, Status, TargetStatus};

use super::found::Screen;
use super::groups::{Kind, Row, names};
use super::plan::tally;
use super::rollout_plan::troubles;
use super::status::word;
use crate::alike::{Same, Standings};
use crate::line::{Ink, Line, Style, flowing};
use crate::words::{all_of, count};

/// Writes what exists of each target.
pub fn rollout_status(out: &mut dyn Write, found: &Found<TargetStatus>, style: &Style) -> io::Result<()> {
    let standings = Standings::of(found);
    let columns = style.columns();
    let groups = vec![
        Kind::read(standings.alike.iter().map(|group| row(group, columns))),
        Kind::troubled("blocked", &standings.blocked, columns),
        Kind::troubled("unreachable", &standings.unreachable, columns),
    ];
    let errors = troubles::without_a_plan(&standings.blocked, &standings.unreachable, style);
    Screen { groups, errors, sum: sum(found, &standings, columns) }.write(out, found, style)
}

fn row(group: &Same<'_, TargetStatus>, columns: usize) -> Row {
    let status = &group.document.status;
    Row {
        targets: group.targets.len(),
        word: if is_ready(status) { ("ready", Ink::Green) } else { ("not ready", Ink::Yellow) },
        what: standing(status),
        who: vec![names(&group.targets, columns)],
        remark: to_do(status),
    }
}

/// Whether everything that the spec asks for exists and is usable.
pub(crate) fn is_ready(status: &Status) -> bool {
    status.components.iter().all(|part| matches!(part.state, State::Ready | State::Skipped))
}

/// `network needs attention (ROLLBACK_COMPLETE)`, `role and cluster ready`: what is wrong comes first.
pub(crate) fn standing(status: &Status) -> Vec<String> {
    for state in [State::Ready, State::Absent] {
        if status.components.iter().all(|part| part.state == state) {
            return vec![format!("every component {}", word(state).0)];
        }
    }
    let wrong = status.components.iter().filter(|part| !matches!(part.state, State::Ready | State::Skipped));
    let wrong = wrong.map(|ComponentStatus { component, state, status, .. }| match status {
        Some(status) => format!("{component} {} ({status})", word(*state).0),
        None => format!("{component} {}", word(*state).0),
    });
    let of = |wanted: State| {
        let these = status.components.iter().filter(|part| part.state == wanted);
        let these: Vec<&str> = these.map(|part| part.component.as_str()).collect();
        (!these.is_empty()).then(|| format!("{} {}", all_of(&these), word(wanted).0))
    };
    wrong.chain(of(State::Ready)).chain(of(State::Skipped)).collect()
}

/// `apply: 2 to add, 1 to update`, if it was asked.
pub(crate) fn to_do(status: &Status) -> Option<String> {
    status.pending.map(|pending| match tally(pending) {
        parts if parts.is_empty() => "as the spec says".to_owned(),
        parts => format!("apply: {}", parts.join(", ")),
    })
}

/// `Status: 48 of 52 targets ready, 3 not ready, 1 unreachable; 2 to add in 3 targets.`
fn sum(found: &Found<TargetStatus>, standings: &Standings<'_>, columns: usize) -> Vec<Line> {
    let totals = totals(found, standings);
    let text = format!("Status: {}.", totals.join("; "));
    let mut lines = flowing(Line::new(), Ink::Bold, &text, 2, columns);
    lines.extend(flowing(
        Line::new(),
        Ink::Dim,
        "One target with its outputs: groundwork status --target NAME",
        2,
        columns,
    ));
    lines
}

/// `48 of 52 targets ready, 3 not ready, 1 unreachable`, `2 to add in 3 targets`.
pub(crate) fn totals(found: &Found<TargetStatus>, standings: &Standings<'_>) -> Vec<String> {
    let of = |wanted: bool| {
        let groups = standings.alike.iter().filter(|group| is_ready(&group.document.status) == wanted);
        groups.map(|group| group.targets.len()).sum::<usize>()
    };
    let unreachable = found.unreachable().count();
    let number = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let ready = format!("{} of {} ready", of(true), count(found.targets.len(), "target"));
    let states = [Some(ready), number(of(false), "not ready"), number(unreachable, "unreachable")];
    let states: Vec<String> = states.into_iter().flatten().collect();
    [states.join(", ")].into_iter().chain(pending(found)).collect()
}

/// What apply would do, if that was asked.
fn pending(found: &Found<TargetStatus>) -> Option<String> {
    let tallies = || found.documents().filter_map(|(_, target)| target.status.pending);
    let sum = tallies().fold(Tally::default(), Tally::plus);
    let targets = found.documents().filter(|(_, target)| target.is_pending).count();
    let asked = tallies().next().is_some();
    asked.then(|| match tally(sum) {
        _ if targets == 0 => "nothing to do".to_owned(),
        parts if parts.is_empty() => format!("something to do in {}", count(targets, "target")),
        parts => format!("{} in {}", parts.join(", "), count(targets, "target")),
    })
}
