//! Values of a plan as text: on a line, or as indented JSON where they are large.

use groundwork_model::plan::{Shown, Unknown};
use groundwork_model::run_environment::{SECRET_FIELDS, is_secret_parameter, redacted};
use groundwork_model::secret::REDACTED;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

/// The value of a field, with what must not be seen hidden. The planner hides secrets; here they are
/// hidden again by their names, since a plan is pasted into chats and tickets.
pub(super) fn guarded(path: &str, shown: &Shown) -> Shown {
    let name = path.rsplit('.').next().unwrap_or_default();
    match shown {
        Shown::Json(_) if SECRET_FIELDS.contains(&name) || is_secret_parameter(name) => Shown::Secret,
        Shown::Json(value) => Shown::Json(hidden(value)),
        Shown::Absent | Shown::Unknown(_) | Shown::Secret => shown.clone(),
    }
}

fn hidden(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(redacted(object)),
        Value::Array(items) => Value::Array(items.iter().map(hidden).collect()),
        plain => plain.clone(),
    }
}

/// A value on one line.
pub(super) fn inline(shown: &Shown) -> String {
    match shown {
        Shown::Absent => "(none)".to_owned(),
        Shown::Secret => REDACTED.to_owned(),
        Shown::Json(value) => json(value),
        Shown::Unknown(Unknown::Generated) => format!("{REDACTED} made by apply"),
        Shown::Unknown(Unknown::Output(_)) => "known after apply".to_owned(),
        Shown::Unknown(Unknown::Resource(id)) => format!("known after apply (new {id})"),
    }
}

/// JSON on one line; texts stand without quotes where that leaves no doubt.
pub(super) fn json(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() || text.trim() != text => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) if !items.is_empty() && items.iter().all(is_scalar) => {
            items.iter().map(json).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// Whether a value has no parts.
pub(super) fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// JSON in indented lines of at most `room` columns, as far as that can be: what fits stands on one line.
pub(super) fn block(value: &Value, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    part(&mut lines, 0, "", value, "", room);
    lines
}

fn part(lines: &mut Vec<String>, depth: usize, key: &str, value: &Value, comma: &str, room: usize) {
    let indent = "  ".repeat(depth);
    let whole = format!("{indent}{key}{value}{comma}");
    if whole.width() <= room || is_scalar(value) {
        lines.push(whole);
        return;
    }
    let (open, close, parts) = parts(value);
    lines.push(format!("{indent}{key}{open}"));
    let last = parts.len().saturating_sub(1);
    for (at, (key, inner)) in parts.into_iter().enumerate() {
        part(lines, depth + 1, &key, inner, if at < last { "," } else { "" }, room);
    }
    lines.push(format!("{indent}{close}{comma}"));
}

fn parts(value: &Value) -> (char, char, Vec<(String, &Value)>) {
    match value {
        Value::Object(map) => {
            let key = |key: &String| format!("{}: ", Value::String(key.clone()));
            ('{', '}', map.iter().map(|(name, inner)| (key(name), inner)).collect())
        }
        Value::Array(items) => ('[', ']', items.iter().map(|item| (String::new(), item)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => ('(', ')', Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_by_their_names() {
        for path in ["assumed_role_external_id", "Parameters.ExternalID", "x.secret_key"] {
            assert_eq!(guarded(path, &Shown::Json(json!("s3cret"))), Shown::Secret, "{path}");
        }
        let nested = Shown::Json(json!([{ "aws": [{ "workflow_starter_access_key": "s3cret" }] }]));
        assert!(!inline(&guarded("settings", &nested)).contains("s3cret"));
        assert_eq!(guarded("region", &Shown::Json(json!("us-west-2"))), Shown::Json(json!("us-west-2")));
    }

    #[test]
    fn texts_are_quoted_only_where_they_would_mislead() {
        for (value, expected) in [
            (json!("10.0.0.0/16"), "10.0.0.0/16"),
            (json!(""), "\"\""),
            (json!(" a"), "\" a\""),
            (json!(["a", "b"]), "a, b"),
            (json!([]), "[]"),
            (json!(true), "true"),
            (json!({"a": [1]}), "{\"a\":[1]}"),
        ] {
            assert_eq!(super::json(&value), expected);
        }
    }

    #[test]
    fn large_values_are_broken_where_they_have_to_be() {
        let value = json!({ "Effect": "Allow", "Action": ["ecs:RunTask", "ecs:StopTask"], "Resource": "*" });
        assert_eq!(
            block(&value, 30),
            [
                "{",
                "  \"Effect\": \"Allow\",",
                "  \"Action\": [",
                "    \"ecs:RunTask\",",
                "    \"ecs:StopTask\"",
                "  ],",
                "  \"Resource\": \"*\"",
                "}"
            ]
        );
        assert_eq!(block(&value, 100).len(), 1);
    }
}
