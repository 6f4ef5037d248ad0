//! The schemas themselves: published, readable, and no part of them without a document that needs it.

use std::collections::HashSet;
use std::path::Path;

use groundwork_model::document::Document;
use groundwork_view::schema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::samples;

#[test]
fn the_published_schemas_are_those_of_what_is_written() {
    for document in Document::ALL {
        let path = document.schema_path();
        let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(&path);
        let published = std::fs::read_to_string(published).unwrap_or_default();
        let published: Value = serde_json::from_str(&published).unwrap_or_default();
        assert!(published == schema(document), "{path} is out of date: run `cargo xtask generate`");
    }
}

#[test]
fn a_schema_names_its_document_and_version_on_top() {
    let heading = |document| {
        let schema = schema(document);
        let keys: Vec<&str> = schema.as_object().expect("an object").keys().take(4).map(String::as_str).collect();
        assert_eq!(keys, ["$schema", "$id", "title", "description"]);
        format!("{}  {}  {}", text(&schema["$id"]), text(&schema["title"]), text(&schema["description"]))
    };
    insta::assert_snapshot!(Document::ALL.map(heading).join("\n"));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("(none)")
}

/// Calls for each schema within a schema, with its pointer.
fn each(schema: &Value, at: &str, visit: &mut dyn FnMut(&str, &Value)) {
    visit(at, schema);
    for key in ["properties", "$defs"] {
        for (name, inner) in schema.get(key).and_then(Value::as_object).into_iter().flatten() {
            each(inner, &format!("{at}/{key}/{name}"), visit);
        }
    }
    for key in ["oneOf", "anyOf"] {
        for (index, inner) in schema.get(key).and_then(Value::as_array).into_iter().flatten().enumerate() {
            each(inner, &format!("{at}/{key}/{index}"), visit);
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
            each(inner, &format!("{at}/{key}"), visit);
        }
    }
}

#[test]
fn schemas_speak_of_json_and_leave_nothing_undescribed() {
    for document in Document::ALL {
        each(&schema(document), "", &mut |at, part| {
            let place = format!("{document:?} {at}");
            let is_definition = at.rsplit('/').nth(1) == Some("$defs") || at.is_empty();
            let is_choice = ["const", "oneOf"].iter().any(|key| part.get(key).is_some());
            let description = part["description"].as_str();
            assert!(description.is_some() || !(is_definition || (is_choice && !is_tag(at))), "{place}: no description");
            for words in ["`None`", "[`", "::`", "`Some", "\n"] {
                assert!(!description.is_some_and(|text| text.contains(words)), "{place}: {description:?}");
            }
            let format = part["format"].as_str();
            assert!(format.is_none_or(|format| ["date", "date-time", "ipv4"].contains(&format)), "{place}: {format:?}");
        });
    }
}

/// Whether this is the property that tells which of several objects it is.
fn is_tag(at: &str) -> bool {
    at.rsplit('/').nth(1) == Some("properties")
}

#[test]
fn alternatives_exclude_each_other() {
    for document in Document::ALL {
        each(&schema(document), "", &mut |at, part| {
            for alternative in part["anyOf"].as_array().into_iter().flatten() {
                let plain = alternative["$ref"].is_string() || alternative["type"] == "null";
                assert!(plain, "{document:?} {at}: objects are told apart by oneOf, not anyOf: {alternative}");
            }
            for alternative in part["oneOf"].as_array().into_iter().flatten() {
                assert!(has_mark(alternative), "{document:?} {at}: nothing marks {alternative}");
            }
        });
    }
}

/// Whether an alternative is a word, an object with a tag, or one with a single key.
fn has_mark(alternative: &Value) -> bool {
    let tagged = |property: &Value| property["const"].is_string();
    let properties = alternative["properties"].as_object();
    tagged(alternative)
        || properties.is_some_and(|properties| properties.values().any(tagged))
        || alternative["additionalProperties"] == json!(false)
}

/// Each part that can be taken out of a schema, with what then stands in its place.
fn reductions(schema: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    each(schema, "", &mut |at, part| {
        for key in ["oneOf", "anyOf"] {
            for index in 0..part[key].as_array().map_or(0, Vec::len) {
                all.push((format!("{at}/{key}/{index}"), json!(false)));
            }
        }
        for name in part["properties"].as_object().into_iter().flat_map(|properties| properties.keys()) {
            all.push((format!("{at}/properties/{name}"), json!(false)));
        }
        for index in 0..part["type"].as_array().map_or(0, Vec::len) {
            let mut types = part["type"].clone();
            types.as_array_mut().expect("it has items").remove(index);
            all.push((format!("{at}/type"), types));
        }
        for key in ["items", "additionalProperties"] {
            if part[key].is_object() {
                all.push((format!("{at}/{key}"), json!(false)));
            }
        }
    });
    all
}

fn as_values<T: Serialize>(documents: &[T]) -> Vec<Value> {
    documents.iter().map(|document| serde_json::to_value(document).expect("a document can be written")).collect()
}

fn samples_of(document: Document) -> Vec<Value> {
    match document {
        Document::Plan => as_values(&samples::plans()),
        Document::RolloutPlan => as_values(&samples::rollout_plans()),
        Document::Events => as_values(&samples::records()),
        Document::Report => as_values(&samples::results()),
        Document::Status => as_values(&samples::statuses()),
        Document::Verification => as_values(&samples::verifications()),
        Document::Drift => as_values(&samples::drifts()),
        Document::Preflight => as_values(&samples::preflights()),
        Document::Outputs => as_values(&samples::outputs()),
    }
}

/// The proof that the samples of the other tests have everything that a document can have.
#[test]
fn every_part_of_a_schema_is_needed_by_a_sample() {
    let mut seen = HashSet::new();
    for document in Document::ALL {
        let samples = samples_of(document);
        let whole = schema(document);
        // A zone's id and its name are both plain strings to a schema: one alternative would do for both.
        for (at, instead) in reductions(&whole).into_iter().filter(|(at, _)| !at.starts_with("/$defs/ZoneRef/anyOf")) {
            // Documents share definitions. Once is enough.
            if at.starts_with("/$defs") && !seen.insert((at.clone(), instead.clone())) {
                continue;
            }
            let mut less = whole.clone();
            *less.pointer_mut(&at).expect("the part is there") = instead;
            let validator = jsonschema::validator_for(&less).expect("it is still a schema");
            let needed = samples.iter().any(|sample| !validator.is_valid(sample));
            assert!(needed, "no sample in tests/documents has what {at} of the schema {document:?} is for");
        }
    }
}
