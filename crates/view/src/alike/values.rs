//! The values of a plan's fields, to tell which of them are a target's own.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::plan::{Component, ComponentPlan, FieldChange, Plan, Shown, Subject, Unknown};

use super::nature::Nature;

/// Tags that groundwork computes: they differ wherever anything does.
const OWN_TAGS: &str = "Tags[groundwork:";

/// The values of each field of a plan: several where zones have a field each.
pub(super) struct Values<'a> {
    nature: Nature<'a>,
    values: BTreeMap<(Component, String), Vec<Own<'a>>>,
}

/// A value.
#[derive(Clone, Copy, PartialEq)]
enum Own<'a> {
    Field(&'a FieldChange),
    /// What tells a resource apart, its address block for one; or a name.
    Text(Option<&'a str>),
}

impl<'a> Values<'a> {
    pub fn of(plan: &'a Plan, nature: Nature<'a>) -> Self {
        let mut values = Self { nature, values: BTreeMap::new() };
        plan.components.iter().for_each(|part| values.note_all(part));
        values
    }

    /// The fields whose values are others here than there.
    pub fn differing(&self, other: &Self) -> BTreeSet<(Component, String)> {
        let keys = self.values.keys().chain(other.values.keys());
        keys.filter(|key| self.differs(other, key)).cloned().collect()
    }

    fn differs(&self, other: &Self, key: &(Component, String)) -> bool {
        let (here, there) = (self.values.get(key), other.values.get(key));
        // Most values are the same to the letter. Policies are long, so the others are looked at only where needed.
        here != there && self.common(here) != other.common(there)
    }

    fn common(&self, values: Option<&Vec<Own<'_>>>) -> Vec<[String; 2]> {
        let mut values: Vec<_> = values.into_iter().flatten().map(|value| value.common(&self.nature)).collect();
        values.sort();
        values
    }

    fn note_all(&mut self, part: &'a ComponentPlan) {
        if let Subject::RunEnvironment { group, .. } = &part.subject {
            self.note(part.component, "group".to_owned(), Own::Text(Some(group)));
        }
        for change in &part.resources {
            let id = self.nature.common(change.logical_id.as_str());
            for field in &change.fields {
                let path = self.nature.common(&field.path);
                self.note(part.component, format!("{id}.{path}"), Own::Field(field));
            }
            self.note(part.component, id, Own::Text(change.note.as_deref()));
        }
        for field in part.fields.iter().filter(|field| !field.path.starts_with(OWN_TAGS)) {
            self.note(part.component, self.nature.common(&field.path), Own::Field(field));
        }
    }

    fn note(&mut self, component: Component, name: String, value: Own<'a>) {
        self.values.entry((component, name)).or_default().push(value);
    }
}

impl Own<'_> {
    /// The value without what differs by nature.
    fn common(self, nature: &Nature<'_>) -> [String; 2] {
        match self {
            Self::Text(text) => [nature.common(text.unwrap_or_default()), String::new()],
            Self::Field(field) => [&field.before, &field.after].map(|shown| match shown {
                Shown::Json(value) => nature.common(&value.to_string()),
                Shown::Unknown(Unknown::Output(output)) => nature.common(output.key.as_str()),
                Shown::Unknown(Unknown::Resource(id)) => nature.common(id.as_str()),
                Shown::Absent | Shown::Unknown(Unknown::Generated) | Shown::Secret => String::new(),
            }),
        }
    }
}
