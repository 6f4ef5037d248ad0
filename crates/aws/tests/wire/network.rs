//! Zones, DNS, routes, NAT gateways, endpoints, and who we are.

use groundwork_engine::ports::{Cloud, ErrorClass};
use groundwork_model::VpcId;

use crate::replay::{Exchange, on, replay};

fn vpc() -> VpcId {
    "vpc-0a1".parse().expect("a VPC id")
}

fn pages(operation: &'static str, filter: &str, size: &str, files: [&str; 2]) -> [Exchange; 2] {
    let asked = |file: &str| {
        let asked = on(operation).with(&format!("{filter}.1.Name"), "vpc-id").with("MaxResults", size);
        asked.with(&format!("{filter}.1.Value.1"), "vpc-0a1").answers(file)
    };
    [asked(files[0]).without("NextToken"), asked(files[1]).with("NextToken", "page-2")]
}

#[tokio::test]
async fn the_caller_is_read() {
    let replay = replay([on("GetCallerIdentity").answers("caller.xml")]).await;
    let caller = replay.aws.caller().await.expect("a caller");
    assert_eq!(caller.account.as_str(), "123456789012");
    assert_eq!(caller.arn.as_str(), "arn:aws:sts::123456789012:assumed-role/deployer/ci");
    replay.finish();
}

#[tokio::test]
async fn zones_are_availability_zones_only() {
    let asked = on("DescribeAvailabilityZones").with("Filter.1.Name", "zone-type");
    let replay = replay([asked.with("Filter.1.Value.1", "availability-zone").answers("zones.xml")]).await;
    let zones = replay.aws.zones().await.expect("zones");
    replay.finish();
    let seen: Vec<(&str, &str, bool)> =
        zones.iter().map(|zone| (zone.name.as_str(), zone.id.as_str(), zone.available)).collect();
    assert_eq!(seen, [("us-west-2a", "usw2-az2", true), ("us-west-2b", "usw2-az1", false)]);
}

#[tokio::test]
async fn each_dns_attribute_is_asked_for() {
    let asked = |attribute: &str| on("DescribeVpcAttribute").with("VpcId", "vpc-0a1").with("Attribute", attribute);
    let replay = replay([
        asked("enableDnsSupport").answers("dns-support.xml"),
        asked("enableDnsHostnames").answers("dns-hostnames.xml"),
    ])
    .await;
    assert_eq!(replay.aws.vpc_dns(&vpc()).await.expect("attributes"), (true, false));
    replay.finish();
}

#[tokio::test]
async fn an_attribute_that_is_not_told_is_no_attribute_that_is_off() {
    let replay = replay([
        on("DescribeVpcAttribute").answers("dns-support.xml"),
        on("DescribeVpcAttribute").answers("dns-support.xml"),
    ])
    .await;
    assert_eq!(replay.aws.vpc_dns(&vpc()).await.expect_err("an error").class, ErrorClass::Unexpected);
    replay.finish();
}

#[tokio::test]
async fn route_tables_are_read_with_every_kind_of_target() {
    let script = pages("DescribeRouteTables", "Filter", "100", ["route-tables-1.xml", "route-tables-2.xml"]);
    let replay = replay(script).await;
    let tables = replay.aws.route_tables(&vpc()).await.expect("route tables");
    replay.finish();
    let routes: Vec<(&str, &str, bool)> = tables[0]
        .routes
        .iter()
        .map(|route| (route.destination.as_str(), route.target.as_str(), route.active))
        .collect();
    assert_eq!(
        routes,
        [
            ("10.0.0.0/16", "local", true),
            ("0.0.0.0/0", "nat-1", true),
            ("::/0", "eigw-1", true),
            ("pl-1", "vpce-1", true),
            ("10.9.0.0/16", "eni-1", true),
            ("10.8.0.0/16", "unknown", false),
        ]
    );
    assert_eq!((tables[0].main, tables[0].subnets.len()), (false, 1));
    assert_eq!((tables[1].main, tables[1].subnets.len()), (true, 0));
}

#[tokio::test]
async fn nat_gateways_are_those_of_the_vpc_in_any_state() {
    let script = pages("DescribeNatGateways", "Filter", "1000", ["nat-gateways-1.xml", "nat-gateways-2.xml"]);
    let replay = replay(script).await;
    let gateways = replay.aws.nat_gateways(&vpc()).await.expect("NAT gateways");
    replay.finish();
    let seen: Vec<(&str, &str, usize)> =
        gateways.iter().map(|nat| (nat.id.as_str(), nat.state.as_str(), nat.addresses.len())).collect();
    assert_eq!(seen, [("nat-1", "available", 1), ("nat-2", "deleted", 0)]);
}

#[tokio::test]
async fn endpoints_are_filtered_again_since_emulators_do_not() {
    let script = pages("DescribeVpcEndpoints", "Filter", "1000", ["endpoints-1.xml", "endpoints-2.xml"]);
    let replay = replay(script).await;
    let endpoints = replay.aws.vpc_endpoints(&vpc()).await.expect("endpoints");
    replay.finish();
    assert_eq!(endpoints.iter().map(|endpoint| endpoint.id.as_str()).collect::<Vec<_>>(), ["vpce-1", "vpce-2"]);
    let (gateway, interface) = (&endpoints[0], &endpoints[1]);
    assert!(gateway.gateway && !gateway.private_dns);
    assert_eq!(gateway.route_tables, ["rtb-1"]);
    assert!(!interface.gateway && interface.private_dns);
    assert_eq!(interface.security_groups.iter().map(|group| group.as_str()).collect::<Vec<_>>(), ["sg-0c1"]);
    assert_eq!(
        (interface.state.as_str(), interface.service.as_str()),
        ("available", "com.amazonaws.us-west-2.ecr.api")
    );
}
