//! VPCs and subnets.

use aws_sdk_ec2::types::{Subnet as DescribedSubnet, SubnetState, Vpc as DescribedVpc, VpcAttributeName};
use groundwork_engine::ports::{ApiError, Which};
use groundwork_model::VpcId;
use groundwork_model::world::{Subnet, Vpc};

use super::{PAGE, filters, is_asked, name_tag};
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// `DescribeVpcs`.
pub(crate) async fn vpcs(aws: &Aws, which: &Which) -> Result<Vec<Vpc>, ApiError> {
    let call = Call::new(aws, "DescribeVpcs");
    let Some(filters) = filters(which, "vpc-id") else { return Ok(Vec::new()) };
    let mut vpcs = pages::all(&call, async |token| {
        let request = aws.ec2.describe_vpcs().set_filters(Some(filters.clone())).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((page.vpcs().iter().map(|vpc| read_vpc(&call, vpc)).collect::<Result<_, _>>()?, page.next_token))
    })
    .await?;
    vpcs.retain(|vpc| is_asked(which, vpc.id.as_str(), &[vpc.name.as_deref()]));
    Ok(vpcs)
}

fn read_vpc(call: &Call<'_>, vpc: &DescribedVpc) -> Result<Vpc, ApiError> {
    let id = call.id("vpcId", vpc.vpc_id())?;
    Ok(Vpc { id, name: name_tag(vpc.tags()), dns_support: None, dns_hostnames: None })
}

/// `DescribeSubnets`.
pub(crate) async fn subnets(aws: &Aws, which: &Which) -> Result<Vec<Subnet>, ApiError> {
    let call = Call::new(aws, "DescribeSubnets");
    let Some(filters) = filters(which, "subnet-id") else { return Ok(Vec::new()) };
    let mut subnets = pages::all(&call, async |token| {
        let request = aws.ec2.describe_subnets().set_filters(Some(filters.clone())).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((page.subnets().iter().map(|subnet| read_subnet(&call, subnet)).collect::<Result<_, _>>()?, page.next_token))
    })
    .await?;
    subnets.retain(|subnet| is_asked(which, subnet.id.as_str(), &[subnet.name.as_deref()]));
    Ok(subnets)
}

fn read_subnet(call: &Call<'_>, subnet: &DescribedSubnet) -> Result<Subnet, ApiError> {
    Ok(Subnet {
        id: call.id("subnetId", subnet.subnet_id())?,
        vpc: call.id("vpcId", subnet.vpc_id())?,
        name: name_tag(subnet.tags()),
        zone: call.required("availabilityZone", subnet.availability_zone())?.to_owned(),
        zone_id: call.required("availabilityZoneId", subnet.availability_zone_id())?.to_owned(),
        // A subnet of IPv6 alone has none.
        cidr: subnet.cidr_block().map(|block| call.id("cidrBlock", Some(block))).transpose()?,
        free_addresses: subnet.available_ip_address_count().unwrap_or_default(),
        available: subnet.state() == Some(&SubnetState::Available),
        owner: subnet.owner_id().map(|owner| call.id("ownerId", Some(owner))).transpose()?,
    })
}

/// `DescribeVpcAttribute`, which tells one attribute a call: (DNS support, DNS hostnames).
pub(crate) async fn dns(aws: &Aws, vpc: &VpcId) -> Result<(bool, bool), ApiError> {
    let call = Call::new(aws, "DescribeVpcAttribute");
    let request = aws.ec2.describe_vpc_attribute().vpc_id(vpc.as_str());
    let answer = request.attribute(VpcAttributeName::EnableDnsSupport).send().await;
    let answer = answer.map_err(|error| call.failed(error))?;
    let support = answer.enable_dns_support().and_then(|attribute| attribute.value());
    let request = aws.ec2.describe_vpc_attribute().vpc_id(vpc.as_str());
    let answer = request.attribute(VpcAttributeName::EnableDnsHostnames).send().await;
    let answer = answer.map_err(|error| call.failed(error))?;
    let hostnames = answer.enable_dns_hostnames().and_then(|attribute| attribute.value());
    Ok((call.required("enableDnsSupport", support)?, call.required("enableDnsHostnames", hostnames)?))
}
