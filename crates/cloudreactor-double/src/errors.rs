//! The shapes in which errors come: one message, per field, a bare array, not found, a crash.

use serde_json::{Map, Value, json};

use crate::http::Reply;

/// One message, with the framework's own keys about it.
pub(crate) fn detail(status: u16, code: &str, class: &str, message: &str) -> Box<Reply> {
    Box::new(Reply::json(
        status,
        json!({ "detail": message, "error_code": code, "error_class": class, "error_message": message }),
    ))
}

/// One message of the token library, which has `code` in place of `error_code`.
pub(crate) fn token(code: &str, class: &str, message: &str) -> Box<Reply> {
    let printed = format!(
        "{{'detail': {}, 'code': {}, 'error_class': '{class}'}}",
        printed_detail(message, code),
        printed_detail(code, code)
    );
    Box::new(Reply::json(
        401,
        json!({ "detail": message, "code": code, "error_class": class, "error_message": printed }),
    ))
}

/// Complaints about fields: (field, code, message).
pub(crate) fn fields(status: u16, complaints: &[(&str, &str, String)]) -> Box<Reply> {
    let mut body = Map::new();
    let mut printed = Vec::new();
    for (field, code, message) in complaints {
        body.insert((*field).to_owned(), json!([message]));
        printed.push(format!("'{field}': [{}]", printed_detail(message, code)));
    }
    printed.push("'error_class': 'ValidationError'".to_owned());
    body.insert("error_class".to_owned(), json!("ValidationError"));
    body.insert("error_message".to_owned(), json!(format!("{{{}}}", printed.join(", "))));
    Box::new(Reply::json(status, Value::Object(body)))
}

/// A complaint about one field.
pub(crate) fn field(status: u16, name: &str, message: impl Into<String>) -> Box<Reply> {
    fields(status, &[(name, "invalid", message.into())])
}

fn printed_detail(message: &str, code: &str) -> String {
    format!("ErrorDetail(string={}, code='{code}')", python_text(message))
}

/// A text as Python prints it: in single quotes, or in double ones if it has a single one in it.
pub(crate) fn python_text(text: &str) -> String {
    if text.contains('\'') && !text.contains('"') {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "\\'"))
    }
}

/// A message in a bare array.
pub(crate) fn array(message: &str) -> Box<Reply> {
    Box::new(Reply::json(400, json!([message])))
}

/// An exception that nobody foresaw.
pub(crate) fn crash(class: &str, message: impl Into<String>) -> Box<Reply> {
    Box::new(Reply::json(500, json!({ "error_class": class, "error_message": message.into() })))
}

/// A name that is taken: the database finds out, and nobody catches that.
pub(crate) fn duplicate(name: &str, group: u64) -> Box<Reply> {
    crash(
        "IntegrityError",
        format!(
            "duplicate key value violates unique constraint \
             \"processes_runenvironment_name_created_by_group_id_eeefd19c_uniq\"\n\
             DETAIL:  Key (name, created_by_group_id)=({name}, {group}) already exists."
        ),
    )
}

/// An object that does not exist, or that the caller may not know of.
pub(crate) fn no_such(model: &str) -> Box<Reply> {
    Box::new(Reply::json(404, json!({ "detail": format!("No {model} matches the given query.") })))
}

/// A path that cannot be an object's.
pub(crate) fn bad_path() -> Box<Reply> {
    Box::new(Reply::json(404, json!({ "detail": "Not found." })))
}

/// An object outside of the key's scope or group.
pub(crate) fn outside_key() -> Box<Reply> {
    detail(404, "not_found", "NotFound", "Not found.")
}

/// A permission that is missing.
pub(crate) fn forbidden(message: &str) -> Box<Reply> {
    detail(403, "permission_denied", "PermissionDenied", message)
}

/// A request that makes sense and is refused nevertheless.
pub(crate) fn unprocessable(code: &str, message: &str) -> Box<Reply> {
    detail(422, code, "UnprocessableEntity", message)
}

/// What a member below the needed level is told when creating or looking up keys.
pub(crate) const LEVEL_TOO_LOW: &str = "Insufficient Group access level";

/// What a member below the needed level is told when changing something.
pub(crate) const NOT_PERMITTED: &str = "You do not have permission to perform this action.";

/// A method that the path does not have.
pub(crate) fn method_not_allowed(method: &str, allowed: &str) -> Box<Reply> {
    let reply = detail(405, "method_not_allowed", "MethodNotAllowed", &format!("Method \"{method}\" not allowed."));
    Box::new(reply.header("allow", allowed))
}

/// A refusal for the rate.
pub(crate) fn throttled(seconds: u64) -> Box<Reply> {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let message = format!("Request was throttled. Expected available in {seconds} {unit}.");
    Box::new(detail(429, "throttled", "Throttled", &message).header("retry-after", seconds.to_string()))
}
