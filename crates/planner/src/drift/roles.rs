//! The roles of a stack: whom they trust, what limits them, and every policy that they have.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::plan::Shown;
use groundwork_model::world::Observed;
use serde_json::{Value, json};

use super::deployed::{Deployed, text};
use super::thing::{Set, Thing};
use super::{LiveRole, noted};
use crate::diff;

pub(super) const ROLE: &str = "AWS::IAM::Role";
pub(super) const POLICY: &str = "AWS::IAM::Policy";

/// Looks at every role of a stack, and at every policy that the stack puts into one.
pub(super) fn look<'a>(deployed: &'a Deployed, live: &BTreeMap<String, LiveRole>) -> Vec<Thing<'a>> {
    let mut things: Vec<Thing<'a>> = Vec::new();
    for mut thing in deployed.things(ROLE) {
        let name = thing.object.physical_id.clone().unwrap_or_default();
        if let Some(live) = live.get(&name) {
            role(&mut thing, deployed, &name, live);
        }
        things.push(thing);
    }
    things.extend(deployed.things(POLICY).map(|mut thing| {
        policy(&mut thing, live);
        thing
    }));
    things
}

fn role(thing: &mut Thing<'_>, deployed: &Deployed, name: &str, live: &LiveRole) {
    match noted(&live.role, &mut thing.problems) {
        None => {}
        Some(Observed::Absent) => return thing.gone(None),
        Some(Observed::Present(role)) => {
            let trust =
                format!("aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json");
            thing.property("AssumeRolePolicyDocument", &role.trust, Some(trust));
            let boundary = role.boundary.as_ref().map_or(Value::Null, |arn| json!(arn));
            let declared = thing.declared.properties.get("PermissionsBoundary").cloned().unwrap_or_default();
            let back = match text(thing.declared, "PermissionsBoundary") {
                None => format!("aws iam delete-role-permissions-boundary --role-name {name}"),
                Some(arn) => {
                    format!("aws iam put-role-permissions-boundary --role-name {name} --permissions-boundary {arn}")
                }
            };
            thing.value("PermissionsBoundary", &declared, &boundary, Some(back));
        }
    }
    if let Some(attached) = noted(&live.attached, &mut thing.problems) {
        let attached = attached.iter().map(ToString::to_string);
        thing.set("ManagedPolicyArns", attached, |set| {
            Some(match set {
                Set::Lacks(arn) => format!("aws iam attach-role-policy --role-name {name} --policy-arn {arn}"),
                Set::Has(arn) => format!("aws iam detach-role-policy --role-name {name} --policy-arn {arn}"),
            })
        });
    }
    if let Some(inline) = noted(&live.inline, &mut thing.problems) {
        let own = thing.declared.properties.get("Policies").cloned().unwrap_or_else(|| json!([]));
        let live: Value = inline
            .iter()
            .map(|policy| json!({ "PolicyName": policy.name, "PolicyDocument": policy.document }))
            .collect();
        policies(thing, &own, &live, &from_elsewhere(deployed, name), name);
    }
}

/// The names of the policies that a stack puts into a role beside the role's own.
pub(super) fn from_elsewhere(deployed: &Deployed, role: &str) -> BTreeSet<String> {
    let into_role = |declared: &&diff::Resource| roles(declared).any(|name| name == role);
    let names = deployed.declared(POLICY).filter(into_role).filter_map(|declared| text(declared, "PolicyName"));
    names.map(str::to_owned).collect()
}

fn roles(declared: &diff::Resource) -> impl Iterator<Item = &str> {
    declared.properties.get("Roles").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Compares a role's inline policies by their names, without those that come from elsewhere in the stack.
pub(super) fn policies(
    thing: &mut Thing<'_>,
    declared: &Value,
    actual: &Value,
    from_elsewhere: &BTreeSet<String>,
    role: &str,
) {
    if !thing.covers("Policies", declared) {
        return;
    }
    let (declared, actual) = (by_name(declared), by_name(actual));
    let undeclared = actual.keys().filter(|name| !declared.contains_key(*name) && !from_elsewhere.contains(*name));
    let names: Vec<&String> = declared.keys().chain(undeclared).collect();
    for name in names {
        let path = format!("Policies[{name}].PolicyDocument");
        let document = |side: &BTreeMap<String, Value>| side.get(name).cloned().unwrap_or_default();
        let back = if declared.contains_key(name) { put_policy(role, name) } else { delete_policy(role, name) };
        document_differs(thing, &path, &document(&declared), &document(&actual), &back);
    }
}

fn document_differs(thing: &mut Thing<'_>, path: &str, declared: &Value, actual: &Value, back: &str) {
    for field in diff::differing_fields(path, declared, actual) {
        let (expected, actual) = (diff::shown(&field.path, &field.before), diff::shown(&field.path, &field.after));
        thing.differs(field.path, expected, actual, Some(back.to_owned()));
    }
}

/// Inline policies by name, their documents in their one form.
fn by_name(policies: &Value) -> BTreeMap<String, Value> {
    let entry = |policy: &Value| {
        let document = diff::normal("PolicyDocument", &policy["PolicyDocument"]);
        Some((policy["PolicyName"].as_str()?.to_owned(), document))
    };
    policies.as_array().into_iter().flatten().filter_map(entry).collect()
}

/// A policy that the stack puts into roles: it is there as often as there are roles.
fn policy(thing: &mut Thing<'_>, live: &BTreeMap<String, LiveRole>) {
    let (Some(name), Some(document)) =
        (text(thing.declared, "PolicyName"), thing.declared.properties.get("PolicyDocument"))
    else {
        return;
    };
    for role in roles(thing.declared) {
        let Some(inline) = live.get(role).and_then(|live| noted(&live.inline, &mut thing.problems)) else { continue };
        if !thing.covers("PolicyDocument", document) {
            return;
        }
        let back = put_policy(role, name);
        match inline.iter().find(|policy| policy.name == name) {
            Some(policy) => {
                let actual = diff::normal("PolicyDocument", &policy.document);
                document_differs(thing, "PolicyDocument", document, &actual, &back);
            }
            // Of several roles, one may have it.
            None if roles(thing.declared).count() > 1 => {
                thing.differs(format!("Roles[{role}]"), Shown::Json(json!(role)), Shown::Absent, Some(back));
            }
            None => thing.gone(Some(back)),
        }
    }
}

fn put_policy(role: &str, name: &str) -> String {
    format!("aws iam put-role-policy --role-name {role} --policy-name {name} --policy-document file://policy.json")
}

fn delete_policy(role: &str, name: &str) -> String {
    format!("aws iam delete-role-policy --role-name {role} --policy-name '{name}'")
}
