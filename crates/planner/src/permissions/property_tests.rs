//! "Nothing gained" means that nobody may do what nobody could do before: held against an evaluator
//! that knows nothing of containment and decides about single requests.

use groundwork_model::permission::Direction;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::between;
use super::tests::side;

const ACTIONS: [&str; 5] = ["*", "a:*", "a:Get*", "a:GetX", "B:put?"];
const RESOURCES: [&str; 6] = ["*", "r:*", "r:x/*", "r:x/1", "?:x*", "r:y"];
const PRINCIPALS: [&str; 4] = ["*", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b", "123456789012"];
const OPERATORS: [&str; 5] = ["StringEquals", "StringLike", "StringNotEquals", "StringEqualsIfExists", "Null"];
const VALUES: [&str; 4] = ["one", "two", "t*", "*"];

/// What somebody asks for. Whose value is `None` comes without the key.
#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    principal: &'a str,
    action: &'a str,
    resource: &'a str,
    values: [Option<&'a str>; 2],
}

fn requests() -> impl Iterator<Item = Request<'static>> {
    let values = [None, Some("one"), Some("two"), Some("t*")];
    let principals = ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b", "arn:aws:iam::123456789012:root"];
    let mut all = Vec::new();
    for principal in principals {
        for action in ["a:GetX", "a:GetY", "a:Set", "b:puts", "b:put"] {
            for resource in ["r:x/1", "r:x/2", "r:x", "r:y", "s:x"] {
                for first in values {
                    all.extend(values.map(|second| Request { principal, action, resource, values: [first, second] }));
                }
            }
        }
    }
    all.into_iter()
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], text) => text.is_empty(),
        ([b'*', rest @ ..], text) => glob(rest, text) || (!text.is_empty() && glob(pattern, &text[1..])),
        ([b'?', rest @ ..], [_, behind @ ..]) => glob(rest, behind),
        ([letter, rest @ ..], [other, behind @ ..]) => letter == other && glob(rest, behind),
        (_, []) => false,
    }
}

fn some_of(list: &Value, holds: impl Fn(&str) -> bool) -> bool {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).any(holds)
}

fn element(statement: &Value, name: &str, holds: impl Fn(&str) -> bool) -> bool {
    match statement.get(name) {
        Some(list) => some_of(list, holds),
        None => !some_of(&statement[format!("Not{name}")], holds),
    }
}

fn condition(operator: &str, values: &Value, actual: Option<&str>) -> bool {
    let equals = |text: &str| some_of(values, |value| value == text);
    match operator {
        "StringEquals" => actual.is_some_and(equals),
        "StringLike" => actual.is_some_and(|text| some_of(values, |value| glob(value.as_bytes(), text.as_bytes()))),
        "StringNotEquals" => !actual.is_some_and(equals),
        "StringEqualsIfExists" => actual.is_none_or(equals),
        // The generated values are no truth values; any fixed reading will do.
        _ => actual.is_none() == some_of(values, |value| value == "one"),
    }
}

fn applies(statement: &Value, request: &Request<'_>) -> bool {
    let lower = request.action.to_lowercase();
    let conditions = statement["Condition"].as_object().into_iter().flatten().all(|(operator, keys)| {
        let mut keys = keys.as_object().into_iter().flatten();
        keys.all(|(key, values)| condition(operator, values, request.values[usize::from(key == "k:Second")]))
    });
    let is_principal =
        |name: &str| name == "*" || name == request.principal || request.principal.contains(&format!("::{name}:"));
    let named = statement.get("Principal").is_none_or(|principal| some_of(&principal["AWS"], is_principal));
    let resource = |pattern: &str| glob(pattern.as_bytes(), request.resource.as_bytes());
    element(statement, "Action", |pattern| glob(pattern.to_lowercase().as_bytes(), lower.as_bytes()))
        && (statement.get("Principal").is_some() || element(statement, "Resource", resource))
        && named
        && conditions
}

fn allows(statements: &[Value], request: &Request<'_>) -> bool {
    let some = |effect: &str| statements.iter().any(|one| one["Effect"] == effect && applies(one, request));
    some("Allow") && !some("Deny")
}

fn one_or_two<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    subsequence(all, 1..=2)
}

fn some_conditions() -> impl Strategy<Value = Value> {
    let condition =
        (select(OPERATORS.to_vec()), select(vec!["k:First", "K:first", "k:Second"]), one_or_two(VALUES.to_vec()));
    proptest::collection::vec(condition, 0..=2).prop_map(|conditions| {
        let mut block = Map::new();
        for (operator, key, values) in conditions {
            // A key stands once in an operator, whatever its case.
            block.insert(operator.to_owned(), json!({ key: values }));
        }
        Value::Object(block)
    })
}

fn some_statement() -> impl Strategy<Value = Value> {
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    let name = |name: &'static str, except: &'static str| prop_oneof![5 => Just(name), 1 => Just(except)];
    (
        effect,
        (name("Action", "NotAction"), one_or_two(ACTIONS.to_vec())),
        (name("Resource", "NotResource"), one_or_two(RESOURCES.to_vec())),
        some_conditions(),
    )
        .prop_map(|(effect, (action, actions), (resource, resources), condition)| {
            json!({ "Effect": effect, action: actions, resource: resources, "Condition": condition })
        })
}

/// The first statement with some parts of the second one.
fn mixed(one: &Value, other: &Value, from_other: [bool; 4]) -> Value {
    let mut mixed = Map::new();
    for (part, from_other) in ["Effect", "Action", "Resource", "Condition"].into_iter().zip(from_other) {
        let source = if from_other { other } else { one };
        let fields = source.as_object().expect("a statement is an object");
        mixed.extend(
            fields.iter().filter(|(key, _)| key.ends_with(part)).map(|(key, value)| (key.clone(), value.clone())),
        );
    }
    Value::Object(mixed)
}

/// Statements, and a second set that differs from them here and there: two that have nothing to do
/// with each other would hardly ever be without a gain.
fn two_sets() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
    let set = || proptest::collection::vec(some_statement(), 3);
    let differing = proptest::collection::vec(proptest::array::uniform4(proptest::bool::weighted(0.3)), 3);
    (set(), set(), differing, 1_usize..=3, 1_usize..=3).prop_map(|(one, fresh, differing, before, after)| {
        let mix = |((one, fresh), differing): ((&Value, &Value), [bool; 4])| mixed(one, fresh, differing);
        let other: Vec<Value> = one.iter().zip(&fresh).zip(differing).map(mix).take(after).collect();
        (one.into_iter().take(before).collect(), other)
    })
}

fn acting(statements: &[Value]) -> Value {
    json!({ "R": { "Type": "AWS::IAM::Role", "Properties": {
        "Policies": [{ "PolicyDocument": { "Version": "2012-10-17", "Statement": statements } }]
    } } })
}

fn trusting(statements: &[Value]) -> Value {
    json!({ "R": { "Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": statements }
    } } })
}

/// The statements as a trust policy: who instead of on what.
fn with_principals(statements: &[Value], principals: &[Vec<&str>]) -> Vec<Value> {
    let named = statements.iter().zip(principals).map(|(statement, principals)| {
        let mut statement = statement.clone();
        let fields = statement.as_object_mut().expect("a statement is an object");
        fields.remove("Resource");
        fields.remove("NotResource");
        fields.insert("Principal".to_owned(), json!({ "AWS": principals }));
        statement
    });
    named.collect()
}

/// The first request that is allowed afterwards and was not before.
fn first_gain(before: &[Value], after: &[Value]) -> Option<Request<'static>> {
    requests().find(|request| allows(after, request) && !allows(before, request))
}

fn nothing_is(direction: Direction, before: &Value, after: &Value) -> bool {
    between(&side(before), &side(after), &[]).iter().all(|change| change.direction != direction)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_called_no_gain_is_none((before, after) in two_sets()) {
        if nothing_is(Direction::Gained, &acting(&before), &acting(&after)) {
            prop_assert!(first_gain(&before, &after).is_none(), "{:?}", first_gain(&before, &after));
        }
        if nothing_is(Direction::Lost, &acting(&before), &acting(&after)) {
            prop_assert!(first_gain(&after, &before).is_none(), "{:?}", first_gain(&after, &before));
        }
    }

    #[test]
    fn a_trust_that_is_called_no_gain_is_none(
        (before, after) in two_sets(),
        principals in proptest::collection::vec(one_or_two(PRINCIPALS.to_vec()), 3),
        others in proptest::collection::vec(one_or_two(PRINCIPALS.to_vec()), 3),
    ) {
        let (before, after) = (with_principals(&before, &principals), with_principals(&after, &others));
        if nothing_is(Direction::Gained, &trusting(&before), &trusting(&after)) {
            prop_assert!(first_gain(&before, &after).is_none(), "{:?}", first_gain(&before, &after));
        }
    }

    #[test]
    fn what_stays_in_another_order_is_no_change(statements in proptest::collection::vec(some_statement(), 0..4)) {
        let mut reversed = statements.clone();
        reversed.reverse();
        prop_assert_eq!(between(&side(&acting(&statements)), &side(&acting(&reversed)), &[]), Vec::new());
    }
}
