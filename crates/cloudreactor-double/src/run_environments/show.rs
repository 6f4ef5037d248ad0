//! A Run Environment as answers have it.

use serde_json::{Map, Value, json};

use crate::config::DEVELOPER;
use crate::groups;
use crate::http::Request;
use crate::settings::{self, stored_order};
use crate::state::{RunEnvironment, State};

/// Whether an answer is to a write, which has the fields of the settings in the order of the schema, or
/// to a read, which has them in the database's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    Read,
    Write,
}

/// The page of one Run Environment in the API.
pub(crate) fn url(uuid: &str, request: &Request) -> String {
    format!("{}/api/v1/run_environments/{uuid}", request.origin)
}

/// A Run Environment as other objects show it.
pub(crate) fn reference(environment: &RunEnvironment, request: &Request) -> Value {
    json!({ "uuid": environment.uuid, "url": url(&environment.uuid, request), "name": environment.name })
}

/// The object, for a caller of that level, cut down to the fields that the query asks for.
pub(crate) fn object(
    state: &State,
    environment: &RunEnvironment,
    request: &Request,
    level: u32,
    answering: Answering,
) -> Value {
    let (infrastructure, methods) = settings::shown(&environment.blocks);
    let ordered = |value: Value| if answering == Answering::Read { stored_order(&value) } else { value };
    let profiles: Vec<Value> = environment.profiles.iter().filter_map(|uuid| profile(state, uuid)).collect();
    let whole = json!({
        "url": url(&environment.uuid, request),
        "uuid": environment.uuid,
        "name": environment.name,
        "description": environment.description,
        "dashboard_url": format!("{}/run_environments/{}", state.config.dashboard_base_url, environment.uuid),
        "created_by_user": environment.created_by_user,
        "created_by_group": state.group(environment.group).map(|group| groups::reference(group, request)),
        "created_at": environment.created_at,
        "updated_at": environment.updated_at,
        "infrastructure_settings": ordered(infrastructure),
        "notification_profiles": profiles,
        "execution_method_settings": ordered(methods),
    });
    cut(whole, request, level)
}

/// Its link is relative, unlike all others.
fn profile(state: &State, uuid: &str) -> Option<Value> {
    let profile = state.config.notification_profiles.iter().find(|profile| profile.uuid == uuid)?;
    let url = format!("/api/v1/notification_profiles/{uuid}");
    Some(json!({ "uuid": profile.uuid, "url": url, "name": profile.name }))
}

fn cut(whole: Value, request: &Request, level: u32) -> Value {
    let list =
        |key| request.parameter(key).filter(|text| !text.is_empty()).map(|text| text.split(',').collect::<Vec<_>>());
    let (only, without) = (list("fields"), list("omit").unwrap_or_default());
    let is_hidden = |key: &str| level < DEVELOPER && key.ends_with("_settings");
    let Value::Object(whole) = whole else { return whole };
    whole
        .into_iter()
        .filter(|(key, _)| !is_hidden(key) && !without.contains(&key.as_str()))
        .filter(|(key, _)| only.as_ref().is_none_or(|only| only.contains(&key.as_str())))
        .collect::<Map<_, _>>()
        .into()
}
