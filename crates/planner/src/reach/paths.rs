//! Which way leads out of each subnet.

use groundwork_model::spec::Endpoint;
use groundwork_model::world::{ExistingNetworkState, NatGateway, Route, RouteTable, Subnet, VpcEndpoint};

const ANYWHERE: &str = "0.0.0.0/0";

/// A way out of a subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// An internet gateway: it serves only what has a public address.
    InternetGateway,
    /// A NAT gateway with public addresses.
    Nat(&'a NatGateway),
    /// Something that leads out of what was looked at: a transit gateway, a firewall, a private NAT.
    Elsewhere(&'a str),
    /// A route that leads nowhere: its target is gone, or does not work.
    Dead(&'a str),
    /// No default route.
    None,
    /// The route table is not visible, as it is to those that a subnet is shared with.
    NotVisible,
}

/// A subnet, the table that its traffic follows, and where that leads.
#[derive(Clone, Debug)]
pub(super) struct Path<'a> {
    pub subnet: &'a Subnet,
    pub table: Option<&'a RouteTable>,
    pub way: Way<'a>,
}

/// The paths out of all subnets.
pub(super) fn paths(state: &ExistingNetworkState) -> Vec<Path<'_>> {
    state
        .subnets
        .iter()
        .map(|subnet| {
            let table = effective_table(state, subnet);
            Path { subnet, table, way: table.map_or(Way::NotVisible, |table| way(state, table)) }
        })
        .collect()
}

/// The table that was given to the subnet, or else the VPC's main one.
fn effective_table<'a>(state: &'a ExistingNetworkState, subnet: &Subnet) -> Option<&'a RouteTable> {
    let given = state.route_tables.iter().find(|table| table.subnets.contains(&subnet.id));
    given.or_else(|| state.route_tables.iter().find(|table| table.main && table.vpc == subnet.vpc))
}

fn way<'a>(state: &'a ExistingNetworkState, table: &'a RouteTable) -> Way<'a> {
    let Some(Route { target, active, .. }) = table.routes.iter().find(|route| route.destination == ANYWHERE) else {
        return Way::None;
    };
    if !active {
        Way::Dead(target)
    } else if target.starts_with("igw-") {
        Way::InternetGateway
    } else if target.starts_with("nat-") {
        nat(state, target)
    } else {
        Way::Elsewhere(target)
    }
}

fn nat<'a>(state: &'a ExistingNetworkState, id: &'a str) -> Way<'a> {
    match state.nat_gateways.iter().find(|gateway| gateway.id == id) {
        Some(gateway) if !is_available(&gateway.state) => Way::Dead(id),
        // A private NAT gateway has no public address, and hands on to something else.
        Some(gateway) if gateway.addresses.is_empty() => Way::Elsewhere(id),
        Some(gateway) => Way::Nat(gateway),
        // A route leads to gateways of its own VPC only, and all of those are known.
        None => Way::Dead(id),
    }
}

impl Path<'_> {
    /// What a Fargate task needs to start and has no endpoint for.
    pub(super) fn missing_endpoints(&self, state: &ExistingNetworkState) -> Vec<Endpoint> {
        Endpoint::FARGATE_NEEDS.into_iter().filter(|needed| !self.reaches(state, *needed)).collect()
    }

    fn reaches(&self, state: &ExistingNetworkState, needed: Endpoint) -> bool {
        state.endpoints.iter().any(|endpoint| {
            endpoint.vpc == self.subnet.vpc
                && is_available(&endpoint.state)
                && endpoint.service.ends_with(&format!(".{needed}"))
                && self.serves(endpoint, needed)
        })
    }

    /// ECR's layers are fetched from S3 through a gateway only: the interface endpoint of S3 has names
    /// of its own.
    fn serves(&self, endpoint: &VpcEndpoint, needed: Endpoint) -> bool {
        if needed.is_gateway() {
            endpoint.gateway && self.table.is_some_and(|table| endpoint.route_tables.contains(&table.id))
        } else {
            !endpoint.gateway && endpoint.private_dns
        }
    }
}

/// EC2 writes `available`, and for endpoints sometimes `Available`.
pub(super) fn is_available(state: &str) -> bool {
    state.eq_ignore_ascii_case("available")
}
