//! Finds what must never stand in a plan. Tests hold every plan against it.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::permission::Direction;
use groundwork_model::plan::{Action, Component, ComponentPlan, Plan, Purpose, Reason};
use groundwork_model::step::{DeployKind, DeployStack, Op, ParameterValue, Step, StepId};
use groundwork_model::world::World;
use serde_json::Value;

use crate::ownership::ENVIRONMENT_TAG;

/// Everything that is wrong with a plan, in words; nothing, if it is sound.
pub fn check(plan: &Plan, world: &World) -> Vec<String> {
    let mut findings = order(plan);
    for component in &plan.components {
        findings.extend(agreement(plan, component));
    }
    for step in &plan.steps {
        findings.extend(operation(plan, step, world));
    }
    findings
}

/// Every step comes once, and after all that it needs: so needs exist, and none goes in a circle.
fn order(plan: &Plan) -> Vec<String> {
    let mut done: BTreeSet<StepId> = BTreeSet::new();
    let mut findings = Vec::new();
    for step in &plan.steps {
        let early = step.needs.iter().filter(|need| !done.contains(need));
        findings.extend(early.map(|need| format!("step {} comes before {need}, which it needs", step.id)));
        if !done.insert(step.id) {
            findings.push(format!("step {} is there twice", step.id));
        }
    }
    findings
}

/// A component changes exactly if a step changes it, and says so consistently.
fn agreement(plan: &Plan, component: &ComponentPlan) -> Vec<String> {
    let name = component.component;
    let mut findings = Vec::new();
    let steps = plan.steps.iter().filter(|step| step.component == name).count();
    let expected = usize::from(component.action != Action::NoOp);
    if steps != expected {
        findings.push(format!("{name} is planned as {:?} and has {steps} steps", component.action));
    }
    if component.action == Action::NoOp && !(component.resources.is_empty() && component.fields.is_empty()) {
        findings.push(format!("{name} changes nothing, and lists changes"));
    }
    if component.reason == Reason::NotOurs && component.action != Action::NoOp {
        findings.push(format!("{name} is not ours, and is changed"));
    }
    for change in &component.resources {
        let create_only = change.fields.iter().any(|field| field.create_only);
        if create_only && change.action != Action::Replace {
            findings.push(format!("{} changes at creation only, and is not replaced", change.logical_id));
        }
        if change.action == Action::NoOp {
            findings.push(format!("{} is listed and does not change", change.logical_id));
        }
    }
    findings.extend(permissions(component));
    findings
}

/// Permissions change with the resource that they stand in, and what is new takes none away.
fn permissions(component: &ComponentPlan) -> Vec<String> {
    let mut findings = Vec::new();
    for permission in &component.permissions {
        let id = &permission.logical_id;
        if !component.resources.iter().any(|change| change.logical_id == *id) {
            findings.push(format!("permissions of {id} change, and {id} does not"));
        }
        if component.action == Action::Create && permission.direction == Direction::Lost {
            findings.push(format!("{id} is made, and takes a permission away"));
        }
    }
    findings
}

fn operation(plan: &Plan, step: &Step, world: &World) -> Vec<String> {
    match (&step.op, plan.purpose) {
        (Op::DeployStack(deploy), Purpose::Apply) => deployment(plan, step.component, deploy, world),
        (Op::PutCapacityProviders(put), Purpose::Apply) => {
            let has = world.cluster.present().map(|cluster| cluster.capacity_providers.clone()).unwrap_or_default();
            let lost = has.into_iter().filter(|provider| !put.providers.contains(provider));
            lost.map(|provider| format!("provider {provider} would be lost")).collect()
        }
        (Op::PutRunEnvironment(_), Purpose::Apply) | (Op::DeleteRunEnvironment { .. }, Purpose::Destroy) => Vec::new(),
        (Op::DeleteStack(delete), Purpose::Destroy) => match world.stack(&delete.stack) {
            Some(stack) if stack.id == delete.id && is_marked(&stack.tags, plan) => Vec::new(),
            _ => vec![format!("stack {} is deleted, and is not ours", delete.stack)],
        },
        (_, purpose) => vec![format!("step {} does not belong in a plan to {purpose:?}", step.id)],
    }
}

fn is_marked(tags: &BTreeMap<String, String>, plan: &Plan) -> bool {
    tags.get(ENVIRONMENT_TAG).map(String::as_str) == Some(plan.target.environment.as_str())
}

fn deployment(plan: &Plan, component: Component, deploy: &DeployStack, world: &World) -> Vec<String> {
    let mut findings = Vec::new();
    let name = &deploy.stack;
    let Some(shown) = plan.components.iter().find(|shown| shown.component == component) else {
        return vec![format!("{component} has a step and is not in the plan")];
    };
    if !is_marked(&deploy.tags, plan) {
        findings.push(format!("stack {name} would not be marked as ours"));
    }
    let existing = world.stack(name);
    match &deploy.kind {
        DeployKind::Create => {}
        DeployKind::Update { id, .. } | DeployKind::Recreate { corpse: id } => {
            if !existing.is_some_and(|stack| stack.id == *id && may_be_written(plan, &shown.reason, &stack.tags)) {
                findings.push(format!("stack {name} is not ours"));
            }
        }
    }
    findings.extend(announcement(shown, deploy));
    findings.extend(parameters(deploy));
    findings
}

/// Whether a stack is ours, or belongs to nobody and is claimed.
fn may_be_written(plan: &Plan, reason: &Reason, tags: &BTreeMap<String, String>) -> bool {
    let claimed = matches!(reason, Reason::Adopted | Reason::Corpse(_));
    is_marked(tags, plan) || (claimed && !tags.contains_key(ENVIRONMENT_TAG))
}

/// What the change set may do is what the plan shows, and beyond that changes in place only.
fn announcement(shown: &ComponentPlan, deploy: &DeployStack) -> Vec<String> {
    let mut findings = Vec::new();
    for change in &shown.resources {
        let announced = deploy.announced.get(&change.logical_id).map(|announced| announced.action);
        if announced != Some(change.action) {
            findings.push(format!("{} is shown as {:?}, announced as {announced:?}", change.logical_id, change.action));
        }
    }
    let hidden = deploy.announced.iter().filter(|(id, announced)| {
        announced.action > Action::Update && !shown.resources.iter().any(|change| change.logical_id == **id)
    });
    findings.extend(hidden.map(|(id, announced)| format!("{id} is announced as {:?}, not shown", announced.action)));
    findings
}

/// Every parameter of the template has a value: one left out would fall back to its default.
fn parameters(deploy: &DeployStack) -> Vec<String> {
    let Ok(template) = serde_json::from_str::<Value>(&deploy.template) else {
        return vec![format!("the template of {} is not JSON", deploy.stack)];
    };
    let declared: BTreeSet<String> = template
        .get("Parameters")
        .and_then(Value::as_object)
        .map(|parameters| parameters.keys().cloned().collect())
        .unwrap_or_default();
    let given: BTreeSet<String> = deploy.parameters.keys().map(ToString::to_string).collect();
    let mut findings = Vec::new();
    if declared != given {
        findings.push(format!("{} declares {declared:?} and gets {given:?}", deploy.stack));
    }
    let previous = deploy.parameters.values().any(|value| *value == ParameterValue::Previous);
    if previous && !matches!(deploy.kind, DeployKind::Update { .. }) {
        findings.push(format!("{} is made new and cannot keep a parameter", deploy.stack));
    }
    findings
}
