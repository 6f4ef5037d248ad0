//! Saved plans: what is refused, and in which words.

mod support;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::saved::{PLAN_FORMAT, SavedPlan};
use groundwork_model::spec::{Nat, Network, Spec};
use groundwork_model::step::Op;
use groundwork_model::world::World;
use groundwork_planner::basis::basis;
use groundwork_planner::saved::{seal, text, verify};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::moved::MOVES;
use support::{VERSION, converged, id, networks, open, plan, spec, spec_with_network, world};

const KEY: &str = "a-key-for-this-test";
const CREATED: &str = "2026-11-24T09:00:00.000Z";

fn saved(spec: &Spec, world: &World) -> SavedPlan {
    seal(spec, plan(spec, world), basis(spec, world, KEY), VERSION, CREATED.to_owned())
}

/// An update of everything that is there: one more NAT gateway.
fn pending() -> (Spec, World, SavedPlan) {
    let wish = spec_with_network(|network| network.nat = Nat::PerZone);
    let world = converged(&spec());
    let saved = saved(&wish, &world);
    (wish, world, saved)
}

fn code(outcome: Result<SavedPlan, Problem>) -> Code {
    outcome.expect_err("it should be refused").code
}

/// The only problem.
fn refusal(outcome: Result<Plan, Vec<Problem>>) -> Problem {
    let mut problems = outcome.expect_err("it should be refused");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

#[test]
fn what_was_saved_is_what_is_carried_out() {
    let (_, world, saved) = pending();
    let opened = open(&text(&saved), VERSION).expect("a whole plan");
    assert_eq!(opened, saved);
    assert_eq!(verify(&opened, &world).expect("nothing has moved"), saved.plan);
    let compact = json!(saved).to_string();
    assert_eq!(open(&compact, VERSION).expect("its layout means nothing"), saved);
}

#[test]
fn who_plans_and_who_applies_may_be_two() {
    let (_, mut world, saved) = pending();
    world.caller.arn = id("arn:aws:iam::123456789012:role/somebody-else");
    let plan = verify(&saved, &world).expect("the account is the same");
    assert_eq!(plan.target.caller, world.caller.arn);
}

#[test]
fn every_move_of_the_world_is_noticed_and_named() {
    let (_, world, saved) = pending();
    for (words, change) in MOVES {
        let mut moved = world.clone();
        change(&mut moved);
        let problem = refusal(verify(&saved, &moved));
        assert_eq!(problem.code, Code::PlanStale, "{words}");
        assert!(problem.causes.iter().any(|cause| cause.starts_with(words)), "{words}: {:#?}", problem.causes);
        assert!(problem.message.contains(CREATED), "{problem:?}");
    }
}

#[test]
fn what_appears_is_noticed() {
    let wish = spec();
    let saved = saved(&wish, &world());
    let problem = refusal(verify(&saved, &converged(&wish)));
    for words in [
        "stack CloudReactor-staging: it did not exist, and is in CREATE_COMPLETE",
        "cluster staging did not exist, and exists",
        "the Run Environment did not exist, and exists",
    ] {
        assert!(problem.causes.iter().any(|cause| cause == words), "{words}: {:#?}", problem.causes);
    }
}

#[test]
fn parts_of_an_existing_network_are_noticed_and_free_addresses_are_not() {
    let wish = Spec { network: Network::Use(networks::wish()), ..spec() };
    let mut world = world();
    world.network = Some(networks::private());
    let saved = saved(&wish, &world);
    let network = |change: fn(&mut groundwork_model::world::ExistingNetworkState)| {
        let mut moved = world.clone();
        change(moved.network.as_mut().expect("a network"));
        verify(&saved, &moved)
    };
    assert!(network(|network| network.subnets[0].free_addresses -= 1).is_ok());
    let problem = refusal(network(|network| drop(network.route_tables.pop())));
    assert!(problem.causes.iter().any(|cause| cause.starts_with("network: rtb-")), "{:#?}", problem.causes);
    let problem = refusal(network(|network| network.subnets[0].available = false));
    assert!(problem.causes.iter().any(|cause| cause.starts_with("network: subnet-")), "{:#?}", problem.causes);
}

#[test]
fn a_forger_who_computes_the_digest_anew_is_refused() {
    let (wish, world, saved) = pending();
    let forged = |forge: &dyn Fn(&mut SavedPlan)| {
        let mut copy = saved.clone();
        forge(&mut copy);
        let resealed = seal(&copy.spec, copy.plan, copy.basis, VERSION, CREATED.to_owned());
        let opened = open(&text(&resealed), VERSION).expect("the digest is right");
        refusal(verify(&opened, &world)).code
    };
    let template = forged(&|copy| {
        for step in &mut copy.plan.steps {
            if let Op::DeployStack(deploy) = &mut step.op {
                deploy.template = deploy.template.replace("10.0.", "10.9.").into();
            }
        }
    });
    assert_eq!(template, Code::PlanTampered);
    let hidden_class = forged(&|copy| copy.plan.components[1].resources.clear());
    assert_eq!(hidden_class, Code::PlanTampered);
    let announced = forged(&|copy| {
        for step in &mut copy.plan.steps {
            if let Op::DeployStack(deploy) = &mut step.op {
                deploy.announced.values_mut().for_each(|announced| announced.action = Action::Replace);
            }
        }
    });
    assert_eq!(announced, Code::PlanTampered);
    let policy = forged(&|copy| copy.plan.policy.everywhere.allow.extend(groundwork_model::plan::Class::ALL));
    assert_eq!(policy, Code::PlanTampered);
    let other_spec = forged(&|copy| copy.spec = spec());
    assert_eq!(other_spec, Code::PlanTampered);
    assert_eq!(wish, saved.spec);
}

#[test]
fn what_is_no_plan_of_this_version_is_refused() {
    let (_, _, saved) = pending();
    assert_eq!(code(open("", VERSION)), Code::PlanUnreadable);
    assert_eq!(code(open("[1, 2]", VERSION)), Code::PlanUnreadable);
    assert_eq!(code(open(r#"{"format_version": 4, "terraform_version": "1.17"}"#, VERSION)), Code::PlanUnreadable);
    let own = format!(r#""format_version": "{PLAN_FORMAT}""#);
    assert!(text(&saved).contains(&own));
    assert_eq!(code(open(&text(&saved).replace(&own, r#""format_version": "2.0""#), VERSION)), Code::PlanUnreadable);
    assert_eq!(code(open(&text(&saved), "0.2.0")), Code::PlanOfOtherVersion);
    let cut = text(&saved);
    assert_eq!(code(open(&cut[..cut.len() / 2], VERSION)), Code::PlanUnreadable);
}

#[test]
fn a_saved_plan_holds_no_secret() {
    let (_, world, saved) = pending();
    let text = text(&saved);
    let mut secrets = 0;
    for stack in world.stacks.values().filter_map(|stack| stack.present()) {
        for value in stack.parameters.values() {
            if let groundwork_model::world::ObservedParameter::Secret(secret) = value {
                secrets += 1;
                assert!(!text.contains(secret.expose()), "a secret stands in the plan");
            }
        }
    }
    assert_eq!(secrets, 2, "the test looks at the secrets");
}

#[test]
fn two_plans_of_one_world_cannot_be_compared_by_their_digests() {
    let wish = spec();
    let world = converged(&wish);
    let digests = |key: &str| json!(basis(&wish, &world, key).stacks).to_string();
    assert_ne!(digests("one"), digests("other"));
    assert_eq!(digests("one"), digests("one"));
}

/// Every value in a document, by its path.
fn paths(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            paths(value, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), found)
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| paths(value, format!("{path}/{at}"), found))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(path),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_value_that_was_changed_is_noticed(at in any::<proptest::sample::Index>(), with in "[a-z]{1,9}") {
        let (_, _, saved) = pending();
        let mut document = json!(saved);
        let mut found = Vec::new();
        paths(&document, String::new(), &mut found);
        let path = &found[at.index(found.len())];
        *document.pointer_mut(path).expect("a path that was found") = json!(with);
        prop_assert!(open(&document.to_string(), VERSION).is_err(), "{}", path);
    }

    #[test]
    fn a_byte_that_was_changed_is_noticed(at in any::<proptest::sample::Index>(), with in "[ -~]") {
        let (_, _, saved) = pending();
        let mut bytes = text(&saved).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = with.as_bytes()[0];
        let changed = String::from_utf8(bytes).expect("ASCII stays ASCII");
        // The layout means nothing: what opens has to be the very same plan.
        prop_assert!(open(&changed, VERSION).map_or(true, |opened| opened == saved));
    }

    #[test]
    fn nothing_makes_the_reader_panic(text in ".{0,200}", document in r#"\{"format_version":"1.0"[{}\[\]",:0-9a-z]{0,60}\}"#) {
        prop_assert!(open(&text, VERSION).is_err());
        prop_assert!(open(&document, VERSION).is_err());
    }
}
