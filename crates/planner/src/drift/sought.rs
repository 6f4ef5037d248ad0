//! What has to be read of a stack's objects, by what the stack says that it has.

use std::net::Ipv4Addr;

use groundwork_model::VpcId;
use groundwork_model::world::StackResource;

use super::deployed::address;
use super::{network, roles};

/// The objects of a stack, by their ids in their own services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Roles, by name.
    pub roles: Vec<String>,
    /// The VPC.
    pub vpc: Option<VpcId>,
    /// Subnets.
    pub subnets: Vec<String>,
    /// Security groups.
    pub security_groups: Vec<String>,
    /// Internet gateways.
    pub internet_gateways: Vec<String>,
    /// Elastic IP addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// The cluster, by name.
    pub cluster: Option<String>,
}

/// What has to be read of a stack's resources.
pub fn sought(resources: &[StackResource]) -> Sought {
    let ids = |kind: &str| -> Vec<String> {
        let of_kind = resources.iter().filter(|resource| resource.resource_type == kind && resource.is_held());
        of_kind.filter_map(|resource| resource.physical_id.clone()).collect()
    };
    Sought {
        roles: ids(roles::ROLE),
        vpc: ids(network::VPC).first().and_then(|id| id.parse().ok()),
        subnets: ids(network::SUBNET),
        security_groups: ids("AWS::EC2::SecurityGroup"),
        internet_gateways: ids(network::INTERNET_GATEWAY),
        addresses: ids(network::EIP).iter().filter_map(|id| address(id)).collect(),
        cluster: ids("AWS::ECS::Cluster").into_iter().next(),
    }
}
