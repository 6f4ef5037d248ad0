//! What a plan does, in a form in which alike plans are equal.

use std::collections::BTreeSet;
use std::mem::{Discriminant, discriminant};

use groundwork_model::cost::{Billable, CostItem};
use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{
    Action, Class, Component, ComponentPlan, FieldChange, Plan, Purpose, Reason, ResourceChange, Shown, Subject,
    Unknown,
};
use groundwork_model::policy::Refusal;

use super::nature::Nature;

/// A plan without what differs by nature.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Shape {
    is_removal: bool,
    components: Vec<ComponentShape>,
    approvals: BTreeSet<Class>,
    denials: Vec<(Class, Component, Option<String>)>,
    addresses: (usize, usize),
    billed: Vec<(Discriminant<Billable>, u32, u32)>,
}

/// A component without what differs by nature.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct ComponentShape {
    component: Component,
    subject: Discriminant<Subject>,
    action: Action,
    reason: (Discriminant<Reason>, Option<String>),
    // Sorted: the order of a template follows from its zones, and says nothing.
    resources: Vec<ResourceShape>,
    fields: Vec<FieldShape>,
    permissions: Vec<PermissionShape>,
}

/// A resource that changes.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ResourceShape {
    id: String,
    kind: String,
    action: Action,
    conditional: bool,
    fields: Vec<FieldShape>,
}

/// A field that changes.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FieldShape {
    path: String,
    before: Kind,
    after: Kind,
    create_only: bool,
}

/// What is known of a value.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Absent,
    Known,
    Later,
    Secret,
}

/// A permission that is gained or lost.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PermissionShape {
    id: String,
    is_gained: bool,
    is_trust: bool,
    holder: String,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<String>,
}

impl Shape {
    pub fn of(plan: &Plan, nature: &Nature<'_>) -> Self {
        let denial = |Refusal { class, component, denied_by }: Refusal| (class, component, denied_by);
        let billed = |item: &CostItem| (discriminant(&item.what), item.before, item.after);
        Self {
            is_removal: plan.purpose == Purpose::Destroy,
            components: plan.components.iter().map(|component| ComponentShape::of(component, nature)).collect(),
            approvals: plan.approvals_needed(),
            denials: plan.denials().into_iter().map(denial).collect(),
            addresses: (plan.egress.lost.len(), plan.egress.gained),
            billed: plan.cost.items.iter().map(billed).collect(),
        }
    }
}

impl ComponentShape {
    pub fn of(plan: &ComponentPlan, nature: &Nature<'_>) -> Self {
        let reason = match &plan.reason {
            Reason::Corpse(status) => Some(status.clone()),
            _ => None,
        };
        Self {
            component: plan.component,
            subject: discriminant(&plan.subject),
            action: plan.action,
            reason: (discriminant(&plan.reason), reason),
            resources: sorted(plan.resources.iter().map(|change| ResourceShape::of(change, nature))),
            fields: sorted(plan.fields.iter().map(|field| FieldShape::of(field, nature))),
            permissions: sorted(plan.permissions.iter().map(|change| PermissionShape::of(change, nature))),
        }
    }
}

impl ResourceShape {
    pub fn of(change: &ResourceChange, nature: &Nature<'_>) -> Self {
        Self {
            id: nature.common(change.logical_id.as_str()),
            kind: change.resource_type.clone(),
            action: change.action,
            conditional: change.conditional,
            fields: sorted(change.fields.iter().map(|field| FieldShape::of(field, nature))),
        }
    }
}

impl FieldShape {
    pub fn of(field: &FieldChange, nature: &Nature<'_>) -> Self {
        Self {
            path: nature.common(&field.path),
            before: Kind::of(&field.before),
            after: Kind::of(&field.after),
            create_only: field.create_only,
        }
    }
}

impl Kind {
    fn of(shown: &Shown) -> Self {
        match shown {
            Shown::Absent => Self::Absent,
            Shown::Json(_) => Self::Known,
            Shown::Unknown(Unknown::Output(_) | Unknown::Resource(_)) => Self::Later,
            Shown::Unknown(Unknown::Generated) | Shown::Secret => Self::Secret,
        }
    }
}

impl PermissionShape {
    pub fn of(change: &PermissionChange, nature: &Nature<'_>) -> Self {
        let all = |texts: &[String]| sorted(texts.iter().map(|text| nature.common(text)));
        Self {
            id: nature.common(change.logical_id.as_str()),
            is_gained: change.direction == Direction::Gained,
            is_trust: change.kind == PermissionKind::Assume,
            holder: nature.common(&change.holder),
            actions: all(&change.actions),
            resources: all(&change.resources),
            conditions: all(&change.conditions),
        }
    }
}

fn sorted<T: Ord>(shapes: impl Iterator<Item = T>) -> Vec<T> {
    let mut shapes: Vec<T> = shapes.collect();
    shapes.sort();
    shapes
}
