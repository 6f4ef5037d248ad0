//! Every example is a valid spec, and valid by the schema that editors check it with.

mod support;

use groundwork_model::spec::{Cluster, Network, Role};
use groundwork_spec::{Document, Layers, load_any, schema};
use serde_json::{Value, json};
use support::{as_json, example, examples, file, found, keys, render, root, spec};

const EXAMPLES: [&str; 12] = [
    "adopt-wizard-role.toml",
    "fleet.toml",
    "full.toml",
    "minimal.toml",
    "nat-per-zone.toml",
    "organization.toml",
    "private-endpoints.toml",
    "public-only.toml",
    "self-hosted.toml",
    "stack-sets.toml",
    "use-existing.toml",
    "use-wizard-network.toml",
];

#[test]
fn every_example_becomes_the_spec_that_it_describes() {
    let names: Vec<String> = examples().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, EXAMPLES);
    for (name, text) in examples() {
        assert!(text.starts_with("#:schema ../docs/spec.schema.json\n"), "{name} must name its schema on top");
        let name = name.trim_end_matches(".toml");
        insta::assert_json_snapshot!(format!("example_{name}"), described(&file(&text)));
    }
}

/// A spec, or a rollout with everything that is in it.
fn described(layers: &Layers) -> Value {
    let rollout = match load_any(layers) {
        Ok(Document::One(loaded)) => return json!(loaded.spec),
        Ok(Document::Many(rollout)) => rollout.rollout,
        Ok(Document::InOrganization(organization)) => match organization.complete(&found()) {
            Ok(rollout) => rollout.rollout,
            Err(problems) => panic!("its targets should be valid:\n{}", render(&problems)),
        },
        Err(problems) => panic!("the spec should be valid:\n{}", render(&problems)),
    };
    let waves: Vec<String> = rollout.waves.iter().map(|wave| format!("{wave:?}")).collect();
    let targets = rollout.targets.iter().map(|target| {
        json!({
            "name": target.name,
            "account": target.account,
            "access": format!("{:?}", target.access),
            "wave": rollout.waves[target.wave].name,
            "labels": target.labels,
            "spec": target.spec,
        })
    });
    json!({
        "on_unreachable": format!("{:?}", rollout.on_unreachable),
        "waves": waves,
        "targets": targets.collect::<Vec<Value>>(),
    })
}

#[test]
fn every_example_is_valid_by_the_schema() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is a schema");
    for (name, text) in examples() {
        let value = as_json(&text);
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_full_example_leaves_no_key_out() {
    let full = as_json(&example("full.toml"));
    let existing = as_json(&example("use-existing.toml"));
    let hosted = as_json(&example("self-hosted.toml"));
    let fleet = as_json(&example("fleet.toml"));
    let found = as_json(&example("organization.toml"));
    let sets = as_json(&example("stack-sets.toml"));
    let stands_in = |key: &str, text: &Value| text.pointer(&format!("/{}", key.replace('.', "/"))).is_some();
    // Other components have the same rules as the network.
    let same = ["policy.role.", "policy.cluster.", "policy.cloudreactor."];
    let missing: Vec<String> = keys(&schema())
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| !same.iter().any(|table| key.starts_with(table)))
        .filter(|key| ![&full, &existing, &hosted, &fleet, &found, &sets].iter().any(|text| stands_in(key, text)))
        .collect();
    // The first is for a CloudReactor with several hosts, the second for the vendor's staff.
    assert_eq!(missing, ["role.domain_suffix", "cloudreactor.site"]);
}

#[test]
fn the_fleet_uses_each_key_of_waves_and_targets() {
    let fleet = as_json(&example("fleet.toml"));
    for list in ["wave", "target"] {
        let tables = fleet[list].as_array().expect("the fleet has lists of tables");
        let known = schema()["properties"][list]["items"]["properties"].clone();
        let known = known.as_object().expect("a table has properties");
        let missing: Vec<&String> =
            known.keys().filter(|key| !tables.iter().any(|table| table.get(key).is_some())).collect();
        assert!(missing.is_empty(), "[[{list}]] without {missing:?}");
    }
}

#[test]
fn the_committed_schema_is_the_one_of_the_reader() {
    let path = root().join("docs/spec.schema.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
    assert!(committed == schema(), "docs/spec.schema.json is out of date: run `cargo xtask generate`");
}

#[test]
fn the_smallest_spec_has_the_defaults_that_its_comment_promises() {
    let spec = spec(&file(&example("minimal.toml")));
    let Role::Create(role) = &spec.role else { panic!("the role should be created") };
    let Network::Create(network) = &spec.network else { panic!("the network should be created") };
    let Cluster::Create(cluster) = &spec.cluster else { panic!("the cluster should be created") };
    assert_eq!(role.stack_name.as_str(), "CloudReactor-staging");
    assert_eq!(network.stack_name.as_str(), "CloudReactor-staging-network");
    assert_eq!(network.cidr.to_string(), "10.0.0.0/16");
    assert_eq!(cluster.stack_name.as_str(), "CloudReactor-staging-cluster");
    assert_eq!(cluster.name.as_str(), "staging");
    assert_eq!(spec.cloudreactor.run_environment.as_str(), "staging");
    assert_eq!(spec.cloudreactor.group, None);
}
