//! Zones, DNS, routes and network ACLs.

use aws_sdk_ec2::types::{
    self, AvailabilityZoneState, Filter, RouteOrigin, RouteState, RouteTableAssociationStateCode as State, RuleAction,
    VpcAttributeName,
};
use groundwork_engine::ports::ApiError;
use groundwork_model::VpcId;
use groundwork_model::world::{AclEntry, NetworkAcl, Route, RouteTable, Zone};

use super::{PAGE, ROUTE_TABLE_PAGE, by_vpc, entries, tags};
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// What EC2 calls a zone that is neither a Local nor a Wavelength Zone.
const AVAILABILITY_ZONE: &str = "availability-zone";

/// `DescribeAvailabilityZones`.
pub(crate) async fn zones(aws: &Aws) -> Result<Vec<Zone>, ApiError> {
    let call = Call::new(aws, "DescribeAvailabilityZones");
    let filter = Filter::builder().name("zone-type").values(AVAILABILITY_ZONE).build();
    let answer = aws.ec2.describe_availability_zones().filters(filter).send().await;
    let answer = answer.map_err(|error| call.failed(error))?;
    let zones = answer.availability_zones().iter();
    let zones = zones.filter(|zone| zone.zone_type().is_none_or(|kind| kind == AVAILABILITY_ZONE));
    zones
        .map(|zone| {
            Ok(Zone {
                name: call.id("ZoneName", zone.zone_name())?,
                id: call.id("ZoneId", zone.zone_id())?,
                available: zone.state() == Some(&AvailabilityZoneState::Available),
            })
        })
        .collect()
}

/// `DescribeVpcAttribute`, which tells one attribute a call: (DNS support, DNS hostnames).
pub(crate) async fn dns(aws: &Aws, vpc: &VpcId) -> Result<(bool, bool), ApiError> {
    let call = &Call::new(aws, "DescribeVpcAttribute");
    let ask = async |attribute| {
        let request = aws.ec2.describe_vpc_attribute().vpc_id(vpc.as_str()).attribute(attribute);
        request.send().await.map_err(|error| call.failed(error))
    };
    let (support, hostnames) =
        tokio::try_join!(ask(VpcAttributeName::EnableDnsSupport), ask(VpcAttributeName::EnableDnsHostnames))?;
    let support = support.enable_dns_support().and_then(|value| value.value());
    let hostnames = hostnames.enable_dns_hostnames().and_then(|value| value.value());
    Ok((call.required("EnableDnsSupport", support)?, call.required("EnableDnsHostnames", hostnames)?))
}

/// `DescribeRouteTables` of a VPC.
pub(crate) async fn route_tables(aws: &Aws, vpc: &VpcId) -> Result<Vec<RouteTable>, ApiError> {
    let call = Call::new(aws, "DescribeRouteTables");
    let found = pages::all(&call, async |token| {
        let request = aws.ec2.describe_route_tables().filters(by_vpc(vpc)).max_results(ROUTE_TABLE_PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.route_tables), page.next_token))
    });
    let mut tables = found.await?.iter().map(|table| read_table(&call, table)).collect::<Result<Vec<_>, _>>()?;
    tables.retain(|table| table.vpc == *vpc);
    Ok(tables)
}

fn read_table(call: &Call<'_>, table: &types::RouteTable) -> Result<RouteTable, ApiError> {
    let associations = || table.associations().iter().filter(|association| holds(association));
    let subnets = associations().filter_map(|association| association.subnet_id());
    Ok(RouteTable {
        id: call.required("RouteTableId", table.route_table_id())?.to_owned(),
        vpc: call.id("VpcId", table.vpc_id())?,
        main: associations().any(|association| association.main() == Some(true)),
        subnets: subnets.map(|subnet| call.id("SubnetId", Some(subnet))).collect::<Result<_, _>>()?,
        routes: table.routes().iter().map(|route| read_route(call, route)).collect::<Result<_, _>>()?,
        tags: tags(table.tags()),
    })
}

/// One that failed or has ended may still be listed.
fn holds(association: &types::RouteTableAssociation) -> bool {
    let state = association.association_state().and_then(|state| state.state());
    !matches!(state, Some(State::Failed | State::Disassociating | State::Disassociated))
}

fn read_route(call: &Call<'_>, route: &types::Route) -> Result<Route, ApiError> {
    let destination =
        route.destination_cidr_block().or(route.destination_ipv6_cidr_block()).or(route.destination_prefix_list_id());
    Ok(Route {
        destination: call.required("a route's destination", destination)?.to_owned(),
        target: target(route).to_owned(),
        active: route.state() == Some(&RouteState::Active),
        propagated: route.origin() == Some(&RouteOrigin::EnableVgwRoutePropagation),
    })
}

/// A route names one target, except that a NAT instance comes with its network interface. A route
/// whose target is gone may name none.
fn target(route: &types::Route) -> &str {
    [
        route.gateway_id(),
        route.nat_gateway_id(),
        route.transit_gateway_id(),
        route.egress_only_internet_gateway_id(),
        route.vpc_peering_connection_id(),
        route.carrier_gateway_id(),
        route.local_gateway_id(),
        route.core_network_arn(),
        route.odb_network_arn(),
        route.network_interface_id(),
        route.instance_id(),
    ]
    .into_iter()
    .flatten()
    .find(|target| !target.is_empty())
    .unwrap_or("unknown")
}

/// `DescribeNetworkAcls` of a VPC.
pub(crate) async fn acls(aws: &Aws, vpc: &VpcId) -> Result<Vec<NetworkAcl>, ApiError> {
    let call = Call::new(aws, "DescribeNetworkAcls");
    let found = pages::all(&call, async |token| {
        let request = aws.ec2.describe_network_acls().filters(by_vpc(vpc)).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.network_acls), page.next_token))
    });
    let mut acls = found.await?.iter().map(|acl| read_acl(&call, acl)).collect::<Result<Vec<_>, _>>()?;
    acls.retain(|acl| acl.vpc == *vpc);
    Ok(acls)
}

fn read_acl(call: &Call<'_>, acl: &types::NetworkAcl) -> Result<NetworkAcl, ApiError> {
    let subnets = acl.associations().iter().filter_map(|association| association.subnet_id());
    Ok(NetworkAcl {
        id: call.required("NetworkAclId", acl.network_acl_id())?.to_owned(),
        vpc: call.id("VpcId", acl.vpc_id())?,
        default: acl.is_default().unwrap_or_default(),
        subnets: subnets.map(|subnet| call.id("SubnetId", Some(subnet))).collect::<Result<_, _>>()?,
        entries: acl.entries().iter().map(|entry| read_entry(call, entry)).collect::<Result<_, _>>()?,
    })
}

fn read_entry(call: &Call<'_>, entry: &types::NetworkAclEntry) -> Result<AclEntry, ApiError> {
    let ports = entry.port_range().and_then(|range| range.from().zip(range.to()));
    let block = entry.cidr_block().or(entry.ipv6_cidr_block());
    Ok(AclEntry {
        egress: call.required("Egress", entry.egress())?,
        number: call.required("RuleNumber", entry.rule_number())?,
        allow: call.required("RuleAction", entry.rule_action())? == &RuleAction::Allow,
        protocol: call.required("Protocol", entry.protocol())?.to_owned(),
        block: call.required("CidrBlock", block)?.to_owned(),
        ports,
    })
}
