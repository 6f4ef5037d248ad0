//! Reads the body of a request, with the complaints that the server has about it.

use serde_json::{Map, Value};

use crate::errors;
use crate::http::{Outcome, Request};

/// The longest name of a Run Environment or API key.
const NAME_LENGTH: usize = 200;

/// The longest description.
const DESCRIPTION_LENGTH: usize = 5000;

/// The body as an object. An empty one is an empty object.
pub(crate) fn object(request: &Request) -> Outcome<Map<String, Value>> {
    let content_type = request.content_type.as_deref().unwrap_or("application/json");
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    match media_type {
        "application/json" => {}
        "application/x-www-form-urlencoded" | "multipart/form-data" => {
            return Ok(url::form_urlencoded::parse(&request.body)
                .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
                .collect());
        }
        other => {
            let message = format!("Unsupported media type \"{other}\" in request.");
            return Err(errors::detail(415, "unsupported_media_type", "UnsupportedMediaType", &message));
        }
    }
    if request.body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => {
            let message = format!("Invalid data. Expected a dictionary, but got {}.", python_type(&other));
            Err(errors::field(400, "non_field_errors", message))
        }
        Err(error) => {
            let message =
                format!("JSON parse error - Expecting value: line {} column {}", error.line(), error.column());
            Err(errors::detail(400, "parse_error", "ParseError", &message))
        }
    }
}

/// What Python calls the type of a value.
pub(crate) fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// Complaints about fields as they are gathered: (field, code, message).
pub(crate) type Complaints = Vec<(&'static str, &'static str, String)>;

/// A text field's value, trimmed; numbers count as texts, booleans do not. `None` if it is not there
/// or not valid, with a complaint in the second case.
pub(crate) fn text(body: &Map<String, Value>, field: &'static str, wrong: &mut Complaints) -> Option<String> {
    let mut complain = |code, message: &str| {
        wrong.push((field, code, message.to_owned()));
        None
    };
    let text = match body.get(field)? {
        Value::Null => return complain("null", "This field may not be null."),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => return complain("invalid", "Not a valid string."),
    };
    if text.contains('\0') {
        return complain("null_characters_not_allowed", "Null characters are not allowed.");
    }
    let longest = if field == "description" { DESCRIPTION_LENGTH } else { NAME_LENGTH };
    if text.chars().count() > longest {
        let message = format!("Ensure this field has no more than {longest} characters.");
        return complain("max_length", &message);
    }
    Some(text)
}

/// Whether a field has to be there, if it is not blank.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
}

/// A text field that may not be blank.
pub(crate) fn filled_text(
    body: &Map<String, Value>,
    field: &'static str,
    presence: Presence,
    wrong: &mut Complaints,
) -> Option<String> {
    if presence == Presence::Required && !body.contains_key(field) {
        wrong.push((field, "required", "This field is required.".to_owned()));
    }
    let text = text(body, field, wrong)?;
    if text.is_empty() {
        wrong.push((field, "blank", "This field may not be blank.".to_owned()));
        return None;
    }
    Some(text)
}
