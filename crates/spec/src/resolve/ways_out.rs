//! Whether NAT gateways have a place to stand, and whether tasks get out of where they run.
//!
//! A zone may be listed by its name here and by its id there, and only AWS knows which belong
//! together. So a problem is one here only if it is one whichever zones are meant; the planner, which
//! knows the zones, finds the rest.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Endpoint, ManagedNetwork, Nat, Tier, ZoneRef, Zones};

use crate::key;

/// Tells what prevents tasks from running, or gateways from standing.
pub(super) fn check(network: &ManagedNetwork, problems: &mut Vec<Problem>) {
    if let Some(problem) = no_subnet(network) {
        problems.push(problem);
        return;
    }
    let before = problems.len();
    match &network.nat {
        Nat::None => {}
        Nat::Single | Nat::PerZone | Nat::Listed(_) if network.private_zones.is_empty() => {
            let message = "a NAT gateway would serve nobody: there are no private subnets";
            let problem = Problem::new(Code::InvalidValue, message).at("network.nat");
            problems.push(problem.help("set nat = \"none\", or ask for private_zones"));
        }
        Nat::Single => problems.extend(single(network)),
        Nat::PerZone => {
            let lost = |zone: &ZoneRef| format!("add \"{zone}\" to public_zones, or take it out of private_zones");
            standing(network, &network.private_zones, "network.private_zones", lost, problems);
        }
        Nat::Listed(zones) => {
            let lost = |zone: &ZoneRef| format!("add \"{zone}\" to public_zones, or take it out of nat");
            standing(network, &Zones::Listed(zones.clone()), "network.nat", lost, problems);
        }
    }
    if problems.len() == before {
        problems.extend(no_way_out(network));
    }
}

fn no_subnet(network: &ManagedNetwork) -> Option<Problem> {
    let (zones, key, word) = match network.tasks_in {
        Tier::Public => (&network.public_zones, "network.public_zones", "public"),
        Tier::Private => (&network.private_zones, "network.private_zones", "private"),
    };
    zones.is_empty().then(|| {
        let message = format!("the Run Environment would have no subnet: there are no {word} ones");
        Problem::new(Code::NoSubnetForTasks, message).at(key).help(format!("set {word}_zones = 2, or change tasks_in"))
    })
}

fn single(network: &ManagedNetwork) -> Option<Problem> {
    network.public_zones.is_empty().then(|| {
        Problem::new(Code::NatWithoutPublicSubnet, "there is no public subnet to put the NAT gateway in")
            .at("network.nat")
            .help("set public_zones = 1, or nat = \"none\"")
    })
}

/// Each of these zones gets a gateway, which has to stand in a public subnet of the zone.
fn standing(
    network: &ManagedNetwork,
    gateways: &Zones,
    list: &str,
    help: impl Fn(&ZoneRef) -> String,
    problems: &mut Vec<Problem>,
) {
    let before = problems.len();
    for (index, zone) in listed(gateways).iter().enumerate() {
        if certainly_not_in(zone, &network.public_zones) {
            let message = format!("zone {zone} has no public subnet to put its NAT gateway in");
            let problem = Problem::new(Code::NatWithoutPublicSubnet, message).at(key::item(list, index));
            problems.push(problem.help(help(zone)));
        }
    }
    let (wanted, public) = (gateways.len(), network.public_zones.len());
    if problems.len() == before && wanted > public {
        let message = format!("{wanted} NAT gateways need {wanted} public subnets, not {public}");
        let problem = Problem::new(Code::NatWithoutPublicSubnet, message).at("network.nat");
        problems.push(problem.help("each needs a public subnet in its own zone: ask for more public_zones"));
    }
}

/// Without a NAT gateway, a Fargate task starts only if endpoints lead to all that it needs for that.
fn no_way_out(network: &ManagedNetwork) -> Option<Problem> {
    let closed = closed_subnets(network)?;
    let missing: Vec<&str> = Endpoint::FARGATE_NEEDS
        .into_iter()
        .filter(|endpoint| !network.endpoints.contains(endpoint))
        .map(Endpoint::as_str)
        .collect();
    if missing.is_empty() {
        return None;
    }
    let help = if network.public_zones.is_empty() {
        "add these endpoints, or public_zones for a NAT gateway"
    } else {
        "set nat = \"single\" or \"per-zone\", or add these endpoints"
    };
    Some(
        Problem::new(Code::NoWayOut, format!("tasks cannot start: no way out of {closed}"))
            .at("network.nat")
            .because(format!("without a NAT gateway, Fargate also needs endpoints: {}", missing.join(", ")))
            .help(help),
    )
}

/// The subnets of tasks that certainly have no gateway.
fn closed_subnets(network: &ManagedNetwork) -> Option<String> {
    match (&network.nat, network.tasks_in) {
        (_, Tier::Public) | (Nat::Single | Nat::PerZone, Tier::Private) => None,
        (Nat::None, Tier::Private) => Some("the private subnets".to_owned()),
        (Nat::Listed(gateways), Tier::Private) => {
            let private = &network.private_zones;
            let gateways = Zones::Listed(gateways.clone());
            let closed: Vec<String> = listed(private)
                .iter()
                .filter(|zone| certainly_not_in(zone, &gateways))
                .map(ToString::to_string)
                .collect();
            if !closed.is_empty() {
                return Some(format!("the private subnets in {}", closed.join(", ")));
            }
            let more = private.len().checked_sub(gateways.len()).filter(|more| *more > 0)?;
            Some(format!("{more} of the {} private subnets", private.len()))
        }
    }
}

/// The zones of a choice, if it lists them.
fn listed(zones: &Zones) -> &[ZoneRef] {
    match zones {
        Zones::Listed(zones) => zones,
        Zones::Count(_) => &[],
    }
}

/// Whether a zone cannot be among these: they are listed, all in the same way as it, and it is not
/// there.
fn certainly_not_in(zone: &ZoneRef, zones: &Zones) -> bool {
    let alike = |other: &ZoneRef| {
        matches!((zone, other), (ZoneRef::Id(_), ZoneRef::Id(_)) | (ZoneRef::Name(_), ZoneRef::Name(_)))
    };
    match zones {
        Zones::Count(count) => *count == 0,
        Zones::Listed(others) => others.iter().all(|other| alike(other) && other != zone),
    }
}
