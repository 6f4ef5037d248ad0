//! What an update of a stack would do, resource by resource and property by property.
//!
//! CloudFormation itself compares what is handed in with what was handed in before, and so does this
//! module; what was changed behind CloudFormation's back is drift, and no matter of a plan.

mod fields;
mod normal;
pub mod resolve;
mod show;
mod side;

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::LogicalId;
use groundwork_model::plan::{Action, FieldChange, ResourceChange, Shown, Unknown};
use groundwork_model::step::Announced;
use serde_json::{Map, Value};

use crate::create_only::{Recreation, recreation};
pub use fields::{differing as differing_fields, is_function};
pub use normal::property as normal;
pub use resolve::{GENERATED, get_att, join_parts};
use resolve::{attribute_references, references};
pub use show::{before as shown, is_secret, readable};
pub use side::{Resource, Side};

/// What an update would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// The resources that change, in the order of the desired template, deletions last.
    pub resources: Vec<ResourceChange>,
    /// The outputs that change.
    pub outputs: Vec<FieldChange>,
}

impl Difference {
    /// Whether the update would do nothing.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }

    /// The resources that are made or replaced: whose ids and attributes only apply knows.
    pub fn new_resources(&self) -> BTreeSet<LogicalId> {
        let new = |change: &&ResourceChange| matches!(change.action, Action::Create | Action::Replace);
        self.resources.iter().filter(new).map(|change| change.logical_id.clone()).collect()
    }
}

/// Compares what is deployed with what is desired.
pub fn between(deployed: &Side, desired: &Side) -> Difference {
    let mut comparison = Comparison { deployed, desired, changes: BTreeMap::new() };
    comparison.compare_resources();
    while comparison.spread_replacements() {}
    let mut difference = Difference { resources: comparison.into_changes(), outputs: Vec::new() };
    difference.outputs = compare_outputs(deployed, desired, &difference.new_resources());
    difference
}

/// What the creation of a stack does.
pub fn creation(desired: &Side) -> Difference {
    let resources = desired.resources.iter().map(|(id, resource)| whole(id, resource, Action::Create));
    Difference { resources: resources.collect(), outputs: Vec::new() }
}

/// What the deletion of a stack does.
pub fn deletion(deployed: &Side) -> Difference {
    let resources = deployed.resources.iter().map(|(id, resource)| whole(id, resource, Action::Delete));
    Difference { resources: resources.collect(), outputs: Vec::new() }
}

/// What the change set of an update may do. Any update rewrites the stack's tags, which CloudFormation
/// hands on to every resource that can carry tags, so every resource that stays may be changed in place.
pub fn announced(desired: &Side, difference: &Difference) -> BTreeMap<LogicalId, Announced> {
    let staying = desired.resources.iter().map(|(id, resource)| {
        let dynamic = refers_to_attribute_at_creation(resource);
        (id.clone(), Announced { resource_type: resource.kind.clone(), action: Action::Update, dynamic })
    });
    let mut announced: BTreeMap<_, _> = staying.collect();
    for change in &difference.resources {
        let dynamic = announced.get(&change.logical_id).is_some_and(|stays| stays.dynamic);
        announced.insert(
            change.logical_id.clone(),
            Announced { resource_type: change.resource_type.clone(), action: change.action, dynamic },
        );
    }
    announced
}

/// Whether a property that can only be set at creation is an attribute of another resource. When that
/// one changes in place, a change set calls the replacement of this one `Conditional`. The attributes
/// that our templates use (ARNs, allocation ids) are identifiers, which no change in place alters.
fn refers_to_attribute_at_creation(resource: &Resource) -> bool {
    resource.properties.iter().any(|(name, value)| {
        recreation(&resource.kind, name) != Recreation::Never && !attribute_references(value).is_empty()
    })
}

struct Comparison<'a> {
    deployed: &'a Side,
    desired: &'a Side,
    changes: BTreeMap<&'a LogicalId, ResourceChange>,
}

impl<'a> Comparison<'a> {
    fn compare_resources(&mut self) {
        let new = self.missing_in_deployed();
        for (id, resource) in &self.desired.resources {
            let change = match self.deployed.resource(id) {
                None => Some(whole(id, resource, Action::Create)),
                Some(before) if before.kind != resource.kind => Some(retyped(id, before, resource)),
                Some(before) => changed(id, before, resource, &new),
            };
            self.changes.extend(change.map(|change| (id, change)));
        }
    }

    fn missing_in_deployed(&self) -> BTreeSet<LogicalId> {
        let missing = self.desired.resources.iter().filter(|(id, _)| self.deployed.resource(id).is_none());
        missing.map(|(id, _)| id.clone()).collect()
    }

    /// Changes the properties that refer to a resource which is replaced, and so perhaps replaces
    /// further resources. Returns whether anything new came of it.
    fn spread_replacements(&mut self) -> bool {
        let replaced: BTreeMap<String, bool> = self
            .changes
            .values()
            .filter(|change| change.action == Action::Replace)
            .map(|change| (change.logical_id.to_string(), change.conditional))
            .collect();
        let mut spread = false;
        for (id, resource) in &self.desired.resources {
            let Some(before) = self.deployed.resource(id).filter(|before| before.kind == resource.kind) else {
                continue;
            };
            for (name, value) in &resource.properties {
                let Some((target, conditional)) = references(value).into_iter().find_map(|r| replaced.get_key_value(r))
                else {
                    continue;
                };
                let change = self.changes.entry(id).or_insert_with(|| whole(id, resource, Action::Update));
                spread |= follow(change, name, before.properties.get(name), target, *conditional);
            }
        }
        spread
    }

    fn into_changes(mut self) -> Vec<ResourceChange> {
        let mut changes: Vec<_> = self.desired.resources.iter().filter_map(|(id, _)| self.changes.remove(id)).collect();
        let gone = self.deployed.resources.iter().filter(|(id, _)| self.desired.resource(id).is_none());
        changes.extend(gone.map(|(id, resource)| whole(id, resource, Action::Delete)));
        changes
    }
}

/// A change of a resource as a whole.
fn whole(id: &LogicalId, resource: &Resource, action: Action) -> ResourceChange {
    ResourceChange {
        logical_id: id.clone(),
        resource_type: resource.kind.clone(),
        action,
        conditional: false,
        note: resource.note(),
        fields: Vec::new(),
    }
}

/// A resource that changes its type: the old one goes, a new one comes.
fn retyped(id: &LogicalId, before: &Resource, after: &Resource) -> ResourceChange {
    let field = FieldChange {
        path: "Type".to_owned(),
        before: Shown::Json(Value::String(before.kind.clone())),
        after: Shown::Json(Value::String(after.kind.clone())),
        create_only: true,
    };
    ResourceChange { fields: vec![field], ..whole(id, after, Action::Replace) }
}

fn changed(id: &LogicalId, before: &Resource, after: &Resource, new: &BTreeSet<LogicalId>) -> Option<ResourceChange> {
    let mut change = whole(id, after, Action::Update);
    for name in names(&before.properties, &after.properties) {
        let differing = differing(name, &before.properties, &after.properties);
        if !differing.is_empty() {
            escalate(&mut change, recreation(&after.kind, name));
        }
        let create_only = recreation(&after.kind, name) == Recreation::Always;
        change.fields.extend(differing.iter().map(|field| field_change(field, create_only, new)));
    }
    for name in names(&before.attributes, &after.attributes) {
        let differing = differing(name, &before.attributes, &after.attributes);
        change.fields.extend(differing.iter().map(|field| field_change(field, false, new)));
    }
    (!change.fields.is_empty()).then_some(change)
}

fn names<'a>(one: &'a BTreeMap<String, Value>, other: &'a BTreeMap<String, Value>) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}

fn differing(name: &str, before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<fields::Field> {
    let value = |map: &BTreeMap<String, Value>| map.get(name).cloned().unwrap_or(Value::Null);
    fields::differing(name, &value(before), &value(after))
}

fn field_change(field: &fields::Field, create_only: bool, new: &BTreeSet<LogicalId>) -> FieldChange {
    FieldChange {
        path: field.path.clone(),
        before: show::before(&field.path, &field.before),
        after: show::after(&field.path, &field.after, new),
        create_only,
    }
}

/// Raises a change to what changing a property means. A sure replacement outweighs a possible one.
fn escalate(change: &mut ResourceChange, recreation: Recreation) {
    match recreation {
        Recreation::Never => {}
        Recreation::Conditional if change.action == Action::Replace => {}
        Recreation::Conditional => {
            change.action = Action::Replace;
            change.conditional = true;
        }
        Recreation::Always => {
            change.action = Action::Replace;
            change.conditional = false;
        }
    }
}

/// Lets a property follow the resource that it refers to. Returns whether that changed the plan.
fn follow(change: &mut ResourceChange, name: &str, before: Option<&Value>, target: &str, conditional: bool) -> bool {
    let severity = |change: &ResourceChange| (change.action, !change.conditional, change.fields.len());
    let earlier = severity(change);
    let means = match recreation(&change.resource_type, name) {
        Recreation::Always if conditional => Recreation::Conditional,
        means => means,
    };
    escalate(change, means);
    let is_named = change.fields.iter().any(|field| field.path.split(['.', '[']).next() == Some(name));
    if let (false, Ok(target)) = (is_named, target.parse()) {
        change.fields.push(FieldChange {
            path: name.to_owned(),
            before: show::before(name, before.unwrap_or(&Value::Null)),
            after: Shown::Unknown(Unknown::Resource(target)),
            create_only: recreation(&change.resource_type, name) == Recreation::Always,
        });
    }
    severity(change) != earlier
}

fn compare_outputs(deployed: &Side, desired: &Side, new: &BTreeSet<LogicalId>) -> Vec<FieldChange> {
    let nothing = Map::new();
    let added = desired.outputs.iter().filter(|(key, _)| deployed.output(key).is_none());
    let mut changes = Vec::new();
    for (key, _) in deployed.outputs.iter().chain(added) {
        let before = deployed.output(key).unwrap_or(&nothing);
        let after = desired.output(key).unwrap_or(&nothing);
        for name in ["Value", "Export", "Condition"] {
            let value = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
            let path = if name == "Value" { format!("Outputs.{key}") } else { format!("Outputs.{key}.{name}") };
            let differing = fields::differing(&path, &value(before), &value(after));
            changes.extend(differing.iter().map(|field| field_change(field, false, new)));
        }
    }
    changes
}

/// The value of a stack's output after an update, if it stays as it is: its expression stays, and
/// refers to nothing that is made or replaced.
pub fn output_stays(deployed: &Side, desired: &Side, difference: &Difference, key: &str) -> bool {
    let value = |side: &Side| side.output(key).and_then(|fields| fields.get("Value")).cloned();
    let (Some(before), Some(after)) = (value(deployed), value(desired)) else { return false };
    let new = difference.new_resources();
    before == after && !references(&after).iter().any(|name| new.iter().any(|id| id.as_str() == *name))
}

#[cfg(test)]
mod tests;
