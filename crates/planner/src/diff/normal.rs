//! Evens out what CloudFormation and IAM treat as the same: `443` and `"443"`, a policy's single
//! action and a list of one, lists of which the order means nothing.
//!
//! The list is short on purpose. A difference that is none is a nuisance; one that is hidden is a lie.

use serde_json::{Map, Value};

use super::resolve::scalar_text;

/// Properties that hold a set of texts: `insertionOrder` is false in their schemas.
const SETS: [&str; 6] =
    ["ManagedPolicyArns", "SubnetIds", "SecurityGroupIds", "RouteTableIds", "Roles", "CapacityProviders"];

/// A property's value in its one form.
pub fn property(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("AssumeRolePolicyDocument" | "PolicyDocument", Value::Object(document)) => policy(document),
        ("Tags", Value::Array(_)) => sorted_by(value, |tag| tag.get("Key").map(Value::to_string)),
        (name, Value::Array(_)) if SETS.contains(&name) => sorted_by(value, |item| Some(item.to_string())),
        (_, Value::Object(map)) => {
            Value::Object(map.iter().map(|(key, inner)| (key.clone(), property(key, inner))).collect())
        }
        (_, Value::Array(items)) => Value::Array(items.iter().map(|item| property("", item)).collect()),
        (_, scalar) => text(scalar),
    }
}

/// A value that may be given alone or in a list, whose order means nothing: `DependsOn`, `Action`.
pub fn set(value: &Value) -> Value {
    let mut items: Vec<Value> = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Null => Vec::new(),
        alone => vec![text(alone)],
    };
    items.sort_by_key(Value::to_string);
    items.dedup();
    Value::Array(items)
}

fn text(value: &Value) -> Value {
    match scalar_text(value) {
        Some(text) => Value::String(text),
        None => value.clone(),
    }
}

fn sorted_by(value: &Value, key: fn(&Value) -> Option<String>) -> Value {
    let mut items: Vec<Value> = value.as_array().into_iter().flatten().map(|item| property("", item)).collect();
    items.sort_by_cached_key(key);
    Value::Array(items)
}

fn policy(document: &Map<String, Value>) -> Value {
    let fields = document.iter().map(|(key, value)| {
        let value = match (key.as_str(), value) {
            ("Statement", Value::Array(statements)) => Value::Array(statements.iter().map(statement).collect()),
            ("Statement", alone) => Value::Array(vec![statement(alone)]),
            (_, other) => text(other),
        };
        (key.clone(), value)
    });
    Value::Object(fields.collect())
}

fn statement(value: &Value) -> Value {
    let Value::Object(fields) = value else { return value.clone() };
    let fields = fields.iter().map(|(key, value)| {
        let value = match key.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => set(value),
            "Principal" | "NotPrincipal" => each(value, set),
            "Condition" => each(value, |operator| each(operator, set)),
            _ => text(value),
        };
        (key.clone(), value)
    });
    Value::Object(fields.collect())
}

/// Applies a function to each field of an object that is not a template function.
fn each(value: &Value, apply: impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(map) if !map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => {
            Value::Object(map.iter().map(|(key, inner)| (key.clone(), apply(inner))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_in_other_words_is_the_same() {
        for (name, one, other) in [
            ("FromPort", json!(443), json!("443")),
            ("EnableDnsSupport", json!(true), json!("true")),
            (
                "Tags",
                json!([{"Key": "a", "Value": 1}, {"Key": "b"}]),
                json!([{"Key": "b"}, {"Key": "a", "Value": "1"}]),
            ),
            ("SubnetIds", json!([{"Ref": "A"}, {"Ref": "B"}]), json!([{"Ref": "B"}, {"Ref": "A"}])),
            (
                "PolicyDocument",
                json!({"Statement": {"Action": "a:B", "Principal": {"Service": "x"}, "Condition": {"StringEquals": {"k": "v"}}}}),
                json!({"Statement": [{"Action": ["a:B"], "Principal": {"Service": ["x"]}, "Condition": {"StringEquals": {"k": ["v"]}}}]}),
            ),
            (
                "Policies",
                json!([{"PolicyDocument": {"Statement": [{"Action": ["b", "a"]}]}}]),
                json!([{"PolicyDocument": {"Statement": [{"Action": ["a", "b"]}]}}]),
            ),
        ] {
            assert_eq!(property(name, &one), property(name, &other), "{name}");
        }
        assert_eq!(set(&json!("A")), set(&json!(["A"])));
    }

    #[test]
    fn what_may_matter_stays_different() {
        for (name, one, other) in [
            (
                "SecurityGroupEgress",
                json!([{"FromPort": 1}, {"FromPort": 2}]),
                json!([{"FromPort": 2}, {"FromPort": 1}]),
            ),
            ("PolicyDocument", json!({"Statement": [{"Action": "a"}]}), json!({"Statement": [{"NotAction": "a"}]})),
            (
                "PolicyDocument",
                json!({"Statement": [{"Principal": "*"}]}),
                json!({"Statement": [{"Principal": {"AWS": "*"}}]}),
            ),
            ("Tags", json!([{"Key": "a", "Value": "1"}]), json!([{"Key": "a", "Value": "2"}])),
            ("Name", json!("a"), json!("A")),
            ("Name", json!({"Ref": "A"}), json!("A")),
        ] {
            assert_ne!(property(name, &one), property(name, &other), "{name}");
        }
    }
}
