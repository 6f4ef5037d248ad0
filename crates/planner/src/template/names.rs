//! What the resources of the network stack are called.
//!
//! A name holds the tier and the zone's id, never a place in a list: whatever becomes of other zones,
//! a zone's resources keep their names, and CloudFormation leaves them alone.

use groundwork_model::spec::{Endpoint, Tier};
use groundwork_model::{LogicalId, ZoneId};

use super::logical_id;

/// The subnet of a zone.
pub fn subnet(tier: Tier, zone: &ZoneId) -> LogicalId {
    zonal("Subnet", tier, zone)
}

/// The NAT gateway that stands in a zone.
pub fn nat_gateway(zone: &ZoneId) -> LogicalId {
    logical_id(format!("NatGateway{}", word(zone.as_str())))
}

/// The address of the NAT gateway that stands in a zone.
pub fn nat_address(zone: &ZoneId) -> LogicalId {
    logical_id(format!("Eip{}", word(zone.as_str())))
}

/// The route out of a zone's private subnet.
pub fn private_route(zone: &ZoneId) -> LogicalId {
    zonal("Route", Tier::Private, zone)
}

/// The endpoint of a service.
pub fn endpoint(endpoint: Endpoint) -> LogicalId {
    logical_id(format!("Endpoint{}", word(endpoint.as_str())))
}

/// The route table of a zone's private subnet.
pub(super) fn private_route_table(zone: &ZoneId) -> LogicalId {
    zonal("RouteTable", Tier::Private, zone)
}

/// The use of a route table by the subnet of a zone.
pub(super) fn association(tier: Tier, zone: &ZoneId) -> LogicalId {
    zonal("RouteTableAssociation", tier, zone)
}

fn zonal(kind: &str, tier: Tier, zone: &ZoneId) -> LogicalId {
    logical_id(format!("{kind}{}{}", tier_word(tier), word(zone.as_str())))
}

fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Public => "Public",
        Tier::Private => "Private",
    }
}

/// `usw2-az3` as `Usw2Az3`, `ecr.api` as `EcrApi`.
fn word(text: &str) -> String {
    text.split(['-', '.'])
        .flat_map(|part| {
            let (first, rest) = part.split_at(part.len().min(1));
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_the_zone_id() {
        let zone: ZoneId = "usw2-az3".parse().expect("a zone id");
        for (name, expected) in [
            (subnet(Tier::Public, &zone), "SubnetPublicUsw2Az3"),
            (subnet(Tier::Private, &zone), "SubnetPrivateUsw2Az3"),
            (private_route_table(&zone), "RouteTablePrivateUsw2Az3"),
            (private_route(&zone), "RoutePrivateUsw2Az3"),
            (association(Tier::Public, &zone), "RouteTableAssociationPublicUsw2Az3"),
            (nat_gateway(&zone), "NatGatewayUsw2Az3"),
            (nat_address(&zone), "EipUsw2Az3"),
            (endpoint(Endpoint::EcrApi), "EndpointEcrApi"),
            (endpoint(Endpoint::S3), "EndpointS3"),
        ] {
            assert_eq!(name.as_str(), expected);
        }
    }
}
