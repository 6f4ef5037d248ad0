//! What the spec says and nobody has applied: the plan's changes, one line each. The plan tells more.

use std::collections::BTreeSet;

use groundwork_model::drift::{Difference, DifferenceKind, Object, Source};
use groundwork_model::plan::{Action, ComponentPlan, FieldChange, Reason, ResourceChange, Shown};

use super::remedy;

/// So many fields are named.
const NAMED: usize = 4;

/// What is planned for a stack.
pub(super) fn of_stack(planned: &ComponentPlan) -> Vec<Difference> {
    let whole = |note: String| pending(Object::WHOLE, note);
    match (planned.action, &planned.reason) {
        (Action::NoOp, _) => Vec::new(),
        (Action::Create, Reason::Corpse(_)) => vec![whole("to be made anew: its creation has failed".to_owned())],
        (Action::Create, _) => vec![whole("to be made".to_owned())],
        (Action::Update | Action::Replace | Action::Delete, reason) => {
            let taken = (*reason == Reason::Adopted).then(|| whole("to be taken over".to_owned()));
            let fields = fields(&planned.fields).map(|fields| whole(format!("to change {fields}")));
            let resources = planned.resources.iter().map(|change| {
                let object = Object {
                    logical_id: Some(change.logical_id.clone()),
                    resource_type: Some(change.resource_type.clone()),
                    physical_id: None,
                };
                pending(object, words(change))
            });
            taken.into_iter().chain(fields).chain(resources).collect()
        }
    }
}

/// A field of the Run Environment that follows from what is to be applied.
pub(super) fn of_field(change: &FieldChange) -> Difference {
    let note = "to follow what is to be applied".to_owned();
    Difference {
        field: Some(change.path.clone()),
        expected: change.after.clone(),
        actual: change.before.clone(),
        ..pending(Object::WHOLE, note)
    }
}

fn pending(object: Object, note: String) -> Difference {
    Difference {
        kind: DifferenceKind::Pending,
        object,
        field: None,
        expected: Shown::Absent,
        actual: Shown::Absent,
        found_by: BTreeSet::from([Source::Plan]),
        note: Some(note),
        way_back: Some(format!("see all of it, then do it: {}, {}", remedy::PLAN, remedy::APPLY)),
    }
}

fn words(change: &ResourceChange) -> String {
    let verb = match change.action {
        Action::NoOp | Action::Update => "to change",
        Action::Create => return "to be made".to_owned(),
        Action::Replace => "to be replaced:",
        Action::Delete => return "to be deleted".to_owned(),
    };
    format!("{verb} {}", fields(&change.fields).unwrap_or_else(|| "what follows from other changes".to_owned()))
}

/// The fields that change, or some of them.
fn fields(changes: &[FieldChange]) -> Option<String> {
    let names: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    let named = names[..names.len().min(NAMED)].join(", ");
    match names.len() {
        0 => None,
        few if few <= NAMED => Some(named),
        many => Some(format!("{named} and {} more", many - NAMED)),
    }
}
