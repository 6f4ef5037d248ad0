//! Existing networks: one VPC, two subnets, and whatever a test makes of them.

use groundwork_model::AccountId;
use groundwork_model::spec::{ExistingNetwork, Reference};
use groundwork_model::world::{
    ExistingNetworkState, NatGateway, Route, RouteTable, Rule, SecurityGroup, Subnet, Vpc, VpcEndpoint,
};

use super::{ACCOUNT, id};

/// Two private subnets behind a NAT gateway, and a group that lets everything out.
pub fn private() -> ExistingNetworkState {
    ExistingNetworkState {
        vpcs: vec![Vpc {
            id: id("vpc-1"),
            name: None,
            cidrs: Vec::new(),
            dns_support: Some(true),
            dns_hostnames: Some(true),
            tags: Default::default(),
        }],
        named_vpc: None,
        subnets: vec![subnet("subnet-1", "us-west-2a"), subnet("subnet-2", "us-west-2b")],
        security_groups: vec![group(vec![rule("-1", None, &["0.0.0.0/0"])])],
        route_tables: vec![main_table("nat-1")],
        nat_gateways: vec![NatGateway {
            id: "nat-1".to_owned(),
            vpc: id("vpc-1"),
            state: "available".to_owned(),
            addresses: vec![id("203.0.113.9")],
            subnet: None,
            tags: Default::default(),
        }],
        endpoints: Vec::new(),
    }
}

/// Two public subnets.
pub fn public() -> ExistingNetworkState {
    ExistingNetworkState { route_tables: vec![main_table("igw-1")], nat_gateways: Vec::new(), ..private() }
}

/// Two subnets from which only endpoints lead out.
pub fn isolated() -> ExistingNetworkState {
    let endpoints = ["ecr.api", "ecr.dkr", "logs", "s3"].map(endpoint).into();
    ExistingNetworkState {
        route_tables: vec![table_without_way_out()],
        nat_gateways: Vec::new(),
        endpoints,
        ..private()
    }
}

pub fn wish() -> ExistingNetwork {
    ExistingNetwork {
        vpc: None,
        subnets: ["subnet-1", "subnet-2"].map(|id| Reference::Id(id.to_owned())).into(),
        security_groups: vec![Reference::Id("sg-1".to_owned())],
        assign_public_ip: None,
    }
}

pub fn subnet(name: &str, zone: &str) -> Subnet {
    Subnet {
        id: id(name),
        vpc: id("vpc-1"),
        name: None,
        zone: zone.to_owned(),
        zone_id: "usw2-az1".to_owned(),
        cidr: None,
        free_addresses: 200,
        available: true,
        owner: Some(id::<AccountId>(ACCOUNT)),
        maps_public_ip: false,
        tags: Default::default(),
    }
}

pub fn main_table(target: &str) -> RouteTable {
    let default =
        Route { destination: "0.0.0.0/0".to_owned(), target: target.to_owned(), active: true, propagated: false };
    RouteTable { routes: vec![local(), default], ..table_without_way_out() }
}

pub fn table_without_way_out() -> RouteTable {
    RouteTable {
        id: "rtb-1".to_owned(),
        vpc: id("vpc-1"),
        main: true,
        subnets: Vec::new(),
        routes: vec![local()],
        tags: Default::default(),
    }
}

fn local() -> Route {
    Route { destination: "10.0.0.0/16".to_owned(), target: "local".to_owned(), active: true, propagated: false }
}

pub fn endpoint(service: &str) -> VpcEndpoint {
    let gateway = service == "s3";
    VpcEndpoint {
        id: format!("vpce-{service}"),
        vpc: id("vpc-1"),
        service: format!("com.amazonaws.us-west-2.{service}"),
        gateway,
        state: "available".to_owned(),
        private_dns: !gateway,
        route_tables: if gateway { vec!["rtb-1".to_owned()] } else { Vec::new() },
        security_groups: Vec::new(),
        policy: None,
        subnets: Vec::new(),
        tags: Default::default(),
    }
}

pub fn group(egress: Vec<Rule>) -> SecurityGroup {
    SecurityGroup {
        id: id("sg-1"),
        vpc: id("vpc-1"),
        group_name: "tasks".to_owned(),
        name: None,
        egress,
        ingress: Vec::new(),
        tags: Default::default(),
    }
}

pub fn rule(protocol: &str, port: Option<i32>, cidrs: &[&str]) -> Rule {
    Rule {
        protocol: protocol.to_owned(),
        from_port: port,
        to_port: port,
        cidrs: cidrs.iter().map(|cidr| (*cidr).to_owned()).collect(),
        groups: Vec::new(),
        prefix_lists: Vec::new(),
    }
}
