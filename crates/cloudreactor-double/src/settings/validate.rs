//! Validates a block of settings as the server's typed models do: some conversions are lenient, one bad
//! field spoils the whole block.

use serde_json::{Map, Value, json};

use crate::settings::schema::{Field, Kind};

/// The block with all its fields, null where unset; `None` if anything in it is invalid.
pub(crate) fn block(fields: &[Field], value: &Value) -> Option<Map<String, Value>> {
    let given = value.as_object()?;
    fields
        .iter()
        .map(|field| {
            let value = given.get(field.name).unwrap_or(&Value::Null);
            Some((field.name.to_owned(), convert(&field.kind, value)?))
        })
        .collect()
}

fn convert(kind: &Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Kind::Derived, _) => Some(Value::Null),
        (Kind::RequiredText, Value::Null) => None,
        (_, Value::Null) => Some(Value::Null),
        (Kind::Text | Kind::RequiredText, Value::String(_)) | (Kind::AnyObject, Value::Object(_)) => {
            Some(value.clone())
        }
        (Kind::Bool, _) => boolean(value).map(Value::from),
        (Kind::Int, _) => integer(value).map(Value::from),
        (Kind::OneOf(allowed), Value::String(text)) => allowed.contains(&text.as_str()).then(|| value.clone()),
        (Kind::List(item), Value::Array(items)) => {
            items.iter().map(|value| not_null(convert(item, value)?)).collect::<Option<Vec<_>>>().map(Value::from)
        }
        (Kind::Texts, Value::Object(texts)) => texts.values().all(Value::is_string).then(|| value.clone()),
        (Kind::Object(fields), Value::Object(_)) => block(fields, value).map(Value::from),
        (
            Kind::Text
            | Kind::RequiredText
            | Kind::OneOf(_)
            | Kind::List(_)
            | Kind::Texts
            | Kind::Object(_)
            | Kind::AnyObject,
            _,
        ) => None,
    }
}

fn not_null(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => Some(false),
            Some(1.0) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
            "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn whole(number: f64) -> Option<i64> {
    // Through text, since no cast from a float can say that it lost something.
    (number.fract() == 0.0).then(|| format!("{number:.0}").parse().ok()).flatten()
}

/// Whether a stored block is valid.
pub(crate) fn is_valid(fields: &[Field], value: Option<&Value>) -> bool {
    value.is_some_and(|value| block(fields, value).is_some())
}

/// The fields of a block as texts, for what is computed from them.
pub(crate) fn text<'a>(block: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    block.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Sets a computed field.
pub(crate) fn set(block: &mut Map<String, Value>, field: &str, value: Option<String>) {
    block.insert(field.to_owned(), json!(value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::schema::{AWS, ECS, LAMBDA};

    #[track_caller]
    fn check(fields: &[Field], given: Value, expect: Option<(&str, Value)>) {
        let got = block(fields, &given);
        match expect {
            None => assert_eq!(got, None, "{given}"),
            Some((field, value)) => assert_eq!(got.expect("a valid block")[field], value, "{given}"),
        }
    }

    #[test]
    fn lenient_where_the_server_is() {
        check(
            AWS,
            json!({"network": {"assign_public_ip": "true"}})
                .pointer("/network")
                .map(|n| json!({"network": n}))
                .expect("set"),
            Some(("region", Value::Null)),
        );
        check(ECS, json!({"main_container_memory_mb": "256"}), Some(("main_container_memory_mb", json!(256))));
        check(ECS, json!({"main_container_memory_mb": 512.0}), Some(("main_container_memory_mb", json!(512))));
        check(ECS, json!({"enable_execute_command": "true"}), Some(("enable_execute_command", json!(true))));
        check(
            ECS,
            json!({"cluster_infrastructure_website_url": 7}),
            Some(("cluster_infrastructure_website_url", Value::Null)),
        );
        check(LAMBDA, json!({"function_memory_mb": 128, "unknown": 1}), Some(("function_memory_mb", json!(128))));
    }

    #[test]
    fn strict_where_the_server_is() {
        check(AWS, json!({"account_id": 123_456_789_012_u64}), None);
        check(AWS, json!({"tags": {"team": 7}}), None);
        check(AWS, json!({"network": {"subnets": "subnet-1"}}), None);
        check(AWS, json!({"network": {"subnets": [null]}}), None);
        check(ECS, json!({"launch_type": "SPOT"}), None);
        check(ECS, json!({"platform_version": "1.3.0"}), None);
        check(ECS, json!({"capacity_provider_strategy": [{"weight": 1}]}), None);
        check(ECS, json!({"main_container_memory_mb": 512.5}), None);
        check(ECS, json!("text"), None);
    }
}
