//! Reads what the server says about a failure: five shapes of JSON, and no promise about which one comes.

use serde_json::{Map, Value};

use crate::scrub::Scrubber;

/// Longer texts are cut: they are dumps, not explanations.
const LONGEST: usize = 300;

/// Keys that describe an error rather than name a field of the request.
const ABOUT_THE_ERROR: [&str; 4] = ["error_code", "error_class", "error_message", "code"];

/// What the server says about a failure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// Its code: `throttled`, `limit_exceeded`; for a crash the class, such as `IntegrityError`.
    pub code: Option<String>,
    /// Its words, without secrets.
    pub message: String,
}

/// Reads the body of an answer that is an error.
pub(crate) fn explain(status: u16, body: &Value, scrub: &Scrubber) -> Explanation {
    let (code, text) = match body {
        Value::Object(object) => {
            let crash = object.get("error_class").filter(|_| status == 500);
            let code = crash.or_else(|| object.get("error_code")).or_else(|| object.get("code"));
            let text = if status == 500 { crash_text(object) } else { object_text(object) };
            (code.and_then(Value::as_str), text)
        }
        other => (None, join(other)),
    };
    let text = if text.is_empty() { format!("status {status} without an explanation") } else { text };
    Explanation { code: code.map(|code| scrub.clean(code)), message: cut(&scrub.clean(&text)) }
}

/// `detail`, or each field with its complaints.
fn object_text(object: &Map<String, Value>) -> String {
    if let Some(detail) = object.get("detail").and_then(Value::as_str) {
        return detail.to_owned();
    }
    let mut lines = Vec::new();
    complaints("", object, &mut lines);
    if lines.is_empty() { object.get("error_class").map(join).unwrap_or_default() } else { lines.join("; ") }
}

fn complaints(prefix: &str, object: &Map<String, Value>, lines: &mut Vec<String>) {
    let top = prefix.is_empty();
    for (key, value) in object.iter().filter(|(key, _)| !(top && ABOUT_THE_ERROR.contains(&key.as_str()))) {
        let path = if top { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) => complaints(&path, inner, lines),
            Value::Array(_) | Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::Null => {
                // That name is Django's, and would tell the reader nothing.
                let shown = path.trim_end_matches("non_field_errors").trim_end_matches('.');
                let text = join(value);
                lines.push(if shown.is_empty() { text } else { format!("{shown}: {text}") });
            }
        }
    }
}

fn join(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(join).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The text of a crash may quote SQL and the values of a save: what is left is the first line up to
/// the first value.
fn crash_text(object: &Map<String, Value>) -> String {
    let whole = object.get("error_message").and_then(Value::as_str).unwrap_or_default();
    let first = whole.lines().next().unwrap_or_default();
    let before_values = first.split(['\'', '(', '[', '{', '=']).next().unwrap_or_default();
    let is_sql = ["INSERT ", "UPDATE ", "SELECT ", "DELETE "].iter().any(|verb| before_values.contains(verb));
    let shown = if is_sql { "" } else { before_values.trim_end_matches([' ', ':', ',']) };
    if shown.is_empty() { "the server failed; what it says about it is not shown".to_owned() } else { shown.to_owned() }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(status: u16, body: Value, code: Option<&str>, message: &str) {
        let mut scrub = Scrubber::default();
        scrub.add("hunter2");
        let got = explain(status, &body, &scrub);
        assert_eq!((got.code.as_deref(), got.message.as_str()), (code, message), "{body}");
    }

    #[test]
    fn one_message() {
        check(
            422,
            json!({"detail": "Task limit exceeded", "error_code": "limit_exceeded",
                   "error_class": "UnprocessableEntity", "error_message": "Task limit exceeded"}),
            Some("limit_exceeded"),
            "Task limit exceeded",
        );
        check(
            401,
            json!({"detail": "User is inactive", "code": "user_inactive", "error_class": "AuthenticationFailed"}),
            Some("user_inactive"),
            "User is inactive",
        );
    }

    #[test]
    fn complaints_about_fields() {
        check(
            400,
            json!({"name": ["This field may not be blank."], "notification_profiles": {"non_field_errors": ["Bad."]},
                   "error_class": "ValidationError", "error_message": "{'name': [ErrorDetail(string='...')]}"}),
            None,
            "name: This field may not be blank.; notification_profiles: Bad.",
        );
        check(400, json!({"non_field_errors": ["Invalid data."], "error_class": "X"}), None, "Invalid data.");
    }

    #[test]
    fn a_bare_array() {
        check(400, json!(["Group ID must be specified"]), None, "Group ID must be specified");
    }

    #[test]
    fn nothing_found() {
        check(404, json!({"detail": "Not found."}), None, "Not found.");
    }

    #[test]
    fn a_crash_is_told_without_the_values_that_it_quotes() {
        check(
            500,
            json!({"error_class": "IntegrityError", "error_message":
                "duplicate key value violates unique constraint \"name_uniq\"\nDETAIL:  Key (name)=(hunter2)."}),
            Some("IntegrityError"),
            "duplicate key value violates unique constraint \"name_uniq\"",
        );
        check(
            500,
            json!({"error_class": "DataError", "error_message":
                "unsupported Unicode escape: {\"access_key\": \"other\"}\nUPDATE x SET y = 'other'"}),
            Some("DataError"),
            "unsupported Unicode escape",
        );
        check(
            500,
            json!({"error_class": "DataError", "error_message": "UPDATE x SET y other"}),
            Some("DataError"),
            "the server failed; what it says about it is not shown",
        );
    }

    #[test]
    fn anything_else_is_no_panic_and_no_secret() {
        check(418, json!(null), None, "status 418 without an explanation");
        check(400, json!({}), None, "status 400 without an explanation");
        check(400, json!({"password": ["hunter2 is too short"]}), None, "password: (secret) is too short");
        check(400, json!([["x".repeat(400)]]), None, &format!("{}...", "x".repeat(300)));
    }
}
