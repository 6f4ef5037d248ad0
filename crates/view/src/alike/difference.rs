//! What one plan does otherwise than another.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use groundwork_model::permission::PermissionChange;
use groundwork_model::plan::{ComponentPlan, FieldChange, Plan, ResourceChange};
use groundwork_model::rollout::TargetId;

use super::nature;
use super::nature::Nature;
use super::shape::{ComponentShape, FieldShape, PermissionShape, ResourceShape};

/// What is planned for a component otherwise than in another plan.
#[derive(Clone, Debug)]
pub struct Difference<'a> {
    /// What is planned here.
    pub here: &'a ComponentPlan,
    /// The resources that the other plan does not change, or not so.
    pub resources: Vec<&'a ResourceChange>,
    /// The fields that the other plan does not change, or not so.
    pub fields: Vec<&'a FieldChange>,
    /// The permissions that change only here.
    pub permissions: Vec<&'a PermissionChange>,
    /// The names of what changes only there: resources, fields, and the resources of permissions.
    pub missing: Vec<&'a str>,
}

/// What differs, in the order of the components. A component that only the other plan has is left out: every
/// plan has all of them.
pub(super) fn differences<'a>(here: (&'a TargetId, &'a Plan), there: (&'a TargetId, &'a Plan)) -> Vec<Difference<'a>> {
    let (nature, other_nature) = (nature(here.0, here.1), nature(there.0, there.1));
    let pair = |part: &'a ComponentPlan| {
        let other = there.1.components.iter().find(|other| other.component == part.component);
        difference((part, &nature), (other, &other_nature))
    };
    here.1.components.iter().filter_map(pair).collect()
}

fn difference<'a>(
    (here, nature): (&'a ComponentPlan, &Nature<'_>),
    (there, other_nature): (Option<&'a ComponentPlan>, &Nature<'_>),
) -> Option<Difference<'a>> {
    if there.is_some_and(|there| ComponentShape::of(there, other_nature) == ComponentShape::of(here, nature)) {
        return None;
    }
    let resources = compared(
        (&here.resources, |change: &_| ResourceShape::of(change, nature)),
        (there.map_or(&[], |there| &there.resources), |change: &_| ResourceShape::of(change, other_nature)),
    );
    let fields = compared(
        (&here.fields, |field: &_| FieldShape::of(field, nature)),
        (there.map_or(&[], |there| &there.fields), |field: &_| FieldShape::of(field, other_nature)),
    );
    let permissions = compared(
        (&here.permissions, |change: &_| PermissionShape::of(change, nature)),
        (there.map_or(&[], |there| &there.permissions), |change: &_| PermissionShape::of(change, other_nature)),
    );
    let missing = resources.1.iter().map(|change| change.logical_id.as_str());
    let missing = missing.chain(fields.1.iter().map(|field| field.path.as_str()));
    let missing = missing.chain(permissions.1.iter().map(|change| change.logical_id.as_str()));
    let mut missing: Vec<&str> = missing.collect();
    // What changes in another way is shown as it changes here.
    let changing = resources.0.iter().map(|change| change.logical_id.as_str());
    let changing: HashSet<&str> = changing.chain(fields.0.iter().map(|field| field.path.as_str())).collect();
    missing.retain(|name| !changing.contains(name));
    missing.dedup();
    Some(Difference { here, resources: resources.0, fields: fields.0, permissions: permissions.0, missing })
}

/// The items that only one side has, and those that only the other one has.
fn compared<'a, T, S: Eq + Hash>(
    (here, shape): (&'a [T], impl Fn(&T) -> S),
    (there, other_shape): (&'a [T], impl Fn(&T) -> S),
) -> (Vec<&'a T>, Vec<&'a T>) {
    let here: Vec<(S, &T)> = here.iter().map(|item| (shape(item), item)).collect();
    let there: Vec<(S, &T)> = there.iter().map(|item| (other_shape(item), item)).collect();
    (beyond(&here, &there), beyond(&there, &here))
}

/// The items beyond as many of their shape as the others have.
fn beyond<'a, T, S: Eq + Hash>(items: &[(S, &'a T)], others: &[(S, &T)]) -> Vec<&'a T> {
    let mut left: HashMap<&S, usize> = HashMap::new();
    for (shape, _) in others {
        *left.entry(shape).or_default() += 1;
    }
    let is_new = |(shape, item): &(S, &'a T)| match left.get_mut(shape) {
        Some(number) if *number > 0 => {
            *number -= 1;
            None
        }
        _ => Some(*item),
    };
    items.iter().filter_map(is_new).collect()
}
