//! No secret stands in an event, a report or a problem, however it is rendered.

mod support;

use groundwork_model::run_environment::{EXTERNAL_ID, STARTER_KEY};
use groundwork_model::world::ObservedParameter;
use groundwork_testkit::build::ROLE_STACK;
use serde_json::json;
use support::Target;

fn secrets(target: &Target) -> Vec<String> {
    let stack = target.cloud().stack_named(ROLE_STACK).expect("the role stack is there");
    let value = |key: &str| match stack.parameters.get(&key.parse().expect("a parameter")) {
        Some(ObservedParameter::Secret(secret)) => secret.expose().to_owned(),
        other => panic!("{key} should be a secret, and is {other:?}"),
    };
    vec![value(EXTERNAL_ID), value(STARTER_KEY)]
}

fn assert_hidden(target: &Target, rendered: &[String]) {
    for secret in secrets(target) {
        assert_eq!(secret.len(), 32);
        for text in rendered {
            assert!(!text.contains(&secret), "a secret stands in {text}");
        }
    }
}

#[test]
fn secrets_are_made_once_reach_cloudreactor_and_show_nowhere() {
    let target = Target::new();
    let plan = target.plan();
    let planned = [format!("{plan:?}"), json!(plan).to_string()];
    let report = target.ports.clock.run(target.executed(plan));
    let events = target.told.events();
    let told: Vec<String> = events.iter().map(|(_, event)| json!(event).to_string()).collect();
    let rendered = [format!("{report:?}"), json!(report).to_string(), format!("{events:?}"), told.concat()];
    assert_hidden(&target, &planned);
    assert_hidden(&target, &rendered);
    let made = secrets(&target);
    assert_ne!(made[0], made[1]);
    let saved = &target.saas().environments()[0].aws.0;
    assert_eq!(saved["assumed_role_external_id"], json!(made[0]));
    assert_eq!(saved["workflow_starter_access_key"], json!(made[1]));
    let again = target.plan();
    assert_hidden(&target, &[format!("{again:?}"), format!("{:?}", target.discover())]);
}

#[test]
fn an_update_keeps_the_secrets() {
    let mut target = Target::applied();
    let before = secrets(&target);
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.apply();
    assert_eq!(secrets(&target), before);
}
