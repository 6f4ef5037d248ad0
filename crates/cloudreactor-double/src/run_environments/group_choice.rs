//! Which group a request is about: the rules differ with the number of groups that the caller is in.

use serde_json::{Map, Value};

use crate::body::python_type;
use crate::errors::{self, python_text};
use crate::http::{Outcome, Request};
use crate::state::{Caller, RunEnvironment, State};

const MISMATCH: &str = "Request body group does not match authenticated Group";

/// The group that a body names.
#[derive(Debug, PartialEq)]
enum Named {
    Nothing,
    /// A group that does not exist.
    Unknown,
    Group(u64),
}

/// The group whose Run Environments are listed.
pub(crate) fn for_list(state: &State, caller: &Caller, request: &Request) -> Outcome<u64> {
    let asked = request.parameter("created_by_group__id").filter(|text| !text.is_empty());
    match (caller.only_group(), asked) {
        (Some(only), None) => Ok(only),
        (Some(only), Some(asked)) if asked.parse() == Ok(only) => Ok(only),
        (Some(_), Some(_)) => {
            Err(errors::unprocessable("unprocessable_entity", "Group ID does not match authenticated Group"))
        }
        (None, None) => Err(errors::array("Group ID must be specified")),
        (None, Some(asked)) => {
            let id = number(asked)?;
            let is_open = state.group(id).is_some() && caller.open_level(id).is_some();
            // The server prints its own function where it means the id.
            if is_open { Ok(id) } else { Err(errors::array("Group <built-in function id> not found")) }
        }
    }
}

/// The group that a new Run Environment is made in.
pub(crate) fn for_create(state: &State, caller: &Caller, body: &Map<String, Value>) -> Outcome<u64> {
    match (caller.only_group(), named(state, body)?) {
        // A group that does not exist counts as none named: it lands in the caller's own.
        (Some(only), Named::Nothing | Named::Unknown) => Ok(only),
        (Some(only), Named::Group(group)) if group == only => Ok(only),
        (Some(_), Named::Group(_)) => Err(errors::unprocessable("unprocessable_entity", MISMATCH)),
        (None, Named::Nothing | Named::Unknown) => {
            Err(errors::detail(400, "invalid", "ValidationError", "Group is missing"))
        }
        (None, Named::Group(group)) if caller.open_level(group).is_some() => Ok(group),
        (None, Named::Group(_)) => Err(errors::forbidden("User has no access to Group")),
    }
}

/// Checks that a change leaves a Run Environment in its group.
pub(crate) fn for_update(
    state: &State,
    caller: &Caller,
    body: &Map<String, Value>,
    existing: &RunEnvironment,
) -> Outcome<()> {
    match named(state, body)? {
        Named::Nothing | Named::Unknown => Ok(()),
        Named::Group(group) if group == existing.group => Ok(()),
        Named::Group(group) => {
            let message = match caller.only_group() {
                Some(_) => MISMATCH.to_owned(),
                None => format!(
                    "Can't change the group of an existing Run Environment instance.pk={} group.pk={group}",
                    existing.id
                ),
            };
            Err(errors::field(422, "created_by_group", message))
        }
    }
}

fn named(state: &State, body: &Map<String, Value>) -> Outcome<Named> {
    let wanted = match body.get("created_by_group") {
        None | Some(Value::Null) => return Ok(Named::Nothing),
        Some(Value::Object(wanted)) => wanted,
        Some(other) => {
            let message = format!("'{}' object has no attribute 'get'", python_type(other));
            return Err(errors::crash("AttributeError", message));
        }
    };
    let id = wanted.get("id").filter(|id| !id.is_null()).map(|id| match id {
        Value::String(text) => number(text),
        other => number(&other.to_string()),
    });
    let name = wanted.get("name").and_then(Value::as_str);
    let group = match (id.transpose()?, name) {
        (None, None) => {
            return Err(errors::field(400, "id", "Neither ID or name of Group found in request"));
        }
        (Some(id), None) => state.group(id),
        (None, Some(name)) => state.config.groups.iter().find(|group| group.name == name),
        (Some(id), Some(name)) => match state.group(id) {
            Some(group) if group.name != name => {
                let (is, asked) = (python_text(&group.name), python_text(name));
                return Err(errors::field(400, "name", format!("group.pk={id} is named {is}, not {asked}")));
            }
            found => found,
        },
    };
    Ok(group.map_or(Named::Unknown, |group| Named::Group(group.id)))
}

fn number(text: &str) -> Outcome<u64> {
    text.parse().map_err(|_| {
        errors::crash("ValueError", format!("Field 'id' expected a number but got {}.", python_text(text)))
    })
}
