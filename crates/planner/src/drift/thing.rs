//! An object that is looked at: which of its properties were compared, and what differs.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::drift::{Difference, DifferenceKind, Object, Source};
use groundwork_model::plan::Shown;
use groundwork_model::problem::Problem;
use serde_json::{Value, json};

use crate::diff::{self, Resource};

/// An object of a stack, as far as it was read from its own service.
#[derive(Clone, Debug)]
pub(super) struct Thing<'a> {
    pub object: Object,
    /// What the stack's template says of it, with all that is known put in.
    pub declared: &'a Resource,
    /// The properties that were compared.
    pub covered: BTreeSet<&'static str>,
    pub differences: Vec<Difference>,
    /// Properties that cannot be compared, each with the reason.
    pub uncertain: Vec<(&'static str, String)>,
    /// What kept it, or a part of it, from being read.
    pub problems: Vec<Problem>,
}

impl<'a> Thing<'a> {
    pub(super) fn new(object: Object, declared: &'a Resource) -> Self {
        let (covered, differences, uncertain) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { object, declared, covered, differences, uncertain, problems: Vec::new() }
    }

    /// Whether it was read.
    pub(super) fn is_compared(&self) -> bool {
        !self.covered.is_empty() || self.is_gone()
    }

    fn is_gone(&self) -> bool {
        self.differences.iter().any(|difference| difference.field.is_none())
    }

    /// It is not there.
    pub(super) fn gone(&mut self, way_back: Option<String>) {
        let expected = Shown::Json(json!(self.object.resource_type));
        self.tell(None, expected, Shown::Absent, way_back);
    }

    /// A field differs. What is declared or there and is shown is shown as it is.
    pub(super) fn differs(
        &mut self,
        field: impl Into<String>,
        expected: Shown,
        actual: Shown,
        way_back: Option<String>,
    ) {
        self.tell(Some(field.into()), expected, actual, way_back);
    }

    fn tell(&mut self, field: Option<String>, expected: Shown, actual: Shown, way_back: Option<String>) {
        self.differences.push(Difference {
            kind: DifferenceKind::of(&expected, &actual),
            object: self.object.clone(),
            field,
            expected,
            actual,
            found_by: BTreeSet::from([Source::Groundwork]),
            note: None,
            way_back,
        });
    }

    /// Compares a property, if the template sets it.
    pub(super) fn property(&mut self, name: &'static str, actual: &Value, way_back: Option<String>) {
        if let Some(declared) = self.declared.properties.get(name) {
            self.value(name, declared, actual, way_back);
        }
    }

    /// Compares a value that belongs to a property.
    pub(super) fn value(&mut self, name: &'static str, declared: &Value, actual: &Value, way_back: Option<String>) {
        if !self.covers(name, declared) {
            return;
        }
        for field in diff::differing_fields(name, declared, &diff::normal(name, actual)) {
            let (expected, actual) = (diff::shown(&field.path, &field.before), diff::shown(&field.path, &field.after));
            self.differs(field.path, expected, actual, way_back.clone());
        }
    }

    /// Compares a property that is a set of texts, item by item. One that the template does not set is empty.
    pub(super) fn set(
        &mut self,
        name: &'static str,
        actual: impl IntoIterator<Item = String>,
        way_back: impl Fn(Set<'_>) -> Option<String>,
    ) {
        let declared = self.declared.properties.get(name).cloned().unwrap_or_else(|| json!([]));
        if !self.covers(name, &declared) {
            return;
        }
        let declared: BTreeSet<String> =
            declared.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let actual: BTreeSet<String> = actual.into_iter().collect();
        let shown = |item: &String| Shown::Json(json!(item));
        for item in declared.difference(&actual) {
            self.differs(format!("{name}[{item}]"), shown(item), Shown::Absent, way_back(Set::Lacks(item)));
        }
        for item in actual.difference(&declared) {
            self.differs(format!("{name}[{item}]"), Shown::Absent, shown(item), way_back(Set::Has(item)));
        }
    }

    /// Compares the tags that the template sets: those that others have set are theirs. `id` is what EC2 tags.
    pub(super) fn tags(&mut self, id: &str, actual: &BTreeMap<String, String>) {
        let Some(declared) = self.declared.properties.get("Tags").cloned() else { return };
        if !self.covers("Tags", &declared) {
            return;
        }
        for tag in declared.as_array().into_iter().flatten() {
            let (Some(key), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) else { continue };
            let actual = actual.get(key);
            if actual.map(String::as_str) != Some(value) {
                let back = format!("aws ec2 create-tags --resources {id} --tags 'Key={key},Value={value}'");
                let actual = actual.map_or(Shown::Absent, |text| Shown::Json(json!(text)));
                self.differs(format!("Tags[{key}]"), Shown::Json(json!(value)), actual, Some(back));
            }
        }
    }

    /// Its state, which is one of `well` if it works.
    pub(super) fn state(&mut self, actual: &str, well: &str) {
        self.covered.insert("State");
        if actual != well {
            self.differs("State", Shown::Json(json!(well)), Shown::Json(json!(actual)), None);
        }
    }

    /// Takes down that a property is compared, if it can be: what is declared may hold a value that nobody can see.
    pub(super) fn covers(&mut self, name: &'static str, declared: &Value) -> bool {
        if !is_known(declared) {
            self.uncertain.push((name, "what is declared holds a value that AWS hides or only it knows".to_owned()));
            return false;
        }
        self.covered.insert(name);
        true
    }
}

/// How a set differs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Set<'a> {
    /// It lacks an item.
    Lacks(&'a str),
    /// It has an item too many.
    Has(&'a str),
}

/// Whether a value has no function of CloudFormation's in it.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Object(map) => !diff::is_function(map) && map.values().all(is_known),
        Value::Array(items) => items.iter().all(is_known),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
