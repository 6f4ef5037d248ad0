//! Route tables, NAT gateways and endpoints of a VPC.

use aws_sdk_ec2::types::{
    NatGateway as DescribedNatGateway, Route as DescribedRoute, RouteState, RouteTable as DescribedTable,
    RouteTableAssociation, RouteTableAssociationStateCode as Association, VpcEndpoint as DescribedEndpoint,
    VpcEndpointType,
};
use groundwork_engine::ports::ApiError;
use groundwork_model::VpcId;
use groundwork_model::world::{NatGateway, Route, RouteTable, VpcEndpoint};

use super::{PAGE, of_vpc};
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// The most route tables that EC2 gives a page.
const TABLES_PAGE: i32 = 100;

/// `DescribeRouteTables`. All of the VPC, since the main one cannot be found by its subnets.
pub(crate) async fn tables(aws: &Aws, vpc: &VpcId) -> Result<Vec<RouteTable>, ApiError> {
    let call = Call::new(aws, "DescribeRouteTables");
    let mut tables = pages::all(&call, async |token| {
        let request = aws.ec2.describe_route_tables().filters(of_vpc(vpc)).max_results(TABLES_PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((page.route_tables().iter().map(|table| read_table(&call, table)).collect::<Result<_, _>>()?, page.next_token))
    })
    .await?;
    tables.retain(|table| table.vpc == *vpc);
    Ok(tables)
}

fn read_table(call: &Call<'_>, table: &DescribedTable) -> Result<RouteTable, ApiError> {
    let holding = || table.associations().iter().filter(|association| holds(association));
    let subnets = holding().filter_map(RouteTableAssociation::subnet_id);
    Ok(RouteTable {
        id: call.required("routeTableId", table.route_table_id())?.to_owned(),
        vpc: call.id("vpcId", table.vpc_id())?,
        main: holding().any(|association| association.main() == Some(true)),
        subnets: subnets.map(|id| call.id("subnetId", Some(id))).collect::<Result<_, _>>()?,
        routes: table.routes().iter().map(|route| read_route(call, route)).collect::<Result<_, _>>()?,
    })
}

/// One that failed or has ended may still be listed.
fn holds(association: &RouteTableAssociation) -> bool {
    let state = association.association_state().and_then(|state| state.state());
    !matches!(state, Some(Association::Failed | Association::Disassociating | Association::Disassociated))
}

fn read_route(call: &Call<'_>, route: &DescribedRoute) -> Result<Route, ApiError> {
    let destination = route.destination_cidr_block().or(route.destination_ipv6_cidr_block());
    let destination = destination.or(route.destination_prefix_list_id());
    Ok(Route {
        destination: call.required("a route's destination", destination)?.to_owned(),
        target: target(route).unwrap_or("unknown").to_owned(),
        active: route.state() != Some(&RouteState::Blackhole),
    })
}

/// A route through an instance names its interface too.
fn target(route: &DescribedRoute) -> Option<&str> {
    let gateways = [
        route.gateway_id(),
        route.nat_gateway_id(),
        route.transit_gateway_id(),
        route.egress_only_internet_gateway_id(),
        route.vpc_peering_connection_id(),
        route.local_gateway_id(),
        route.carrier_gateway_id(),
        route.core_network_arn(),
        route.odb_network_arn(),
        route.network_interface_id(),
        route.instance_id(),
    ];
    gateways.into_iter().flatten().next()
}

/// `DescribeNatGateways`.
pub(crate) async fn nat_gateways(aws: &Aws, vpc: &VpcId) -> Result<Vec<NatGateway>, ApiError> {
    let call = Call::new(aws, "DescribeNatGateways");
    let mut gateways = pages::all(&call, async |token| {
        let request = aws.ec2.describe_nat_gateways().filter(of_vpc(vpc)).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        let gateways = page.nat_gateways().iter().map(|gateway| read_nat_gateway(&call, gateway));
        Ok((gateways.collect::<Result<_, _>>()?, page.next_token))
    })
    .await?;
    gateways.retain(|gateway| gateway.vpc == *vpc);
    Ok(gateways)
}

fn read_nat_gateway(call: &Call<'_>, gateway: &DescribedNatGateway) -> Result<NatGateway, ApiError> {
    let addresses = gateway.nat_gateway_addresses().iter().filter_map(|address| address.public_ip());
    Ok(NatGateway {
        id: call.required("natGatewayId", gateway.nat_gateway_id())?.to_owned(),
        vpc: call.id("vpcId", gateway.vpc_id())?,
        state: call.required("state", gateway.state())?.as_str().to_owned(),
        addresses: addresses.map(|address| call.id("publicIp", Some(address))).collect::<Result<_, _>>()?,
    })
}

/// `DescribeVpcEndpoints`.
pub(crate) async fn endpoints(aws: &Aws, vpc: &VpcId) -> Result<Vec<VpcEndpoint>, ApiError> {
    let call = Call::new(aws, "DescribeVpcEndpoints");
    let mut endpoints = pages::all(&call, async |token| {
        let request = aws.ec2.describe_vpc_endpoints().filters(of_vpc(vpc)).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        let endpoints = page.vpc_endpoints().iter().filter(|endpoint| endpoint.vpc_id() == Some(vpc.as_str()));
        Ok((endpoints.map(|endpoint| read_endpoint(&call, endpoint)).collect::<Result<_, _>>()?, page.next_token))
    })
    .await?;
    endpoints.sort_by(|a, b| a.service.cmp(&b.service));
    Ok(endpoints)
}

fn read_endpoint(call: &Call<'_>, endpoint: &DescribedEndpoint) -> Result<VpcEndpoint, ApiError> {
    let groups = endpoint.groups().iter().map(|group| call.id("groupId", group.group_id()));
    Ok(VpcEndpoint {
        id: call.required("vpcEndpointId", endpoint.vpc_endpoint_id())?.to_owned(),
        vpc: call.id("vpcId", endpoint.vpc_id())?,
        // Resource and service network endpoints have no service.
        service: endpoint.service_name().unwrap_or_default().to_owned(),
        gateway: endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway),
        // The wire says "available" where the SDK's list says "Available".
        state: call.required("state", endpoint.state())?.as_str().to_ascii_lowercase(),
        private_dns: endpoint.private_dns_enabled().unwrap_or_default(),
        route_tables: endpoint.route_table_ids().to_vec(),
        security_groups: groups.collect::<Result<_, _>>()?,
    })
}
