//! The network: what is made by default, and whether the parts fit each other.

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Endpoint, ExistingNetwork, ManagedNetwork, Nat, Network, Tier, Zones};
use ipnet::Ipv4Net;

use super::{Known, adoption, check_mode, missing, mode, stack_name, ways_out};
use crate::raw::NetworkSection;
use crate::read::{Field, Flag};
use crate::word::{NetworkMode, OneOf};

/// The address block of a new VPC.
const DEFAULT_CIDR: Ipv4Net = match Ipv4Net::new(std::net::Ipv4Addr::new(10, 0, 0, 0), 16) {
    Ok(block) => block,
    Err(_) => panic!("16 is a prefix length"),
};

/// Two zones survive the loss of one; a third costs more than it gains.
const DEFAULT_ZONES: Zones = Zones::Count(2);

pub(super) fn resolve(section: NetworkSection, known: &Known, problems: &mut Vec<Problem>) -> Option<Network> {
    let mode = mode(&section.mode, NetworkMode::Create)?;
    check_mode("network", &section, mode, problems);
    match mode {
        NetworkMode::Skip => Some(Network::Skip),
        NetworkMode::Use => existing(section, problems).map(Network::Use),
        NetworkMode::Create => {
            let network = managed(section, known)?;
            ways_out::check(&network, problems);
            Some(Network::Create(network))
        }
    }
}

fn existing(section: NetworkSection, problems: &mut Vec<Problem>) -> Option<ExistingNetwork> {
    let subnets = match section.subnets {
        Field::Given(subnets) => subnets.0,
        Field::Broken => return None,
        Field::Absent => {
            problems.push(missing("network.subnets", "mode = \"use\" needs the subnets that tasks run in"));
            return None;
        }
    };
    if subnets.is_empty() {
        let problem = Problem::new(Code::NoSubnetForTasks, "the Run Environment would have no subnet");
        problems.push(problem.at("network.subnets").help("name at least one subnet"));
    }
    Some(ExistingNetwork {
        vpc: section.vpc.given().map(|vpc| vpc.0),
        subnets,
        security_groups: section.security_groups.given().map(|groups| groups.0).unwrap_or_default(),
        assign_public_ip: section.assign_public_ip.given().map(|Flag(flag)| flag),
    })
}

/// The network with its defaults; `None` if a key that the others are held against is broken.
fn managed(section: NetworkSection, known: &Known) -> Option<ManagedNetwork> {
    let public_zones = or_default(section.public_zones, || DEFAULT_ZONES, |zones| zones.0)?;
    let private_zones = or_default(section.private_zones, || DEFAULT_ZONES, |zones| zones.0)?;
    let has_private = !private_zones.is_empty();
    let nat = or_default(section.nat, || default_nat(&public_zones, &private_zones), |nat| nat.0)?;
    let endpoints = or_default(
        section.endpoints,
        || default_endpoints(has_private),
        |list| list.0.into_iter().map(|OneOf(endpoint)| endpoint).collect(),
    )?;
    // Private where it can be: what has no public address cannot be reached from the internet.
    let default_tier = || if has_private { Tier::Private } else { Tier::Public };
    let tasks_in = or_default(section.tasks_in, default_tier, |OneOf(tier)| tier)?;
    Some(ManagedNetwork {
        stack_name: stack_name(&section.stack_name, known.stack_name("-network")),
        adoption: adoption(section.adopt),
        cidr: section.cidr.given().map_or(DEFAULT_CIDR, |cidr| cidr.0),
        public_zones,
        private_zones,
        nat,
        endpoints,
        tasks_in,
    })
}

fn or_default<T, U>(field: Field<T>, default: impl FnOnce() -> U, value: impl FnOnce(T) -> U) -> Option<U> {
    match field {
        Field::Absent => Some(default()),
        Field::Broken => None,
        Field::Given(given) => Some(value(given)),
    }
}

/// One gateway: tasks reach CloudReactor and the internet, for the price of one. Who needs to survive
/// the loss of its zone says `per-zone`.
fn default_nat(public: &Zones, private: &Zones) -> Nat {
    if public.is_empty() || private.is_empty() { Nat::None } else { Nat::Single }
}

/// The endpoints that cost nothing and keep traffic off the NAT gateway, which is paid by the gigabyte.
fn default_endpoints(has_private: bool) -> BTreeSet<Endpoint> {
    if has_private { BTreeSet::from([Endpoint::S3, Endpoint::DynamoDb]) } else { BTreeSet::new() }
}
