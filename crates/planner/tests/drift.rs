//! Drift: where everything is as declared nothing is told, whatever the spec; whatever is changed is.

mod support;

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::detection::{CheckOutcome, CheckedResource, Detection};
use groundwork_model::drift::{Difference, Drift, DriftRules, Ignore};
use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Nat, Spec};
use groundwork_model::world::{AclEntry, NetworkAcl, Observed, Route, Rule, World};
use groundwork_planner::drift::{Live, LiveNetwork, Things, drift};
use proptest::prelude::*;
use serde_json::json;
use support::live::live;
use support::random::{first_plan, some_spec};
use support::{VERSION, applied, converged, id, spec, spec_with_network, world};

fn compared(spec: &Spec, live: &Live) -> Drift {
    drift(spec, live, "2026-12-01".parse().expect("a day"), VERSION)
}

/// What differs, a line each: kind, object, field.
fn told(drift: &Drift) -> Vec<String> {
    let line = |difference: &Difference| {
        let object = difference.object.logical_id.as_ref().map_or("-", |id| id.as_str());
        format!("{} {object} {}", difference.kind, difference.field.as_deref().unwrap_or("-"))
    };
    drift.differences().map(line).collect()
}

fn network(live: &mut Live) -> &mut LiveNetwork {
    match &mut live.stacks.get_mut(&Component::Network).expect("there is one").things {
        Things::Network(network) => network,
        other => panic!("{other:?}"),
    }
}

/// The spec of the tests below: everything that a network can have, twice.
fn rich() -> (Spec, World) {
    let spec = spec_with_network(|network| network.nat = Nat::PerZone);
    let world = converged(&spec);
    (spec, world)
}

type Change = fn(&mut LiveNetwork);

/// A rule of a security group.
fn ssh() -> Rule {
    Rule {
        protocol: "tcp".to_owned(),
        from_port: Some(22),
        to_port: Some(22),
        cidrs: vec!["203.0.113.0/24".to_owned()],
        groups: Vec::new(),
        prefix_lists: Vec::new(),
    }
}

fn route(destination: &str, target: &str) -> Route {
    Route { destination: destination.to_owned(), target: target.to_owned(), active: true, propagated: false }
}

fn all<T>(read: &mut Result<Vec<T>, Vec<Problem>>) -> &mut Vec<T> {
    read.as_mut().expect("it was read")
}

/// Everything that can be changed past CloudFormation, with what has to be told of it.
const CHANGES: [(&str, Change); 26] = [
    ("changed Vpc EnableDnsSupport", |n| all(&mut n.vpcs)[0].dns_support = Some(false)),
    ("changed Vpc EnableDnsHostnames", |n| all(&mut n.vpcs)[0].dns_hostnames = Some(false)),
    ("undeclared Vpc CidrBlocks[10.9.0.0/16]", |n| all(&mut n.vpcs)[0].cidrs.push(id("10.9.0.0/16"))),
    ("changed Vpc Tags[Name]", |n| drop(all(&mut n.vpcs)[0].tags.insert("Name".to_owned(), "other".to_owned()))),
    ("missing Vpc Tags[Name]", |n| drop(all(&mut n.vpcs)[0].tags.remove("Name"))),
    ("changed SubnetPrivateUsw2Az1 MapPublicIpOnLaunch", |n| private(n).maps_public_ip = true),
    ("missing SubnetPrivateUsw2Az1 -", |n| {
        let own = private(n).id.clone();
        all(&mut n.subnets).retain(|subnet| subnet.id != own);
    }),
    ("changed SubnetPrivateUsw2Az1 State", |n| private(n).available = false),
    ("undeclared SubnetPrivateUsw2Az1 NetworkAcl", |n| {
        let (subnet, vpc) = (private(n).id.clone(), private(n).vpc.clone());
        let acl =
            NetworkAcl { id: "acl-2".to_owned(), vpc, default: false, subnets: vec![subnet], entries: Vec::new() };
        all(&mut n.acls).push(acl);
    }),
    ("undeclared Vpc DefaultNetworkAcl[ingress 50]", |n| {
        let protocol = "6".to_owned();
        let block = "0.0.0.0/0".to_owned();
        let deny = AclEntry { egress: false, number: 50, allow: false, protocol, block, ports: Some((443, 443)) };
        all(&mut n.acls)[0].entries.push(deny);
    }),
    ("missing Vpc DefaultNetworkAcl[egress 100]", |n| {
        all(&mut n.acls)[0].entries.retain(|entry| entry.number != 100 || !entry.egress)
    }),
    ("missing InternetGatewayAttachment -", |n| all(&mut n.internet_gateways)[0].vpcs.clear()),
    ("missing InternetGateway -", |n| all(&mut n.internet_gateways).clear()),
    ("changed NatGatewayUsw2Az1 State", |n| all(&mut n.nat_gateways)[0].state = "failed".to_owned()),
    ("missing NatGatewayUsw2Az1 -", |n| all(&mut n.nat_gateways)[0].state = "deleted".to_owned()),
    ("changed NatGatewayUsw2Az1 AllocationId", |n| all(&mut n.nat_gateways)[0].addresses.clear()),
    ("missing RoutePublic -", |n| public(n).routes.retain(|route| route.target == "local")),
    ("changed RoutePublic GatewayId", |n| public(n).routes[0].target = "tgw-1".to_owned()),
    ("changed RoutePublic State", |n| public(n).routes[0].active = false),
    ("undeclared RouteTablePublic Routes[192.0.2.0/24]", |n| public(n).routes.push(route("192.0.2.0/24", "pcx-1"))),
    ("undeclared TaskSecurityGroup SecurityGroupIngress[tcp 22 from 203.0.113.0/24]", |n| tasks(n).ingress.push(ssh())),
    ("undeclared TaskSecurityGroup SecurityGroupEgress[tcp 22 to 203.0.113.0/24]", |n| tasks(n).egress.push(ssh())),
    ("missing TaskSecurityGroup SecurityGroupEgress[all to 0.0.0.0/0]", |n| tasks(n).egress.clear()),
    ("undeclared EndpointS3 PolicyDocument", |n| {
        let deny = json!({ "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" }] });
        gateway_endpoint(n).policy = Some(deny);
    }),
    ("changed EndpointLogs PrivateDnsEnabled", |n| interface(n).private_dns = false),
    ("missing EndpointLogs -", |n| interface(n).state = "deleting".to_owned()),
];

fn private(network: &mut LiveNetwork) -> &mut groundwork_model::world::Subnet {
    let own = |subnet: &&mut groundwork_model::world::Subnet| {
        !subnet.maps_public_ip && subnet.zone == "us-west-2a" && subnet.tags["Name"].contains("private")
    };
    all(&mut network.subnets).iter_mut().find(own).expect("a private subnet")
}

fn public(network: &mut LiveNetwork) -> &mut groundwork_model::world::RouteTable {
    let leads_out = |table: &&mut groundwork_model::world::RouteTable| table.tags["Name"].contains("public");
    all(&mut network.route_tables).iter_mut().find(leads_out).expect("a public table")
}

fn tasks(network: &mut LiveNetwork) -> &mut groundwork_model::world::SecurityGroup {
    all(&mut network.security_groups).iter_mut().find(|group| group.group_name == "TaskSecurityGroup").expect("ours")
}

fn gateway_endpoint(network: &mut LiveNetwork) -> &mut groundwork_model::world::VpcEndpoint {
    all(&mut network.endpoints).iter_mut().find(|endpoint| endpoint.service.ends_with(".s3")).expect("S3's")
}

fn interface(network: &mut LiveNetwork) -> &mut groundwork_model::world::VpcEndpoint {
    all(&mut network.endpoints).iter_mut().find(|endpoint| endpoint.service.ends_with(".logs")).expect("that of logs")
}

#[test]
fn every_change_of_a_network_is_told_and_nothing_else_is() {
    let (spec, world) = rich();
    for (expected, change) in CHANGES {
        let mut live = live(&spec, &world);
        change(network(&mut live));
        let drift = compared(&spec, &live);
        let told = told(&drift);
        assert!(told.contains(&expected.to_owned()), "{expected}: {told:#?}");
        // What is gone takes what stands on it along: an attachment with its gateway.
        assert!(told.len() <= 2, "{expected}: {told:#?}");
        assert!(drift.all_problems().is_empty());
    }
}

/// A list that was not read makes its objects unknown: neither the same nor different.
#[test]
fn what_was_not_read_is_neither_the_same_nor_different() {
    let (spec, world) = rich();
    let denied = || vec![Problem::new(Code::AccessDenied, "AWS did not permit it")];
    let reads: [fn(&mut LiveNetwork, Vec<Problem>); 9] = [
        |n, p| n.vpcs = Err(p),
        |n, p| n.subnets = Err(p),
        |n, p| n.security_groups = Err(p),
        |n, p| n.internet_gateways = Err(p),
        |n, p| n.addresses = Err(p),
        |n, p| n.nat_gateways = Err(p),
        |n, p| n.route_tables = Err(p),
        |n, p| n.endpoints = Err(p),
        |n, p| n.acls = Err(p),
    ];
    let whole = compared(&spec, &live(&spec, &world)).compared();
    for (at, read) in reads.into_iter().enumerate() {
        let mut live = live(&spec, &world);
        read(network(&mut live), denied());
        let drift = compared(&spec, &live);
        assert_eq!(told(&drift), [""; 0], "read {at}");
        assert_eq!(drift.all_problems().iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::AccessDenied]);
        assert!(drift.compared() <= whole, "read {at}");
    }
}

#[test]
fn the_cluster_is_compared() {
    let (spec, world) = rich();
    let mut live = live(&spec, &world);
    let stack = live.stacks.get_mut(&Component::Cluster).expect("there is one");
    let Things::Cluster(Ok(Observed::Present(cluster))) = &mut stack.things else { panic!("{stack:#?}") };
    cluster.capacity_providers.retain(|provider| provider != "FARGATE_SPOT");
    let drift = compared(&spec, &live);
    assert_eq!(told(&drift), ["missing Cluster CapacityProviders[FARGATE_SPOT]"]);
}

/// Both sources find the same, and it is told once with both names.
#[test]
fn what_both_sources_find_is_told_once() {
    let (spec, world) = rich();
    let mut live = live(&spec, &world);
    private(network(&mut live)).maps_public_ip = true;
    let checked = |outcome| CheckedResource {
        logical_id: id("SubnetPrivateUsw2Az1"),
        resource_type: "AWS::EC2::Subnet".to_owned(),
        checked_ms: 10,
        outcome,
    };
    let (expected, actual) = (json!({ "MapPublicIpOnLaunch": "false" }), json!({ "MapPublicIpOnLaunch": "true" }));
    let found = CheckOutcome::Modified { expected, actual, paths: vec!["/MapPublicIpOnLaunch".to_owned()] };
    let detection = |outcome| Detection { begun_ms: 5, failure: None, resources: vec![checked(outcome)] };
    live.stacks.get_mut(&Component::Network).expect("there is one").detection = Some(Ok(detection(found)));
    let drift = compared(&spec, &live);
    assert_eq!(told(&drift), ["changed SubnetPrivateUsw2Az1 MapPublicIpOnLaunch"]);
    assert_eq!(drift.differences().next().expect("it differs").found_by.len(), 2);
}

#[test]
fn an_entry_ignores_until_its_last_day_and_what_it_means_counts_then() {
    let (mut spec, world) = rich();
    let mut live = live(&spec, &world);
    tasks(network(&mut live)).ingress.push(ssh());
    let ignore = |logical_id: &str, field: Option<&str>, until: &str| Ignore {
        component: Component::Network,
        logical_id: Some(id(logical_id)),
        field: field.map(str::to_owned),
        until: until.parse().expect("a day"),
        reason: "the migration".to_owned(),
    };
    let mut outcome = |entry: Ignore| {
        spec.drift = DriftRules { ignore: vec![entry] };
        let drift = compared(&spec, &live);
        (drift.differences().count(), drift.warnings.len(), drift.idle_ignores.len())
    };
    let group = "TaskSecurityGroup";
    assert_eq!(outcome(ignore(group, None, "2026-12-01")), (0, 0, 0), "the last day counts");
    assert_eq!(outcome(ignore(group, Some("SecurityGroupIngress"), "2026-12-02")), (0, 0, 0));
    assert_eq!(outcome(ignore(group, None, "2026-11-30")), (1, 1, 0), "it has expired");
    assert_eq!(outcome(ignore(group, Some("SecurityGroupEgress"), "2026-12-02")), (1, 0, 1), "it means nothing");
    assert_eq!(outcome(ignore("Vpc", None, "2026-12-02")), (1, 0, 1));
}

#[test]
fn what_nobody_has_applied_is_pending_and_nothing_can_ignore_it() {
    let (mut spec, world) = rich();
    let live = live(&spec, &world);
    spec.drift = DriftRules {
        ignore: vec![Ignore {
            component: Component::Network,
            logical_id: None,
            field: None,
            until: "2099-01-01".parse().expect("a day"),
            reason: "no".to_owned(),
        }],
    };
    let groundwork_model::spec::Network::Create(network) = &mut spec.network else { panic!("the spec makes it") };
    network.endpoints.clear();
    let told = told(&compared(&spec, &live));
    assert!(told.iter().any(|line| line.starts_with("pending EndpointS3")), "{told:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn where_everything_is_as_declared_nothing_is_told(spec in some_spec()) {
        let plan = first_plan(&spec)?;
        let world = applied::apply(&plan, &world());
        let drift = compared(&spec, &live(&spec, &world));
        prop_assert_eq!(told(&drift), Vec::<String>::new());
        prop_assert!(drift.all_problems().is_empty(), "{:#?}", drift.all_problems());
        let compared: BTreeMap<Component, usize> =
            drift.components.iter().map(|component| (component.component, component.compared)).collect();
        prop_assert!(compared[&Component::Network] > 3 && compared[&Component::Cluster] == 1, "{compared:?}");
    }
}

/// The usual spec is one of those above.
#[test]
fn the_usual_spec_has_no_drift() {
    let world = converged(&spec());
    assert_eq!(told(&compared(&spec(), &live(&spec(), &world))), [""; 0]);
}
