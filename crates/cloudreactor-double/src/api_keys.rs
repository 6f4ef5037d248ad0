//! `/api/v1/api_keys/`: listing, with the keys in clear, and making.

use serde_json::{Map, Value, json};

use crate::auth::{self, Accepts};
use crate::body::{self, Presence};
use crate::config::{DEVELOPER, OBSERVER};
use crate::errors::{self, LEVEL_TOO_LOW, NOT_PERMITTED};
use crate::http::{Outcome, Reply, Request};
use crate::paging;
use crate::state::{Caller, KeyRecord, State};
use crate::{groups, run_environments};

/// The list.
pub(crate) fn handle(state: &mut State, request: &Request) -> Outcome {
    let caller = auth::caller(state, request, Accepts::Both)?;
    match request.method.as_str() {
        "GET" | "HEAD" => list(state, request, &caller),
        "POST" => create(state, request, &caller),
        method => Err(errors::method_not_allowed(method, "GET, POST, HEAD, OPTIONS")),
    }
}

fn list(state: &State, request: &Request, caller: &Caller) -> Outcome {
    let best = state.config.groups.iter().filter_map(|group| caller.level(group.id)).max();
    if best.is_none_or(|level| level < DEVELOPER) {
        return Err(errors::forbidden(LEVEL_TOO_LOW));
    }
    let of_group = request.parameter("scope") == Some("group");
    let mut keys: Vec<&KeyRecord> = state
        .keys
        .iter()
        .filter(|key| {
            let level = caller.level(key.group);
            let is_own = key.user == caller.user.username && level.is_some();
            let is_below = level.is_some_and(|level| level >= DEVELOPER && key.level <= level);
            if of_group { is_below } else { is_own }
        })
        .filter(|key| matches(key, request))
        .collect();
    keys.sort_by_key(|key| key.name.clone());
    Ok(paging::page(request, keys.into_iter().map(|key| shown(state, key, request)).collect()))
}

fn matches(key: &KeyRecord, request: &Request) -> bool {
    let wanted =
        |name, is: &dyn Fn(&str) -> bool| request.parameter(name).filter(|text| !text.is_empty()).is_none_or(is);
    wanted("key", &|text| key.key == text)
        && wanted("name", &|text| key.name == text)
        && wanted("group__id", &|text| key.group.to_string() == text)
        && wanted("run_environment__uuid", &|text| key.scope.as_deref() == Some(text))
        && wanted("access_level", &|text| key.level.to_string() == text)
        && wanted("enabled", &|text| key.enabled == text.eq_ignore_ascii_case("true"))
}

fn shown(state: &State, key: &KeyRecord, request: &Request) -> Value {
    let scope = key.scope.as_ref().and_then(|uuid| state.run_environments.iter().find(|found| &found.uuid == uuid));
    json!({
        "uuid": key.uuid, "url": format!("{}/api/v1/api_keys/{}", request.origin, key.uuid), "key": key.key,
        "name": key.name, "description": key.description, "access_level": key.level, "enabled": key.enabled,
        "user": key.user, "group": state.group(key.group).map(|group| groups::reference(group, request)),
        "run_environment": scope.map(|found| run_environments::reference(found, request)),
        "created_at": key.created_at,
    })
}

fn create(state: &mut State, request: &Request, caller: &Caller) -> Outcome {
    let body = body::object(request)?;
    let group = group(state, caller, &body)?;
    let own = caller.level(group).ok_or_else(|| errors::forbidden(NOT_PERMITTED))?;
    if own < DEVELOPER {
        return Err(errors::forbidden(LEVEL_TOO_LOW));
    }
    if body.contains_key("key") {
        return Err(errors::field(400, "key", "Key may not be set"));
    }
    let level = body.get("access_level").and_then(Value::as_u64).unwrap_or(u64::from(OBSERVER));
    let level = u32::try_from(level).unwrap_or(u32::MAX);
    if level > own {
        return Err(errors::forbidden(NOT_PERMITTED));
    }
    if state.keys.iter().filter(|key| key.group == group).count() >= state.config.limits.api_keys_per_group {
        let message = "API key limit exceeded";
        return Err(errors::detail(403, "api_key_limit_exceeded", "PermissionDenied", message));
    }
    let mut wrong = Vec::new();
    let name = body::filled_text(&body, "name", Presence::Optional, &mut wrong).unwrap_or_default();
    let description = body::text(&body, "description", &mut wrong).unwrap_or_default();
    if !wrong.is_empty() {
        return Err(errors::fields(400, &wrong));
    }
    let record = KeyRecord {
        uuid: state.uuid(),
        key: state.hex(40),
        name,
        description,
        level,
        enabled: body.get("enabled").and_then(Value::as_bool).unwrap_or(true),
        user: caller.user.username.clone(),
        group,
        scope: scope(state, group, &body)?,
        created_at: state.now(),
    };
    let answer = shown(state, &record, request);
    state.keys.push(record);
    let location = answer["url"].as_str().unwrap_or_default().to_owned();
    Ok(Reply::json(201, answer).header("location", location))
}

fn group(state: &State, caller: &Caller, body: &Map<String, Value>) -> Outcome<u64> {
    let named = body.get("group").filter(|group| !group.is_null());
    let missing = || errors::field(400, "group", "Token is missing Group");
    match named {
        None => caller.only_group().ok_or_else(missing),
        Some(group) => state
            .config
            .groups
            .iter()
            .find(|known| group["id"] == json!(known.id) || group["name"] == json!(known.name))
            .map(|known| known.id)
            .ok_or_else(missing),
    }
}

fn scope(state: &State, group: u64, body: &Map<String, Value>) -> Outcome<Option<String>> {
    let Some(wanted) = body.get("run_environment").filter(|wanted| !wanted.is_null()) else { return Ok(None) };
    state
        .run_environments
        .iter()
        .find(|found| {
            found.group == group && (wanted["uuid"] == json!(found.uuid) || wanted["name"] == json!(found.name))
        })
        .map(|found| Some(found.uuid.clone()))
        .ok_or_else(|| errors::crash("DoesNotExist", "RunEnvironment matching query does not exist."))
}
