//! Which zones the network uses, which addresses its subnets get, and where its ways out stand.
//!
//! A zone's place in the address plan is fixed by the zone's number alone, so adding or removing a
//! zone moves nobody else's subnet. Zones are told apart by id, which is the same in every account;
//! names serve only to write templates and messages.

mod choice;
mod nat;

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Endpoint, ManagedNetwork, Tier, ZoneRef, Zones};
use groundwork_model::world::Zone;
use groundwork_model::{Code, ZoneId, ZoneName};
use ipnet::Ipv4Net;
use serde::Serialize;
use serde_json::Value;

use crate::template::names;
use choice::Choice;

/// Subnets are this many bits longer than the VPC's prefix: 16 slots, two for each zone.
const SUBNET_BITS: u8 = 4;

/// The highest zone number that has slots. No Region of AWS has more than six zones yet.
const LAST_ZONE_NUMBER: u8 = 8;

/// Where everything in a network stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The public subnets, by zone id.
    pub public: Vec<Placed>,
    /// The private subnets, by zone id.
    pub private: Vec<Placed>,
    /// The ways out of the private subnets.
    pub nat: NatLayout,
}

impl Layout {
    /// The subnets of a tier.
    pub fn tier(&self, tier: Tier) -> &[Placed] {
        match tier {
            Tier::Public => &self.public,
            Tier::Private => &self.private,
        }
    }
}

/// A subnet's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Its zone's name in this account.
    pub zone: ZoneName,
    /// Its zone's id.
    pub zone_id: ZoneId,
    /// Its addresses.
    pub cidr: Ipv4Net,
}

/// The ways out of the private subnets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NatLayout {
    /// The zones in which a NAT gateway stands.
    pub gateways: Vec<ZoneId>,
    /// For the zone of a private subnet: the zone of the NAT gateway that it goes out by. A private
    /// subnet that is not in here has no way out.
    pub routes: BTreeMap<ZoneId, ZoneId>,
}

/// Lays a network out, with warnings; or tells everything that prevents it.
///
/// `deployed` is the network's template as it is in AWS: where the spec leaves a choice, what stands
/// stays.
pub fn layout(
    network: &ManagedNetwork,
    zones: &[Zone],
    deployed: Option<&Value>,
) -> Result<(Layout, Vec<Problem>), Vec<Problem>> {
    let mut choice = Choice::new(zones, deployed);
    let (public, private) = choose_zones(network, &mut choice);
    let nat = nat::lay_out(&network.nat, &public, &private, &mut choice);
    let public = place(network.cidr, Tier::Public, &public);
    let private = place(network.cidr, Tier::Private, &private);
    let layout = Layout { public, private, nat };
    let mut problems = choice.problems;
    if network.cidr.prefix_len() + SUBNET_BITS > 28 || network.cidr.prefix_len() < 16 {
        problems.push(
            Problem::new(Code::SubnetsDoNotFit, format!("{} cannot be cut into 16 subnets", network.cidr))
                .at("network.cidr")
                .help("use a block from /16 to /24"),
        );
    }
    let mut warnings = without_fargate(network, &layout);
    if problems.is_empty() {
        match way_out(network, &layout) {
            WayOut::Complete => {}
            WayOut::NoInternet(warning) => warnings.push(warning),
            WayOut::None(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok((layout, warnings)) } else { Err(problems) }
}

/// The zones of both tiers. Where the spec gives a count, zones that already have such a subnet come
/// first, then those that fit the other choices, then the lowest ids.
fn choose_zones<'a>(network: &ManagedNetwork, choice: &mut Choice<'a>) -> (Vec<&'a Zone>, Vec<&'a Zone>) {
    let listed = |zones: &Zones| match zones {
        Zones::Listed(refs) => refs.clone(),
        Zones::Count(_) => Vec::new(),
    };
    let gateways = choice.known(nat::listed(&network.nat));
    let mut beside = choice.known(&listed(&network.private_zones));
    beside.extend(choice.deployed(Tier::Private));
    let public = match &network.public_zones {
        Zones::Listed(refs) => choice.listed("network.public_zones", Tier::Public, refs),
        Zones::Count(count) => choice.counted("network.public_zones", Tier::Public, *count, [&gateways, &beside]),
    };
    let beside: BTreeSet<ZoneId> = public.iter().map(|zone| zone.id.clone()).collect();
    let private = match &network.private_zones {
        Zones::Listed(refs) => choice.listed("network.private_zones", Tier::Private, refs),
        Zones::Count(count) => choice.counted("network.private_zones", Tier::Private, *count, [&gateways, &beside]),
    };
    (public, private)
}

fn place(vpc: Ipv4Net, tier: Tier, zones: &[&Zone]) -> Vec<Placed> {
    let mut placed: Vec<Placed> = zones
        .iter()
        .filter_map(|zone| {
            let cidr = slot(vpc, tier, zone.id.number())?;
            Some(Placed { zone: zone.name.clone(), zone_id: zone.id.clone(), cidr })
        })
        .collect();
    placed.sort_by(|a, b| a.zone_id.cmp(&b.zone_id));
    placed
}

/// The addresses of a zone's subnet: slots 0 and 1 for zone 1, 2 and 3 for zone 2, and so on, public
/// before private. `None` if the block has no such slot.
fn slot(vpc: Ipv4Net, tier: Tier, zone_number: u8) -> Option<Ipv4Net> {
    let first = usize::from(zone_number.checked_sub(1)?) * 2;
    let index = match tier {
        Tier::Public => first,
        Tier::Private => first + 1,
    };
    vpc.subnets(vpc.prefix_len() + SUBNET_BITS).ok()?.nth(index)
}

/// Warnings about zones that the user listed for tasks and where Fargate is not known to run.
fn without_fargate(network: &ManagedNetwork, layout: &Layout) -> Vec<Problem> {
    let (key, zones) = match network.tasks_in {
        Tier::Public => ("network.public_zones", &network.public_zones),
        Tier::Private => ("network.private_zones", &network.private_zones),
    };
    let index = |placed: &Placed| match zones {
        Zones::Listed(refs) => refs.iter().position(|zone| match zone {
            ZoneRef::Id(id) => *id == placed.zone_id,
            ZoneRef::Name(name) => *name == placed.zone,
        }),
        Zones::Count(_) => None,
    };
    layout
        .tier(network.tasks_in)
        .iter()
        .filter(|placed| !fargate_runs(&placed.zone_id))
        .map(|placed| {
            let key = index(placed).map_or(key.to_owned(), |index| format!("{key}[{index}]"));
            let message = format!("Fargate is not known to run in {} ({})", placed.zone, placed.zone_id);
            Problem::new(Code::ZoneWithoutFargate, message)
                .at(key)
                .help("tasks that are placed there may not start: use another zone")
        })
        .collect()
}

/// Whether Fargate runs in a zone, by the ECS Developer Guide's page on Fargate's Regions: it names
/// the zones only of the Regions where some are left out.
pub(crate) fn fargate_runs(zone: &ZoneId) -> bool {
    match zone.as_str().split_once("-az") {
        Some(("use1", number)) => number != "3",
        Some(("usw1", number)) => ["1", "3"].contains(&number),
        Some(("apne1", number)) => ["1", "2", "4"].contains(&number),
        Some(("cac1" | "cnn1", number)) => ["1", "2"].contains(&number),
        _ => true,
    }
}

/// Whether tasks get out of the subnets that they run in.
enum WayOut {
    /// To the internet.
    Complete,
    /// To what they need for starting, but not to CloudReactor.
    NoInternet(Problem),
    /// Not even that.
    None(Problem),
}

fn way_out(network: &ManagedNetwork, layout: &Layout) -> WayOut {
    let closed: Vec<&str> = match network.tasks_in {
        Tier::Public => Vec::new(),
        Tier::Private => layout
            .private
            .iter()
            .filter(|placed| !layout.nat.routes.contains_key(&placed.zone_id))
            .map(|placed| placed.zone.as_str())
            .collect(),
    };
    if closed.is_empty() {
        return WayOut::Complete;
    }
    let subnets = format!("private subnets in {}", closed.join(", "));
    let missing: Vec<&str> = Endpoint::FARGATE_NEEDS
        .into_iter()
        .filter(|endpoint| !network.endpoints.contains(endpoint))
        .map(Endpoint::as_str)
        .collect();
    if missing.is_empty() {
        let warning = Problem::new(Code::NoInternet, format!("tasks cannot reach CloudReactor's API: {subnets}"))
            .at("network.nat")
            .because("there is no NAT gateway for them, and no endpoint leads to CloudReactor")
            .help("add a NAT gateway if tasks report their progress to CloudReactor");
        return WayOut::NoInternet(warning);
    }
    WayOut::None(
        Problem::new(Code::NoWayOut, format!("tasks cannot start: no way out of the {subnets}"))
            .at("network.nat")
            .because(format!("without a NAT gateway, Fargate needs the endpoints {} as well", missing.join(", ")))
            .help("set nat = \"single\" or \"per-zone\", or add these endpoints"),
    )
}

#[cfg(test)]
mod tests;
