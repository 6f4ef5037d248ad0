//! How many there are in a Region of what AWS limits.

use aws_sdk_ec2::types::{Filter, VpcEndpointType};
use groundwork_engine::ports::ApiError;
use groundwork_model::SubnetId;
use groundwork_model::world::VpcEndpoint;

use super::gateways::read_endpoint;
use super::{PAGE, entries};
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// States in which a NAT gateway counts against the quota of its zone (VPC User Guide, "Amazon VPC quotas").
const COUNTING: [&str; 3] = ["pending", "available", "deleting"];

/// `DescribeAddresses`, which has no pages.
pub(crate) async fn addresses(aws: &Aws) -> Result<usize, ApiError> {
    let call = Call::new(aws, "DescribeAddresses");
    let answer = aws.ec2.describe_addresses().send().await.map_err(|error| call.failed(error))?;
    Ok(answer.addresses().len())
}

/// `DescribeInternetGateways`.
pub(crate) async fn internet_gateways(aws: &Aws) -> Result<usize, ApiError> {
    let call = Call::new(aws, "DescribeInternetGateways");
    let found = pages::all(&call, async |token| {
        let request = aws.ec2.describe_internet_gateways().max_results(PAGE).set_next_token(token);
        let page = request.send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.internet_gateways), page.next_token))
    });
    Ok(found.await?.len())
}

/// `DescribeNatGateways` of all VPCs. Those that are spread over zones (regional ones) have no subnet, and count
/// elsewhere.
pub(crate) async fn nat_gateway_subnets(aws: &Aws) -> Result<Vec<SubnetId>, ApiError> {
    let call = Call::new(aws, "DescribeNatGateways");
    let states = Filter::builder().name("state").set_values(Some(COUNTING.map(str::to_owned).into())).build();
    let found = pages::all(&call, async |token| {
        let request = aws.ec2.describe_nat_gateways().filter(states.clone()).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.nat_gateways), page.next_token))
    });
    let found = found.await?;
    // Emulators ignore the filter.
    let counting =
        found.iter().filter(|gateway| gateway.state().is_some_and(|state| COUNTING.contains(&state.as_str())));
    counting.filter_map(|gateway| gateway.subnet_id()).map(|subnet| call.id("SubnetId", Some(subnet))).collect()
}

/// `DescribeVpcEndpoints` of all VPCs: gateways and interfaces, without those that are gone.
pub(crate) async fn endpoints(aws: &Aws) -> Result<Vec<VpcEndpoint>, ApiError> {
    let call = Call::new(aws, "DescribeVpcEndpoints");
    let found = pages::all(&call, async |token| {
        let request = aws.ec2.describe_vpc_endpoints().max_results(PAGE).set_next_token(token);
        let page = request.send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.vpc_endpoints), page.next_token))
    });
    let found = found.await?;
    let counting = found.iter().filter(|endpoint| {
        matches!(endpoint.vpc_endpoint_type(), Some(VpcEndpointType::Gateway | VpcEndpointType::Interface))
    });
    let mut endpoints = counting.map(|endpoint| read_endpoint(&call, endpoint)).collect::<Result<Vec<_>, _>>()?;
    endpoints.retain(|endpoint| endpoint.state != "deleted");
    Ok(endpoints)
}
