//! Holds what the program wrote against the schemas that the repository publishes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use groundwork_model::document::Document;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// So many characters of a value are shown: enough to find it, and not the whole plan.
const LONGEST_VALUE: usize = 60;

static VALIDATORS: LazyLock<BTreeMap<Document, Validator>> =
    LazyLock::new(|| Document::ALL.map(|document| (document, validator(document))).into());

/// Fails unless a document is valid by its published schema. The failure names each place that is not.
#[track_caller]
pub fn assert_valid(document: Document, value: &Value) {
    let found = faults(document, value);
    let path = document.schema_path();
    assert!(found.is_empty(), "this is not valid by {path}:\n{}", found.join("\n"));
}

fn faults(document: Document, value: &Value) -> Vec<String> {
    VALIDATORS[&document].iter_errors(value).flat_map(|error| explain(&error)).collect()
}

fn validator(document: Document) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(document.schema_path());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let schema: Value = serde_json::from_str(&text).expect("a published schema is JSON");
    jsonschema::validator_for(&schema).expect("a published schema is a schema")
}

/// Says what is wrong, one line each. Of alternatives, the one is explained that the value was meant for:
/// that nothing of which its kind is known speaks against.
fn explain(error: &ValidationError<'_>) -> Vec<String> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) = error.kind() else {
        return vec![line(error)];
    };
    let meant = context.iter().find(|errors| !errors.iter().any(|inner| is_another_kind(inner, error)));
    match meant {
        Some(errors) => errors.iter().flat_map(explain).collect(),
        None => vec![line(error)],
    }
}

/// Whether an error within an alternative says that the value is of another kind: of another type, with
/// another word in its tag, or without the only key.
fn is_another_kind(inner: &ValidationError<'_>, outer: &ValidationError<'_>) -> bool {
    let at_once = inner.instance_path() == outer.instance_path();
    match inner.kind() {
        ValidationErrorKind::Constant { .. } => true,
        ValidationErrorKind::Type { .. } | ValidationErrorKind::AdditionalProperties { .. } => at_once,
        _ => false,
    }
}

fn line(error: &ValidationError<'_>) -> String {
    let at = error.instance_path().as_str();
    let value = error.instance().to_string();
    let shown: String = value.chars().take(LONGEST_VALUE).collect();
    let more = if shown.len() < value.len() { "..." } else { "" };
    format!("  at {}: {}: {shown}{more}", if at.is_empty() { "/" } else { at }, error.masked())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(document: Document, value: &Value, expected: &[&str]) {
        assert_eq!(faults(document, value), expected, "{value}");
    }

    /// A line of the stream about a problem with this code and place.
    fn diagnostic(code: &str, place: Value) -> Value {
        json!({
            "sequence": 1, "at": "2026-01-01T00:00:00.000Z", "type": "diagnostic", "severity": "error",
            "problem": {"code": code, "message": "", "causes": [], "key": null, "place": place, "help": []},
        })
    }

    #[test]
    fn a_fault_is_named_where_it_is() {
        let place = |line: Value| json!({"layer": "file", "path": "a", "line": line, "column": 1});
        check(Document::Events, &diagnostic("GW1203", place(json!(1))), &[]);
        check(Document::Events, &diagnostic("GW1203", Value::Null), &[]);
        check(
            Document::Events,
            &diagnostic("1203", Value::Null),
            &[r#"  at /problem/code: value does not match "^GW[0-9]{4}$": "1203""#],
        );
        check(
            Document::Events,
            &diagnostic("GW1203", place(json!("one"))),
            &[r#"  at /problem/place/line: value is not of type "integer": "one""#],
        );
        check(
            Document::Report,
            &json!({"exit": "done", "exit_code": 0}),
            &[r#"  at /: "report" is a required property: {"exit":"done","exit_code":0}"#],
        );
    }

    #[test]
    fn of_a_value_that_no_alternative_is_for_the_whole_is_named() {
        let unknown = "value is not valid under any of the schemas listed in the 'oneOf' keyword";
        check(
            Document::Events,
            &diagnostic("GW1203", json!({"layer": "elsewhere"})),
            &[&format!(r#"  at /problem/place: {unknown}: {{"layer":"elsewhere"}}"#)],
        );
        let news = json!({"sequence": 1, "at": "2026-01-01T00:00:00.000Z", "type": "news"});
        let shown = r#"{"sequence":1,"at":"2026-01-01T00:00:00.000Z","type":"news"}"#;
        check(Document::Events, &news, &[&format!("  at /: {unknown}: {shown}")]);
    }
}
