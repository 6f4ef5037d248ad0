//! The policy that a caller needs, for each verb.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::least_privilege::{CallerPolicy, Verb};
use groundwork_model::plan::Component;
use groundwork_model::spec::{Cluster, ClusterRef, ExistingNetwork, Network, OutputRef, Reference, Role, Spec};
use groundwork_model::step::Op;
use groundwork_planner::least_privilege::{policy, resource_types};
use proptest::prelude::*;
use serde_json::Value;
use support::random::some_spec;
use support::{ACCOUNT, id, plan, spec, spec_with_role, world};

/// A spec that makes nothing but the Run Environment.
fn referring() -> Spec {
    let output = |stack: &str, key: &str| OutputRef { stack: id(stack), key: id(key) };
    Spec {
        role: Role::Use { stack_name: id("shared-role") },
        network: Network::Use(ExistingNetwork {
            vpc: None,
            subnets: vec![Reference::Output(output("shared-network", "Subnets"))],
            security_groups: vec![Reference::Id("sg-0a1b".to_owned())],
            assign_public_ip: None,
        }),
        cluster: Cluster::Use { cluster: ClusterRef::Name(id("shared")) },
        ..spec()
    }
}

/// The policy as a short text: each statement's name, actions, resources and conditions.
fn told(policy: &CallerPolicy) -> String {
    let statements = policy.statements.iter().map(|statement| {
        let conditions = statement
            .conditions
            .iter()
            .map(|condition| format!("  if {} {} {}\n", condition.key, condition.operator, condition.values.join(" ")));
        let lines = |sign: &str, items: &[String]| -> String {
            items.iter().map(|item| format!("  {sign} {item}\n")).collect()
        };
        let (actions, resources) = (lines("+", &statement.actions), lines("on", &statement.resources));
        format!("{}\n{actions}{resources}{}", statement.sid, conditions.collect::<String>())
    });
    statements.collect()
}

fn actions(policy: &CallerPolicy) -> BTreeSet<&str> {
    policy.statements.iter().flat_map(|statement| &statement.actions).map(String::as_str).collect()
}

#[test]
fn the_policies_of_a_spec_that_makes_everything() {
    for verb in Verb::ALL {
        insta::assert_snapshot!(format!("makes_everything_{verb}"), told(&policy(&[verb], &spec())));
    }
}

#[test]
fn the_policies_of_a_spec_that_refers_to_everything() {
    for verb in [Verb::Plan, Verb::Apply, Verb::Destroy] {
        insta::assert_snapshot!(format!("refers_to_everything_{verb}"), told(&policy(&[verb], &referring())));
    }
}

/// A type that the policy does not know could be made by nobody who is held to it; one that is in no template would
/// be allowed for nothing.
#[test]
fn every_resource_type_of_our_templates_is_provided_for_and_no_other() {
    let types = |component: Component| -> BTreeSet<String> {
        let steps = plan(&spec(), &world()).steps;
        let templates = steps.iter().filter(|step| step.component == component).filter_map(|step| match &step.op {
            Op::DeployStack(deploy) => Some(deploy.template.to_string()),
            _ => None,
        });
        templates.flat_map(|template| resource_types_in(&template)).collect()
    };
    for component in Component::ALL {
        let known: BTreeSet<String> = resource_types(component).map(str::to_owned).collect();
        assert_eq!(known, types(component), "{component}");
    }
}

fn resource_types_in(template: &str) -> Vec<String> {
    let template: Value = serde_json::from_str(template).expect("a template is JSON");
    let resources = template["Resources"].as_object().expect("it has resources");
    resources.values().map(|resource| resource["Type"].as_str().expect("each has a type").to_owned()).collect()
}

#[test]
fn the_account_is_named_where_the_spec_names_it() {
    let anywhere = told(&policy(&Verb::ALL, &spec()));
    assert!(anywhere.contains("arn:aws:cloudformation:us-west-2:*:stack/"), "{anywhere}");
    let mut named = spec();
    named.environment.account_id = Some(id(ACCOUNT));
    assert_eq!(told(&policy(&Verb::ALL, &named)), anywhere.replace(":*:", &format!(":{ACCOUNT}:")));
}

/// CloudFormation shortens names; what is certain of them has to be enough.
#[test]
fn names_that_cloudformation_shortens_are_matched() {
    let roles = |stack: &str| -> Vec<String> {
        let spec = spec_with_role(|role| role.stack_name = id(stack));
        let policy = policy(&[Verb::Verify], &spec);
        let of_roles = policy.statements.iter().find(|statement| statement.sid == "ReadRoles").expect("roles");
        of_roles.resources.iter().map(|arn| arn.rsplit('/').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(roles("x"), ["x-taskExecutionRole-*", "x-executionSchedulingRole-*"]);
    // 26 + 1 + 23 + 1 + 12 characters are 63, and fit; those of the next do not.
    let fits = "CloudReactor-environment-a";
    assert_eq!(roles(fits), [format!("{fits}-taskExecutionRole-*"), format!("{fits}-executionSchedulingRole-*")]);
    let long = "CloudReactor-environment-abcdefghijk";
    assert_eq!(roles(long), ["CloudReactor-environment*", "CloudReactor-environment*"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_is_sound_whatever_the_spec(spec in some_spec(), verbs in proptest::sample::subsequence(Verb::ALL.to_vec(), 1..10)) {
        let all = policy(&verbs, &spec);
        let mut sids = BTreeMap::new();
        for statement in &all.statements {
            prop_assert!(statement.sid.bytes().all(|letter| letter.is_ascii_alphanumeric()), "{}", statement.sid);
            prop_assert!(sids.insert(&statement.sid, ()).is_none(), "{} twice", statement.sid);
            prop_assert!(!statement.actions.is_empty() && !statement.resources.is_empty(), "{}", statement.sid);
            for action in &statement.actions {
                prop_assert!(!action.contains('*') && action.contains(':'), "{action}");
            }
        }
        // Whatever one of the verbs needs alone, it has here as well, and nothing comes on top.
        let alone: Vec<CallerPolicy> = verbs.iter().map(|verb| policy(&[*verb], &spec)).collect();
        let alone: BTreeSet<&str> = alone.iter().flat_map(actions).collect();
        prop_assert_eq!(actions(&all), alone);
    }

    /// Nothing that writes is allowed to who only reads, and nothing but stacks can be written to directly.
    #[test]
    fn who_reads_may_not_write_and_who_writes_goes_by_cloudformation(spec in some_spec()) {
        let reads = |action: &str| {
            let name = action.split(':').nth(1).unwrap_or_default();
            ["BatchDescribe", "Describe", "DetectStackDrift", "Get", "List", "Simulate"].iter().any(|start| name.starts_with(start))
        };
        for verb in [Verb::Status, Verb::Plan, Verb::Preflight, Verb::Verify, Verb::Drift, Verb::Diagnose, Verb::Watch] {
            let policy = policy(&[verb], &spec);
            prop_assert!(actions(&policy).into_iter().all(reads), "{verb}");
        }
        for statement in policy(&Verb::ALL, &spec).statements {
            let writes: Vec<&String> = statement.actions.iter().filter(|action| !reads(action)).collect();
            let is_direct = statement.conditions.is_empty();
            let of_stacks = |action: &&&String| action.starts_with("cloudformation:") || **action == "ecs:PutClusterCapacityProviders";
            prop_assert!(!is_direct || writes.iter().all(|action| of_stacks(&action)), "{writes:?}");
            prop_assert!(writes.is_empty() || statement.resources != ["*"], "{writes:?} on anything");
        }
    }
}
