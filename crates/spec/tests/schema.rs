//! The schema and the reader take and refuse the same, as far as a schema can tell.

mod samples;
mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_spec::{load_any, schema};
use jsonschema::Validator;
use proptest::prelude::*;
use samples::samples;
use serde_json::{Value, json};
use support::{NEEDED, as_json, example, file, keys, spec};

static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema()).expect("the schema is a schema"));

/// The needed keys, but for the one that a case is about.
fn text(key: &str, value: &str) -> String {
    let mut lines =
        vec![("version", "1"), ("environment.name", "\"staging\""), ("environment.region", "\"us-west-2\"")];
    if key == "wave" || key.starts_with("rollout.") {
        lines.push(("target", "[{ name = \"a\", account_id = \"123456789012\" }]"));
    }
    if key.starts_with("targets.organization.") {
        lines.push(("targets.organization.units", "[\"/\"]"));
    }
    lines.retain(|(needed, _)| *needed != key);
    lines.push((key, value));
    lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect()
}

/// The problems with the value of a key itself, not those with other keys beside it.
fn problems_at(key: &str, text: &str) -> Vec<Problem> {
    let problems = load_any(&file(text)).err().unwrap_or_default();
    let between_keys = [Code::KeyOutOfPlace, Code::NoWayOut, Code::NoSubnetForTasks];
    let is_at = |problem: &Problem| problem.key.as_deref().is_some_and(|other| other.starts_with(key));
    problems.into_iter().filter(|problem| is_at(problem) && !between_keys.contains(&problem.code)).collect()
}

#[test]
fn the_reader_knows_every_key_of_the_schema() {
    for (key, _) in keys(&schema()) {
        let codes: BTreeSet<Code> =
            problems_at(&key, &text(&key, "2020-01-01")).into_iter().map(|problem| problem.code).collect();
        assert_eq!(codes, BTreeSet::from([Code::WrongType]), "{key}: no key takes a date");
    }
}

#[test]
fn a_default_in_the_schema_is_the_default_of_the_reader() {
    let mut seen = 0;
    // Those of rollouts are about targets, of which there are none here.
    let about_targets = |key: &str| key.starts_with("rollout.") || key.starts_with("targets.");
    for (key, schema) in keys(&schema()).into_iter().filter(|(key, _)| !about_targets(key)) {
        if let Some(default) = schema.get("default") {
            assert_eq!(spec(&file(&text(&key, &default.to_string()))), spec(&file(NEEDED)), "{key} = {default}");
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} defaults were found");
}

#[test]
fn schema_and_reader_take_and_refuse_the_same_values() {
    let valid_by_schema = |text: &str| {
        let value = as_json(text);
        VALIDATOR.is_valid(&value)
    };
    for (key, taken, refused) in samples() {
        for value in taken {
            let text = text(key, &toml(&value));
            assert!(valid_by_schema(&text), "the schema should take {key} = {value}");
            assert_eq!(problems_at(key, &text), [], "the reader should take {key} = {value}");
        }
        for value in refused {
            let text = text(key, &toml(&value));
            assert!(!valid_by_schema(&text), "the schema should refuse {key} = {value}");
            assert!(!problems_at(key, &text).is_empty(), "the reader should refuse {key} = {value}");
        }
    }
}

#[test]
fn no_key_of_the_schema_is_without_samples() {
    // Keys of the same type as another one.
    let same = [
        "cloudreactor.adopt",
        "cloudreactor.dashboard_base_url",
        "cluster.adopt",
        "cluster.mode",
        "cluster.stack_name",
        "network.adopt",
        "network.stack_name",
        "policy.cloudreactor.allow",
        "policy.cloudreactor.deny",
        "policy.cloudreactor.protect",
        "policy.cluster.allow",
        "policy.cluster.deny",
        "policy.cluster.protect",
        "policy.network.allow",
        "policy.network.deny",
        "policy.role.allow",
        "policy.role.deny",
        "policy.role.protect",
        "rollout.role.administrator.assume_role.external_id",
        "rollout.role.administrator.assume_role.role",
        "rollout.role.administrator.assume_role.session_name",
        "rollout.role.administrator.assume_role.tags",
        "rollout.role.administrator.profile",
        "rollout.role.auto_deployment",
        "rollout.role.stack_set",
        "targets.organization.labels",
        "targets.organization.profile",
        "targets.organization.reader.assume_role.external_id",
        "targets.organization.reader.assume_role.session_name",
        "targets.organization.reader.assume_role.tags",
        "targets.organization.reader.profile",
        "targets.organization.tags",
    ];
    let sampled: BTreeSet<&str> = samples().into_iter().map(|(key, _, _)| key).chain(same).collect();
    let all = keys(&schema());
    assert_eq!(sampled, all.iter().map(|(key, _)| key.as_str()).collect());
}

/// A JSON value as TOML.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key:?} = {}", toml(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Null => panic!("TOML has no null"),
        Value::String(_) | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Replaces, removes or adds one entry somewhere in a spec.
fn mutated(mut spec: Value, section: usize, key: usize, value: Option<Value>) -> Value {
    let keys = keys(&schema());
    let (path, _) = &keys[key % keys.len()];
    let (tables, name) = path.rsplit_once('.').unwrap_or(("", path));
    // An earlier change may have put something else in a table's place, which then stays.
    let target = tables.split('.').filter(|table| !table.is_empty()).fold(&mut spec, |target, table| match target {
        Value::Object(entries) => entries.entry(table).or_insert_with(|| json!({})),
        other => other,
    });
    let name = if section == 0 { "unknown" } else { name };
    if let Some(entries) = target.as_object_mut() {
        match value {
            Some(value) => drop(entries.insert(name.to_owned(), value)),
            None => drop(entries.remove(name)),
        }
    }
    spec
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-2_i64..12).prop_map(Value::from),
        "[ -~é]{0,12}".prop_map(Value::from),
        proptest::sample::select(vec![
            "use",
            "create",
            "none",
            "us-west-2a",
            "usw2-az1",
            "s3",
            "10.1.0.0/16",
            "subnet-1",
            "replace",
            "egress-address"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::hash_map("name|stack|output|x", inner, 0..3)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    // A failure is told, not written beside the sources.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_reader_takes_the_schema_takes(
        changes in proptest::collection::vec((0_usize..12, 0_usize..64, proptest::option::of(any_value())), 1..4),
        start in proptest::sample::select(vec!["full.toml", "use-existing.toml", "fleet.toml", "organization.toml", "stack-sets.toml"]),
    ) {
        let fleet = ["fleet.toml", "organization.toml", "stack-sets.toml"].contains(&start);
        let start = example(start);
        let start = as_json(&start);
        let mut value = changes.into_iter().fold(start, |spec, (section, key, value)| mutated(spec, section, key, value));
        if let Some(environment) = value["environment"].as_object_mut().filter(|_| fleet) {
            // The account of each target hides it from the reader, right or wrong.
            environment.remove("account_id");
        }
        let text: String = value.as_object().expect("a spec is a table").iter()
            .map(|(key, value)| format!("{key} = {}\n", toml(value)))
            .collect();
        match load_any(&file(&text)) {
            Ok(_) => prop_assert!(VALIDATOR.is_valid(&value), "the schema refuses:\n{text}"),
            Err(problems) => prop_assert!(!problems.is_empty(), "refused without a problem:\n{text}"),
        }
    }
}
