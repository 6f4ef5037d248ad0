//! What a forger does to a document.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::mutation::{Edit, some_edits};

/// What a forger does to a document: changes one of its values, takes it out, or puts another of its
/// values there.
#[derive(Clone, Debug)]
pub enum Forgery {
    Change { at: Index, to: &'static str },
    Remove { at: Index },
    Copy { at: Index, from: Index },
    Text { at: Index, edit: Edit },
}

/// Values of each kind, some of them at the border of what a field holds.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "null", "true", "false", "0", "1", "-1", "255", "256", "4294967296", "18446744073709551615", "1e300", "\"\"", "[]",
    "{}", "\"a\"", "[null]", "[\"delete\"]", "\"0.0.0.0/0\"", "\"255.255.255.255/32\"", "\"us-west-2a\"", "\"usw2-az255\"",
    "{\"count\": 255}", "{\"listed\": []}", "\"per-zone\"", "\"replace\"", "\"no-op\"", "\"arn:aws:iam::1:root\"", "\"\\u0000\"",
];

/// Some forgeries; these words mean something in the document.
pub fn some_forgeries(words: &'static [&'static str]) -> impl Strategy<Value = Vec<Forgery>> {
    let at = any::<Index>;
    let forgery = prop_oneof![
        (at(), proptest::sample::select(VALUES)).prop_map(|(at, to)| Forgery::Change { at, to }),
        at().prop_map(|at| Forgery::Remove { at }),
        (at(), at()).prop_map(|(at, from)| Forgery::Copy { at, from }),
        (at(), some_edits(words)).prop_map(|(at, mut edits)| Forgery::Text { at, edit: edits.remove(0) }),
    ];
    proptest::collection::vec(forgery, 1..4)
}

/// The paths of all values of a document but the document itself.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (name, value) in children {
        let path = format!("{path}/{name}");
        paths(value, &path, found);
        found.push(path);
    }
}

impl Forgery {
    /// Changes a document in the part that this path leads to. Parts of other texts may get into it.
    pub fn apply(&self, document: &mut Value, part: &str, texts: &[String]) {
        let mut found = Vec::new();
        if let Some(part_of_it) = document.pointer(part) {
            paths(part_of_it, part, &mut found);
        }
        if found.is_empty() {
            return;
        }
        let path = |at: &Index| at.get(&found).as_str();
        match self {
            Self::Change { at, to } => put(document, path(at), serde_json::from_str(to).expect("a value is JSON")),
            Self::Copy { at, from } => {
                let copy = document.pointer(path(from)).cloned();
                put(document, path(at), copy.expect("a path that was found"));
            }
            Self::Remove { at } => remove(document, path(at)),
            Self::Text { at, edit } => {
                if let Some(Value::String(text)) = document.pointer_mut(path(at)) {
                    edit.apply(text, texts);
                }
            }
        }
    }
}

fn put(document: &mut Value, path: &str, value: Value) {
    *document.pointer_mut(path).expect("a path that was found") = value;
}

fn remove(document: &mut Value, path: &str) {
    let (parent, name) = path.rsplit_once('/').expect("a path has a slash");
    match document.pointer_mut(parent) {
        Some(Value::Object(fields)) => drop(fields.shift_remove(&name.replace("~1", "/").replace("~0", "~"))),
        Some(Value::Array(items)) => drop(items.remove(name.parse().expect("the index of an item"))),
        _ => panic!("{path} should be in a table or a list"),
    }
}
