//! The fields by which two values of one property differ, each with its path.

use serde_json::{Map, Value};

/// A field that differs. `Null` stands for one that is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its path, dotted, beginning with the property.
    pub path: String,
    /// Its value in the one.
    pub before: Value,
    /// Its value in the other.
    pub after: Value,
}

/// Every field that differs between two normalised values, in the order of the first.
pub fn differing(path: &str, before: &Value, after: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    walk(path, before, after, &mut fields);
    fields
}

fn walk(path: &str, before: &Value, after: &Value, out: &mut Vec<Field>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(one), Value::Object(other)) if !is_function(one) && !is_function(other) => {
            for key in union(one, other) {
                walk(&format!("{path}.{key}"), field(one, key), field(other, key), out);
            }
        }
        (Value::Array(one), Value::Array(other)) if path == "Tags" => walk_tags(one, other, out),
        (Value::Array(one), Value::Array(other)) if one.iter().chain(other).all(is_plain_object) => {
            for at in 0..one.len().max(other.len()) {
                let item = |list: &[Value]| list.get(at).cloned().unwrap_or(Value::Null);
                walk(&format!("{path}[{at}]"), &item(one), &item(other), out);
            }
        }
        _ => out.push(Field { path: path.to_owned(), before: before.clone(), after: after.clone() }),
    }
}

/// Tags are compared by their key.
fn walk_tags(one: &[Value], other: &[Value], out: &mut Vec<Field>) {
    let one = tags(one);
    let other = tags(other);
    for key in union(&one, &other) {
        walk(&format!("Tags[{key}]"), field(&one, key), field(&other, key), out);
    }
}

fn tags(list: &[Value]) -> Map<String, Value> {
    let entry =
        |tag: &Value| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value").cloned().unwrap_or_default()));
    list.iter().filter_map(entry).collect()
}

fn field<'a>(map: &'a Map<String, Value>, key: &str) -> &'a Value {
    map.get(key).unwrap_or(&Value::Null)
}

fn union<'a>(one: &'a Map<String, Value>, other: &'a Map<String, Value>) -> Vec<&'a str> {
    let added = other.keys().filter(|key| !one.contains_key(*key));
    one.keys().chain(added).map(String::as_str).collect()
}

fn is_plain_object(value: &Value) -> bool {
    value.as_object().is_some_and(|map| !is_function(map))
}

/// Whether an object stands for a value that CloudFormation computes.
pub fn is_function(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::") || key.starts_with("Groundwork::"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(property: &str, before: &Value, after: &Value, expected: &[(&str, Value, Value)]) {
        let found: Vec<_> =
            differing(property, before, after).into_iter().map(|f| (f.path, f.before, f.after)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(path, before, after)| ((*path).to_owned(), before.clone(), after.clone())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_difference_is_named_as_deep_as_it_lies() {
        check("A", &json!({"b": "1", "c": "2"}), &json!({"b": "1", "c": "3"}), &[("A.c", json!("2"), json!("3"))]);
        check("A", &json!([{"b": "1"}]), &json!([{"b": "2"}]), &[("A[0].b", json!("1"), json!("2"))]);
        check("A", &json!([]), &json!([{"b": "2"}]), &[("A[0]", json!(null), json!({"b": "2"}))]);
        check("A", &json!(["x"]), &json!(["x", "y"]), &[("A", json!(["x"]), json!(["x", "y"]))]);
        check("A", &json!({"Ref": "X"}), &json!({"Ref": "Y"}), &[("A", json!({"Ref": "X"}), json!({"Ref": "Y"}))]);
        check("A", &json!("1"), &json!("1"), &[]);
    }

    #[test]
    fn tags_are_named_by_their_key() {
        let before = json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]);
        let after = json!([{"Key": "b", "Value": "3"}, {"Key": "c", "Value": "4"}]);
        check(
            "Tags",
            &before,
            &after,
            &[
                ("Tags[a]", json!("1"), json!(null)),
                ("Tags[b]", json!("2"), json!("3")),
                ("Tags[c]", json!(null), json!("4")),
            ],
        );
    }
}
