//! Saved plans as files: whole, of a form and a version that is known, or refused.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::saved::{PLAN_FORMAT, Saved, SavedPlan, SavedRollout};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::rollout::checked;
use crate::digest;

/// So much of what the file says is repeated in an error: a long list of words fits, a template does not.
const LONGEST_QUOTE: usize = 400;

/// The document as a file.
pub fn text(saved: &impl Serialize) -> String {
    format!("{:#}\n", json!(saved))
}

/// The digest of a document: of everything in it but the digest.
pub(super) fn sealed(saved: &impl Serialize) -> String {
    let mut document = json!(saved);
    take_digest(&mut document);
    content_digest(&document)
}

/// Compact text, so that a pipeline may store the file indented.
fn content_digest(document: &Value) -> String {
    digest::whole(&document.to_string())
}

fn take_digest(document: &mut Value) -> Option<Value> {
    document.as_object_mut()?.shift_remove("digest")
}

/// Reads a saved plan and checks that it is whole. The place of a problem is the file: say so around it.
pub fn open(text: &str, tool_version: &str) -> Result<Saved, Problem> {
    let mut document: Value =
        serde_json::from_str(text).map_err(|error| unreadable("it is not JSON").because(shown(&error.to_string())))?;
    check_format(&document)?;
    let claimed = take_digest(&mut document).unwrap_or_default();
    if claimed != content_digest(&document) {
        return Err(tampered("its content does not match its digest: it was changed or cut short"));
    }
    check_version(&document, tool_version)?;
    document["digest"] = claimed;
    if document.get("targets").is_some() {
        checked(typed::<SavedRollout>(document)?).map(Saved::Many)
    } else {
        typed::<SavedPlan>(document).map(Box::new).map(Saved::One)
    }
}

fn typed<T: DeserializeOwned>(document: Value) -> Result<T, Problem> {
    serde_json::from_value(document)
        .map_err(|error| unreadable("a part of it is not as it should be").because(shown(&error.to_string())))
}

fn check_format(document: &Value) -> Result<(), Problem> {
    let Some(format) = document.get("format_version").and_then(Value::as_str) else {
        return Err(unreadable("it has no format_version: it is something else"));
    };
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(format) == major(PLAN_FORMAT) {
        return Ok(());
    }
    Err(unreadable(&format!(
        "its format is {}, and this groundwork reads {PLAN_FORMAT}",
        shown(&format!("{format:?}"))
    )))
}

fn check_version(document: &Value, tool_version: &str) -> Result<(), Problem> {
    let made_by = document.get("groundwork_version").and_then(Value::as_str).unwrap_or_default();
    if made_by == tool_version {
        return Ok(());
    }
    Err(Problem::new(
        Code::PlanOfOtherVersion,
        format!("the saved plan was made by groundwork {}", shown(&format!("{made_by:?}"))),
    )
    .because(format!("this is groundwork {tool_version}, whose templates may differ"))
    .help("apply it with the version that made it, or plan again"))
}

/// Words of the file, or about it, as one line of a length that can be read. Nobody has checked them yet.
pub(super) fn shown(words: &str) -> String {
    let line = words.replace(char::is_control, "\u{fffd}");
    match line.char_indices().nth(LONGEST_QUOTE) {
        None => line,
        Some((end, _)) => format!("{}...", &line[..end]),
    }
}

fn unreadable(cause: &str) -> Problem {
    Problem::new(Code::PlanUnreadable, "this is no saved plan that can be read")
        .because(cause)
        .help("make one: groundwork plan -f SPEC -o FILE")
}

pub(super) fn tampered(cause: &str) -> Problem {
    Problem::new(Code::PlanTampered, "the saved plan cannot be trusted")
        .because(cause)
        .help("nothing was changed: plan again, and have the new plan approved")
}
