//! VPCs, subnets and security groups, by id, by name or all.
//!
//! They are asked for by filter, so that one that is missing is missing from the answer and does not
//! fail the call. Filters are patterns, and emulators ignore some; hence every answer is held against
//! the question again.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{self, Filter, SubnetState, VpcCidrBlockStateCode};
use groundwork_engine::ports::{ApiError, Which};
use groundwork_model::world::{Rule, SecurityGroup, Subnet, Vpc};
use ipnet::Ipv4Net;

use super::{PAGE, entries, name_tag, tags};
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages::{self, Page};

/// EC2 takes so many values in a filter.
const VALUES: usize = 200;

const NAME_TAG: &str = "tag:Name";

/// `DescribeVpcs`.
pub(crate) async fn vpcs(aws: &Aws, which: &Which) -> Result<Vec<Vpc>, ApiError> {
    let call = Call::new(aws, "DescribeVpcs");
    let found = collect(&call, questions(which, "vpc-id", &[NAME_TAG]), async |filters, token| {
        let request = aws.ec2.describe_vpcs().set_filters(filters).max_results(PAGE).set_next_token(token);
        let page = request.send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.vpcs), page.next_token))
    });
    let mut vpcs = found.await?.iter().map(|vpc| read_vpc(&call, vpc)).collect::<Result<Vec<_>, _>>()?;
    vpcs.retain(|vpc| asked_for(which, vpc.id.as_str(), &[vpc.name.as_deref()]));
    Ok(vpcs)
}

/// `DescribeSubnets`.
pub(crate) async fn subnets(aws: &Aws, which: &Which) -> Result<Vec<Subnet>, ApiError> {
    let call = Call::new(aws, "DescribeSubnets");
    let found = collect(&call, questions(which, "subnet-id", &[NAME_TAG]), async |filters, token| {
        let request = aws.ec2.describe_subnets().set_filters(filters).max_results(PAGE).set_next_token(token);
        let page = request.send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.subnets), page.next_token))
    });
    let mut subnets = found.await?.iter().map(|subnet| read_subnet(&call, subnet)).collect::<Result<Vec<_>, _>>()?;
    subnets.retain(|subnet| asked_for(which, subnet.id.as_str(), &[subnet.name.as_deref()]));
    Ok(subnets)
}

/// `DescribeSecurityGroups`. A name is looked for as a `Name` tag and as a group name: filters of one
/// call would both have to match, so these are two calls, and may find the same group twice.
pub(crate) async fn security_groups(aws: &Aws, which: &Which) -> Result<Vec<SecurityGroup>, ApiError> {
    let call = Call::new(aws, "DescribeSecurityGroups");
    let found = collect(&call, questions(which, "group-id", &[NAME_TAG, "group-name"]), async |filters, token| {
        let request = aws.ec2.describe_security_groups().set_filters(filters).max_results(PAGE).set_next_token(token);
        let page = request.send().await.map_err(|error| call.failed(error))?;
        Ok((entries(page.security_groups), page.next_token))
    });
    let mut groups = found.await?.iter().map(|group| read_group(&call, group)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = BTreeSet::new();
    groups.retain(|group| {
        let names = [group.name.as_deref(), Some(group.group_name.as_str())];
        asked_for(which, group.id.as_str(), &names) && seen.insert(group.id.clone())
    });
    Ok(groups)
}

fn asked_for(which: &Which, id: &str, names: &[Option<&str>]) -> bool {
    match which {
        Which::Ids(ids) => ids.iter().any(|asked| asked == id),
        Which::Names(asked) => names.iter().flatten().any(|name| asked.iter().any(|asked| asked == name)),
        Which::All => true,
    }
}

/// The filters of each listing that answers the question together. None for no ids or names at all,
/// since a filter without values would be no filter.
pub(super) fn questions(which: &Which, id_filter: &str, name_filters: &[&str]) -> Vec<Option<Vec<Filter>>> {
    let chunks = |filter: &str, values: &[String]| -> Vec<Option<Vec<Filter>>> {
        let filter = |chunk: &[String]| {
            let values = chunk.iter().map(|value| literal(value)).collect();
            Some(vec![Filter::builder().name(filter).set_values(Some(values)).build()])
        };
        values.chunks(VALUES).map(filter).collect()
    };
    match which {
        Which::Ids(ids) => chunks(id_filter, ids),
        Which::Names(names) => name_filters.iter().flat_map(|filter| chunks(filter, names)).collect(),
        Which::All => vec![None],
    }
}

/// A filter value is a pattern: `*` and `?` match, a backslash takes their meaning.
fn literal(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        if matches!(letter, '*' | '?' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Everything that answers the questions.
pub(super) async fn collect<T>(
    call: &Call<'_>,
    questions: Vec<Option<Vec<Filter>>>,
    mut page: impl AsyncFnMut(Option<Vec<Filter>>, Option<String>) -> Result<Page<T>, ApiError>,
) -> Result<Vec<T>, ApiError> {
    let mut found = Vec::new();
    for filters in questions {
        found.extend(pages::all(call, async |token| page(filters.clone(), token).await).await?);
    }
    Ok(found)
}

fn read_vpc(call: &Call<'_>, vpc: &types::Vpc) -> Result<Vpc, ApiError> {
    let name = name_tag(vpc.tags()).map(str::to_owned);
    let id = call.id("VpcId", vpc.vpc_id())?;
    Ok(Vpc { id, name, cidrs: cidrs(call, vpc)?, dns_support: None, dns_hostnames: None, tags: tags(vpc.tags()) })
}

/// The address blocks of a VPC, the primary one first. Blocks that were taken from it stay listed for a while.
fn cidrs(call: &Call<'_>, vpc: &types::Vpc) -> Result<Vec<Ipv4Net>, ApiError> {
    let is_used = |block: &&types::VpcCidrBlockAssociation| {
        let state = block.cidr_block_state().and_then(|state| state.state());
        matches!(state, Some(VpcCidrBlockStateCode::Associated | VpcCidrBlockStateCode::Associating))
    };
    let used = vpc.cidr_block_association_set().iter().filter(is_used).filter_map(|block| block.cidr_block());
    let more = used.filter(|block| Some(*block) != vpc.cidr_block());
    vpc.cidr_block().into_iter().chain(more).map(|block| call.id("CidrBlock", Some(block))).collect()
}

fn read_subnet(call: &Call<'_>, subnet: &types::Subnet) -> Result<Subnet, ApiError> {
    // A subnet can have IPv6 only.
    let cidr = subnet.cidr_block().map(|block| call.id("CidrBlock", Some(block))).transpose()?;
    Ok(Subnet {
        id: call.id("SubnetId", subnet.subnet_id())?,
        vpc: call.id("VpcId", subnet.vpc_id())?,
        name: name_tag(subnet.tags()).map(str::to_owned),
        zone: call.required("AvailabilityZone", subnet.availability_zone())?.to_owned(),
        zone_id: subnet.availability_zone_id().unwrap_or_default().to_owned(),
        cidr,
        free_addresses: call.required("AvailableIpAddressCount", subnet.available_ip_address_count())?,
        available: subnet.state() == Some(&SubnetState::Available),
        owner: subnet.owner_id().map(|owner| call.id("OwnerId", Some(owner))).transpose()?,
        maps_public_ip: subnet.map_public_ip_on_launch().unwrap_or_default(),
        tags: tags(subnet.tags()),
    })
}

fn read_group(call: &Call<'_>, group: &types::SecurityGroup) -> Result<SecurityGroup, ApiError> {
    Ok(SecurityGroup {
        id: call.id("GroupId", group.group_id())?,
        vpc: call.id("VpcId", group.vpc_id())?,
        group_name: call.required("GroupName", group.group_name())?.to_owned(),
        name: name_tag(group.tags()).map(str::to_owned),
        egress: rules(call, group.ip_permissions_egress())?,
        ingress: rules(call, group.ip_permissions())?,
        tags: tags(group.tags()),
    })
}

fn rules(call: &Call<'_>, permissions: &[types::IpPermission]) -> Result<Vec<Rule>, ApiError> {
    let rule = |permission: &types::IpPermission| {
        let ipv4 = permission.ip_ranges().iter().filter_map(|range| range.cidr_ip());
        let ipv6 = permission.ipv6_ranges().iter().filter_map(|range| range.cidr_ipv6());
        let groups = permission.user_id_group_pairs().iter().filter_map(|pair| pair.group_id());
        let prefix_lists = permission.prefix_list_ids().iter().filter_map(|list| list.prefix_list_id());
        Ok(Rule {
            protocol: call.required("IpProtocol", permission.ip_protocol())?.to_owned(),
            from_port: permission.from_port(),
            to_port: permission.to_port(),
            cidrs: ipv4.chain(ipv6).map(str::to_owned).collect(),
            groups: groups.map(str::to_owned).collect(),
            prefix_lists: prefix_lists.map(str::to_owned).collect(),
        })
    };
    permissions.iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_for_literally() {
        assert_eq!(literal("data-1"), "data-1");
        assert_eq!(literal(r"a*b?c\d"), r"a\*b\?c\\d");
    }

    #[test]
    fn many_ids_are_asked_for_in_parts_and_none_at_all_not_once() {
        let ids: Vec<String> = (0..450).map(|number| format!("subnet-{number:x}")).collect();
        assert_eq!(questions(&Which::Ids(ids), "subnet-id", &[NAME_TAG]).len(), 3);
        assert!(questions(&Which::Ids(Vec::new()), "subnet-id", &[NAME_TAG]).is_empty());
        assert_eq!(questions(&Which::All, "subnet-id", &[NAME_TAG]), [None]);
    }
}
