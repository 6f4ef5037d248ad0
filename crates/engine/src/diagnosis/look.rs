//! Looks into the history of every stack of a spec for what went wrong last.

use futures_util::future::{join, join_all};
use groundwork_model::StackName;
use groundwork_model::diagnosis::{Condition, DIAGNOSIS_FORMAT, Diagnosis, StackDiagnosis, Story};
use groundwork_model::plan::{Component, Target};
use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;
use groundwork_model::world::{Estate, Observed, Settled, Stack, StackPhase, Stuck};

use super::cause::{failures, told, undoing};
use super::history::{self, is_of_stack};
use super::ways_out;
use crate::discover::known_caller;
use crate::ports::{ApiError, Cloud, Finding, StackEvent};
use crate::trouble::Trouble;

/// Tells what went wrong with the stacks that groundwork keeps for a spec, from what AWS remembers: also of stacks
/// that are gone, for 90 days. Reads only.
pub async fn diagnose<C: Cloud>(cloud: &C, spec: &Spec) -> Result<Diagnosis, Vec<Problem>> {
    of(cloud, spec, async |name| by_name(cloud, name).await).await
}

/// The same of stacks that were read, and of no others that may have their names.
pub async fn diagnose_these<C: Cloud>(cloud: &C, spec: &Spec, estate: &Estate) -> Result<Diagnosis, Vec<Problem>> {
    of(cloud, spec, async |name| Ok(estate.stacks.get(name).and_then(Observed::present).cloned())).await
}

async fn of<C: Cloud>(
    cloud: &C,
    spec: &Spec,
    find: impl AsyncFn(&StackName) -> Result<Option<Stack>, ApiError>,
) -> Result<Diagnosis, Vec<Problem>> {
    let find = &find;
    let looks =
        spec.managed_components().map(async |(component, name)| stack(cloud, component, name, find(name).await?).await);
    let looks = join_all(looks);
    let (caller, looks) = join(cloud.caller(), looks).await;
    let mut trouble = Trouble::default();
    let caller = known_caller(&mut trouble, caller, spec)?;
    let stacks = looks.into_iter().filter_map(|look| trouble.note(look)).collect();
    let diagnosis = caller.map(|caller| Diagnosis {
        format_version: DIAGNOSIS_FORMAT.to_owned(),
        target: Target::of(&spec.environment, &caller),
        stacks,
    });
    trouble.or(diagnosis).map_err(Trouble::into_problems)
}

/// A creation that failed is deleted, and a deleted stack is found by its id only.
async fn by_name<C: Cloud>(cloud: &C, name: &StackName) -> Result<Option<Stack>, ApiError> {
    match cloud.stack(name).await? {
        Observed::Present(stack) => Ok(Some(stack)),
        Observed::Absent => match cloud.last_deleted(name).await? {
            Some(id) => Ok(cloud.stack_by_id(&id).await?.into_present()),
            None => Ok(None),
        },
    }
}

async fn stack<C: Cloud>(
    cloud: &C,
    component: Component,
    name: &StackName,
    found: Option<Stack>,
) -> Result<StackDiagnosis, ApiError> {
    let Some(stack) = found else {
        return Ok(StackDiagnosis {
            component,
            stack: name.clone(),
            id: None,
            status: None,
            condition: Condition::Absent,
            story: None,
            next: Vec::new(),
        });
    };
    let events = cloud.stack_events(&stack.id, None).await?;
    let events = history::newest(&events, name);
    let findings = findings(cloud, &events).await;
    let story = story(&events, &findings, name);
    let condition = condition(&stack, story.as_ref());
    let next = next(&stack, condition, story.as_ref());
    let status = Some(stack.phase.status());
    Ok(StackDiagnosis { component, stack: name.clone(), id: Some(stack.id), status, condition, story, next })
}

/// What validations and hooks found in these operations. `DescribeEvents` is new, and many roles that read stacks
/// may not call it: without it, the stack's own events have to do.
async fn findings<C: Cloud>(cloud: &C, events: &[&StackEvent]) -> Vec<Finding> {
    let mut operations: Vec<&str> = events.iter().filter_map(|event| event.operation.as_deref()).collect();
    operations.dedup();
    let reads = operations.into_iter().map(|operation| cloud.operation_findings(operation));
    let hooks = events.iter().filter_map(|event| event.hook.clone());
    let mut findings: Vec<Finding> = hooks.collect();
    for finding in join_all(reads).await.into_iter().flatten().flatten() {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings
}

fn story(events: &[&StackEvent], findings: &[Finding], name: &StackName) -> Option<Story> {
    let (first, last) = (events.first()?, events.last()?);
    let told = |event: &StackEvent| told(event, findings);
    let mut story = Story {
        began_ms: first.at_ms,
        last_ms: last.at_ms,
        cause: None,
        others: Vec::new(),
        undoing: None,
        orphans: Vec::new(),
    };
    if ended_well(events, name) {
        // CloudFormation gives up deleting what was replaced after three attempts, and says "complete".
        let given_up = failures(events, name).filter(|event| event.status == "DELETE_FAILED");
        story.orphans = last_attempts(given_up).map(told).collect();
    } else {
        let (before, undoing) = undoing(events, name);
        let mut failed = failures(before, name).map(told);
        story.cause = failed.next();
        story.others = failed.collect();
        story.undoing = failures(undoing, name).last().map(told);
    }
    Some(story)
}

fn ended_well(events: &[&StackEvent], name: &StackName) -> bool {
    let last = events.iter().rfind(|event| is_of_stack(event, name));
    last.is_some_and(|event| matches!(event.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE"))
}

/// Of several attempts at the same resource, the last.
fn last_attempts<'a>(events: impl Iterator<Item = &'a StackEvent>) -> impl Iterator<Item = &'a StackEvent> {
    let mut last: std::collections::BTreeMap<&str, &StackEvent> = Default::default();
    for event in events {
        last.insert(&event.logical_id, event);
    }
    last.into_values()
}

fn condition(stack: &Stack, story: Option<&Story>) -> Condition {
    match &stack.phase {
        StackPhase::Moving(_) => Condition::Busy,
        StackPhase::Stuck(Stuck::DeleteComplete) => {
            if story.is_some_and(|story| story.cause.is_some()) {
                Condition::RolledBack
            } else {
                Condition::Absent
            }
        }
        StackPhase::Shell => Condition::Absent,
        StackPhase::Settled(Settled::UpdateRollbackComplete | Settled::ImportRollbackComplete) => Condition::RolledBack,
        StackPhase::Settled(_) => Condition::Well,
        StackPhase::Stuck(_) | StackPhase::Unrecognized(_) => Condition::Stuck,
    }
}

fn next(stack: &Stack, condition: Condition, story: Option<&Story>) -> Vec<String> {
    match condition {
        Condition::Well => {
            let orphans = story.map(|story| &story.orphans[..]).unwrap_or_default();
            orphans
                .iter()
                .map(|orphan| {
                    let id = orphan.physical_id.as_deref().unwrap_or(&orphan.logical_id);
                    format!("delete {id} by hand: it belongs to no stack any more, and may cost money")
                })
                .collect()
        }
        Condition::Absent => Vec::new(),
        Condition::Busy => vec!["wait for its end: groundwork watch, with the same spec".to_owned()],
        Condition::RolledBack => vec!["once the cause is removed: groundwork apply, with the same spec".to_owned()],
        Condition::Stuck => ways_out(stack),
    }
}
