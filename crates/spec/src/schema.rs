//! The JSON Schema of a spec file, for editors.
//!
//! It is made from the types that also read the spec, and is looser than the reader: what keys mean
//! together is said by errors only.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::raw::{self, SpecSection};

/// The JSON Schema (draft 2020-12) of a spec file.
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    // Without references: editors show descriptions and complete keys best that way.
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<SpecSection>().to_value();
    schema["title"] = json!("groundwork spec");
    on_one_line(&mut schema);
    for (section, keys) in raw::SECTIONS {
        let table = section.split('.').fold(&mut schema, |table, name| &mut table["properties"][name]);
        for key in keys {
            let description = &mut table["properties"][key.name]["description"];
            if let (Some(mode), Some(text)) = (key.mode, description.as_str()) {
                *description = json!(format!("{text} Goes with mode = \"{mode}\"."));
            }
        }
    }
    schema
}

/// Comments are broken into lines for the source; editors break lines themselves.
fn on_one_line(schema: &mut Value) {
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        schema["description"] = json!(description.split('\n').collect::<Vec<_>>().join(" "));
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(on_one_line);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::read::{Key, Section};

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
            check(section.split('.').fold(&schema, |table, name| &table["properties"][name]), keys, section);
        }
    }
}
