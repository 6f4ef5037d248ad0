//! The network as people draw it: zones with their subnets, ways out, endpoints.

use std::collections::BTreeSet;

use groundwork_model::plan::Action;
use groundwork_model::spec::Tier;

use super::Tense;
use super::chart::{Chart, Id};
use super::inventory::{Inventory, Kind, Thing};
use crate::words::{count, some_of};

/// So many endpoints are named in one node.
const MOST_NAMES: usize = 4;

/// What was drawn of a network.
pub(super) struct Network {
    inventory: Inventory,
    tense: Tense,
    nodes: Vec<Node>,
    outside: Option<Id>,
}

/// A drawn thing, or several of a kind.
struct Node {
    kind: Kind,
    /// The zone, if things are drawn zone by zone.
    zone: Option<String>,
    id: Id,
}

impl Network {
    /// Draws a network's parts into the open box: each by itself, or all of a kind as one where they are
    /// too many.
    pub fn draw(chart: &mut Chart, inventory: Inventory, tense: Tense, most: usize) -> Self {
        let mut network = Self { inventory, tense, nodes: Vec::new(), outside: None };
        let is_crowded = network.inventory.things.len() > most;
        if is_crowded {
            Kind::ALL.into_iter().filter(|kind| *kind != Kind::Endpoint).for_each(|kind| network.all_of(chart, kind));
        } else {
            network.zones(chart);
            network.internet_gateway(chart);
        }
        network.endpoints(chart);
        network
    }

    /// Draws what is outside of the network, and all arrows within it.
    pub fn connect(&mut self, chart: &mut Chart) {
        if self.inventory.has(Kind::InternetGateway) {
            self.outside = Some(chart.node(&["the internet"], Action::NoOp));
        }
        for node in self.of(Kind::PrivateSubnet) {
            let target = node.zone.as_deref().map(|zone| self.way_out(zone));
            let gateways =
                self.of(Kind::NatGateway).filter(|nat| target.is_none() || nat.zone.as_deref() == target.flatten());
            gateways.for_each(|nat| chart.edge(&node.id, &nat.id));
        }
        self.chain(chart, Kind::NatGateway, Kind::Address);
        self.chain(chart, Kind::Address, Kind::InternetGateway);
        self.chain(chart, Kind::PublicSubnet, Kind::InternetGateway);
        if let Some(outside) = &self.outside {
            self.of(Kind::InternetGateway).for_each(|gateway| chart.edge(&gateway.id, outside));
        }
    }

    /// Draws where tasks run, and what they reach from there. `false` if it is not known in which subnets.
    pub fn tasks(&self, chart: &mut Chart, from: &Id, tier: Option<Tier>) -> bool {
        let Some(kind) = self.kind_of_tasks(tier) else { return false };
        for subnet in self.of(kind) {
            chart.told_edge(from, "tasks in", &subnet.id);
            self.of(Kind::Endpoint).for_each(|endpoint| chart.edge(&subnet.id, &endpoint.id));
        }
        true
    }

    fn kind_of_tasks(&self, tier: Option<Tier>) -> Option<Kind> {
        let (public, private) = (self.inventory.has(Kind::PublicSubnet), self.inventory.has(Kind::PrivateSubnet));
        match (tier, public, private) {
            (Some(Tier::Public), true, _) | (None, true, false) => Some(Kind::PublicSubnet),
            (Some(Tier::Private), _, true) | (None, false, true) => Some(Kind::PrivateSubnet),
            _ => None,
        }
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.kind == kind)
    }

    fn things(&self, kind: Kind) -> Vec<&Thing> {
        self.inventory.things.iter().filter(|thing| thing.kind == kind).collect()
    }

    /// Arrows from each of one kind to those of another that stand in the same zone, or in none.
    fn chain(&self, chart: &mut Chart, from: Kind, to: Kind) {
        for start in self.of(from) {
            let ends = self.of(to).filter(|end| end.zone.is_none() || end.zone == start.zone);
            ends.for_each(|end| chart.edge(&start.id, &end.id));
        }
    }

    /// The zone of the NAT gateway that a zone's private subnet goes out by, as far as that is known.
    fn way_out<'a>(&'a self, zone: &'a str) -> Option<&'a str> {
        if let Some(zone) = self.inventory.routes.get(zone) {
            return Some(zone);
        }
        let gateways = self.things(Kind::NatGateway);
        let own = gateways.iter().find(|gateway| gateway.suffix == zone);
        let only = gateways.first().filter(|_| gateways.len() == 1);
        own.or(only).map(|gateway| gateway.suffix.as_str())
    }

    fn zones(&mut self, chart: &mut Chart) {
        let zonal: Vec<Thing> =
            self.inventory.things.iter().filter(|thing| thing.kind < Kind::InternetGateway).cloned().collect();
        let zones: BTreeSet<&str> = zonal.iter().map(|thing| thing.suffix.as_str()).collect();
        for zone in zones {
            let mut here: Vec<&Thing> = zonal.iter().filter(|thing| thing.suffix == zone).collect();
            here.sort_by_key(|thing| thing.kind);
            let name = here.iter().find_map(|thing| thing.note.split_once(" in ")).map(|(_, name)| name.to_owned());
            chart.open(&name.unwrap_or_else(|| zone_id(zone)));
            for thing in here {
                let block = thing.note.split_once(" in ").map_or("", |(block, _)| block);
                let id = chart.node(&[thing.kind.name(), block, self.tense.fate(thing.action)], thing.action);
                self.nodes.push(Node { kind: thing.kind, zone: Some(zone.to_owned()), id });
            }
            chart.close();
        }
    }

    fn internet_gateway(&mut self, chart: &mut Chart) {
        self.all_of(chart, Kind::InternetGateway);
    }

    /// All things of a kind as one node.
    fn all_of(&mut self, chart: &mut Chart, kind: Kind) {
        let things = self.things(kind);
        let Some(action) = worst(&things) else { return };
        let name = if things.len() == 1 { kind.name().to_owned() } else { count(things.len(), kind.name()) };
        let id = chart.node(&[&name, &fates(&things, self.tense)], action);
        self.nodes.push(Node { kind, zone: None, id });
    }

    /// The endpoints, those with the same fate as one node.
    fn endpoints(&mut self, chart: &mut Chart) {
        let endpoints = self.things(Kind::Endpoint);
        let actions: BTreeSet<Action> = endpoints.iter().map(|endpoint| endpoint.action).collect();
        let mut nodes = Vec::new();
        for action in actions {
            let same: Vec<&str> = endpoints
                .iter()
                .filter(|endpoint| endpoint.action == action)
                .map(|endpoint| service(endpoint))
                .collect();
            let names = some_of(&same, MOST_NAMES);
            nodes.push(
                chart.node(&[&count(same.len(), Kind::Endpoint.name()), &names, self.tense.fate(action)], action),
            );
        }
        self.nodes.extend(nodes.into_iter().map(|id| Node { kind: Kind::Endpoint, zone: None, id }));
    }
}

/// The service of an endpoint: `ecr.api` of `com.amazonaws.us-west-2.ecr.api`.
fn service(endpoint: &Thing) -> &str {
    let name = endpoint.note.split_once(".amazonaws.").and_then(|(_, rest)| rest.split_once('.'));
    name.map_or(&endpoint.suffix, |(_, service)| service)
}

fn fates(things: &[&Thing], tense: Tense) -> String {
    let actions: BTreeSet<Action> = things.iter().map(|thing| thing.action).collect();
    if let (1, Some(action)) = (actions.len(), actions.first()) {
        return tense.fate(*action).to_owned();
    }
    let part = |action: &Action| {
        let number = things.iter().filter(|thing| thing.action == *action).count();
        format!("{number} {}", tense.fate(*action))
    };
    actions.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// A zone's id from a logical id: `usw2-az3` from `Usw2Az3`.
fn zone_id(suffix: &str) -> String {
    let id = suffix.rsplit_once("Az").map(|(region, number)| format!("{}-az{number}", region.to_lowercase()));
    id.unwrap_or_else(|| suffix.to_owned())
}

fn worst(things: &[&Thing]) -> Option<Action> {
    things.iter().map(|thing| thing.action).max()
}
