//! The objects of a stack, each read from its own service, all side by side.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use futures_util::join;
use groundwork_model::VpcId;
use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::world::{Observed, Vpc};
use groundwork_planner::drift::{LiveNetwork, LiveRole, Sought, Things};

use crate::ports::{ApiError, Cloud, ErrorClass, Which};

type Read<T> = Result<T, Vec<Problem>>;

/// Reads what is sought of a component's stack.
pub(super) async fn read<C: Cloud>(cloud: &C, component: Component, sought: Sought) -> Things {
    match component {
        Component::Role => {
            let reads = sought.roles.into_iter().map(|name| async move {
                let live = role(cloud, &name).await;
                (name, live)
            });
            Things::Roles(join_all(reads).await.into_iter().collect::<BTreeMap<String, LiveRole>>())
        }
        Component::Network => Things::Network(Box::new(network(cloud, sought).await)),
        Component::Cluster => match sought.cluster {
            Some(name) => Things::Cluster(told(cloud.cluster(&name).await)),
            None => Things::Cluster(Ok(Observed::Absent)),
        },
        Component::CloudReactor => Things::Unread,
    }
}

async fn role<C: Cloud>(cloud: &C, name: &str) -> LiveRole {
    let (role, inline, attached) = join!(cloud.role(name), cloud.inline_policies(name), cloud.attached_policies(name));
    LiveRole { role: told(role), inline: told(unless_gone(inline)), attached: told(unless_gone(attached)) }
}

/// A role that is gone has no policies. That it is gone is told by the role itself.
fn unless_gone<T>(read: Result<Vec<T>, ApiError>) -> Result<Vec<T>, ApiError> {
    match read {
        Err(error) if error.class == ErrorClass::Gone => Ok(Vec::new()),
        read => read,
    }
}

async fn network<C: Cloud>(cloud: &C, sought: Sought) -> LiveNetwork {
    let Sought { vpc, subnets, security_groups, internet_gateways, addresses, .. } = sought;
    let (subnets, groups) = (Which::Ids(subnets), Which::Ids(security_groups));
    let vpc = vpc.as_ref();
    let (vpcs, subnets, security_groups, internet_gateways, addresses, nat_gateways, route_tables, endpoints, acls) = join!(
        vpc_of(cloud, vpc),
        cloud.subnets(&subnets),
        cloud.security_groups(&groups),
        cloud.internet_gateways(&internet_gateways),
        cloud.addresses(&addresses),
        within(vpc, async |vpc| cloud.nat_gateways(vpc).await),
        within(vpc, async |vpc| cloud.route_tables(vpc).await),
        within(vpc, async |vpc| cloud.vpc_endpoints(vpc).await),
        within(vpc, async |vpc| cloud.network_acls(vpc).await)
    );
    LiveNetwork {
        vpcs: told(vpcs),
        subnets: told(subnets),
        security_groups: told(security_groups),
        internet_gateways: told(internet_gateways),
        addresses: told(addresses),
        nat_gateways: told(nat_gateways),
        route_tables: told(route_tables),
        endpoints: told(endpoints),
        acls: told(acls),
    }
}

/// The VPC with its DNS attributes.
async fn vpc_of<C: Cloud>(cloud: &C, id: Option<&VpcId>) -> Result<Vec<Vpc>, ApiError> {
    let Some(id) = id else { return Ok(Vec::new()) };
    let which = Which::Ids(vec![id.to_string()]);
    let (vpcs, dns) = join!(cloud.vpcs(&which), cloud.vpc_dns(id));
    let mut vpcs = vpcs?;
    match dns {
        Ok((support, hostnames)) => {
            for vpc in &mut vpcs {
                (vpc.dns_support, vpc.dns_hostnames) = (Some(support), Some(hostnames));
            }
            Ok(vpcs)
        }
        // What is gone has no attributes, and is missing from the list as well.
        Err(error) if error.class == ErrorClass::Gone => Ok(vpcs),
        Err(error) => Err(error),
    }
}

/// What there is in the VPC, whoever made it; nothing if there is no VPC.
async fn within<T>(
    vpc: Option<&VpcId>,
    read: impl AsyncFn(&VpcId) -> Result<Vec<T>, ApiError>,
) -> Result<Vec<T>, ApiError> {
    match vpc {
        Some(vpc) => read(vpc).await,
        None => Ok(Vec::new()),
    }
}

fn told<T>(read: Result<T, ApiError>) -> Read<T> {
    read.map_err(|error| vec![error.into()])
}
