//! What a network consists of: VPCs and what is in them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

use crate::ids::{AccountId, SecurityGroupId, SubnetId, VpcId};

/// The parts of EC2 that an existing network consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExistingNetworkState {
    /// The VPCs that the subnets and security groups lie in, and the one that was named.
    pub vpcs: Vec<Vpc>,
    /// The VPC that the spec names.
    pub named_vpc: Option<VpcId>,
    /// The subnets that the spec names, in its order.
    pub subnets: Vec<Subnet>,
    /// The security groups that the spec names, in its order.
    pub security_groups: Vec<SecurityGroup>,
    /// All route tables of those VPCs.
    pub route_tables: Vec<RouteTable>,
    /// All NAT gateways of those VPCs.
    pub nat_gateways: Vec<NatGateway>,
    /// All endpoints of those VPCs.
    pub endpoints: Vec<VpcEndpoint>,
}

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vpc {
    /// Its id.
    pub id: VpcId,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// Its IPv4 address blocks, the primary one first.
    pub cidrs: Vec<Ipv4Net>,
    /// Whether instances resolve names; `None` if it was not read.
    pub dns_support: Option<bool>,
    /// Whether private names of endpoints work; `None` if it was not read.
    pub dns_hostnames: Option<bool>,
    /// Its tags; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub tags: BTreeMap<String, String>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// The name of its zone.
    pub zone: String,
    /// The id of its zone.
    pub zone_id: String,
    /// Its address block.
    pub cidr: Option<Ipv4Net>,
    /// Addresses that are still free.
    pub free_addresses: i32,
    /// Whether AWS reports it as `available`.
    pub available: bool,
    /// The account that owns it, which is another one for a shared subnet.
    pub owner: Option<AccountId>,
    /// Whether what starts in it gets a public address unasked; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub maps_public_ip: bool,
    /// Its tags; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub tags: BTreeMap<String, String>,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecurityGroup {
    /// Its id.
    pub id: SecurityGroupId,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its name, which is not its `Name` tag.
    pub group_name: String,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// What it lets out.
    pub egress: Vec<Rule>,
    /// What it lets in.
    pub ingress: Vec<Rule>,
    /// Its tags; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub tags: BTreeMap<String, String>,
}

/// A rule of a security group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// `tcp`, `udp`, `-1` for all, or a number.
    pub protocol: String,
    /// The first port; `None` for all.
    pub from_port: Option<i32>,
    /// The last port; `None` for all.
    pub to_port: Option<i32>,
    /// CIDR blocks, IPv4 and IPv6.
    pub cidrs: Vec<String>,
    /// Other security groups.
    pub groups: Vec<String>,
    /// Prefix lists.
    pub prefix_lists: Vec<String>,
}

/// A route table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteTable {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// Whether it serves the subnets that have none of their own.
    pub main: bool,
    /// Subnets that were given it.
    pub subnets: Vec<SubnetId>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its tags; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub tags: BTreeMap<String, String>,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Where to: a CIDR block or a prefix list.
    pub destination: String,
    /// Through what: the id of a gateway, interface or endpoint, or `local`.
    pub target: String,
    /// Whether the target is there: AWS says `blackhole` if it is not.
    pub active: bool,
    /// Whether a virtual private gateway propagates it; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub propagated: bool,
}

/// A NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NatGateway {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its state, `available` if it works.
    pub state: String,
    /// Its public addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// The subnet that it stands in; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub subnet: Option<SubnetId>,
    /// Its tags; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub tags: BTreeMap<String, String>,
}

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VpcEndpoint {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// The service, such as `com.amazonaws.us-west-2.ecr.api`.
    pub service: String,
    /// Whether it is a gateway.
    pub gateway: bool,
    /// Its state, `available` if it works.
    pub state: String,
    /// Whether the service's own name resolves to it.
    pub private_dns: bool,
    /// For a gateway: the route tables that lead to it.
    pub route_tables: Vec<String>,
    /// For an interface: its security groups.
    pub security_groups: Vec<SecurityGroupId>,
    /// For an interface: the subnets that it stands in; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub subnets: Vec<SubnetId>,
    /// Who may do what by way of it; `None` if AWS shows none. No part of what a plan is made from.
    #[serde(skip_serializing)]
    pub policy: Option<serde_json::Value>,
    /// Its tags; no part of what a plan is made from.
    #[serde(skip_serializing)]
    pub tags: BTreeMap<String, String>,
}

/// An internet gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternetGateway {
    /// Its id.
    pub id: String,
    /// The VPCs that it is attached to: one at the most.
    pub vpcs: Vec<VpcId>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// An Elastic IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub address: Ipv4Addr,
    /// The id of its allocation.
    pub allocation: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A network ACL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkAcl {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// Whether it serves the subnets that were given no other.
    pub default: bool,
    /// The subnets that it serves.
    pub subnets: Vec<SubnetId>,
    /// Its entries.
    pub entries: Vec<AclEntry>,
}

/// An entry of a network ACL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclEntry {
    /// Whether it is about what goes out.
    pub egress: bool,
    /// Its number, by which entries are tried in order.
    pub number: i32,
    /// Whether it allows.
    pub allow: bool,
    /// A protocol's number, `-1` for all.
    pub protocol: String,
    /// The addresses, IPv4 or IPv6.
    pub block: String,
    /// The first and the last port; `None` for all.
    pub ports: Option<(i32, i32)>,
}
