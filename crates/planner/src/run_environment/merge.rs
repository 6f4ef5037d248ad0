//! Puts our fields into a block of settings that others write to as well.
//!
//! CloudReactor replaces a block whole, so what we do not send is lost: everything that is there goes
//! back, but for links, which CloudReactor computes itself, and nulls, which stand for unset fields.

use std::collections::BTreeMap;

use groundwork_model::run_environment::Settings;
use serde_json::{Map, Value};

/// Lists whose order means nothing.
const SETS: [&str; 3] = ["network.subnets", "network.security_groups", "supported_launch_types"];

/// What came of a merge.
#[derive(Clone, Debug, PartialEq)]
pub enum Merge {
    /// Every field is there already.
    Unchanged,
    /// The whole block to send.
    Changed(Settings),
}

/// Puts fields, by dotted path, into a block.
pub fn merge(existing: &Settings, ours: &BTreeMap<String, Value>) -> Merge {
    let mut block = cleaned(&existing.0);
    let differing: Vec<_> = ours.iter().filter(|(path, value)| !holds(existing, path, value)).collect();
    if differing.is_empty() {
        return Merge::Unchanged;
    }
    for (path, value) in differing {
        put(&mut block, path, value);
    }
    Merge::Changed(Settings(block))
}

/// Whether a block has a field with this value.
pub fn holds(existing: &Settings, path: &str, value: &Value) -> bool {
    let found = get(&existing.0, path).unwrap_or(&Value::Null);
    found == value || (SETS.contains(&path) && same_set(found, value))
}

/// A field by its dotted path.
pub fn get<'a>(block: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => block.get(path),
        Some((first, rest)) => get(block.get(first)?.as_object()?, rest),
    }
}

fn same_set(one: &Value, other: &Value) -> bool {
    let sorted = |value: &Value| {
        let mut items: Vec<String> = value.as_array()?.iter().map(Value::to_string).collect();
        items.sort();
        Some(items)
    };
    sorted(one).is_some() && sorted(one) == sorted(other)
}

fn put(block: &mut Map<String, Value>, path: &str, value: &Value) {
    match path.split_once('.') {
        None => {
            block.insert(path.to_owned(), value.clone());
        }
        Some((first, rest)) => {
            let inner = block.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// A block without nulls and without the links that CloudReactor computes.
pub fn cleaned(block: &Map<String, Value>) -> Map<String, Value> {
    let kept = block.iter().filter(|(key, value)| !value.is_null() && !is_derived(key));
    kept.map(|(key, value)| (key.clone(), cleaned_value(value))).collect()
}

fn cleaned_value(value: &Value) -> Value {
    match value {
        Value::Object(inner) => Value::Object(cleaned(inner)),
        Value::Array(items) => Value::Array(items.iter().map(cleaned_value).collect()),
        plain => plain.clone(),
    }
}

fn is_derived(key: &str) -> bool {
    key == "infrastructure_website_url"
        || key.ends_with("_infrastructure_website_url")
        || key.ends_with("_infrastructure_website_urls")
}

/// Whether a block holds AWS keys of which CloudReactor shows only the first half: sending the block
/// would erase the other.
pub fn hides_secret_key(aws: &Settings) -> bool {
    let set = |key: &str| aws.0.get(key).is_some_and(|value| !value.is_null());
    set("access_key") && !set("secret_key")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(value: Value) -> Settings {
        match value {
            Value::Object(map) => Settings(map),
            other => unreachable!("a literal object, not {other}"),
        }
    }

    fn check(existing: Value, ours: &[(&str, Value)], expected: Option<Value>) {
        let ours = ours.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
        let expected = expected.map_or(Merge::Unchanged, |block| Merge::Changed(settings(block)));
        assert_eq!(merge(&settings(existing), &ours), expected);
    }

    #[test]
    fn fields_of_others_are_kept() {
        check(
            json!({"region": "a", "tags": {"x": "y"}, "network": {"vpc_id": "vpc-1", "subnets": ["s1"]}}),
            &[("region", json!("b")), ("network.subnets", json!(["s2"]))],
            Some(json!({"region": "b", "tags": {"x": "y"}, "network": {"vpc_id": "vpc-1", "subnets": ["s2"]}})),
        );
    }

    #[test]
    fn links_and_nulls_are_neither_compared_nor_sent() {
        check(
            json!({
                "region": "a", "xray": null, "events_role_infrastructure_website_url": "https://x",
                "infrastructure_website_url": "https://x",
                "network": {"subnet_infrastructure_website_urls": ["https://x"], "networks": [{"a": null, "b": 1}]}
            }),
            &[("region", json!("b"))],
            Some(json!({"region": "b", "network": {"networks": [{"b": 1}]}})),
        );
        check(json!({"region": "a", "xray": null}), &[("region", json!("a"))], None);
    }

    #[test]
    fn the_order_of_subnets_means_nothing_but_a_repeated_one_does() {
        let existing = json!({"network": {"subnets": ["s1", "s2"]}});
        check(existing.clone(), &[("network.subnets", json!(["s2", "s1"]))], None);
        check(
            existing,
            &[("network.subnets", json!(["s2", "s1", "s1"]))],
            Some(json!({"network": {"subnets": ["s2", "s1", "s1"]}})),
        );
    }

    #[test]
    fn a_number_where_a_text_belongs_is_a_difference() {
        check(
            json!({"account_id": 123_456_789_012_u64}),
            &[("account_id", json!("123456789012"))],
            Some(json!({"account_id": "123456789012"})),
        );
        check(
            json!({}),
            &[("network.assign_public_ip", json!(false))],
            Some(json!({"network": {"assign_public_ip": false}})),
        );
        check(json!({"network": null}), &[("network.region", json!("a"))], Some(json!({"network": {"region": "a"}})));
    }

    #[test]
    fn a_withheld_secret_key_is_noticed() {
        assert!(hides_secret_key(&settings(json!({"access_key": "AKIA"}))));
        assert!(!hides_secret_key(&settings(json!({"access_key": null}))));
        assert!(!hides_secret_key(&settings(json!({"access_key": "AKIA", "secret_key": "s"}))));
    }
}
