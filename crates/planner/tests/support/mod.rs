//! Specs, worlds, and what becomes of a world when a plan is carried out.

#![expect(dead_code, reason = "each test crate uses its own part")]

pub mod applied;
pub mod live;
pub mod moved;
pub mod networks;
pub mod random;
pub mod wizard;

use std::collections::BTreeMap;

use groundwork_model::plan::{Action, ComponentPlan, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::saved::{Saved, SavedPlan};
use groundwork_model::spec::{
    Adoption, CloudReactor, Cluster, ContainerInsights, Endpoint, Environment, ManagedCluster, ManagedNetwork,
    ManagedRole, Nat, Network, Role, Spec, Tier, ZoneRef, Zones,
};
use groundwork_model::world::{
    Caller, CloudReactorState, ExistingNetworkState, Group, Observed, Stack, StackPhase, World, Zone,
};
use serde_json::Value;

pub const VERSION: &str = "0.1.0";
pub const ACCOUNT: &str = "123456789012";
pub const ROLE_STACK: &str = "CloudReactor-staging";
pub const NETWORK_STACK: &str = "CloudReactor-staging-network";
pub const CLUSTER_STACK: &str = "CloudReactor-staging-cluster";

/// Parses an identifier of any kind.
pub fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?} should be valid"))
}

/// A spec with everything made by groundwork: two zones, one NAT gateway.
pub fn spec() -> Spec {
    Spec {
        environment: Environment { name: id("staging"), region: id("us-west-2"), account_id: None },
        tags: BTreeMap::from([("team".to_owned(), "data".to_owned())]),
        role: Role::Create(role()),
        network: Network::Create(network()),
        cluster: Cluster::Create(cluster()),
        policy: Default::default(),
        cloudreactor: CloudReactor {
            api_base_url: "https://api.cloudreactor.io".to_owned(),
            dashboard_base_url: "https://dash.cloudreactor.io".to_owned(),
            group: None,
            run_environment: id("staging"),
            adoption: Adoption::Refuse,
        },
        drift: Default::default(),
    }
}

pub fn role() -> ManagedRole {
    ManagedRole {
        stack_name: id(ROLE_STACK),
        adoption: Adoption::Refuse,
        log_group_pattern: "*".to_owned(),
        secrets_path_prefix: "CloudReactor/".to_owned(),
        lambda_path_prefix: String::new(),
        principal: None,
        domain_suffix: ".cloudreactor.io".to_owned(),
    }
}

pub fn network() -> ManagedNetwork {
    ManagedNetwork {
        stack_name: id(NETWORK_STACK),
        adoption: Adoption::Refuse,
        cidr: id("10.0.0.0/16"),
        public_zones: zones(&["us-west-2a", "us-west-2b"]),
        private_zones: zones(&["us-west-2a", "us-west-2b"]),
        nat: Nat::Single,
        endpoints: [Endpoint::S3, Endpoint::DynamoDb, Endpoint::Logs].into(),
        tasks_in: Tier::Private,
    }
}

pub fn zones(names: &[&str]) -> Zones {
    Zones::Listed(names.iter().map(|name| ZoneRef::Name(id(name))).collect())
}

pub fn cluster() -> ManagedCluster {
    ManagedCluster {
        stack_name: id(CLUSTER_STACK),
        adoption: Adoption::Refuse,
        name: id("staging"),
        container_insights: ContainerInsights::Enabled,
    }
}

/// The spec with another network.
pub fn spec_with_network(change: impl FnOnce(&mut ManagedNetwork)) -> Spec {
    let mut wish = network();
    change(&mut wish);
    Spec { network: Network::Create(wish), ..spec() }
}

/// The spec with another role.
pub fn spec_with_role(change: impl FnOnce(&mut ManagedRole)) -> Spec {
    let mut wish = role();
    change(&mut wish);
    Spec { role: Role::Create(wish), ..spec() }
}

/// An account in which nothing is, with four zones.
pub fn world() -> World {
    let zone = |letter: char, number: u8| Zone {
        name: id(&format!("us-west-2{letter}")),
        id: id(&format!("usw2-az{number}")),
        available: true,
    };
    World {
        caller: Caller { account: id(ACCOUNT), arn: id(&format!("arn:aws:iam::{ACCOUNT}:role/deployer")) },
        zones: vec![zone('a', 1), zone('b', 2), zone('c', 3), zone('d', 4)],
        stacks: [ROLE_STACK, NETWORK_STACK, CLUSTER_STACK].map(|name| (id(name), Observed::Absent)).into(),
        network: None,
        cluster: Observed::Absent,
        cloudreactor: CloudReactorState {
            user: "ci".to_owned(),
            group: Group { id: 2, name: "example".to_owned() },
            access_level: 500,
            run_environment: Observed::Absent,
        },
    }
}

/// The world after the spec was applied to an empty account.
pub fn converged(spec: &Spec) -> World {
    let world = world();
    applied::apply(&plan(spec, &world), &world)
}

/// The same in a network that exists.
pub fn converged_with_network(spec: &Spec, network: ExistingNetworkState) -> World {
    let world = World { network: Some(network), ..world() };
    applied::apply(&plan(spec, &world), &world)
}

/// A plan that has to be possible and sound.
pub fn plan(spec: &Spec, world: &World) -> Plan {
    let plan = groundwork_planner::plan(spec, world, VERSION).expect("the plan should be possible");
    assert_eq!(groundwork_planner::check(&plan, world), Vec::<String>::new());
    plan
}

/// What prevents a plan.
pub fn problems(spec: &Spec, world: &World) -> Vec<Problem> {
    groundwork_planner::plan(spec, world, VERSION).expect_err("the plan should be impossible")
}

/// A stack of a world, to be changed.
pub fn stack_mut<'a>(world: &'a mut World, name: &str) -> &'a mut Stack {
    match world.stacks.get_mut(&id(name)) {
        Some(Observed::Present(stack)) => stack,
        _ => panic!("{name} should be there"),
    }
}

/// Puts a stack into a status.
pub fn set_status(world: &mut World, name: &str, status: &str) {
    stack_mut(world, name).phase = StackPhase::from_status(status);
}

/// The Run Environment of a world, to be changed.
pub fn environment_mut(world: &mut World) -> &mut RunEnvironment {
    match &mut world.cloudreactor.run_environment {
        Observed::Present(environment) => environment,
        Observed::Absent => panic!("a Run Environment should be there"),
    }
}

/// Sets a field of a block of settings.
pub fn set(settings: &mut Settings, key: &str, value: Value) {
    settings.0.insert(key.to_owned(), value);
}

/// `+ SubnetPublicUsw2Az1`: the resources that change, in order.
pub fn resource_lines(component: &ComponentPlan) -> Vec<String> {
    let sign = |action| match action {
        Action::NoOp => ' ',
        Action::Create => '+',
        Action::Update => '~',
        Action::Replace => '±',
        Action::Delete => '-',
    };
    component.resources.iter().map(|change| format!("{} {}", sign(change.action), change.logical_id)).collect()
}

/// Opens a saved plan of one target.
pub fn open(text: &str, tool_version: &str) -> Result<SavedPlan, Problem> {
    match groundwork_planner::saved::open(text, tool_version)? {
        Saved::One(saved) => Ok(*saved),
        Saved::Many(_) => panic!("it is a rollout's"),
    }
}
