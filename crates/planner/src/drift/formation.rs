//! What CloudFormation's drift detection says of a stack's resources, in the words of our own comparison.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::LogicalId;
use groundwork_model::detection::{CheckOutcome, CheckedResource, Detection, Obstacle};
use groundwork_model::drift::{Difference, Source};
use groundwork_model::plan::Shown;
use groundwork_model::secret::REDACTED;
use serde_json::{Value, json};

use super::deployed::Deployed;
use super::roles;
use super::thing::Thing;
use crate::diff::{self, Resource};

/// What CloudFormation says of a resource.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// It compared it, and this differs.
    Compared(Vec<Difference>),
    /// It compares no resource of this type.
    NotChecked,
    /// It could not compare it.
    Unknown(Obstacle),
}

/// What CloudFormation says of each resource that it has ever checked.
pub(super) fn told(deployed: &Deployed, detection: &Detection) -> BTreeMap<LogicalId, Told> {
    let told = |checked: &CheckedResource| {
        let what = match &checked.outcome {
            // What an earlier detection found is shown until a later one finds something else.
            _ if checked.checked_ms < detection.begun_ms => Told::Unknown(Obstacle {
                is_denial: false,
                reason: "AWS shows only what an earlier detection found".to_owned(),
            }),
            CheckOutcome::InSync => Told::Compared(Vec::new()),
            CheckOutcome::Deleted => Told::Compared(gone(deployed, checked)),
            CheckOutcome::Modified { expected, actual, paths } => {
                Told::Compared(modified(deployed, checked, (expected, actual), paths))
            }
            CheckOutcome::NotChecked => Told::NotChecked,
            CheckOutcome::Unknown(obstacle) => Told::Unknown(obstacle.clone()),
        };
        (checked.logical_id.clone(), what)
    };
    detection.resources.iter().map(told).collect()
}

fn gone(deployed: &Deployed, checked: &CheckedResource) -> Vec<Difference> {
    let nothing = declared_as(checked);
    let mut thing = Thing::new(deployed.object(&checked.logical_id), &nothing);
    thing.gone(None);
    by_cloudformation(thing.differences)
}

fn declared_as(checked: &CheckedResource) -> Resource {
    Resource { kind: checked.resource_type.clone(), properties: BTreeMap::new(), attributes: BTreeMap::new() }
}

/// The properties that differ, each as deep as it does. One that is the same in other words differs nowhere.
fn modified(
    deployed: &Deployed,
    checked: &CheckedResource,
    (expected, actual): (&Value, &Value),
    paths: &[String],
) -> Vec<Difference> {
    let nothing = declared_as(checked);
    let mut thing = Thing::new(deployed.object(&checked.logical_id), &nothing);
    let properties: BTreeSet<&str> = paths.iter().filter_map(|path| path.split('/').nth(1)).collect();
    for name in properties {
        let (expected, actual) = (&expected[name], &actual[name]);
        if (checked.resource_type.as_str(), name) == (roles::ROLE, "Policies") {
            let role = thing.object.physical_id.clone().unwrap_or_default();
            let list = |value: &Value| if value.is_null() { json!([]) } else { value.clone() };
            // The stack's own policies for the role are resources of their own, and look like drift of it.
            let from_elsewhere = roles::from_elsewhere(deployed, &role);
            roles::policies(&mut thing, &list(expected), &list(actual), &from_elsewhere, &role);
            continue;
        }
        let (expected, actual) = (diff::normal(name, expected), diff::normal(name, actual));
        for field in diff::differing_fields(name, &expected, &actual) {
            let is_variable = is_foreign_variable(checked, &field.path, &field.before);
            let shown = |value: &Value| if is_variable { hidden(value) } else { shown(&field.path, value) };
            thing.differs(field.path.clone(), shown(&field.before), shown(&field.after), None);
        }
    }
    by_cloudformation(thing.differences)
}

/// Whether a field is a variable of a function that the template does not have: nobody knows whether it holds a secret.
fn is_foreign_variable(checked: &CheckedResource, path: &str, expected: &Value) -> bool {
    checked.resource_type == "AWS::Lambda::Function"
        && (path == "Environment" || path.starts_with("Environment.Variables"))
        && !expected.is_string()
}

fn hidden(value: &Value) -> Shown {
    if value.is_null() { Shown::Absent } else { Shown::Secret }
}

/// A value as it may be shown. CloudFormation writes asterisks for one that its template hides.
fn shown(path: &str, value: &Value) -> Shown {
    match value.as_str() {
        Some(text) if text.len() >= 4 && text.bytes().all(|byte| byte == b'*') => Shown::Secret,
        Some(REDACTED) => Shown::Secret,
        Some(_) | None => diff::shown(path, value),
    }
}

fn by_cloudformation(mut differences: Vec<Difference>) -> Vec<Difference> {
    for difference in &mut differences {
        difference.found_by = BTreeSet::from([Source::CloudFormation]);
    }
    differences
}
