//! Making, changing and copying Run Environments.

use serde_json::{Map, Value, json};

use crate::body::{self, Presence, filled_text, text};
use crate::config::DEVELOPER;
use crate::errors::{self, LEVEL_TOO_LOW};
use crate::http::{Outcome, Reply, Request};
use crate::run_environments::show::{Answering, object, url};
use crate::run_environments::{find, group_choice, writable};
use crate::settings::{self, Changes};
use crate::state::{Blocks, Caller, RunEnvironment, State};

/// `POST` on the list.
pub(crate) fn create(state: &mut State, request: &Request, caller: &Caller) -> Outcome {
    let body = read_body(request)?;
    let group = group_choice::for_create(state, caller, &body)?;
    let level = may_create(caller, group)?;
    let draft = Draft::read(state, &body, Presence::Required, None)?;
    has_room(state, group)?;
    let name = draft.name.clone().unwrap_or_default();
    is_free(state, &name, group, None)?;
    let mut environment = blank(state, name, group, &caller.user.username);
    draft.apply(&mut environment);
    store(state, request, environment, level)
}

/// `PATCH` and `PUT`, which differ in whether the name must be there.
pub(crate) fn update(state: &mut State, request: &Request, caller: &Caller, uuid: &str, name: Presence) -> Outcome {
    let at = writable(state, caller, uuid)?;
    let body = read_body(request)?;
    let existing = state.run_environments[at].clone();
    group_choice::for_update(state, caller, &body, &existing)?;
    let draft = Draft::read(state, &body, name, Some(&existing))?;
    if let Some(name) = &draft.name {
        is_free(state, name, existing.group, Some(&existing.uuid))?;
    }
    let mut changed = existing;
    draft.apply(&mut changed);
    changed.created_by_user = caller.user.username.clone();
    changed.updated_at = state.now();
    state.run_environments[at] = changed;
    let changed = &state.run_environments[at];
    let level = caller.level(changed.group).unwrap_or_default();
    Ok(Reply::json(200, object(state, changed, request, level, Answering::Write)))
}

/// `POST .../clone/`. Whoever made the original counts as the maker of the copy.
pub(crate) fn clone(state: &mut State, request: &Request, caller: &Caller, uuid: &str) -> Outcome {
    let body = read_body(request)?;
    let original = find(state, caller, uuid)
        .map(|at| state.run_environments[at].clone())
        .map_err(|_| errors::crash("DoesNotExist", "RunEnvironment matching query does not exist."))?;
    let level = may_create(caller, original.group)?;
    let mut wrong = Vec::new();
    let name = filled_text(&body, "name", Presence::Optional, &mut wrong);
    if !wrong.is_empty() {
        return Err(errors::fields(400, &wrong));
    }
    let name = name.unwrap_or_else(|| copy_name(&original.name));
    has_room(state, original.group)?;
    is_free(state, &name, original.group, None)?;
    let mut copy = blank(state, name, original.group, &original.created_by_user);
    copy.description = original.description;
    copy.blocks = original.blocks;
    store(state, request, copy, level)
}

fn store(state: &mut State, request: &Request, environment: RunEnvironment, level: u32) -> Outcome {
    let answer = object(state, &environment, request, level, Answering::Write);
    let location = url(&environment.uuid, request);
    state.run_environments.push(environment);
    Ok(Reply::json(201, answer).header("location", location))
}

/// A form is taken for JSON until its first use, and then is not.
fn read_body(request: &Request) -> Outcome<Map<String, Value>> {
    let content_type = request.content_type.as_deref().unwrap_or_default();
    if content_type.contains("form") {
        return Err(errors::crash("AttributeError", "This QueryDict instance is immutable"));
    }
    body::object(request)
}

fn may_create(caller: &Caller, group: u64) -> Outcome<u32> {
    let level = caller.open_level(group).unwrap_or_default();
    if level < DEVELOPER {
        return Err(errors::forbidden(LEVEL_TOO_LOW));
    }
    if caller.scope().is_some() {
        // The server's spelling.
        let message = "An API key scoped to a Run Environment cannot be used to create another Run Envionment";
        return Err(errors::forbidden(message));
    }
    Ok(level)
}

/// The plan's limit of tasks is applied to Run Environments, and before their names are compared.
fn has_room(state: &State, group: u64) -> Outcome<()> {
    let count = state.run_environments.iter().filter(|environment| environment.group == group).count();
    if count >= state.config.limits.run_environments_per_group {
        return Err(errors::unprocessable("limit_exceeded", "Task limit exceeded"));
    }
    Ok(())
}

fn is_free(state: &State, name: &str, group: u64, except: Option<&str>) -> Outcome<()> {
    let is_taken = state
        .run_environments
        .iter()
        .any(|other| other.group == group && other.name == name && except != Some(other.uuid.as_str()));
    if is_taken { Err(errors::duplicate(name, group)) } else { Ok(()) }
}

fn blank(state: &mut State, name: String, group: u64, user: &str) -> RunEnvironment {
    let now = state.now();
    RunEnvironment {
        id: state.number(),
        uuid: state.uuid(),
        name,
        description: String::new(),
        created_by_user: user.to_owned(),
        group,
        created_at: now.clone(),
        updated_at: now,
        blocks: Blocks::default(),
        profiles: Vec::new(),
    }
}

/// `x (Copy 1)`, and of that `x (Copy 2)`.
fn copy_name(name: &str) -> String {
    let numbered = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (Copy "));
    match numbered.and_then(|(base, number)| Some((base, number.parse::<u64>().ok()?))) {
        Some((base, number)) => format!("{base} (Copy {})", number + 1),
        None => format!("{name} (Copy 1)"),
    }
}

/// What a body sets; everything that it does not name stays, also with `PUT`.
struct Draft {
    name: Option<String>,
    description: Option<String>,
    profiles: Option<Vec<String>>,
    changes: Changes,
}

impl Draft {
    fn read(
        state: &State,
        body: &Map<String, Value>,
        name: Presence,
        existing: Option<&RunEnvironment>,
    ) -> Outcome<Self> {
        let changes = Changes::read(body)?;
        let mut wrong = Vec::new();
        let name = filled_text(body, "name", name, &mut wrong);
        let description = text(body, "description", &mut wrong);
        if body.get("notification_profiles").is_some_and(Value::is_null) {
            wrong.push(("notification_profiles", "null", "This field may not be null.".to_owned()));
        }
        if !wrong.is_empty() {
            return Err(errors::fields(400, &wrong));
        }
        Ok(Self { name, description, profiles: profiles(state, body, existing)?, changes })
    }

    fn apply(self, environment: &mut RunEnvironment) {
        if let Some(name) = self.name {
            environment.name = name;
        }
        if let Some(description) = self.description {
            environment.description = description;
        }
        if let Some(profiles) = self.profiles {
            environment.profiles = profiles;
        }
        self.changes.apply(&mut environment.blocks);
        settings::save(&mut environment.blocks);
    }
}

/// Notification profiles by uuid, whichever group they belong to, or by name in the group that the body
/// names: without one, not even the group of the Run Environment itself is searched.
fn profiles(
    state: &State,
    body: &Map<String, Value>,
    existing: Option<&RunEnvironment>,
) -> Outcome<Option<Vec<String>>> {
    let Some(wanted) = body.get("notification_profiles").and_then(Value::as_array) else { return Ok(None) };
    let group = body.get("created_by_group").filter(|group| !group.is_null());
    let is_in_named_group = |id: u64| match (group, existing) {
        (Some(group), _) => {
            group["id"] == json!(id) || state.group(id).is_some_and(|known| group["name"] == json!(known.name))
        }
        (None, existing) => existing.is_none(),
    };
    wanted
        .iter()
        .map(|wanted| {
            state
                .config
                .notification_profiles
                .iter()
                .find(|known| {
                    wanted["uuid"] == json!(known.uuid)
                        || wanted["name"] == json!(known.name) && is_in_named_group(known.group)
                })
                .map(|known| known.uuid.clone())
                .ok_or_else(|| errors::crash("DoesNotExist", "NotificationProfile matching query does not exist."))
        })
        .collect::<Outcome<Vec<_>>>()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_numbered() {
        assert_eq!(copy_name("staging"), "staging (Copy 1)");
        assert_eq!(copy_name("staging (Copy 1)"), "staging (Copy 2)");
        assert_eq!(copy_name("staging (Copy x)"), "staging (Copy x) (Copy 1)");
    }
}
