//! Security groups.

use aws_sdk_ec2::types::{Filter, IpPermission, SecurityGroup as Described};
use groundwork_engine::ports::{ApiError, Which};
use groundwork_model::world::{Rule, SecurityGroup};

use super::{PAGE, filter, filters, is_asked, name_tag};
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// `DescribeSecurityGroups`. Several filters narrow each other, so that the two kinds of names take
/// two listings.
pub(crate) async fn all(aws: &Aws, which: &Which) -> Result<Vec<SecurityGroup>, ApiError> {
    let Some(asked) = filters(which, "group-id") else { return Ok(Vec::new()) };
    let mut groups = listing(aws, asked).await?;
    if let Which::Names(names) = which {
        groups.extend(listing(aws, vec![filter("group-name", names)]).await?);
    }
    groups.retain(|group| is_asked(which, group.id.as_str(), &[group.name.as_deref(), Some(&group.group_name)]));
    groups.sort_by(|a, b| a.id.cmp(&b.id));
    groups.dedup_by(|a, b| a.id == b.id);
    Ok(groups)
}

async fn listing(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<SecurityGroup>, ApiError> {
    let call = Call::new(aws, "DescribeSecurityGroups");
    pages::all(&call, async |token| {
        let request = aws.ec2.describe_security_groups().set_filters(Some(filters.clone())).max_results(PAGE);
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        let groups = page.security_groups().iter().map(|group| read(&call, group)).collect::<Result<_, _>>()?;
        Ok((groups, page.next_token))
    })
    .await
}

fn read(call: &Call<'_>, group: &Described) -> Result<SecurityGroup, ApiError> {
    let rules = |permissions: &[IpPermission]| permissions.iter().map(|each| rule(call, each)).collect::<Result<_, _>>();
    Ok(SecurityGroup {
        id: call.id("groupId", group.group_id())?,
        vpc: call.id("vpcId", group.vpc_id())?,
        group_name: call.required("groupName", group.group_name())?.to_owned(),
        name: name_tag(group.tags()),
        egress: rules(group.ip_permissions_egress())?,
        ingress: rules(group.ip_permissions())?,
    })
}

fn rule(call: &Call<'_>, permission: &IpPermission) -> Result<Rule, ApiError> {
    let v4 = permission.ip_ranges().iter().filter_map(|range| range.cidr_ip());
    let v6 = permission.ipv6_ranges().iter().filter_map(|range| range.cidr_ipv6());
    let groups = permission.user_id_group_pairs().iter().filter_map(|pair| pair.group_id());
    let lists = permission.prefix_list_ids().iter().filter_map(|list| list.prefix_list_id());
    Ok(Rule {
        protocol: call.required("ipProtocol", permission.ip_protocol())?.to_owned(),
        from_port: permission.from_port(),
        to_port: permission.to_port(),
        cidrs: v4.chain(v6).map(str::to_owned).collect(),
        groups: groups.map(str::to_owned).collect(),
        prefix_lists: lists.map(str::to_owned).collect(),
    })
}
