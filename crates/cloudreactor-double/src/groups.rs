//! `/api/v1/groups/`: for logged-in users only.

use serde_json::{Value, json};

use crate::auth::{self, Accepts};
use crate::body::{self, Presence};
use crate::config::{Group, OBSERVER};
use crate::errors;
use crate::http::{Outcome, Reply, Request};
use crate::paging;
use crate::state::{Caller, State};

/// The longest name.
const NAME_LENGTH: usize = 150;

/// A group as other objects show it.
pub(crate) fn reference(group: &Group, request: &Request) -> Value {
    json!({ "id": group.id, "name": group.name, "url": format!("{}/api/v1/groups/{}", request.origin, group.id) })
}

/// The list, or one group.
pub(crate) fn handle(state: &mut State, request: &Request, id: Option<&str>) -> Outcome {
    let caller = auth::caller(state, request, Accepts::TokensOnly)?;
    match (request.method.as_str(), id) {
        ("GET" | "HEAD", None) => list(state, request, &caller),
        ("GET" | "HEAD", Some(id)) => {
            let id: u64 = id.parse().map_err(|_| errors::bad_path())?;
            let group = visible(state, &caller).find(|group| group.id == id).ok_or_else(|| errors::no_such("Group"))?;
            Ok(Reply::json(200, full(state, group, request)))
        }
        ("POST", None) => create(state, request),
        (method, _) => Err(errors::method_not_allowed(method, "GET, POST, HEAD, OPTIONS")),
    }
}

fn visible<'a>(state: &'a State, caller: &'a Caller) -> impl Iterator<Item = &'a Group> {
    state.config.groups.iter().filter(|group| caller.user.superuser || caller.level(group.id).is_some())
}

fn list(state: &State, request: &Request, caller: &Caller) -> Outcome {
    let id = match request.parameter("id").filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => Some(id.parse::<u64>().map_err(|_| errors::field(400, "id", "Enter a number."))?),
    };
    let name = request.parameter("name").filter(|name| !name.is_empty());
    let search = request.parameter("search").unwrap_or_default().to_lowercase();
    let mut groups: Vec<&Group> = visible(state, caller)
        .filter(|group| id.is_none_or(|id| group.id == id) && name.is_none_or(|name| group.name == name))
        .filter(|group| group.name.to_lowercase().contains(&search))
        .collect();
    match request.parameter("ordering").unwrap_or_default() {
        "id" => groups.sort_by_key(|group| group.id),
        "-id" => groups.sort_by_key(|group| std::cmp::Reverse(group.id)),
        "-name" => groups.sort_by_key(|group| std::cmp::Reverse(group.name.clone())),
        _ => groups.sort_by_key(|group| group.name.clone()),
    }
    Ok(paging::page(request, groups.into_iter().map(|group| full(state, group, request)).collect()))
}

/// A group with its members; mere Observers are left out.
fn full(state: &State, group: &Group, request: &Request) -> Value {
    let members: Vec<Value> = state
        .config
        .users
        .iter()
        .filter_map(|user| {
            let level = user.groups.iter().find(|membership| membership.group == group.id)?.level?;
            (level > OBSERVER)
                .then(|| json!({ "user": { "username": user.username, "email": user.email }, "access_level": level }))
        })
        .collect();
    let mut shown = reference(group, request);
    shown["user_access_levels"] = json!(members);
    shown
}

/// Makes a group that its maker is not in, as the server does.
fn create(state: &mut State, request: &Request) -> Outcome {
    let body = body::object(request)?;
    let mut wrong = Vec::new();
    let name = body::filled_text(&body, "name", Presence::Required, &mut wrong);
    let Some(name) = name.filter(|_| wrong.is_empty()) else { return Err(errors::fields(400, &wrong)) };
    if name.chars().count() > NAME_LENGTH {
        let message = format!("Ensure this field has no more than {NAME_LENGTH} characters.");
        return Err(errors::fields(400, &[("name", "max_length", message)]));
    }
    if state.config.groups.iter().any(|group| group.name == name) {
        let message = "group with this name already exists.".to_owned();
        return Err(errors::fields(409, &[("name", "unique", message)]));
    }
    let id = state.config.groups.iter().map(|group| group.id).max().unwrap_or(0) + 1;
    state.config.groups.push(Group { id, name });
    let group = &state.config.groups[state.config.groups.len() - 1];
    let mut shown = reference(group, request);
    shown["user_access_levels"] = json!([]);
    let location = shown["url"].as_str().unwrap_or_default().to_owned();
    Ok(Reply::json(201, shown).header("location", location))
}
