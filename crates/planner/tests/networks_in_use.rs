//! Existing networks: which of them can run Fargate tasks, and what is said about them.

mod support;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::ExistingNetwork;
use groundwork_model::world::ExistingNetworkState;
use groundwork_planner::reach::{Reach, analyse};
use support::networks::{
    endpoint, group, isolated, main_table, private, public, rule, subnet, table_without_way_out, wish,
};
use support::{ACCOUNT, id};

fn look(wish: &ExistingNetwork, state: &ExistingNetworkState) -> Result<Reach, Vec<Problem>> {
    analyse(wish, state, &id(ACCOUNT))
}

/// A network that can be used: whether tasks get a public address, and the warnings' codes.
fn check_usable(case: &str, wish: &ExistingNetwork, state: &ExistingNetworkState, public_ip: bool, warnings: &[Code]) {
    let reach = look(wish, state).unwrap_or_else(|problems| panic!("{case}: {problems:#?}"));
    let codes: Vec<Code> = reach.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!((reach.assign_public_ip, &codes[..]), (public_ip, warnings), "{case}: {:#?}", reach.warnings);
}

/// A network that cannot: a part of each problem's text, in order.
fn check_refused(case: &str, wish: &ExistingNetwork, state: &ExistingNetworkState, expected: &[&str]) {
    let problems = look(wish, state).expect_err(case);
    assert_eq!(problems.len(), expected.len(), "{case}: {problems:#?}");
    for (problem, part) in problems.iter().zip(expected) {
        let text = format!("{} {}", problem.message, problem.causes.join(" "));
        assert!(text.contains(part), "{case}: {part:?} is not in {text:?}");
        assert_eq!(problem.code, Code::NetworkUnsuitable, "{case}");
        assert!(!problem.help.is_empty() && problem.key.is_some(), "{case}: {problem:?}");
    }
}

fn changed(mut state: ExistingNetworkState, change: impl FnOnce(&mut ExistingNetworkState)) -> ExistingNetworkState {
    change(&mut state);
    state
}

fn with_public_ip(assign: bool) -> ExistingNetwork {
    ExistingNetwork { assign_public_ip: Some(assign), ..wish() }
}

#[test]
fn networks_that_work() {
    check_usable("private behind NAT", &wish(), &private(), false, &[]);
    check_usable("public", &wish(), &public(), true, &[]);
    check_usable("endpoints only", &wish(), &isolated(), false, &[Code::NoInternet]);
    check_usable("addresses that are of no use", &with_public_ip(true), &private(), true, &[Code::NotChecked]);
    let transit = changed(private(), |state| state.route_tables = vec![main_table("tgw-1")]);
    check_usable("transit gateway", &wish(), &transit, false, &[Code::NotChecked]);
    let private_nat = changed(private(), |state| state.nat_gateways[0].addresses.clear());
    check_usable("private NAT", &wish(), &private_nat, false, &[Code::NotChecked]);
    let few = changed(private(), |state| state.subnets[1].free_addresses = 3);
    check_usable("few addresses", &wish(), &few, false, &[Code::FewAddresses]);
    let named = changed(private(), |state| state.named_vpc = Some(id("vpc-1")));
    check_usable("named VPC", &wish(), &named, false, &[]);
}

#[test]
fn the_table_that_a_subnet_was_given_counts_before_the_main_one() {
    let own = changed(private(), |state| {
        let mut table = main_table("igw-1");
        (table.main, table.id) = (false, "rtb-2".to_owned());
        table.subnets = vec![id("subnet-1"), id("subnet-2")];
        state.route_tables = vec![table_without_way_out(), table];
    });
    check_usable("explicit table", &wish(), &own, true, &[]);
    assert_eq!(look(&wish(), &private()).expect("usable").addresses, [id::<std::net::Ipv4Addr>("203.0.113.9")]);
}

#[test]
fn what_cannot_be_seen_is_not_held_against_a_network() {
    let shared = changed(private(), |state| {
        state.route_tables.clear();
        state.nat_gateways.clear();
        for subnet in &mut state.subnets {
            subnet.owner = Some(id("999999999999"));
        }
    });
    check_usable("shared subnets", &wish(), &shared, false, &[Code::NotChecked]);
    let reach = look(&wish(), &shared).expect("usable");
    assert!(reach.warnings[0].causes[0].contains("999999999999"));
    let unread = changed(isolated(), |state| state.vpcs[0].dns_support = None);
    check_usable("DNS not read", &wish(), &unread, false, &[Code::NotChecked, Code::NoInternet]);
}

#[test]
fn networks_that_do_not_work() {
    let closed = changed(private(), |state| state.route_tables = vec![table_without_way_out()]);
    check_refused("no route", &wish(), &closed, &["subnet-1, subnet-2"]);
    let dead = changed(private(), |state| state.route_tables[0].routes[1].active = false);
    check_refused("blackhole", &wish(), &dead, &["nat-1, which is gone"]);
    let broken = changed(private(), |state| state.nat_gateways[0].state = "failed".to_owned());
    check_refused("failed NAT", &wish(), &broken, &["nat-1"]);
    check_refused("public without addresses", &with_public_ip(false), &public(), &["public addresses"]);
    let full = changed(private(), |state| state.subnets[0].free_addresses = 0);
    check_refused("full", &wish(), &full, &["no free address"]);
    let pending = changed(private(), |state| state.subnets[0].available = false);
    check_refused("pending", &wish(), &pending, &["not available"]);
    let named = changed(private(), |state| state.named_vpc = Some(id("vpc-2")));
    check_refused("another VPC named", &wish(), &named, &["not in vpc-2"]);
    let no_dns = changed(isolated(), |state| state.vpcs[0].dns_hostnames = Some(false));
    check_refused("no DNS", &wish(), &no_dns, &["DNS"]);
}

#[test]
fn subnets_have_to_be_of_one_kind_and_one_vpc() {
    let mixed = changed(private(), |state| {
        let mut table = main_table("igw-1");
        (table.main, table.subnets) = (false, vec![id("subnet-2")]);
        state.route_tables.push(table);
    });
    check_refused("mixed", &wish(), &mixed, &["public: subnet-2; not public: subnet-1"]);
    check_usable("mixed, and decided", &with_public_ip(true), &mixed, true, &[Code::NotChecked]);
    let apart = changed(private(), |state| {
        state.subnets[1] = subnet("subnet-2", "us-west-2b");
        state.subnets[1].vpc = id("vpc-2");
    });
    let problems = look(&wish(), &apart).expect_err("two VPCs");
    assert!(problems[0].message.contains("different VPCs"), "{problems:#?}");
}

#[test]
fn each_endpoint_that_fargate_needs_is_missed() {
    for missing in ["ecr.api", "ecr.dkr", "logs", "s3"] {
        let state = changed(isolated(), |state| state.endpoints.retain(|e| e.id != format!("vpce-{missing}")));
        let expected = format!("no usable endpoint for {missing}");
        check_refused(missing, &wish(), &state, &[&expected]);
    }
    for (case, change) in [
        (
            "another table",
            (|e| e.route_tables = vec!["rtb-9".to_owned()]) as fn(&mut groundwork_model::world::VpcEndpoint),
        ),
        ("an interface", |e| (e.gateway, e.private_dns) = (false, true)),
        ("not available", |e| e.state = "pending".to_owned()),
        ("another VPC", |e| e.vpc = id("vpc-9")),
    ] {
        let state = changed(isolated(), |state| {
            change(state.endpoints.iter_mut().find(|e| e.id == "vpce-s3").expect("there is one for S3"));
        });
        check_refused(case, &wish(), &state, &["endpoint for s3"]);
    }
    let no_private_dns = changed(isolated(), |state| {
        let mut logs = endpoint("logs");
        logs.private_dns = false;
        state.endpoints[2] = logs;
    });
    check_refused("no private DNS", &wish(), &no_private_dns, &["endpoint for logs"]);
}

#[test]
fn security_groups_have_to_let_https_out() {
    let with = |rules: Vec<groundwork_model::world::Rule>| {
        changed(private(), |state| state.security_groups = vec![group(rules)])
    };
    check_usable("443 everywhere", &wish(), &with(vec![rule("tcp", Some(443), &["0.0.0.0/0"])]), false, &[]);
    let parts = vec![rule("tcp", Some(80), &["0.0.0.0/0"]), rule("6", None, &["0.0.0.0/0"])];
    check_usable("rules add up", &wish(), &with(parts), false, &[]);
    let some = with(vec![rule("tcp", Some(443), &["10.0.0.0/8"])]);
    check_usable("some addresses", &wish(), &some, false, &[Code::NotChecked]);
    let mut list = rule("tcp", Some(443), &[]);
    list.prefix_lists = vec!["pl-1".to_owned()];
    check_usable("prefix list", &wish(), &with(vec![list]), false, &[Code::NotChecked]);
    for (case, rules) in [
        ("none", vec![]),
        ("http only", vec![rule("tcp", Some(80), &["0.0.0.0/0"])]),
        ("udp", vec![rule("udp", Some(443), &["0.0.0.0/0"])]),
        ("IPv6 only", vec![rule("-1", None, &["::/0"])]),
    ] {
        check_refused(case, &wish(), &with(rules), &["do not let tasks out to HTTPS"]);
    }
    let elsewhere = changed(private(), |state| state.security_groups[0].vpc = id("vpc-2"));
    check_refused("group of another VPC", &wish(), &elsewhere, &["vpc-2"]);
}
