//! What holds for every spec: a converged world plans nothing, plans are sound, and nothing is deleted
//! or replaced that the plan does not show.

mod support;

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Plan};
use groundwork_model::spec::{ContainerInsights, Endpoint, ManagedNetwork, Nat, Spec, Tier, ZoneRef, Zones};
use groundwork_model::step::Op;
use groundwork_model::world::World;
use groundwork_planner::{RunEnvironmentFate, check, destroy, plan};
use proptest::prelude::*;
use support::{VERSION, applied, id, spec, world};

const ZONES: [&str; 4] = ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"];

fn some_zones() -> impl Strategy<Value = Zones> {
    let listed = proptest::sample::subsequence(ZONES.to_vec(), 1..=4)
        .prop_shuffle()
        .prop_map(|names| Zones::Listed(names.into_iter().map(|name| ZoneRef::Name(id(name))).collect()));
    prop_oneof![listed, (1_u8..=3).prop_map(Zones::Count)]
}

fn some_network() -> impl Strategy<Value = ManagedNetwork> {
    let nat = prop_oneof![Just(Nat::None), Just(Nat::Single), Just(Nat::PerZone)];
    let endpoints = proptest::sample::subsequence(Endpoint::ALL.to_vec(), 0..=6);
    let tier = prop_oneof![Just(Tier::Public), Just(Tier::Private)];
    (some_zones(), some_zones(), nat, endpoints, tier, 0_u8..4).prop_map(
        |(public_zones, private_zones, nat, endpoints, tasks_in, second)| ManagedNetwork {
            cidr: id(&format!("10.{second}.0.0/16")),
            public_zones,
            private_zones,
            nat,
            endpoints: endpoints.into_iter().collect(),
            tasks_in,
            ..support::network()
        },
    )
}

fn some_spec() -> impl Strategy<Value = Spec> {
    let tags = proptest::collection::btree_map("[a-z]{1,8}", "[a-z0-9]{0,8}", 0..3);
    let insights = prop_oneof![Just(ContainerInsights::Enabled), Just(ContainerInsights::Disabled)];
    (some_network(), tags, "[a-z/]{0,10}", insights).prop_map(|(network, tags, prefix, insights)| {
        let cluster = groundwork_model::spec::ManagedCluster { container_insights: insights, ..support::cluster() };
        let role = groundwork_model::spec::ManagedRole { lambda_path_prefix: prefix, ..support::role() };
        Spec {
            tags,
            role: groundwork_model::spec::Role::Create(role),
            network: groundwork_model::spec::Network::Create(network),
            cluster: groundwork_model::spec::Cluster::Create(cluster),
            ..spec()
        }
    })
}

/// The plan for an account in which another spec was applied. Zones that are counted stay where they
/// are, which may not go with what the new spec lists.
fn second_plan(spec: &Spec, between: &World) -> Result<Plan, TestCaseError> {
    plan(spec, between, VERSION).map_err(|problems| {
        let layout = [Code::NatWithoutPublicSubnet, Code::NoWayOut, Code::NoSubnetForTasks];
        assert!(problems.iter().all(|problem| layout.contains(&problem.code)), "{problems:#?}");
        TestCaseError::reject("this network cannot be changed into the other")
    })
}

/// The plan for an empty account. Not every random network can be laid out; one that cannot is refused,
/// and no case.
fn first_plan(spec: &Spec) -> Result<Plan, TestCaseError> {
    plan(spec, &world(), VERSION).map_err(|_| TestCaseError::reject("this network cannot be laid out"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_converged_world_plans_nothing(spec in some_spec()) {
        let first = first_plan(&spec)?;
        prop_assert_eq!(check(&first, &world()), Vec::<String>::new());
        let after = applied::apply(&first, &world());
        let again = plan(&spec, &after, VERSION).expect("what was applied can be planned again");
        prop_assert!(again.is_empty(), "{:#?}", again.components);
    }

    #[test]
    fn a_change_of_mind_is_sound_and_converges(one in some_spec(), other in some_spec()) {
        let between = applied::apply(&first_plan(&one)?, &world());
        let second = second_plan(&other, &between)?;
        prop_assert_eq!(check(&second, &between), Vec::<String>::new());
        let after = applied::apply(&second, &between);
        let again = plan(&other, &after, VERSION).expect("what was applied can be planned again");
        prop_assert!(again.is_empty(), "{:#?}", again.components);
    }

    /// The change set's view: every resource that is in one template and not in the other is announced
    /// as made or deleted.
    #[test]
    fn nothing_comes_or_goes_unannounced(one in some_spec(), other in some_spec()) {
        let between = applied::apply(&first_plan(&one)?, &world());
        let second = second_plan(&other, &between)?;
        for step in &second.steps {
            let Op::DeployStack(deploy) = &step.op else { continue };
            let deployed = between.stack(&deploy.stack).and_then(|stack| stack.template.as_deref()).expect("it was made");
            let (had, has) = (resource_names(deployed), resource_names(&deploy.template));
            for gone in had.difference(&has) {
                prop_assert_eq!(deploy.announced[&id(gone)].action, Action::Delete);
            }
            for comes in has.difference(&had) {
                prop_assert_eq!(deploy.announced[&id(comes)].action, Action::Create);
            }
        }
    }

    #[test]
    fn what_was_made_can_be_removed(spec in some_spec()) {
        let made = applied::apply(&first_plan(&spec)?, &world());
        let removal = destroy(&spec, &made, RunEnvironmentFate::Delete).expect("nothing is in the way");
        prop_assert_eq!(check(&removal, &made), Vec::<String>::new());
        prop_assert_eq!(applied::apply(&removal, &made), world());
    }
}

fn resource_names(template: &str) -> BTreeSet<String> {
    let template: serde_json::Value = serde_json::from_str(template).expect("a template is JSON");
    template["Resources"].as_object().expect("it has resources").keys().cloned().collect()
}
