//! NAT gateways, internet gateways, addresses and endpoints: the ways out of a VPC that are resources of their own.

use std::net::Ipv4Addr;

use aws_sdk_ec2::types::{self, AttachmentStatus, VpcEndpointType};
use groundwork_engine::ports::{ApiError, Which};
use groundwork_model::VpcId;
use groundwork_model::world::{Address, InternetGateway, NatGateway, VpcEndpoint};

use super::lookup::{collect, questions};
use super::{PAGE, by_vpc, entries, tags};
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
        // A gateway of the whole Region stands in none.
        subnet: gateway.subnet_id().map(|subnet| call.id("SubnetId", Some(subnet))).transpose()?,
        tags: tags(gateway.tags()),
    })
}

pub(super) fn read_endpoint(call: &Call<'_>, endpoint: &types::VpcEndpoint) -> Result<VpcEndpoint, ApiError> {
    let groups = endpoint.groups().iter().filter_map(|group| group.group_id());
    let subnets = endpoint.subnet_ids().iter();
    let policy = |text: &str| {
        serde_json::from_str(text).map_err(|error| call.unexpected(format_args!("PolicyDocument: {error}")))
    };
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
        subnets: subnets.map(|subnet| call.id("SubnetId", Some(subnet))).collect::<Result<_, _>>()?,
        policy: endpoint.policy_document().filter(|text| !text.is_empty()).map(policy).transpose()?,
        tags: tags(endpoint.tags()),
    })
}

/// `DescribeInternetGateways`, by id.
pub(crate) async fn internet_gateways(aws: &Aws, ids: &[String]) -> Result<Vec<InternetGateway>, ApiError> {
    let call = Call::new(aws, "DescribeInternetGateways");
    let which = Which::Ids(ids.to_vec());
    let found = collect(&call, questions(&which, "internet-gateway-id", &[]), async |filters, token| {
        let request = aws.ec2.describe_internet_gateways().set_filters(filters).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.internet_gateways), page.next_token))
    });
    let mut gateways = found.await?.iter().map(|found| read_gateway(&call, found)).collect::<Result<Vec<_>, _>>()?;
    gateways.retain(|gateway| ids.contains(&gateway.id));
    Ok(gateways)
}

fn read_gateway(call: &Call<'_>, gateway: &types::InternetGateway) -> Result<InternetGateway, ApiError> {
    // EC2 says "available" of an attachment to a VPC, which is not in the model of its API.
    let leaves = |state: &AttachmentStatus| matches!(state, AttachmentStatus::Detaching | AttachmentStatus::Detached);
    let attached = gateway.attachments().iter().filter(|attachment| !attachment.state().is_some_and(leaves));
    let vpcs = attached.filter_map(|attachment| attachment.vpc_id());
    Ok(InternetGateway {
        id: call.required("InternetGatewayId", gateway.internet_gateway_id())?.to_owned(),
        vpcs: vpcs.map(|vpc| call.id("VpcId", Some(vpc))).collect::<Result<_, _>>()?,
        tags: tags(gateway.tags()),
    })
}

/// `DescribeAddresses`, by address. It has no pages.
pub(crate) async fn addresses(aws: &Aws, addresses: &[Ipv4Addr]) -> Result<Vec<Address>, ApiError> {
    let call = Call::new(aws, "DescribeAddresses");
    let which = Which::Ids(addresses.iter().map(ToString::to_string).collect());
    let mut found = Vec::new();
    for filters in questions(&which, "public-ip", &[]) {
        let answer = aws.ec2.describe_addresses().set_filters(filters).send().await;
        found.extend(entries(answer.map_err(|error| call.failed(error))?.addresses));
    }
    let mut read = found.iter().map(|address| read_address(&call, address)).collect::<Result<Vec<_>, _>>()?;
    read.retain(|address| addresses.contains(&address.address));
    Ok(read)
}

fn read_address(call: &Call<'_>, address: &types::Address) -> Result<Address, ApiError> {
    Ok(Address {
        address: call.id("PublicIp", address.public_ip())?,
        allocation: call.required("AllocationId", address.allocation_id())?.to_owned(),
        tags: tags(address.tags()),
    })
}
