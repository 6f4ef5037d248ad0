use std::collections::BTreeSet;

use groundwork_model::spec::{Adoption, Nat};
use serde_json::json;

use super::*;

/// us-west-2 as an account may see it: names and ids in different orders, the fourth zone shut.
fn zones() -> Vec<Zone> {
    [("us-west-2a", "usw2-az2", true), ("us-west-2b", "usw2-az1", true), ("us-west-2c", "usw2-az3", true)]
        .into_iter()
        .chain([("us-west-2d", "usw2-az4", false)])
        .map(|(name, id, available)| zone(name, id, available))
        .collect()
}

fn zone(name: &str, id: &str, available: bool) -> Zone {
    Zone { name: name.parse().expect("a zone name"), id: id.parse().expect("a zone id"), available }
}

fn refs(zones: &[&str]) -> Vec<ZoneRef> {
    let parse = |text: &&str| match text.parse() {
        Ok(id) => ZoneRef::Id(id),
        Err(_) => ZoneRef::Name(text.parse().expect("a zone id or name")),
    };
    zones.iter().map(parse).collect()
}

fn these(zones: &[&str]) -> Zones {
    Zones::Listed(refs(zones))
}

fn network(public_zones: Zones, private_zones: Zones, nat: Nat) -> ManagedNetwork {
    ManagedNetwork {
        stack_name: "network".parse().expect("a stack name"),
        adoption: Adoption::Refuse,
        cidr: "10.0.0.0/16".parse().expect("a block"),
        public_zones,
        private_zones,
        nat,
        endpoints: BTreeSet::new(),
        tasks_in: Tier::Private,
    }
}

/// A deployed template with these resources.
fn deployed(resources: &[&str]) -> Value {
    let resources = resources.iter().map(|id| ((*id).to_owned(), json!({}))).collect();
    json!({ "Resources": Value::Object(resources) })
}

/// A layout in a line: `public az1 / private az1>az1 az2> / nat az1`.
fn sketch(layout: &Layout) -> String {
    let az = |id: &ZoneId| format!("az{}", id.number());
    let public: Vec<String> = layout.public.iter().map(|placed| az(&placed.zone_id)).collect();
    let private: Vec<String> = layout
        .private
        .iter()
        .map(|placed| {
            let exit = layout.nat.routes.get(&placed.zone_id).map(az).unwrap_or_default();
            format!("{}>{exit}", az(&placed.zone_id))
        })
        .collect();
    let nat: Vec<String> = layout.nat.gateways.iter().map(az).collect();
    format!("public {} / private {} / nat {}", public.join(" "), private.join(" "), nat.join(" "))
}

fn check(network: &ManagedNetwork, standing: &[&str], expected: &str) {
    let (layout, warnings) = layout(network, &zones(), Some(&deployed(standing))).expect("a layout");
    assert_eq!(sketch(&layout), expected);
    assert_eq!(warnings, []);
}

/// Checks problems by code and key.
fn check_problems(network: &ManagedNetwork, zones: &[Zone], expected: &[(Code, &str)]) {
    let problems = layout(network, zones, None).expect_err("problems");
    let found: Vec<(Code, &str)> =
        problems.iter().map(|problem| (problem.code, problem.key.as_deref().unwrap_or_default())).collect();
    assert_eq!(found, expected, "{problems:#?}");
}

#[test]
fn listed_zones_are_found_by_name_and_by_id() {
    let network = network(these(&["us-west-2b", "usw2-az3"]), these(&["us-west-2c", "us-west-2b"]), Nat::PerZone);
    check(&network, &[], "public az1 az3 / private az1>az1 az3>az3 / nat az1 az3");
}

#[test]
fn a_zone_has_its_addresses_whatever_the_others_are() {
    let network = network(Zones::Count(0), these(&["usw2-az3"]), Nat::None);
    let network = ManagedNetwork { endpoints: Endpoint::FARGATE_NEEDS.into(), ..network };
    let (layout, _) = layout(&network, &zones(), None).expect("a layout");
    assert_eq!(layout.private[0].cidr.to_string(), "10.0.80.0/20");
    for (block, tier, number, expected) in [
        ("10.0.0.0/16", Tier::Public, 1, "10.0.0.0/20"),
        ("10.0.0.0/16", Tier::Private, 1, "10.0.16.0/20"),
        ("10.0.0.0/16", Tier::Private, 8, "10.0.240.0/20"),
        ("192.168.7.0/24", Tier::Public, 2, "192.168.7.32/28"),
    ] {
        let slot = slot(block.parse().expect("a block"), tier, number).expect("a slot");
        assert_eq!(slot.to_string(), expected);
    }
}

#[test]
fn a_count_takes_zones_in_use_then_fitting_ones_then_the_lowest_ids() {
    let count = |public, private, nat| network(Zones::Count(public), Zones::Count(private), nat);
    check(&count(1, 2, Nat::Single), &[], "public az1 / private az1>az1 az2>az1 / nat az1");
    check(
        &count(1, 1, Nat::PerZone),
        &["SubnetPublicUsw2Az3", "SubnetPrivateUsw2Az3"],
        "public az3 / private az3>az3 / nat az3",
    );
    // A private subnet follows the public ones, and the other way round.
    check(&count(1, 1, Nat::PerZone), &["SubnetPublicUsw2Az2"], "public az2 / private az2>az2 / nat az2");
    check(&count(1, 1, Nat::PerZone), &["SubnetPrivateUsw2Az2"], "public az2 / private az2>az2 / nat az2");
    let one_gateway = network(Zones::Count(1), Zones::Count(2), Nat::Listed(refs(&["us-west-2c"])));
    check(
        &ManagedNetwork { tasks_in: Tier::Public, ..one_gateway },
        &["SubnetPrivateUsw2Az2", "EndpointS3"],
        "public az3 / private az2> az3>az3 / nat az3",
    );
}

#[test]
fn a_single_gateway_stays_where_it_stands() {
    let network = network(Zones::Count(3), Zones::Count(2), Nat::Single);
    check(&network, &[], "public az1 az2 az3 / private az1>az1 az2>az1 / nat az1");
    check(&network, &["NatGatewayUsw2Az2"], "public az1 az2 az3 / private az1>az2 az2>az2 / nat az2");
    // Not in a zone that has no public subnet any more.
    check(&network, &["NatGatewayUsw2Az4"], "public az1 az2 az3 / private az1>az1 az2>az1 / nat az1");
}

#[test]
fn a_subnet_stays_in_a_zone_that_aws_reports_as_unavailable() {
    let by_id = network(these(&["usw2-az4"]), these(&["usw2-az4"]), Nat::Single);
    let standing = ["SubnetPublicUsw2Az4", "SubnetPrivateUsw2Az4"];
    check(&by_id, &standing, "public az4 / private az4>az4 / nat az4");
    check(&network(Zones::Count(1), Zones::Count(1), Nat::Single), &standing, "public az4 / private az4>az4 / nat az4");
    check_problems(
        &by_id,
        &zones(),
        &[(Code::ZoneUnavailable, "network.public_zones[0]"), (Code::ZoneUnavailable, "network.private_zones[0]")],
    );
}

#[test]
fn without_private_subnets_there_is_no_gateway() {
    let public_only = |nat| ManagedNetwork { tasks_in: Tier::Public, ..network(Zones::Count(1), Zones::Count(0), nat) };
    check(&public_only(Nat::Single), &[], "public az1 / private  / nat ");
    check(&public_only(Nat::PerZone), &[], "public az1 / private  / nat ");
    check(&public_only(Nat::Listed(refs(&["usw2-az1"]))), &[], "public az1 / private  / nat az1");
}

#[test]
fn zones_that_can_not_be_used_are_all_reported() {
    let elsewhere = network(
        these(&["us-west-2x", "us-west-2a"]),
        these(&["us-west-2a", "usw2-az2", "us-west-2d"]),
        Nat::Listed(refs(&["us-west-2a", "us-west-2y"])),
    );
    check_problems(
        &elsewhere,
        &zones(),
        &[
            (Code::ZoneUnavailable, "network.public_zones[0]"),
            (Code::Duplicate, "network.private_zones[1]"),
            (Code::ZoneUnavailable, "network.private_zones[2]"),
            (Code::ZoneUnavailable, "network.nat[1]"),
        ],
    );
    let too_many = network(Zones::Count(4), Zones::Count(1), Nat::Single);
    check_problems(&too_many, &zones(), &[(Code::ZoneUnavailable, "network.public_zones")]);
    let ninth = zone("us-west-2i", "usw2-az9", true);
    let far = network(these(&["us-west-2i"]), these(&["us-west-2a"]), Nat::Single);
    check_problems(&far, &[zones(), vec![ninth]].concat(), &[(Code::SubnetsDoNotFit, "network.public_zones[0]")]);
    let small = ManagedNetwork {
        cidr: "10.0.0.0/25".parse().expect("a block"),
        ..network(Zones::Count(1), Zones::Count(1), Nat::Single)
    };
    check_problems(&small, &zones(), &[(Code::SubnetsDoNotFit, "network.cidr")]);
}

#[test]
fn a_gateway_needs_a_public_subnet_in_its_zone() {
    let public = || these(&["us-west-2a"]);
    let nat = Nat::Listed(refs(&["us-west-2a", "us-west-2c"]));
    check_problems(
        &network(public(), these(&["us-west-2a", "us-west-2c"]), nat),
        &zones(),
        &[(Code::NatWithoutPublicSubnet, "network.nat[1]")],
    );
    check_problems(
        &network(public(), these(&["us-west-2a", "us-west-2c"]), Nat::PerZone),
        &zones(),
        &[(Code::NatWithoutPublicSubnet, "network.nat")],
    );
    check_problems(
        &network(Zones::Count(0), Zones::Count(1), Nat::Single),
        &zones(),
        &[(Code::NatWithoutPublicSubnet, "network.nat")],
    );
}

#[test]
fn tasks_need_a_way_out() {
    let mut network = network(Zones::Count(1), Zones::Count(2), Nat::Listed(refs(&["usw2-az1"])));
    check_problems(&network, &zones(), &[(Code::NoWayOut, "network.nat")]);
    network.endpoints = BTreeSet::from([Endpoint::S3, Endpoint::Logs]);
    let problems = layout(&network, &zones(), None).expect_err("no way out");
    assert_eq!(problems[0].message, "tasks cannot start: no way out of the private subnets in us-west-2a");
    assert_eq!(
        problems[0].causes,
        ["without a NAT gateway, Fargate needs the endpoints ecr.api, ecr.dkr as well"],
        "only what is missing is asked for"
    );
    network.endpoints = Endpoint::FARGATE_NEEDS.into();
    let (_, warnings) = layout(&network, &zones(), None).expect("endpoints are enough to start");
    assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [Code::NoInternet]);
    network.endpoints = BTreeSet::new();
    network.tasks_in = Tier::Public;
    let (_, warnings) = layout(&network, &zones(), None).expect("tasks are elsewhere");
    assert_eq!(warnings, []);
}

#[test]
fn zones_without_fargate_are_never_chosen_and_warned_of_when_listed() {
    let zones: Vec<Zone> = (1..=4)
        .map(|n| zone(["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"][n - 1], &format!("use1-az{n}"), true))
        .collect();
    let counted = network(Zones::Count(1), Zones::Count(3), Nat::Single);
    let (chosen, _) = layout(&counted, &zones, None).expect("a layout");
    assert_eq!(sketch(&chosen), "public az1 / private az1>az1 az2>az1 az4>az1 / nat az1");
    let listed = network(these(&["use1-az3"]), these(&["use1-az1", "us-east-1c"]), Nat::Single);
    let (_, warnings) = layout(&listed, &zones, None).expect("a layout");
    let found: Vec<_> = warnings.iter().map(|warning| (warning.code, warning.key.as_deref())).collect();
    assert_eq!(found, [(Code::ZoneWithoutFargate, Some("network.private_zones[1]"))], "a gateway needs no Fargate");
}

#[test]
fn the_zones_of_fargate_are_those_of_the_guide() {
    for (zone, runs) in [
        ("use1-az2", true),
        ("use1-az3", false),
        ("usw1-az1", true),
        ("usw1-az2", false),
        ("apne1-az3", false),
        ("apne1-az4", true),
        ("cac1-az2", true),
        ("cac1-az4", false),
        ("cnn1-az3", false),
        ("usw2-az4", true),
    ] {
        assert_eq!(fargate_runs(&zone.parse().expect("a zone id")), runs, "{zone}");
    }
}
