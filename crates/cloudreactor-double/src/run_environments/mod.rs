//! `/api/v1/run_environments/`.

mod group_choice;
mod save;
mod show;

use serde_json::Value;

use crate::auth::{self, Accepts};
use crate::body::Presence;
use crate::config::DEVELOPER;
use crate::errors::{self, NOT_PERMITTED};
use crate::http::{Outcome, Reply, Request};
use crate::paging;
use crate::state::{Caller, RunEnvironment, State};

pub(crate) use show::reference;
use show::{Answering, object};

/// The list, one of it, or its copy: `rest` is the path below the list.
pub(crate) fn handle(state: &mut State, request: &Request, rest: &[&str]) -> Outcome {
    let caller = auth::caller(state, request, Accepts::Both)?;
    let method = request.method.as_str();
    match (method, rest) {
        ("GET" | "HEAD", []) => list(state, request, &caller),
        ("POST", []) => save::create(state, request, &caller),
        (_, []) => Err(errors::method_not_allowed(method, "GET, POST, HEAD, OPTIONS")),
        ("GET" | "HEAD", [uuid]) => {
            let environment = &state.run_environments[find(state, &caller, uuid)?];
            let level = caller.level(environment.group).unwrap_or_default();
            Ok(Reply::json(200, object(state, environment, request, level, Answering::Read)))
        }
        ("PATCH", [uuid]) => save::update(state, request, &caller, uuid, Presence::Optional),
        ("PUT", [uuid]) => save::update(state, request, &caller, uuid, Presence::Required),
        ("DELETE", [uuid]) => delete(state, &caller, uuid),
        ("POST", [uuid, "clone"]) => save::clone(state, request, &caller, uuid),
        _ => Err(errors::method_not_allowed(method, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS")),
    }
}

fn list(state: &State, request: &Request, caller: &Caller) -> Outcome {
    let group = group_choice::for_list(state, caller, request)?;
    let level = caller.open_level(group).unwrap_or_default();
    let name = request.parameter("name").unwrap_or_default().trim();
    let search = request.parameter("search").unwrap_or_default().trim().to_lowercase();
    let mut found: Vec<&RunEnvironment> = state
        .run_environments
        .iter()
        .filter(|environment| environment.group == group)
        .filter(|environment| caller.scope().is_none_or(|scope| scope == environment.uuid))
        .filter(|environment| name.is_empty() || environment.name == name)
        .filter(|environment| {
            [&environment.uuid, &environment.name, &environment.description]
                .iter()
                .any(|text| text.to_lowercase().contains(&search))
        })
        .collect();
    order(&mut found, request.parameter("ordering").unwrap_or_default());
    let shown: Vec<Value> =
        found.into_iter().map(|environment| object(state, environment, request, level, Answering::Read)).collect();
    Ok(paging::page(request, shown))
}

/// By name unless something else is asked for that there is. The database's collation puts upper case
/// beside lower case.
fn order(found: &mut [&RunEnvironment], ordering: &str) {
    found.sort_by_key(|environment| (environment.name.to_lowercase(), environment.name.clone()));
    match ordering {
        "-name" => found.reverse(),
        "uuid" => found.sort_by_key(|environment| environment.uuid.clone()),
        "-uuid" => found.sort_by_key(|environment| std::cmp::Reverse(environment.uuid.clone())),
        _ => {}
    }
}

/// Deletes with everything that hangs on it: here, the API keys that are scoped to it.
fn delete(state: &mut State, caller: &Caller, uuid: &str) -> Outcome {
    let at = writable(state, caller, uuid)?;
    let gone = state.run_environments.remove(at);
    state.keys.retain(|key| key.scope.as_ref() != Some(&gone.uuid));
    Ok(Reply::empty(204))
}

/// Where a Run Environment is that the caller may see. A superuser outside of its group may not.
fn find(state: &State, caller: &Caller, uuid: &str) -> Outcome<usize> {
    let uuid = canonical(uuid).ok_or_else(errors::bad_path)?;
    let is_members = |group| caller.user.groups.iter().any(|membership| membership.group == group);
    let at = state
        .run_environments
        .iter()
        .position(|environment| environment.uuid == uuid && is_members(environment.group))
        .ok_or_else(|| errors::no_such("RunEnvironment"))?;
    let is_in_scope = caller.scope().is_none_or(|scope| scope == uuid);
    if caller.level(state.run_environments[at].group).is_none() || !is_in_scope {
        return Err(errors::outside_key());
    }
    Ok(at)
}

/// Where a Run Environment is that the caller may change.
fn writable(state: &State, caller: &Caller, uuid: &str) -> Outcome<usize> {
    let at = find(state, caller, uuid)?;
    match caller.level(state.run_environments[at].group) {
        Some(DEVELOPER..) => Ok(at),
        _ => Err(errors::forbidden(NOT_PERMITTED)),
    }
}

/// A UUID as it is stored; capitals are taken, and so is one without dashes.
fn canonical(text: &str) -> Option<String> {
    let hex: String = text.chars().filter(|&c| c != '-').collect::<String>().to_lowercase();
    if hex.len() != 32 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}
