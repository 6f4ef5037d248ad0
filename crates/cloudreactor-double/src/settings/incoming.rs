//! Reads the settings of a request: what replaces a block, what keeps it, and what the server chokes on.

use serde_json::{Map, Value};

use crate::body::python_type;
use crate::errors::{self, python_text};
use crate::http::Outcome;
use crate::state::Blocks;

/// The only name at both levels.
const DEFAULT: &str = "__default__";

const INFRASTRUCTURE: &str = "infrastructure_settings";
const METHODS: &str = "execution_method_settings";

/// What a request does to one block.
#[derive(Clone, Debug, Default, PartialEq)]
enum Change {
    #[default]
    Keep,
    Clear,
    Replace(Value),
}

/// What a request does to the settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    aws: Change,
    ecs: Change,
    lambda: Change,
}

impl Changes {
    /// Reads them from a body.
    pub fn read(body: &Map<String, Value>) -> Outcome<Self> {
        let mut changes = Self::default();
        if let Some(infrastructure) = section(body, INFRASTRUCTURE)? {
            changes.aws = aws(infrastructure)?;
        }
        if let Some(methods) = section(body, METHODS)? {
            for (method, block) in methods {
                let change = execution_method(method, block)?;
                match method.as_str() {
                    "AWS ECS" => changes.ecs = change,
                    "AWS Lambda" => changes.lambda = change,
                    // CodeBuild's are taken and thrown away.
                    _ => {}
                }
            }
        }
        Ok(changes)
    }

    /// Carries them out. A block is replaced whole: nothing in it is merged.
    pub fn apply(self, blocks: &mut Blocks) {
        for (change, block) in
            [(self.aws, &mut blocks.aws), (self.ecs, &mut blocks.ecs), (self.lambda, &mut blocks.lambda)]
        {
            match change {
                Change::Keep => {}
                Change::Clear => *block = None,
                Change::Replace(value) => *block = Some(value),
            }
        }
    }
}

fn section<'a>(body: &'a Map<String, Value>, name: &str) -> Outcome<Option<&'a Map<String, Value>>> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(section)) => Ok(Some(section)),
        Some(other) => Err(attribute_error(other, "items")),
    }
}

fn attribute_error(value: &Value, attribute: &str) -> Box<crate::http::Reply> {
    errors::crash("AttributeError", format!("'{}' object has no attribute '{attribute}'", python_type(value)))
}

fn aws(infrastructure: &Map<String, Value>) -> Outcome<Change> {
    let named = match infrastructure.get("AWS") {
        None | Some(Value::Null) => return Ok(Change::Keep),
        Some(Value::Object(named)) => named,
        Some(other) => return Err(attribute_error(other, "keys")),
    };
    if named.keys().any(|name| name != DEFAULT) {
        return Err(errors::field(400, INFRASTRUCTURE, "Non-default infrastructure settings not supported yet"));
    }
    let block = match named.get(DEFAULT) {
        None => return Ok(Change::Keep),
        Some(Value::Object(block)) => block,
        Some(other) => return Err(attribute_error(other, "get")),
    };
    match block.get("settings") {
        None | Some(Value::Null) => Ok(Change::Keep),
        Some(Value::Object(settings)) if settings.is_empty() => Ok(Change::Clear),
        Some(Value::Object(settings)) => refuse_nul(settings).map(Change::Replace),
        Some(other) => Err(attribute_error(other, "get")),
    }
}

fn execution_method(method: &str, named: &Value) -> Outcome<Change> {
    let Value::Object(named) = named else { return Err(attribute_error(named, "items")) };
    if let Some(name) = named.keys().find(|name| *name != DEFAULT) {
        return Err(only_default("execution_method_name", name));
    }
    let Some(block) = named.get(DEFAULT) else { return Ok(Change::Keep) };
    if !["AWS ECS", "AWS Lambda", "AWS CodeBuild"].contains(&method) {
        let message = format!("Unsupported execution method type: {}", python_text(method));
        return Err(errors::field(400, METHODS, message));
    }
    if let Some(name) = block.get("infrastructure_name").and_then(Value::as_str).filter(|name| *name != DEFAULT) {
        return Err(only_default("infrastructure_name", name));
    }
    match block.get("settings") {
        None | Some(Value::Null) => Ok(Change::Keep),
        // Unlike the AWS block, this one cannot be cleared.
        Some(Value::Object(settings)) if settings.is_empty() => Ok(Change::Keep),
        Some(Value::Object(settings)) => refuse_nul(settings).map(Change::Replace),
        Some(other) => Ok(Change::Replace(other.clone())),
    }
}

fn only_default(what: &str, name: &str) -> Box<crate::http::Reply> {
    let message = format!("Found {what}={}, but only '{DEFAULT}' is supported for now", python_text(name));
    errors::field(400, METHODS, message)
}

/// PostgreSQL cannot store a NUL within JSON, and says so with everything that it was asked to store.
fn refuse_nul(settings: &Map<String, Value>) -> Outcome<Value> {
    let text = Value::Object(settings.clone()).to_string();
    if text.contains("\\u0000") {
        let message = format!(
            "unsupported Unicode escape sequence\nLINE 1: INSERT INTO \"processes_runenvironment\" VALUES ('{text}')"
        );
        return Err(errors::crash("DataError", message));
    }
    Ok(Value::Object(settings.clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a body makes of blocks that were set before: `old`, the new value, null if cleared, or the
    /// status of the refusal.
    #[track_caller]
    fn check(body: Value, expect: Result<(Value, Value), u16>) {
        let mut blocks = Blocks { aws: Some(json!("old")), ecs: Some(json!("old")), lambda: None };
        let got = Changes::read(body.as_object().expect("an object")).map_err(|reply| reply.status).map(|changes| {
            changes.apply(&mut blocks);
            (json!(blocks.aws), json!(blocks.ecs))
        });
        assert_eq!(got, expect, "{body}");
    }

    fn aws(block: Value) -> Value {
        json!({"infrastructure_settings": {"AWS": block}})
    }

    fn ecs(block: Value) -> Value {
        json!({"execution_method_settings": {"AWS ECS": block}})
    }

    #[test]
    fn what_is_kept() {
        let kept = Ok((json!("old"), json!("old")));
        check(json!({}), kept.clone());
        check(json!({"infrastructure_settings": null, "execution_method_settings": null}), kept.clone());
        check(json!({"infrastructure_settings": {}, "execution_method_settings": {}}), kept.clone());
        for block in [json!(null), json!({}), json!({"__default__": {}}), json!({"__default__": {"settings": null}})] {
            check(aws(block), kept.clone());
        }
        for block in [
            json!({}),
            json!({"__default__": {}}),
            json!({"__default__": null}),
            json!({"__default__": {"settings": null}}),
            json!({"__default__": {"settings": {}}}),
        ] {
            check(ecs(block), kept.clone());
        }
        check(json!({"infrastructure_settings": {"GCP": {"__default__": {"settings": {"a": 1}}}}}), kept.clone());
        check(json!({"execution_method_settings": {"Kubernetes": {}}}), kept.clone());
        check(json!({"execution_method_settings": {"AWS CodeBuild": {"__default__": {"settings": {"a": 1}}}}}), kept);
    }

    #[test]
    fn what_is_replaced_or_cleared() {
        check(aws(json!({"__default__": {"settings": {}}})), Ok((Value::Null, json!("old"))));
        check(aws(json!({"__default__": {"settings": {"a": 1}}})), Ok((json!({"a": 1}), json!("old"))));
        check(ecs(json!({"__default__": {"settings": {"a": 1}}})), Ok((json!("old"), json!({"a": 1}))));
        check(ecs(json!({"__default__": {"settings": "text"}})), Ok((json!("old"), json!("text"))));
    }

    #[test]
    fn what_is_refused() {
        check(json!({"infrastructure_settings": "text"}), Err(500));
        check(json!({"infrastructure_settings": []}), Err(500));
        check(aws(json!({"__default__": null})), Err(500));
        check(aws(json!({"__default__": {"settings": "text"}})), Err(500));
        check(aws(json!({"__default__": {"settings": {"region": "a\0b"}}})), Err(500));
        check(aws(json!({"prod": {}})), Err(400));
        check(json!({"execution_method_settings": []}), Err(500));
        check(ecs(json!(null)), Err(500));
        check(ecs(json!({"prod": {}})), Err(400));
        check(ecs(json!({"__default__": {"infrastructure_name": "prod"}})), Err(400));
        check(json!({"execution_method_settings": {"Kubernetes": {"__default__": {}}}}), Err(400));
    }
}
