//! Builders of specs and of the things that an account has.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_engine::ports::Ports;
use groundwork_model::spec::{
    Adoption, CloudReactor, Cluster, ContainerInsights, Endpoint, Environment, ExistingNetwork, ManagedCluster,
    ManagedNetwork, ManagedRole, Nat, Network, Reference, Role, Spec, Tier, Zones,
};
use groundwork_model::world::{
    Cluster as ActiveCluster, Route, RouteTable, Rule, SecurityGroup, Settled, Stack, StackPhase, Subnet, Vpc, Zone,
};

use crate::{FakeCloud, FakeSaas, FixedRandom, ScriptedClock, StopSwitch};

/// The account of every fake.
pub const ACCOUNT: &str = "123456789012";
/// The Region of every fake.
pub const REGION: &str = "us-west-2";
/// The role stack of [`spec`].
pub const ROLE_STACK: &str = "CloudReactor-staging";
/// The network stack of [`spec`].
pub const NETWORK_STACK: &str = "CloudReactor-staging-network";
/// The cluster stack of [`spec`].
pub const CLUSTER_STACK: &str = "CloudReactor-staging-cluster";

/// All fakes of one target.
pub type FakePorts = Ports<FakeCloud, FakeSaas, ScriptedClock, FixedRandom, StopSwitch>;

/// Parses an identifier of any kind.
pub fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?} should be valid"))
}

/// An empty account, an empty CloudReactor, and a clock at its start.
pub fn ports() -> FakePorts {
    let clock = ScriptedClock::new();
    Ports {
        cloud: FakeCloud::new(&clock),
        saas: FakeSaas::new(&clock),
        clock,
        random: FixedRandom::default(),
        stop: StopSwitch::default(),
    }
}

/// Three zones.
pub fn zones() -> Vec<Zone> {
    let zone = |(letter, number): (char, u8)| Zone {
        name: id(&format!("{REGION}{letter}")),
        id: id(&format!("usw2-az{number}")),
        available: true,
    };
    [('a', 1), ('b', 2), ('c', 3)].into_iter().map(zone).collect()
}

/// A spec of which groundwork makes everything: two zones, one NAT gateway.
pub fn spec() -> Spec {
    Spec {
        environment: Environment { name: id("staging"), region: id(REGION), account_id: None },
        tags: BTreeMap::from([("team".to_owned(), "data".to_owned())]),
        role: Role::Create(ManagedRole {
            stack_name: id(ROLE_STACK),
            adoption: Adoption::Refuse,
            log_group_pattern: "*".to_owned(),
            secrets_path_prefix: "CloudReactor/".to_owned(),
            lambda_path_prefix: String::new(),
            principal: None,
            domain_suffix: ".cloudreactor.io".to_owned(),
        }),
        network: Network::Create(network()),
        cluster: Cluster::Create(ManagedCluster {
            stack_name: id(CLUSTER_STACK),
            adoption: Adoption::Refuse,
            name: id("staging"),
            container_insights: ContainerInsights::Enabled,
        }),
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

/// The network of [`spec`].
pub fn network() -> ManagedNetwork {
    ManagedNetwork {
        stack_name: id(NETWORK_STACK),
        adoption: Adoption::Refuse,
        cidr: id("10.0.0.0/16"),
        public_zones: Zones::Count(2),
        private_zones: Zones::Count(2),
        nat: Nat::Single,
        endpoints: BTreeSet::from([Endpoint::S3]),
        tasks_in: Tier::Private,
    }
}

/// A network that exists, named by these references.
pub fn existing_network(vpc: Option<Reference>, subnets: &[Reference], groups: &[Reference]) -> Network {
    Network::Use(ExistingNetwork {
        vpc,
        subnets: subnets.to_vec(),
        security_groups: groups.to_vec(),
        assign_public_ip: None,
    })
}

/// A stack that somebody made, with these outputs.
pub fn stack(name: &str, outputs: &[(&str, &str)]) -> Stack {
    Stack {
        id: id(&format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/0")),
        name: id(name),
        phase: StackPhase::Settled(Settled::CreateComplete),
        status_reason: None,
        template: Some(r#"{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}"#.to_owned()),
        parameters: BTreeMap::new(),
        tags: BTreeMap::new(),
        outputs: outputs.iter().map(|(key, value)| (id(key), (*value).to_owned())).collect(),
        termination_protection: false,
        updated: None,
        last_event: None,
        contents: None,
    }
}

/// A cluster that somebody made, without capacity providers.
pub fn cluster(name: &str) -> ActiveCluster {
    ActiveCluster {
        arn: id(&format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{name}")),
        name: id(name),
        capacity_providers: Vec::new(),
        default_strategy: Vec::new(),
        stack: None,
        container_insights: None,
    }
}

/// Puts a VPC with public subnets and one security group into an account; the subnets are
/// `subnet-N0`, `subnet-N1` and so on, for a VPC `vpc-N`.
pub fn put_vpc(cloud: &FakeCloud, number: u32, name: &str, subnets: usize) {
    let vpc = id(&format!("vpc-{number}"));
    let route =
        Route { destination: "0.0.0.0/0".to_owned(), target: format!("igw-{number}"), active: true, propagated: false };
    let open = Rule {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        cidrs: vec!["0.0.0.0/0".to_owned()],
        groups: Vec::new(),
        prefix_lists: Vec::new(),
    };
    let made = (0..subnets).map(|at| Subnet {
        id: id(&format!("subnet-{number}{at}")),
        vpc: id(&format!("vpc-{number}")),
        name: Some(format!("{name}-{at}")),
        zone: format!("{REGION}a"),
        zone_id: "usw2-az1".to_owned(),
        cidr: Some(id(&format!("10.{number}.{at}.0/24"))),
        free_addresses: 200,
        available: true,
        owner: Some(id(ACCOUNT)),
        maps_public_ip: false,
        tags: Default::default(),
    });
    cloud.things(|things| {
        things.vpcs.push(Vpc {
            id: id(&format!("vpc-{number}")),
            name: Some(name.to_owned()),
            cidrs: vec![id(&format!("10.{number}.0.0/16"))],
            dns_support: Some(true),
            dns_hostnames: Some(true),
            tags: Default::default(),
        });
        things.subnets.extend(made);
        things.security_groups.push(SecurityGroup {
            id: id(&format!("sg-{number}")),
            vpc: id(&format!("vpc-{number}")),
            group_name: format!("{name}-tasks"),
            name: None,
            egress: vec![open],
            ingress: Vec::new(),
            tags: Default::default(),
        });
        things.route_tables.push(RouteTable {
            id: format!("rtb-{number}"),
            vpc,
            main: true,
            subnets: Vec::new(),
            routes: vec![route],
            tags: Default::default(),
        });
    });
}
