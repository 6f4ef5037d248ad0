//! What the gates answer, in words: which change of which component is refused, and by what.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::permission::PermissionChange;
use groundwork_model::plan::{Action, Class, Component, ComponentPlan, Plan, Purpose, Reason, ResourceChange};
use groundwork_model::policy::{Refusal, Verdict};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::RolloutPlan;
use groundwork_model::{Code, Usd};

use super::Gates;

/// How many changes of a refused class an error lists; the plan shows all.
const LISTED: usize = 10;

/// Whether a plan costs more than it may. Asked also where nothing is carried out.
pub fn too_expensive(plan: &Plan, gates: &Gates) -> Option<Problem> {
    let cheaper = plan
        .cost
        .alternatives
        .first()
        .map(|cheaper| format!("{} costs ${} less: {}", cheaper.setting, cheaper.saves.cents(), cheaper.drawback));
    over_limit("the plan costs", plan.cost.monthly_change(), gates, cheaper)
}

/// Whether the plans of a rollout cost more than they may, all together.
pub fn rollout_too_expensive(plan: &RolloutPlan, gates: &Gates) -> Option<Problem> {
    let plans = plan.targets.iter().filter_map(|target| target.planned.plan());
    over_limit("the plans cost", plans.map(|plan| plan.cost.monthly_change()).sum(), gates, None)
}

fn over_limit(what: &str, increase: Usd, gates: &Gates, cheaper: Option<String>) -> Option<Problem> {
    let limit = gates.max_monthly_increase.filter(|limit| increase > *limit)?;
    let message = format!("{what} ${} more a month, and at most ${} is allowed", increase.cents(), limit.cents());
    let problem = cheaper.into_iter().fold(Problem::new(Code::CostIncreaseTooHigh, message), Problem::help);
    Some(problem.help(format!("if this is meant, allow it: --max-monthly-increase {}", increase.cents())))
}

pub(super) fn not_confirmed(plan: &Plan, cause: &str) -> Problem {
    let name = &plan.target.environment;
    let (what, verb) = match plan.purpose {
        Purpose::Recover => ("recovery", "recover"),
        Purpose::Apply | Purpose::Destroy | Purpose::Watch => ("removal", "remove"),
    };
    Problem::new(Code::NotConfirmed, format!("the {what} of environment {name} is not confirmed"))
        .because(cause)
        .help(format!("to {verb} it, say --confirm {name}"))
}

/// One problem for each key of the spec that refuses something.
pub(super) fn denied(plan: &Plan, refusals: &[Refusal]) -> Vec<Problem> {
    let mut by_key: BTreeMap<&str, Vec<&Refusal>> = BTreeMap::new();
    for refusal in refusals {
        by_key.entry(refusal.denied_by.as_deref().unwrap_or_default()).or_default().push(refusal);
    }
    let problem = |(key, refusals): (&str, Vec<&Refusal>)| {
        let classes: BTreeSet<Class> = refusals.iter().map(|refusal| refusal.class).collect();
        let mut problem =
            Problem::new(Code::ComponentProtected, format!("the spec refuses {}: {key}", names(&classes)));
        problem.causes = listed(plan, &classes, |component, class| {
            refusals.iter().any(|refusal| (refusal.component, refusal.class) == (component, class))
        });
        problem.at(key).help("no flag permits it: if this is meant, change the spec's policy first")
    };
    by_key.into_iter().map(problem).collect()
}

pub(super) fn not_permitted(plan: &Plan, classes: &BTreeSet<Class>) -> Problem {
    let message = format!("the plan contains changes that are not allowed: {}", names(classes));
    let mut problem = Problem::new(Code::ClassNotAllowed, message);
    problem.causes =
        listed(plan, classes, |component, class| plan.policy.verdict(component, class) == Verdict::NeedsApproval);
    let flag: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
    problem.help(format!("if this is meant, allow it: --allow {}", flag.join(",")))
}

fn names(classes: &BTreeSet<Class>) -> String {
    classes.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", ")
}

/// The changes of these classes in the components that are meant, in words; of each class the first few.
fn listed(plan: &Plan, classes: &BTreeSet<Class>, meant: impl Fn(Component, Class) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for class in classes {
        let components = plan.components.iter().filter(|change| meant(change.component, *class));
        let changes: Vec<String> = components.flat_map(|component| culprits(component, *class)).collect();
        let more = changes.len().saturating_sub(LISTED);
        lines.extend(changes.into_iter().take(LISTED));
        if more > 0 {
            lines.push(format!("and {more} more of class {}", class.as_str()));
        }
    }
    lines
}

/// The changes of a component that make up a class, in words.
fn culprits(component: &ComponentPlan, class: Class) -> Vec<String> {
    let name = component.component;
    let found: Vec<String> = match class {
        Class::EgressAddress => addresses(component),
        Class::IamBroaden | Class::Trust => {
            let gained = component.permissions.iter().filter(|change| change.class() == Some(class));
            gained.map(permission).collect()
        }
        Class::Create | Class::Update | Class::Replace | Class::Delete => {
            let resources = component.resources.iter().filter(|change| Class::of(change.action) == Some(class));
            resources.map(resource).collect()
        }
    };
    if found.is_empty() && component.classes().contains(&class) {
        return vec![match &component.reason {
            Reason::Leftover(status) => format!("{}: {name}: the stack, in {status}", class.as_str()),
            Reason::Corpse(status) => format!("{}: {name}: what a failed creation left, in {status}", class.as_str()),
            _ => format!("{}: {name}", class.as_str()),
        }];
    }
    found.into_iter().map(|what| format!("{}: {name}: {what}", class.as_str())).collect()
}

fn resource(change: &ResourceChange) -> String {
    let only_at_creation: Vec<&str> =
        change.fields.iter().filter(|field| field.create_only).map(|field| field.path.as_str()).collect();
    let why = match only_at_creation[..] {
        [] => String::new(),
        _ => format!(" ({} can only be set at creation)", only_at_creation.join(", ")),
    };
    format!("{} {}{why}", change.resource_type, change.logical_id)
}

/// What moves the addresses that tasks go out by: public ones, and the choice between theirs and the gateways'.
fn addresses(component: &ComponentPlan) -> Vec<String> {
    let changed = component.resources.iter().filter(|change| change.is_public_address());
    let fate = |change: &ResourceChange| match change.action {
        Action::Create => "is added",
        Action::Replace => "is replaced by another",
        Action::Delete => "is lost",
        Action::NoOp | Action::Update => "stays",
    };
    let public = changed.map(|change| format!("the address of {} {}", change.logical_id, fate(change)));
    let way_out = component.fields.iter().filter(|field| field.path == "network.assign_public_ip");
    public
        .chain(way_out.map(|field| format!("tasks go out by other addresses, since {} changes", field.path)))
        .collect()
}

fn permission(change: &PermissionChange) -> String {
    let on = match change.resources[..] {
        [] => String::new(),
        _ => format!(" on {}", change.resources.join(", ")),
    };
    let conditions = match change.conditions[..] {
        [] => String::new(),
        _ => format!(", {}", change.conditions.join(", ")),
    };
    format!("{} may {}{on}{conditions} ({})", change.holder, change.actions.join(", "), change.logical_id)
}
