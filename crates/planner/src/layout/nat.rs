//! Where NAT gateways stand, and which private subnet goes out by which.

use std::collections::BTreeMap;

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Nat, ZoneRef};
use groundwork_model::world::Zone;
use groundwork_model::{Code, ZoneId};

use super::choice::Choice;
use super::{NatLayout, names};

/// The zones that the user listed for NAT gateways.
pub(super) fn listed(nat: &Nat) -> &[ZoneRef] {
    match nat {
        Nat::Listed(refs) => refs,
        Nat::None | Nat::Single | Nat::PerZone => &[],
    }
}

/// Places the gateways. Without private subnets there is nobody to serve and none is made, unless the
/// user lists them.
pub(super) fn lay_out(nat: &Nat, public: &[&Zone], private: &[&Zone], choice: &mut Choice<'_>) -> NatLayout {
    if !choice.problems.is_empty() {
        // A gateway may seem to lack a public subnet only because the subnet's zone was refused.
        choice.resolve("network.nat", listed(nat));
        return NatLayout::default();
    }
    match nat {
        Nat::None => NatLayout::default(),
        Nat::Single if private.is_empty() => NatLayout::default(),
        Nat::Single => single(public, private, choice),
        Nat::PerZone => {
            let zones: Vec<(String, &Zone)> = private.iter().map(|zone| ("network.nat".to_owned(), *zone)).collect();
            each_in_its_zone(&zones, "private_zones", public, private, choice)
        }
        Nat::Listed(refs) => {
            let zones = choice.resolve("network.nat", refs);
            let zones: Vec<(String, &Zone)> =
                zones.into_iter().map(|(index, zone)| (format!("network.nat[{index}]"), zone)).collect();
            each_in_its_zone(&zones, "nat", public, private, choice)
        }
    }
}

/// One gateway for all: where one stands already, since moving it would change the address that tasks
/// go out by; else in the public zone with the lowest id.
fn single(public: &[&Zone], private: &[&Zone], choice: &mut Choice<'_>) -> NatLayout {
    let mut zones: Vec<&ZoneId> = public.iter().map(|zone| &zone.id).collect();
    zones.sort();
    let standing = zones.iter().find(|id| choice.has(&names::nat_gateway(id)));
    let Some(gateway) = standing.or(zones.first()) else {
        choice.problems.push(
            Problem::new(Code::NatWithoutPublicSubnet, "there is no public subnet to put the NAT gateway in")
                .at("network.nat")
                .help("ask for a public zone: public_zones = 1"),
        );
        return NatLayout::default();
    };
    let routes = private.iter().map(|zone| (zone.id.clone(), (*gateway).clone())).collect();
    NatLayout { gateways: vec![(*gateway).clone()], routes }
}

/// A gateway in each of these zones, for the private subnet of the same zone.
fn each_in_its_zone(
    zones: &[(String, &Zone)],
    list: &str,
    public: &[&Zone],
    private: &[&Zone],
    choice: &mut Choice<'_>,
) -> NatLayout {
    let mut gateways = Vec::new();
    let mut routes = BTreeMap::new();
    for (key, zone) in zones {
        if !public.iter().any(|other| other.id == zone.id) {
            let message = format!("zone {} has no public subnet to put its NAT gateway in", zone.name);
            let help = format!("add \"{}\" to public_zones, or take it out of {list}", zone.name);
            choice.problems.push(Problem::new(Code::NatWithoutPublicSubnet, message).at(key).help(help));
        }
        if private.iter().any(|other| other.id == zone.id) {
            routes.insert(zone.id.clone(), zone.id.clone());
        }
        gateways.push(zone.id.clone());
    }
    gateways.sort();
    NatLayout { gateways, routes }
}
