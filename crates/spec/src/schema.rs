//! The JSON Schema of a spec file, for editors.
//!
//! It is made from the types that also read the spec, and is looser than the reader: what keys mean
//! together is said by errors only.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::raw::{self, SpecSection, TARGET};
use crate::read::Key;

/// The JSON Schema (draft 2020-12) of a spec file.
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    // Without references: editors show descriptions and complete keys best that way.
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<SpecSection>().to_value();
    schema["title"] = json!("groundwork spec");
    on_one_line(&mut schema);
    for (section, keys) in raw::SECTIONS {
        for table in [section.to_owned(), format!("{TARGET}.{section}")] {
            name_modes(&mut schema, &table, keys);
        }
    }
    schema
}

/// Says which keys of a table go with one mode only.
fn name_modes(schema: &mut Value, table: &str, keys: &[Key]) {
    for key in keys {
        let property = schema.pointer_mut(&format!("{}/properties/{}", pointer(table), key.name));
        let description = property.and_then(|property| property.get_mut("description"));
        if let (Some(mode), Some(description)) = (key.mode, description) {
            let text = description.as_str().unwrap_or_default();
            *description = json!(format!("{text} Goes with mode = \"{mode}\"."));
        }
    }
}

/// Where in the schema a table is described.
fn pointer(table: &str) -> String {
    let inside = |name: &str| match name {
        "wave" | "ignore" | TARGET => "/items",
        _ => "",
    };
    table.split('.').map(|name| format!("/properties/{name}{}", inside(name))).collect()
}

/// Comments are broken into lines for the source; editors break lines themselves.
fn on_one_line(schema: &mut Value) {
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        schema["description"] = json!(description.split('\n').collect::<Vec<_>>().join(" "));
    }
    match schema {
        Value::Object(entries) => entries.values_mut().for_each(on_one_line),
        Value::Array(items) => items.iter_mut().for_each(on_one_line),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::read::Section;

    fn check(schema: &Value, keys: &[Key], what: &str) {
        let properties = schema["properties"].as_object().expect("a table has properties");
        let in_schema: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let in_reader: BTreeSet<&str> = keys.iter().map(|key| key.name).collect();
        assert_eq!(in_schema, in_reader, "keys of {what}");
        assert_eq!(schema["additionalProperties"], json!(false), "{what} must refuse other keys");
        for (name, property) in properties {
            assert!(property["description"].is_string(), "{what}.{name} needs a description");
        }
    }

    #[test]
    fn schema_and_reader_have_the_same_keys() {
        let schema = schema();
        check(&schema, SpecSection::KEYS, "the spec");
        for (section, keys) in raw::SECTIONS {
            let table = schema.pointer(&pointer(section)).expect("a section has a schema");
            // A table that may also be `false`.
            check(table.pointer("/anyOf/1").unwrap_or(table), keys, section);
        }
    }
}
