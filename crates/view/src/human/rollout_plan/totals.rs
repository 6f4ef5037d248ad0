//! What a rollout comes to over all of its targets.

use std::collections::BTreeMap;

use groundwork_model::plan::{Class, Component, Plan, Purpose, Tally};
use groundwork_model::rollout::{RolloutPlan, TargetId};

use crate::alike::Groups;
use crate::human::cost;
use crate::human::groups::names;
use crate::line::{Ink, Line, flowing, hanging, listing};
use crate::words::{all_of, count};

/// So many addresses are named.
const MOST_ADDRESSES: usize = 6;

/// So many of the spec's refusals are named.
const MOST_DENIALS: usize = 4;

/// The plans with their targets.
fn plans(plan: &RolloutPlan) -> impl Iterator<Item = (&TargetId, &Plan)> {
    plan.targets.iter().filter_map(|planned| Some((&planned.target, planned.planned.plan()?)))
}

/// What it means for others: addresses that they may have on a list, and the bill.
pub(super) fn meaning(plan: &RolloutPlan, columns: usize) -> Vec<Line> {
    [egress(plan, columns), costs(plan, columns)].concat()
}

fn egress(plan: &RolloutPlan, columns: usize) -> Vec<Line> {
    let Egress { lost, losing, gained } = Egress::of(plan);
    let named: Vec<&str> = lost.iter().take(MOST_ADDRESSES).map(String::as_str).collect();
    let more = match lost.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let lost = (losing > 0).then(|| format!("{}{more} lost in {}", named.join(" "), count(losing, "target")));
    let gained = (gained > 0).then(|| format!("{gained} gained (known after apply)"));
    let parts: Vec<String> = [lost, gained].into_iter().flatten().collect();
    if parts.is_empty() {
        return Vec::new();
    }
    let begin = Line::new().ink(Ink::Bold, "Egress addresses").to(cost::VALUES);
    listing(begin, Ink::Plain, &parts, cost::VALUES, columns)
}

/// The public addresses of all targets.
pub(crate) struct Egress {
    /// Those that go.
    pub lost: Vec<String>,
    /// How many targets lose one.
    pub losing: usize,
    /// How many come.
    pub gained: usize,
}

impl Egress {
    pub fn of(plan: &RolloutPlan) -> Self {
        let egress = || plans(plan).map(|(_, plan)| &plan.egress);
        Self {
            lost: egress().flat_map(|egress| &egress.lost).map(ToString::to_string).collect(),
            losing: egress().filter(|egress| !egress.lost.is_empty()).count(),
            gained: egress().map(|egress| egress.gained).sum(),
        }
    }
}

fn costs(plan: &RolloutPlan, columns: usize) -> Vec<Line> {
    let Some(text) = monthly_cost(plan) else { return Vec::new() };
    hanging(Line::new().ink(Ink::Bold, "Monthly cost").to(cost::VALUES), Ink::Plain, &text, columns)
}

/// `+$1576.80 (now $0.00, then $1576.80), in 48 targets`; none where nothing is billed.
pub(crate) fn monthly_cost(plan: &RolloutPlan) -> Option<String> {
    let billed: Vec<&Plan> = plans(plan).map(|(_, plan)| plan).filter(|plan| !plan.cost.items.is_empty()).collect();
    let now = billed.iter().map(|plan| plan.cost.monthly_before()).sum();
    let then = billed.iter().map(|plan| plan.cost.monthly_after()).sum();
    let estimated = billed.iter().filter(|plan| plan.cost.is_estimate()).count();
    let estimate = match estimated {
        0 => String::new(),
        number => format!("; an estimate for {}, whose prices are not known", count(number, "target")),
    };
    let targets = count(billed.len(), "target");
    (!billed.is_empty()).then(|| format!("{}, in {targets}{estimate}", cost::change(now, then, "")))
}

/// The last lines: what is done in all, and what has to be permitted for it.
pub(super) fn sum(plan: &RolloutPlan, groups: &Groups<'_>, columns: usize) -> Vec<Line> {
    let mut lines = flowing(Line::new(), Ink::Bold, &in_all(plan, groups), 2, columns);
    lines.extend(gates(plan, columns));
    lines
}

/// `Rollout: 48 to add, 2 to update, 0 to replace, 0 to delete in 50 targets; 2 unchanged, 1 blocked.`
fn in_all(plan: &RolloutPlan, groups: &Groups<'_>) -> String {
    let number = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let troubles = |troubles: &[crate::alike::Trouble<'_>]| troubles.iter().map(|trouble| trouble.targets.len()).sum();
    let unplanned =
        [number(troubles(&groups.blocked), "blocked"), number(troubles(&groups.unreachable), "unreachable")];
    let unplanned: Vec<String> = unplanned.into_iter().flatten().collect();
    if groups.changing.is_empty() {
        let converged = groups.converged.len();
        let wherein = match (unplanned.is_empty(), converged) {
            (true, 1) => String::new(),
            (true, all) => format!(" in all {all} targets"),
            (false, 0) => return format!("Nothing is planned: {}.", unplanned.join(", ")),
            (false, some) => format!(" in {}; {}", count(some, "target"), unplanned.join(", ")),
        };
        return format!("Nothing to do: AWS and CloudReactor are as the spec says{wherein}.");
    }
    let Tally { create, update, replace, delete } =
        plans(plan).fold(Tally::default(), |sum, (_, plan)| sum.plus(plan.tally()));
    let rest: Vec<String> = number(groups.converged.len(), "unchanged").into_iter().chain(unplanned).collect();
    let rest = if rest.is_empty() { String::new() } else { format!("; {}", rest.join(", ")) };
    let targets = count(groups.targets_to_change(), "target");
    format!(
        "Rollout: {create} to add, {update} to update, {replace} to replace, {delete} to delete in {targets}{rest}."
    )
}

/// The classes that somebody has to permit, each with the targets that have it.
pub(crate) fn approvals(plan: &RolloutPlan) -> BTreeMap<Class, Vec<&TargetId>> {
    let mut classes: BTreeMap<Class, Vec<&TargetId>> = BTreeMap::new();
    // Destroying is confirmed as a whole.
    for (target, plan) in plans(plan).filter(|(_, plan)| plan.purpose == Purpose::Apply) {
        for class in plan.approvals_needed() {
            classes.entry(class).or_default().push(target);
        }
    }
    classes
}

/// What the spec's rules refuse, each with the targets in which they do.
pub(crate) fn denials(plan: &RolloutPlan) -> BTreeMap<(Class, Component, String), Vec<&TargetId>> {
    let mut denials: BTreeMap<(Class, Component, String), Vec<&TargetId>> = BTreeMap::new();
    for (target, plan) in plans(plan) {
        for denial in plan.denials() {
            let key = denial.denied_by.unwrap_or_default();
            denials.entry((denial.class, denial.component, key)).or_default().push(target);
        }
    }
    denials
}

fn gates(plan: &RolloutPlan, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let approvals = approvals(plan);
    if !approvals.is_empty() {
        let names: Vec<&str> = approvals.keys().map(|class| class.as_str()).collect();
        let text = format!("This rollout needs --allow {}.", names.join(","));
        lines.extend(flowing(Line::new(), Ink::Plain, &text, 2, columns));
        let wherein = |(class, targets): (&Class, &Vec<&TargetId>)| {
            let place = match targets.as_slice() {
                [only] => only.name.to_string(),
                several => count(several.len(), "target"),
            };
            format!("{} in {place}", class.as_str())
        };
        let wherein: Vec<String> = approvals.iter().map(wherein).collect();
        lines.extend(flowing(Line::indented(2), Ink::Dim, &all_of(&wherein), 2, columns));
    }
    let denials = denials(plan);
    for ((class, component, key), targets) in denials.iter().take(MOST_DENIALS) {
        let place = names(targets, columns);
        let text = format!("This rollout is refused by {key}: {} of {component} in {place}.", class.as_str());
        lines.extend(flowing(Line::new(), Ink::Red, &text, 2, columns));
    }
    if denials.len() > MOST_DENIALS {
        let text = format!("and by {} more rules", denials.len() - MOST_DENIALS);
        lines.push(Line::indented(2).ink(Ink::Red, &text));
    }
    lines
}
