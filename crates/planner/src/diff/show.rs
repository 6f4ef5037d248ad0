//! Resolved values as a plan shows them: references readable, long texts described, secrets hidden.

use std::collections::BTreeSet;

use groundwork_model::LogicalId;
use groundwork_model::plan::{Shown, Unknown};
use groundwork_model::secret::REDACTED;
use serde_json::{Value, json};

use super::resolve::{GENERATED, join_parts, references};
use crate::digest;

/// Parts of a key that mean a secret, in lower case: what a foreign template may hold in clear.
const SECRET_WORDS: [&str; 5] = ["externalid", "access_key", "secret", "password", "token"];

/// A value before a change.
pub fn before(path: &str, value: &Value) -> Shown {
    shown(path, value)
}

/// A value after a change: unknown if it is nothing but a reference to a resource that is made or
/// replaced.
pub fn after(path: &str, value: &Value, new: &BTreeSet<LogicalId>) -> Shown {
    if value.get(GENERATED).is_some() {
        return Shown::Unknown(Unknown::Generated);
    }
    let whole = reference_name(value).is_some();
    match references(value).into_iter().find_map(|name| new.iter().find(|id| id.as_str() == name)) {
        Some(id) if whole => Shown::Unknown(Unknown::Resource(id.clone())),
        _ => shown(path, value),
    }
}

fn shown(path: &str, value: &Value) -> Shown {
    match value {
        Value::Null => Shown::Absent,
        _ if is_secret(last_segment(path)) && !is_reference(value) => Shown::Secret,
        _ => Shown::Json(readable(value)),
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// Whether a key of this name holds a secret.
pub fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| key.contains(word))
}

fn is_reference(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_reference),
        other => reference_name(other).is_some(),
    }
}

/// A resolved value as a reader wants it: `${Vpc}`, `${EipUsw2Az1.AllocationId}` for references.
/// Texts of several lines are described, not quoted.
pub fn readable(value: &Value) -> Value {
    if let Some(name) = reference_name(value) {
        return Value::String(format!("${{{name}}}"));
    }
    if let Some(parts) = join_parts(value) {
        let text = parts.iter().map(|part| match readable(part) {
            Value::String(text) => text,
            other => other.to_string(),
        });
        return Value::String(text.collect());
    }
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, inner)| (key.clone(), readable_field(key, inner))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(readable).collect()),
        Value::String(text) if text.trim_end().contains('\n') => {
            let digest = digest::short(text.as_bytes());
            json!(format!("text of {} lines, sha256 {digest}", text.lines().count()))
        }
        plain => plain.clone(),
    }
}

fn readable_field(key: &str, value: &Value) -> Value {
    if is_secret(key) && !is_reference(value) && !value.is_object() { json!(REDACTED) } else { readable(value) }
}

/// What a value refers to if it is nothing but a reference: `Vpc`, `EipUsw2Az1.AllocationId`.
fn reference_name(value: &Value) -> Option<String> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    if let Some(name) = map.get("Ref").and_then(Value::as_str) {
        return Some(name.to_owned());
    }
    let path: Vec<&str> = map.get("Fn::GetAtt")?.as_array()?.iter().filter_map(Value::as_str).collect();
    Some(path.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_read_like_a_substitution() {
        let joined = json!({ "Fn::Join": ["", ["arn:", { "Fn::GetAtt": ["Role", "Arn"] }, "/", { "Ref": "Vpc" }]] });
        assert_eq!(readable(&joined), json!("arn:${Role.Arn}/${Vpc}"));
        let code = json!({ "ZipFile": "a\nb\n" });
        assert!(readable(&code)["ZipFile"].as_str().is_some_and(|text| text.starts_with("text of 2 lines, sha256 ")));
    }

    #[test]
    fn a_secret_that_a_template_holds_in_clear_is_hidden_at_any_depth() {
        let trust = json!([{ "Condition": { "StringEquals": { "sts:ExternalId": ["s3cret"] } } }]);
        assert!(!readable(&trust).to_string().contains("s3cret"));
        assert_eq!(before("Environment.Variables.URL_REQUESTER_ACCESS_KEY", &json!("s3cret")), Shown::Secret);
        let reference = before("Environment.Variables.URL_REQUESTER_ACCESS_KEY", &json!({ "Ref": "Key" }));
        assert_eq!(reference, Shown::Json(json!("${Key}")));
    }

    #[test]
    fn what_a_new_resource_gives_is_unknown() {
        let eip: LogicalId = "Eip".parse().expect("a logical id");
        let new = BTreeSet::from([eip.clone()]);
        let value = json!({ "Fn::GetAtt": ["Eip", "AllocationId"] });
        assert_eq!(after("AllocationId", &value, &new), Shown::Unknown(Unknown::Resource(eip)));
        assert_eq!(after("VpcId", &json!({ "Ref": "Vpc" }), &new), Shown::Json(json!("${Vpc}")));
        assert_eq!(after("X", &json!({ "Groundwork::Generated": "K" }), &new), Shown::Unknown(Unknown::Generated));
    }
}
