//! One stack: what both sources found of each of its objects, and what neither looked at.

use std::collections::BTreeMap;

use groundwork_model::detection::{Detection, Obstacle};
use groundwork_model::drift::{ComponentDrift, Difference, NotCompared, Object, Source};
use groundwork_model::plan::{Component, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::world::{Observed, Stack};
use groundwork_model::{Code, LogicalId, StackName};

use super::deployed::Deployed;
use super::formation::{self, Told};
use super::thing::Thing;
use super::{LiveStack, Things, cluster, empty, groups, network, noted, remedy, roles};
use crate::context::Context;

const FUNCTION: &str = "AWS::Lambda::Function";

/// Compares a stack that can be compared.
pub(super) fn compare(
    context: &Context<'_>,
    (component, name): (Component, &StackName),
    live: &LiveStack,
) -> ComponentDrift {
    let mut found = empty(component, Subject::Stack(name.clone()));
    match noted(&live.stack, &mut found.problems) {
        Some(Observed::Present(stack)) => compared(context, found, stack, live),
        Some(Observed::Absent) | None => found,
    }
}

fn compared(context: &Context<'_>, mut found: ComponentDrift, stack: &Stack, live: &LiveStack) -> ComponentDrift {
    let component = found.component;
    let mut problems = Vec::new();
    let resources = noted(&live.resources, &mut problems).cloned().unwrap_or_default();
    let addresses = match &live.things {
        Things::Network(network) => network.addresses.as_ref().cloned().unwrap_or_default(),
        Things::Roles(_) | Things::Cluster(_) | Things::Unread => Vec::new(),
    };
    let deployed = match Deployed::new((component, &context.target), stack, &resources, &addresses) {
        Ok(deployed) => deployed,
        Err(problem) => {
            found.problems.push(problem);
            return found;
        }
    };
    let things = match &live.things {
        Things::Roles(live) => roles::look(&deployed, live),
        Things::Network(live) => network::look(&deployed, live),
        Things::Cluster(live) => cluster::look(&deployed, live),
        Things::Unread => Vec::new(),
    };
    let detection = live.detection.as_ref().map(|read| noted(read, &mut problems));
    let told = detection.flatten().map(|found| formation::told(&deployed, found)).unwrap_or_default();
    problems.extend(detection.flatten().and_then(|found| incomplete(component, stack, found, &told)));
    let unsure = !problems.is_empty();
    found.problems.extend(problems);
    let mut merging = Merging { stack, told, unsure, found };
    let mut things: BTreeMap<LogicalId, Thing<'_>> =
        things.into_iter().filter_map(|thing| Some((thing.object.logical_id.clone()?, thing))).collect();
    for (id, _) in &deployed.side.resources {
        merging.object(deployed.object(id), things.remove(id), live.detection.is_some());
    }
    let mut found = merging.found;
    let needs_way = found.differences.iter().any(|difference| difference.way_back.is_none());
    found.way_back = needs_way.then(|| remedy::revert(stack, &context.target));
    found
}

/// CloudFormation could not compare all that it compares: its reasons, with the resources that it gave them for.
fn incomplete(
    component: Component,
    stack: &Stack,
    detection: &Detection,
    told: &BTreeMap<LogicalId, Told>,
) -> Option<Problem> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut denied = detection.failure.as_ref().is_some_and(|failure| failure.is_denial);
    for (id, told) in told {
        if let Told::Unknown(Obstacle { is_denial, reason }) = told {
            denied |= is_denial;
            reasons.entry(reason).or_default().push(id.as_str());
        }
    }
    if detection.failure.is_none() && reasons.is_empty() {
        return None;
    }
    let code = if denied { Code::AccessDenied } else { Code::DriftDetectionIncomplete };
    let message = format!("CloudFormation could not compare all of stack {}", stack.name);
    let problem = Problem::new(code, message).at(component.as_str());
    let problem = detection.failure.iter().fold(problem, |problem, failure| problem.because(failure.reason.clone()));
    let problem =
        reasons.iter().fold(problem, |problem, (reason, ids)| problem.because(format!("{}: {reason}", ids.join(", "))));
    Some(if denied {
        problem.help("it reads each resource with your permissions: allow reading those that are named")
    } else {
        problem.help("run the same command again")
    })
}

/// Puts together what was found of each object.
struct Merging<'a> {
    stack: &'a Stack,
    told: BTreeMap<LogicalId, Told>,
    /// Whether a source is missing as a whole, so that what it did not say means nothing.
    unsure: bool,
    found: ComponentDrift,
}

impl Merging<'_> {
    fn object(&mut self, object: Object, thing: Option<Thing<'_>>, was_detected: bool) {
        let told = object.logical_id.as_ref().and_then(|id| self.told.remove(id));
        let (mut own, is_read) = match thing {
            Some(thing) => {
                self.uncertain(&thing);
                for problem in &thing.problems {
                    if !self.found.problems.contains(problem) {
                        self.found.problems.push(problem.clone());
                    }
                }
                let is_read = thing.is_compared();
                (Some(thing), is_read)
            }
            None => (None, false),
        };
        let is_told = matches!(told, Some(Told::Compared(_)));
        if let Some(Told::Compared(differences)) = &told {
            let foreign: Vec<Difference> =
                differences.iter().filter(|difference| !known(own.as_mut(), difference)).cloned().collect();
            self.found.differences.extend(own.iter().flat_map(|thing| thing.differences.iter().cloned()));
            self.found.differences.extend(foreign);
        } else {
            self.found.differences.extend(own.iter().flat_map(|thing| thing.differences.iter().cloned()));
        }
        self.found.compared += usize::from(is_told || is_read);
        if is_told && object.resource_type.as_deref() == Some(FUNCTION) {
            let why = "neither CloudFormation nor groundwork compares the code of functions".to_owned();
            self.found.not_compared.push(NotCompared { object: object.clone(), field: Some("Code".to_owned()), why });
        }
        let is_problem = own.is_some_and(|thing| !thing.problems.is_empty()) || matches!(told, Some(Told::Unknown(_)));
        if !is_told && !is_read && !is_problem && !self.unsure {
            let why = if was_detected {
                "CloudFormation detects no drift of it, and groundwork does not read it".to_owned()
            } else {
                format!(
                    "groundwork does not read it, and CloudFormation detects no drift in {}",
                    self.stack.phase.status()
                )
            };
            self.found.not_compared.push(NotCompared { object, field: None, why });
        }
    }

    fn uncertain(&mut self, thing: &Thing<'_>) {
        for (field, why) in &thing.uncertain {
            let field = Some((*field).to_owned());
            self.found.not_compared.push(NotCompared { object: thing.object.clone(), field, why: why.clone() });
        }
    }
}

/// Whether our own comparison knows what CloudFormation found: then it is told once, with both sources. Rules of
/// security groups and policies of roles are judged by our own comparison where it was made: CloudFormation takes what
/// other resources of a stack put there for drift.
fn known(own: Option<&mut Thing<'_>>, found: &Difference) -> bool {
    let Some(own) = own else { return false };
    let property = found.field.as_deref().map(property_of);
    let is_same = |difference: &&mut Difference| difference.field.as_deref().map(property_of) == property;
    let mut is_known = false;
    for difference in own.differences.iter_mut().filter(|difference| is_same(difference)) {
        difference.found_by.insert(Source::CloudFormation);
        is_known = true;
    }
    let judged_here = [groups::INGRESS, groups::EGRESS, "Policies"];
    is_known || property.is_some_and(|name| judged_here.contains(&name) && own.covered.contains(name))
}

/// The property that a field belongs to.
fn property_of(field: &str) -> &str {
    field.split(['.', '[']).next().unwrap_or_default()
}
