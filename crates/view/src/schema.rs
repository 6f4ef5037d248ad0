//! The JSON Schemas of the documents that groundwork writes for machines.
//!
//! They are made from the types that are written, so a document and its schema cannot drift apart.
//! Objects may have keys that a schema does not know: the next minor version of the form may add some.

use groundwork_model::document::Document;
use groundwork_model::drift::Drift;
use groundwork_model::preflight::Preflight;
use groundwork_model::saved::{SavedPlan, SavedRollout};
use groundwork_model::status::Status;
use groundwork_model::stream::{Outputs, Record, RunResult};
use groundwork_model::verification::Verification;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

/// Where a schema keeps what it refers to.
const DEFINITIONS: &str = "#/$defs/";

/// The JSON Schema (draft 2020-12) of a document.
pub fn schema(document: Document) -> Value {
    let mut schema = match document {
        Document::Plan => of::<SavedPlan>(),
        Document::RolloutPlan => of::<SavedRollout>(),
        Document::Events => of::<Record>(),
        Document::Report => of::<RunResult>(),
        Document::Status => of::<Status>(),
        Document::Verification => of::<Verification>(),
        Document::Drift => of::<Drift>(),
        Document::Preflight => of::<Preflight>(),
        Document::Outputs => of::<Outputs>(),
    };
    let (name, version) = (document.as_str(), document.format_version());
    take(&mut schema, "title");
    let mut titled = Map::new();
    for key in ["$schema", "$id", "title", "description"] {
        titled.insert(key.to_owned(), take(&mut schema, key).unwrap_or_default());
    }
    titled["$id"] = json!(format!("urn:groundwork:{name}:{version}"));
    titled["title"] = json!(format!("groundwork {name}, format {version}"));
    titled.append(schema.ensure_object());
    Value::Object(titled)
}

fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(describe))
        .with_transform(RecursiveTransform(without_widths))
        .with_transform(RecursiveTransform(without_idle_nulls))
        .with_transform(spread)
        .into_generator()
        .into_root_schema_for::<T>()
}

/// Makes a description of Rust one of JSON: lines are broken by whoever shows it, and nothing is null.
fn describe(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs: Vec<String> = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
        *text = paragraphs.join("\n\n").replace("`None`", "null");
    }
}

/// Takes out the formats of integers, which name Rust's types and which strict validators refuse. The
/// bounds that follow from them stay.
fn without_widths(schema: &mut Schema) {
    let is_width = |format: &str| format.trim_start_matches('u').starts_with("int");
    if schema.get("format").and_then(Value::as_str).is_some_and(is_width) {
        take(schema, "format");
    }
}

/// Takes null out of what a key may hold that can be left out: it is left out instead.
fn without_idle_nulls(schema: &mut Schema) {
    let required: Vec<Value> = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    let optional = properties.iter_mut().filter(|(key, _)| !required.contains(&json!(key)));
    for property in optional.filter_map(|(_, property)| property.as_object_mut()) {
        let Some(Value::Array(alternatives)) = property.get_mut("anyOf") else { continue };
        alternatives.retain(|alternative| alternative["type"] != "null");
        if let [Value::Object(only)] = &mut alternatives[..] {
            let mut only = std::mem::take(only);
            property.shift_remove("anyOf");
            only.append(property);
            *property = only;
        }
    }
}

/// Makes one list of a document's alternatives and of theirs. Events are an enumeration within that of
/// the records, and both are told apart by the same key.
fn spread(schema: &mut Schema) {
    let Some(Value::Array(alternatives)) = take(schema, "anyOf") else { return };
    let mut all = Vec::new();
    for alternative in alternatives {
        match alternatives_of(schema, &alternative) {
            Some(inner) => all.extend(inner),
            None => all.push(alternative),
        }
    }
    schema.insert("oneOf".to_owned(), Value::Array(all));
}

/// Takes a key out, and leaves the others in their order.
fn take(schema: &mut Schema, key: &str) -> Option<Value> {
    schema.as_object_mut()?.shift_remove(key)
}

/// Takes the alternatives out of a definition, if `reference` is nothing but a reference to one that has some.
fn alternatives_of(schema: &mut Schema, reference: &Value) -> Option<Vec<Value>> {
    let name = reference.get("$ref")?.as_str()?.strip_prefix(DEFINITIONS)?;
    let definitions = schema.get_mut("$defs")?.as_object_mut()?;
    definitions.get(name)?.get("oneOf")?;
    match definitions.shift_remove(name)?.get_mut("oneOf")?.take() {
        Value::Array(inner) => Some(inner),
        _ => None,
    }
}
