//! The settings of a Run Environment: how they come in, what a save makes of them, how they go out.

mod incoming;
mod links;
mod normalise;
mod schema;
mod validate;

use serde_json::{Map, Value, json};

pub(crate) use incoming::Changes;
pub(crate) use normalise::save;

use crate::state::Blocks;
use schema::{AWS, ECS};

/// `infrastructure_settings` and `execution_method_settings`, as an answer has them.
pub(crate) fn shown(blocks: &Blocks) -> (Value, Value) {
    let infrastructure = match &blocks.aws {
        None => json!({}),
        Some(stored) => json!({ "AWS": { "__default__": { "settings": without_secret_key(stored) } } }),
    };
    let methods = match &blocks.ecs {
        None => json!({}),
        Some(stored) => json!({ "AWS ECS": { "__default__": {
            "settings": stored, "capabilities": capabilities(blocks), "infrastructure_name": "__default__",
        } } }),
    };
    (infrastructure, methods)
}

/// The one field that is never shown. It is left out, so that "unset" looks the same.
fn without_secret_key(stored: &Value) -> Value {
    let mut shown = stored.clone();
    if let Some(block) = shown.as_object_mut() {
        block.shift_remove("secret_key");
    }
    shown
}

/// All or nothing: whether both blocks are valid, and complete enough to start a task.
fn capabilities(blocks: &Blocks) -> &'static [&'static str] {
    let is_valid = validate::is_valid(AWS, blocks.aws.as_ref()) && validate::is_valid(ECS, blocks.ecs.as_ref());
    let is_complete = blocks.aws.as_ref().and_then(Value::as_object).is_some_and(is_complete);
    if is_valid && is_complete { &["MANUAL_START", "SCHEDULING", "SETUP_SERVICE"] } else { &[] }
}

fn is_complete(aws: &Map<String, Value>) -> bool {
    let has = |field| validate::text(aws, field).is_some();
    let has_role = has("events_role_arn") && has("assumed_role_external_id");
    let has_keys = has("access_key") && has("secret_key");
    let subnets = aws.get("network").and_then(|network| network.get("subnets")).and_then(Value::as_array);
    has("account_id") && has("region") && (has_role || has_keys) && subnets.is_some_and(|subnets| !subnets.is_empty())
}

/// The order in which PostgreSQL hands stored objects out: by the length of the key, then by its bytes.
pub(crate) fn stored_order(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut pairs: Vec<(&String, &Value)> = object.iter().collect();
            pairs.sort_by_key(|(key, _)| (key.len(), key.as_bytes()));
            pairs.into_iter().map(|(key, value)| (key.clone(), stored_order(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(stored_order).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(aws: Value, ecs: Value, able: bool) {
        let mut blocks = Blocks { aws: Some(aws.clone()), ecs: Some(ecs), lambda: None };
        save(&mut blocks);
        assert_eq!(!capabilities(&blocks).is_empty(), able, "{aws}");
    }

    #[test]
    fn capabilities_say_whether_the_settings_are_complete() {
        let with = |change: Value| {
            let mut aws = json!({"account_id": "1", "region": "us-west-2", "events_role_arn": "r",
                "assumed_role_external_id": "x", "network": {"subnets": ["subnet-1"]}});
            for (key, value) in change.as_object().expect("an object") {
                aws[key] = value.clone();
            }
            aws
        };
        let ecs = json!({"launch_type": "FARGATE"});
        check(with(json!({})), ecs.clone(), true);
        check(with(json!({"assumed_role_external_id": null})), ecs.clone(), false);
        check(with(json!({"events_role_arn": null, "access_key": "k"})), ecs.clone(), false);
        check(with(json!({"events_role_arn": null, "access_key": "k", "secret_key": "s"})), ecs.clone(), true);
        check(with(json!({"network": {"subnets": []}})), ecs.clone(), false);
        check(with(json!({"account_id": 1})), ecs, false);
        check(with(json!({})), json!({"launch_type": "SPOT"}), false);
    }

    #[test]
    fn the_secret_key_is_left_out_even_of_a_block_that_was_never_valid() {
        let blocks =
            Blocks { aws: Some(json!({"account_id": 1, "access_key": "k", "secret_key": "s"})), ..Blocks::default() };
        assert_eq!(
            shown(&blocks).0,
            json!({"AWS": {"__default__": {"settings": {"account_id": 1, "access_key": "k"}}}})
        );
    }
}
