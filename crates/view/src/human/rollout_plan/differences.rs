//! What the other groups do otherwise than the one that is shown in full.

use groundwork_model::plan::{Action, ComponentPlan, Plan};

use super::{ELSEWHERE, LONGEST_NAME};
use crate::alike::{Difference, Group};
use crate::human::cost;
use crate::human::groups::names;
use crate::human::names::sign;
use crate::human::plan::{details, verdict};
use crate::line::{Ink, Line, flowing, hanging};
use crate::text::shorten;
use crate::words::{count, some_of};

/// So many lines are for all of them.
const LINES: usize = 30;

/// So many lines are for one of them; if it needs more, its components have a line each.
const LINES_OF_ONE: usize = 9;

/// So many things are named that do not change.
const MOST_MISSING: usize = 4;

/// What each group does otherwise than the largest one.
pub(super) fn lines(largest: &Group<'_>, others: &[Group<'_>], columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, group) in others.iter().enumerate() {
        let more = of_one(largest, group, columns);
        // The first is shown in any case.
        if at > 0 && lines.len() + 1 + more.len() > LINES {
            let rest = &others[at..];
            let targets = rest.iter().map(|group| group.targets.len()).sum();
            let (groups, targets) = (count(rest.len(), "more group"), count(targets, "target"));
            lines.push(Line::new());
            lines.extend(hanging(Line::new(), Ink::Plain, &format!("and {groups} of {targets}: {ELSEWHERE}"), columns));
            break;
        }
        lines.extend((at > 0).then(Line::new));
        lines.extend(more);
    }
    lines
}

fn of_one(largest: &Group<'_>, group: &Group<'_>, columns: usize) -> Vec<Line> {
    let verb = if group.targets.len() == 1 { "differs" } else { "differ" };
    let other = shorten(largest.first.name.as_str(), columns / 2);
    let heading = format!("{} {verb} from {other}:", names(&group.targets, columns));
    let mut lines = flowing(Line::new(), Ink::Bold, &heading, 2, columns);
    let differences = group.differences(largest);
    let whole: Vec<Line> = differences.iter().flat_map(|difference| of_component(difference, columns)).collect();
    let overall = overall(group.plan, largest.plan, columns);
    if whole.len() + overall.len() < LINES_OF_ONE {
        lines.extend(whole);
    } else {
        lines.extend(differences.iter().flat_map(|difference| in_short(difference.here, columns)));
    }
    lines.extend(overall);
    lines
}

/// A component with what is done only here, and the names of what is done only there.
fn of_component(difference: &Difference<'_>, columns: usize) -> Vec<Line> {
    let here = difference.here;
    let mut lines = if here.action == Action::NoOp {
        in_short(here, columns)
    } else {
        let only = ComponentPlan {
            component: here.component,
            subject: here.subject.clone(),
            action: here.action,
            reason: here.reason.clone(),
            resources: difference.resources.iter().map(|change| (*change).clone()).collect(),
            fields: difference.fields.iter().map(|field| (*field).clone()).collect(),
            kept: Vec::new(),
            permissions: difference.permissions.iter().map(|change| (*change).clone()).collect(),
        };
        details(&only, columns)
    };
    if !difference.missing.is_empty() {
        let missing: Vec<String> = difference.missing.iter().map(|name| shorten(name, LONGEST_NAME)).collect();
        let missing = format!("without: {}", some_of(&missing, MOST_MISSING));
        lines.extend(flowing(Line::indented(4), Ink::Plain, &missing, 6, columns));
    }
    lines
}

/// `~ network: 20 to add, 1 to replace`.
fn in_short(part: &ComponentPlan, columns: usize) -> Vec<Line> {
    let (sign, ink) = sign(part.action);
    let begin = Line::new().ink(ink, sign).plain(" ").ink(Ink::Bold, part.component.as_str()).plain(": ");
    flowing(begin, Ink::Plain, &verdict(part).join(", "), 4, columns)
}

/// What differs for the plan as a whole.
fn overall(here: &Plan, there: &Plan, columns: usize) -> Vec<Line> {
    let mut texts = Vec::new();
    let needed = here.approvals_needed();
    if needed != there.approvals_needed() {
        let names: Vec<&str> = needed.iter().map(|class| class.as_str()).collect();
        texts.push(if names.is_empty() {
            "needs no --allow".to_owned()
        } else {
            format!("needs --allow {}", names.join(","))
        });
    }
    let counted = |plan: &Plan| (plan.egress.lost.len(), plan.egress.gained);
    if counted(here) != counted(there) {
        texts.push(match counted(here) {
            (0, 0) => "no egress address is lost or gained".to_owned(),
            (lost, gained) => format!("egress addresses: {lost} lost, {gained} gained"),
        });
    }
    let billed =
        |plan: &Plan| plan.cost.items.iter().map(|item| (item.what, item.before, item.after)).collect::<Vec<_>>();
    if billed(here) != billed(there) {
        texts.push(format!("monthly cost {}", cost::sum(&here.cost)));
    }
    texts.iter().flat_map(|text| flowing(Line::indented(2), Ink::Plain, text, 4, columns)).collect()
}
