//! A line for each group of targets.

use std::collections::BTreeSet;

use groundwork_model::ids::WaveName;
use groundwork_model::plan::{Action, Plan};
use groundwork_model::rollout::{RolloutPlan, TargetId};

use super::{ELSEWHERE, fields};
use crate::alike::{Group, Groups, Trouble};
use crate::human::groups::{Row, below, names, table, trouble_row};
use crate::human::plan::verdict;
use crate::line::{Ink, Line};
use crate::text::shorten;
use crate::words::count;

/// So many groups of targets that change have a row.
const MOST_GROUPS: usize = 8;

/// So many groups of targets without a plan have one, of each kind.
const MOST_TROUBLES: usize = 3;

/// So many waves are named, each in so many columns.
const MOST_WAVES: usize = 3;
const LONGEST_WAVE: usize = 16;

/// So many fields are named of which the values differ.
const MOST_FIELDS: usize = 4;

/// The table of the groups.
pub(super) fn lines(plan: &RolloutPlan, groups: &Groups<'_>, columns: usize) -> Vec<Line> {
    let (mut lines, begin) = table(&rows(plan, groups, columns), columns);
    lines.extend(left_out(groups, begin, columns));
    lines
}

fn rows(plan: &RolloutPlan, groups: &Groups<'_>, columns: usize) -> Vec<Row> {
    let is_alone = groups.changing.len() == 1;
    let mut rows: Vec<Row> =
        groups.changing.iter().take(MOST_GROUPS).map(|group| changing(plan, group, is_alone, columns)).collect();
    if !groups.converged.is_empty() {
        rows.push(Row {
            targets: groups.converged.len(),
            word: ("unchanged", Ink::Dim),
            what: vec!["nothing to do".to_owned()],
            who: who(plan, &groups.converged, columns),
            remark: None,
        });
    }
    let kinds = [("blocked", &groups.blocked), ("unreachable", &groups.unreachable)];
    for (word, troubles) in kinds {
        rows.extend(troubles.iter().take(MOST_TROUBLES).map(|trouble| trouble_row(word, trouble, columns)));
    }
    rows
}

fn changing(plan: &RolloutPlan, group: &Group<'_>, is_alone: bool, columns: usize) -> Row {
    let word = match (group.targets.len(), is_alone) {
        (1, true) => "changes",
        (1, false) => "differs",
        _ => "alike",
    };
    let remark = (!group.varying.is_empty()).then(|| format!("own values: {}", fields(&group.varying, MOST_FIELDS)));
    Row {
        targets: group.targets.len(),
        word: (word, Ink::Bold),
        what: changes(group.plan),
        who: who(plan, &group.targets, columns),
        remark,
    }
}

/// `network: 1 to add`, `cloudreactor: 1 field`.
pub(crate) fn changes(plan: &Plan) -> Vec<String> {
    let changing = plan.components.iter().filter(|part| part.action != Action::NoOp);
    changing.map(|part| format!("{}: {}", part.component, verdict(part).join(", "))).collect()
}

/// `a, b, c and 45 more`, `(canary, then all)`.
fn who(plan: &RolloutPlan, targets: &[&TargetId], columns: usize) -> Vec<String> {
    let names = names(targets, columns);
    if plan.waves.len() < 2 {
        return vec![names];
    }
    let theirs: BTreeSet<&WaveName> = targets.iter().map(|target| &target.wave).collect();
    let waves: Vec<&WaveName> = plan.waves.iter().map(|wave| &wave.name).filter(|wave| theirs.contains(wave)).collect();
    let shown: Vec<String> = waves.iter().take(MOST_WAVES).map(|wave| shorten(wave.as_str(), LONGEST_WAVE)).collect();
    let more = match waves.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    vec![names, format!("({}{more})", shown.join(", then "))]
}

/// How many groups have no row.
fn left_out(groups: &Groups<'_>, begin: usize, columns: usize) -> Vec<Line> {
    let of = |sizes: Vec<usize>, most: usize, what: &str| {
        let rest = sizes.get(most..).unwrap_or_default();
        (!rest.is_empty())
            .then(|| format!("{} {what} with {}", count(rest.len(), "more group"), count(rest.iter().sum(), "target")))
    };
    let troubles = |troubles: &[Trouble<'_>]| troubles.iter().map(|trouble| trouble.targets.len()).collect();
    let changing = groups.changing.iter().map(|group| group.targets.len()).collect();
    let parts = [
        of(changing, MOST_GROUPS, "to change"),
        of(troubles(&groups.blocked), MOST_TROUBLES, "blocked"),
        of(troubles(&groups.unreachable), MOST_TROUBLES, "unreachable"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        Vec::new()
    } else {
        below(&[format!("and {}: {ELSEWHERE}", parts.join(", "))], begin, columns)
    }
}
