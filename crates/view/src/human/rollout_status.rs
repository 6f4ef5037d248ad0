//! What exists of many targets, on one screen: those that stand alike together, then why others could not be read.

use std::io::{self, Write};

use groundwork_model::plan::Tally;
use groundwork_model::status::{ComponentStatus, RolloutStatus, State, Status};

use super::groups::{Row, below, names, table, trouble_row};
use super::plan::tally;
use super::rollout_plan::{ELSEWHERE, troubles};
use super::status::word;
use crate::alike::{Standing, Standings, Trouble};
use crate::line::{Ink, Line, Style, flowing};
use crate::words::{all_of, count};

/// So many groups have a row.
const MOST_GROUPS: usize = 8;

/// So many groups of targets in trouble have one, of each kind.
const MOST_TROUBLES: usize = 3;

/// Writes what exists of each target.
pub fn rollout_status(out: &mut dyn Write, status: &RolloutStatus, style: &Style) -> io::Result<()> {
    let standings = Standings::of(status);
    let columns = style.columns();
    let heading = Line::new().ink(Ink::Bold, &count(status.targets.len(), "target"));
    let rendered = |lines: &[Line]| lines.iter().map(|line| line.render(style.color)).collect::<Vec<_>>();
    let sections = [
        rendered(&[heading]),
        rendered(&glance(&standings, columns)),
        troubles::without_a_plan(&standings.blocked, &standings.unreachable, style),
        troubles::notices(&status.notices, style),
        rendered(&sum(status, &standings, columns)),
    ];
    let sections: Vec<Vec<String>> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    sections.join(&String::new()).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn glance(standings: &Standings<'_>, columns: usize) -> Vec<Line> {
    let mut rows: Vec<Row> = standings.alike.iter().take(MOST_GROUPS).map(|group| row(group, columns)).collect();
    for (word, troubles) in [("blocked", &standings.blocked), ("unreachable", &standings.unreachable)] {
        rows.extend(troubles.iter().take(MOST_TROUBLES).map(|trouble| trouble_row(word, trouble, columns)));
    }
    let (mut lines, begin) = table(&rows, columns);
    lines.extend(left_out(standings, begin, columns));
    lines
}

fn row(group: &Standing<'_>, columns: usize) -> Row {
    Row {
        targets: group.targets.len(),
        word: if is_ready(group.status) { ("ready", Ink::Green) } else { ("not ready", Ink::Yellow) },
        what: standing(group.status),
        who: vec![names(&group.targets, columns)],
        remark: to_do(group.status),
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

/// How many groups have no row.
fn left_out(standings: &Standings<'_>, begin: usize, columns: usize) -> Vec<Line> {
    let of = |sizes: Vec<usize>, most: usize, what: &str| {
        let rest = sizes.get(most..).unwrap_or_default();
        let targets = count(rest.iter().sum(), "target");
        (!rest.is_empty()).then(|| format!("{}{what} with {targets}", count(rest.len(), "more group")))
    };
    let troubles = |troubles: &[Trouble<'_>]| troubles.iter().map(|trouble| trouble.targets.len()).collect();
    let parts = [
        of(standings.alike.iter().map(|group| group.targets.len()).collect(), MOST_GROUPS, ""),
        of(troubles(&standings.blocked), MOST_TROUBLES, " blocked"),
        of(troubles(&standings.unreachable), MOST_TROUBLES, " unreachable"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        Vec::new()
    } else {
        below(&[format!("and {}: {ELSEWHERE}", parts.join(", "))], begin, columns)
    }
}

/// `Status: 48 of 52 targets ready, 3 not ready, 1 unreachable; 2 to add in 3 targets.`
fn sum(status: &RolloutStatus, standings: &Standings<'_>, columns: usize) -> Vec<Line> {
    let totals = totals(status, standings);
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
pub(crate) fn totals(status: &RolloutStatus, standings: &Standings<'_>) -> Vec<String> {
    let of = |wanted: bool| {
        let groups = standings.alike.iter().filter(|group| is_ready(group.status) == wanted);
        groups.map(|group| group.targets.len()).sum::<usize>()
    };
    let unreachable: usize = standings.unreachable.iter().map(|trouble| trouble.targets.len()).sum();
    let number = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let ready = format!("{} of {} ready", of(true), count(status.targets.len(), "target"));
    let states = [Some(ready), number(of(false), "not ready"), number(unreachable, "unreachable")];
    let states: Vec<String> = states.into_iter().flatten().collect();
    [states.join(", ")].into_iter().chain(pending(status)).collect()
}

/// What apply would do, if that was asked.
fn pending(status: &RolloutStatus) -> Option<String> {
    let tallies = || status.targets.iter().filter_map(|target| target.status.as_ref()?.pending);
    let sum = tallies().fold(Tally::default(), Tally::plus);
    let targets = status.targets.iter().filter(|target| target.is_pending).count();
    let asked = tallies().next().is_some();
    asked.then(|| match tally(sum) {
        _ if targets == 0 => "nothing to do".to_owned(),
        parts if parts.is_empty() => format!("something to do in {}", count(targets, "target")),
        parts => format!("{} in {}", parts.join(", "), count(targets, "target")),
    })
}
