//! Settings of the network that would cost less, each laid out and counted as if the spec had it.

use std::cmp::Reverse;
use std::fmt::Display;

use groundwork_model::Region;
use groundwork_model::cost::{Alternative, Billable, HOURS_PER_MONTH};
use groundwork_model::money::Usd;
use groundwork_model::spec::{Endpoint, ManagedNetwork, Nat, Tier};
use serde_json::Value;

use super::between;
use super::count::Count;
use super::prices::price;
use crate::context::Context;
use crate::diff::resolve::Scope;
use crate::layout::layout;
use crate::template;

/// Another network, and what is lost by it.
struct Candidate {
    network: ManagedNetwork,
    drawback: String,
}

/// What would cost less than the network that is wanted, what saves most first.
pub(super) fn of(
    context: &Context<'_>,
    wanted: &ManagedNetwork,
    deployed: Option<&Value>,
    after: &Count,
) -> Vec<Alternative> {
    let region = &context.target.region;
    let mut found: Vec<Alternative> = candidates(wanted, region)
        .into_iter()
        .filter_map(|candidate| {
            let count = count(context, &candidate.network, deployed)?;
            let saves = -between(region, after, &count).monthly_change();
            let setting = setting(wanted, &candidate.network);
            (saves > Usd::ZERO).then_some(Alternative { setting, saves, drawback: candidate.drawback })
        })
        .collect();
    found.sort_by_key(|alternative| Reverse(alternative.saves));
    found
}

/// What there would be of another network; `None` if it cannot be laid out, or tasks could not start in it.
fn count(context: &Context<'_>, network: &ManagedNetwork, deployed: Option<&Value>) -> Option<Count> {
    let (layout, _) = layout(network, &context.world.zones, deployed).ok()?;
    let template = template::network(&context.spec.environment, network, &layout);
    Some(Count::of(template.json(), &Scope::default()))
}

fn candidates(wanted: &ManagedNetwork, region: &Region) -> Vec<Candidate> {
    let mut candidates = vec![without_interfaces(wanted, region)];
    if wanted.nat != Nat::None {
        candidates.push(single(wanted));
        candidates.push(public(wanted, region));
        candidates.extend(endpoints_only(wanted));
    }
    candidates
}

/// One NAT gateway for all zones.
fn single(wanted: &ManagedNetwork) -> Candidate {
    let behind = match wanted.tasks_in {
        Tier::Private => "all tasks",
        Tier::Public => "all private subnets",
    };
    let drawback = format!("the loss of the gateway's zone cuts off {behind}, and traffic between zones is billed");
    Candidate { network: ManagedNetwork { nat: Nat::Single, ..wanted.clone() }, drawback }
}

/// Tasks that go out by addresses of their own.
fn public(wanted: &ManagedNetwork, region: &Region) -> Candidate {
    let network = ManagedNetwork { nat: Nat::None, tasks_in: Tier::Public, ..wanted.clone() };
    let drawback = match wanted.tasks_in {
        Tier::Public => "private subnets have no way to the internet".to_owned(),
        Tier::Private => {
            let month = price(Billable::PublicAddress, region).amount * HOURS_PER_MONTH;
            let cents = month.cents();
            format!("tasks have public addresses that change, and each costs ${cents} a month while its task runs")
        }
    };
    Candidate { network, drawback }
}

/// Endpoints to what tasks need for starting, and no way to the internet.
fn endpoints_only(wanted: &ManagedNetwork) -> Option<Candidate> {
    let endpoints = wanted.endpoints.iter().copied().chain(Endpoint::FARGATE_NEEDS).collect();
    let network = ManagedNetwork { nat: Nat::None, endpoints, ..wanted.clone() };
    let drawback = "tasks reach only AWS services that have an endpoint: not CloudReactor's API, to which they report their progress";
    (wanted.tasks_in == Tier::Private).then(|| Candidate { network, drawback: drawback.to_owned() })
}

/// No endpoints but those that are free: their services can be reached over the internet as well.
fn without_interfaces(wanted: &ManagedNetwork, region: &Region) -> Candidate {
    let endpoints = wanted.endpoints.iter().copied().filter(|endpoint| endpoint.is_gateway()).collect();
    let drawback = match wanted.tasks_in {
        Tier::Private => {
            let [nat, endpoint] =
                [Billable::NatTraffic, Billable::EndpointTraffic].map(|what| price(what, region).amount);
            format!("traffic to these services goes through a NAT gateway, at ${nat} a GB instead of ${endpoint}")
        }
        Tier::Public => "traffic to these services goes to their public addresses".to_owned(),
    };
    Candidate { network: ManagedNetwork { endpoints, ..wanted.clone() }, drawback }
}

/// What to write to get the one network instead of the other.
fn setting(wanted: &ManagedNetwork, other: &ManagedNetwork) -> String {
    let mut parts = Vec::new();
    if other.tasks_in != wanted.tasks_in {
        let tier = match other.tasks_in {
            Tier::Public => "public",
            Tier::Private => "private",
        };
        parts.push(format!("tasks_in = \"{tier}\""));
    }
    if other.nat != wanted.nat {
        parts.push(format!("nat = {}", nat(&other.nat)));
    }
    if other.endpoints != wanted.endpoints {
        parts.push(format!("endpoints = {}", list(&other.endpoints)));
    }
    parts.join(", ")
}

fn nat(nat: &Nat) -> String {
    match nat {
        Nat::None => "\"none\"".to_owned(),
        Nat::Single => "\"single\"".to_owned(),
        Nat::PerZone => "\"per-zone\"".to_owned(),
        Nat::Listed(zones) => list(zones),
    }
}

fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("\"{item}\"")).collect();
    format!("[{}]", items.join(", "))
}
