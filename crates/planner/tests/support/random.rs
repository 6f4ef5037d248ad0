//! Specs at random.

use groundwork_model::Code;
use groundwork_model::plan::{Class, Component, Plan};
use groundwork_model::policy::{Policy, Rules};
use groundwork_model::spec::{
    Cluster, ContainerInsights, Endpoint, ManagedCluster, ManagedNetwork, ManagedRole, Nat, Network, Role, Spec, Tier,
    ZoneRef, Zones,
};
use groundwork_model::world::World;
use groundwork_planner::plan;
use proptest::prelude::*;

use super::{VERSION, id, spec, world};

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
            ..super::network()
        },
    )
}

fn some_rules() -> impl Strategy<Value = Rules> {
    let classes = || proptest::sample::subsequence(Class::ALL.to_vec(), 0..=2);
    (classes(), classes())
        .prop_map(|(allow, deny)| Rules { allow: allow.into_iter().collect(), deny: deny.into_iter().collect() })
}

fn some_policy() -> impl Strategy<Value = Policy> {
    let component = || proptest::sample::select(Component::ALL.to_vec());
    let components = proptest::collection::btree_map(component(), some_rules(), 0..=2);
    let protected = proptest::collection::btree_set(component(), 0..=2);
    (some_rules(), components, protected).prop_map(|(everywhere, components, protected)| Policy {
        everywhere,
        components,
        protected,
    })
}

/// Any spec that makes everything; not every network can be laid out.
pub fn some_spec() -> impl Strategy<Value = Spec> {
    let tags = proptest::collection::btree_map("[a-z]{1,8}", "[a-z0-9]{0,8}", 0..3);
    let insights = prop_oneof![Just(ContainerInsights::Enabled), Just(ContainerInsights::Disabled)];
    (some_network(), tags, "[a-z/]{0,10}", insights, some_policy()).prop_map(
        |(network, tags, prefix, insights, policy)| {
            let cluster = ManagedCluster { container_insights: insights, ..super::cluster() };
            let role = ManagedRole { lambda_path_prefix: prefix, ..super::role() };
            Spec {
                tags,
                role: Role::Create(role),
                network: Network::Create(network),
                cluster: Cluster::Create(cluster),
                policy,
                ..spec()
            }
        },
    )
}

/// The plan for an account in which another spec was applied. Zones that are counted stay where they
/// are, which may not go with what the new spec lists.
pub fn second_plan(spec: &Spec, between: &World) -> Result<Plan, TestCaseError> {
    plan(spec, between, VERSION).map_err(|problems| {
        let layout = [Code::NatWithoutPublicSubnet, Code::NoWayOut, Code::NoSubnetForTasks];
        assert!(problems.iter().all(|problem| layout.contains(&problem.code)), "{problems:#?}");
        TestCaseError::reject("this network cannot be changed into the other")
    })
}

/// The plan for an empty account. Not every random network can be laid out; one that cannot is refused,
/// and no case.
pub fn first_plan(spec: &Spec) -> Result<Plan, TestCaseError> {
    plan(spec, &world(), VERSION).map_err(|_| TestCaseError::reject("this network cannot be laid out"))
}
