//! NAT gateways and endpoints: the ways out of a VPC that are resources of their own.

use aws_sdk_ec2::types::{self, VpcEndpointType};
use groundwork_engine::ports::ApiError;
use groundwork_model::VpcId;
use groundwork_model::world::{NatGateway, VpcEndpoint};

use super::{PAGE, by_vpc, entries};
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// `DescribeNatGateways` of a VPC. Deleted ones stay visible for an hour, with that state.
pub(crate) async fn nat_gateways(aws: &Aws, vpc: &VpcId) -> Result<Vec<NatGateway>, ApiError> {
    let call = Call::new(aws, "DescribeNatGateways");
    let found = pages::all(&call, async |token| {
        let request = aws.ec2.describe_nat_gateways().filter(by_vpc(vpc)).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.nat_gateways), page.next_token))
    });
    let mut gateways = found.await?.iter().map(|gateway| read_nat(&call, gateway)).collect::<Result<Vec<_>, _>>()?;
    gateways.retain(|gateway| gateway.vpc == *vpc);
    Ok(gateways)
}

/// `DescribeVpcEndpoints` of a VPC. Emulators ignore the filter.
pub(crate) async fn vpc_endpoints(aws: &Aws, vpc: &VpcId) -> Result<Vec<VpcEndpoint>, ApiError> {
    let call = Call::new(aws, "DescribeVpcEndpoints");
    let found = pages::all(&call, async |token| {
        let request = aws.ec2.describe_vpc_endpoints().filters(by_vpc(vpc)).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.vpc_endpoints), page.next_token))
    });
    let mut endpoints = found.await?.iter().map(|found| read_endpoint(&call, found)).collect::<Result<Vec<_>, _>>()?;
    endpoints.retain(|endpoint| endpoint.vpc == *vpc);
    Ok(endpoints)
}

fn read_nat(call: &Call<'_>, gateway: &types::NatGateway) -> Result<NatGateway, ApiError> {
    // A private gateway has none, and one in the making not yet.
    let addresses = gateway.nat_gateway_addresses().iter().filter_map(|address| address.public_ip());
    Ok(NatGateway {
        id: call.required("NatGatewayId", gateway.nat_gateway_id())?.to_owned(),
        vpc: call.id("VpcId", gateway.vpc_id())?,
        state: call.required("State", gateway.state())?.as_str().to_owned(),
        addresses: addresses.map(|address| call.id("PublicIp", Some(address))).collect::<Result<_, _>>()?,
    })
}

pub(super) fn read_endpoint(call: &Call<'_>, endpoint: &types::VpcEndpoint) -> Result<VpcEndpoint, ApiError> {
    let groups = endpoint.groups().iter().filter_map(|group| group.group_id());
    Ok(VpcEndpoint {
        id: call.required("VpcEndpointId", endpoint.vpc_endpoint_id())?.to_owned(),
        vpc: call.id("VpcId", endpoint.vpc_id())?,
        service: call.required("ServiceName", endpoint.service_name())?.to_owned(),
        gateway: endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway),
        // The API's model says "Available", its answers say "available".
        state: call.required("State", endpoint.state())?.as_str().to_ascii_lowercase(),
        private_dns: endpoint.private_dns_enabled().unwrap_or_default(),
        route_tables: endpoint.route_table_ids().to_vec(),
        security_groups: groups.map(|group| call.id("GroupId", Some(group))).collect::<Result<_, _>>()?,
    })
}
