//! Who calls, where, and whether tasks can run there.

use groundwork_model::Code;
use groundwork_model::least_privilege::Verb;
use groundwork_model::preflight::{Check, CheckName, CheckVerdict};
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Network, Spec};
use groundwork_model::world::{Caller, Vpc, Zone};
use ipnet::Ipv4Net;

use super::{Found, Planned, check, concerns_additions, demands, skipped};
use crate::layout::fargate_runs;
use crate::verify::Read;
use groundwork_model::quota::Quota;

/// Whose credentials they are. That the account is the spec's was settled before.
pub(super) fn identity(spec: &Spec, caller: &Caller) -> Check {
    let name = CheckName::Identity;
    let partition = caller.arn.partition();
    let found = format!("account {}, partition {partition}", caller.account);
    let expected = spec.environment.partition().as_str();
    // The isolated partitions have names that begin alike.
    if partition.starts_with(expected) && (expected != "aws" || partition == expected) {
        return check(name, found, CheckVerdict::Ok);
    }
    let message =
        format!("these credentials belong to partition {partition}, and {} to {expected}", spec.environment.region);
    let problem = Problem::new(Code::WrongAccount, message)
        .at("environment.region")
        .help("use credentials of an account in that partition, or set another environment.region");
    check(name, found, CheckVerdict::of(vec![problem]))
}

/// Whether the account may use the Region. AWS refuses every call there if it may not.
pub(super) fn region(spec: &Spec, zones: &Read<Vec<Zone>>) -> Check {
    let (name, region) = (CheckName::Region, &spec.environment.region);
    match zones {
        Ok(zones) => {
            let usable = zones.iter().filter(|zone| zone.available).count();
            check(name, format!("{region}, {usable} of {} zones available", zones.len()), CheckVerdict::Ok)
        }
        Err(problems) => check(name, region.to_string(), CheckVerdict::of(problems.clone())),
    }
}

/// Whether Fargate runs where the tasks will be.
pub(super) fn fargate_zones(spec: &Spec, verb: Verb, found: &Found) -> Check {
    let name = CheckName::FargateZones;
    if !concerns_additions(verb) {
        return skipped(name, format!("{verb} starts no task"));
    }
    match (&spec.network, &found.plan) {
        (Network::Skip, _) => skipped(name, "the spec leaves the network out"),
        (Network::Use(_), _) if found.subnets.is_empty() => skipped(name, "the subnets were not found"),
        (Network::Use(_), _) => {
            let zones: Vec<&str> = found.subnets.iter().map(|subnet| subnet.zone_id.as_str()).collect();
            let outside =
                found.subnets.iter().filter(|subnet| subnet.zone_id.parse().is_ok_and(|id| !fargate_runs(&id)));
            let problems = outside.map(|subnet| {
                let message = format!("Fargate is not known to run in {} ({})", subnet.zone, subnet.zone_id);
                Problem::new(Code::ZoneWithoutFargate, message)
                    .at("network.subnets")
                    .because(format!("{} lies there", subnet.id))
            });
            check(name, told(zones), CheckVerdict::of(problems.collect()))
        }
        (Network::Create(_), Planned::Made(plan)) => {
            let warned = plan.warnings.iter().filter(|warning| warning.code == Code::ZoneWithoutFargate);
            check(name, "the zones that the network uses", CheckVerdict::of(warned.cloned().collect()))
        }
        (Network::Create(_), Planned::Refused(_) | Planned::NotMade(_) | Planned::None) => {
            skipped(name, "there is no plan that names zones")
        }
    }
}

fn told(mut zones: Vec<&str>) -> String {
    zones.sort_unstable();
    zones.dedup();
    zones.join(", ")
}

/// Whether a VPC that would be made has addresses of its own.
pub(super) fn address_block(spec: &Spec, verb: Verb, found: &Found) -> Check {
    let name = CheckName::AddressBlock;
    let Network::Create(network) = &spec.network else { return skipped(name, "the spec makes no VPC") };
    let makes = found.plan.plan().is_some_and(|plan| demands(plan).iter().any(|demand| demand.quota == Quota::Vpcs));
    if !concerns_additions(verb) || !makes {
        return skipped(name, "no VPC is made");
    }
    match &found.vpcs {
        None => skipped(name, "no VPC is made"),
        Some(Ok(vpcs)) => {
            let others: Vec<&Vpc> = vpcs.iter().filter(|vpc| Some(&vpc.id) != found.own_vpc.as_ref()).collect();
            let problems = others.iter().filter_map(|vpc| overlap(network.cidr, vpc)).collect();
            let compared = format!("{}, compared with those of {} other VPCs", network.cidr, others.len());
            check(name, compared, CheckVerdict::of(problems))
        }
        Some(Err(problems)) => {
            let message = format!("whether another VPC has addresses of {} was not checked", network.cidr);
            let causes = problems.iter().map(|problem| problem.message.clone());
            let problem = causes.fold(Problem::new(Code::NotChecked, message).at("network.cidr"), Problem::because);
            check(name, network.cidr.to_string(), CheckVerdict::of(vec![problem]))
        }
    }
}

fn overlap(own: Ipv4Net, vpc: &Vpc) -> Option<Problem> {
    let common = vpc.cidrs.iter().find(|block| block.contains(&own) || own.contains(*block))?;
    let name = vpc.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    Some(
        Problem::new(Code::AddressesOverlap, format!("{own} overlaps {common} of {}{name}", vpc.id))
            .at("network.cidr")
            .because("the two could never be joined by peering or a transit gateway")
            .help("set another network.cidr, unless they never have to talk to each other"),
    )
}
