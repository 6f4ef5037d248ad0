//! Whether the account may have what the plan adds.

use groundwork_model::Code;
use groundwork_model::least_privilege::Verb;
use groundwork_model::preflight::{Check, CheckName, CheckVerdict};
use groundwork_model::problem::Problem;
use groundwork_model::quota::Quota;

use super::{Demand, Planned, check, concerns_additions, skipped};
use crate::verify::Read;

const NAME: CheckName = CheckName::Quotas;

/// A demand, and what the account has and may have of it.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What the plan adds.
    pub demand: Demand,
    /// How many there are.
    pub used: Read<usize>,
    /// How many there may be.
    pub limit: Read<usize>,
}

pub(super) fn of_plan(verb: Verb, planned: &Planned, measured: &[Measured]) -> Check {
    if !concerns_additions(verb) {
        return skipped(NAME, format!("{verb} adds nothing"));
    }
    match planned {
        Planned::Made(_) if measured.is_empty() => check(NAME, "nothing that AWS limits is added", CheckVerdict::Ok),
        Planned::Made(_) => {
            let found: Vec<String> = measured.iter().map(told).collect();
            let problems = measured.iter().flat_map(judge).collect();
            check(NAME, found.join("; "), CheckVerdict::of(problems))
        }
        Planned::Refused(_) | Planned::NotMade(_) | Planned::None => skipped(NAME, "there is no plan to count by"),
    }
}

/// `Elastic IP addresses: 4 + 1 of 5`.
fn told(measured: &Measured) -> String {
    let number = |read: &Read<usize>| read.as_ref().map_or_else(|_| "?".to_owned(), ToString::to_string);
    let Measured { demand, used, limit } = measured;
    let things = demand.quota.things();
    format!("{things}{}: {} + {} of {}", place(demand), number(used), demand.adds, number(limit))
}

/// `1 more VPC`, `2 more NAT gateways in us-west-2a`.
fn more(demand: &Demand) -> String {
    let things = if demand.adds == 1 { demand.quota.thing() } else { demand.quota.things() };
    format!("{} more {things}{}", demand.adds, place(demand))
}

fn place(demand: &Demand) -> String {
    demand.zone.as_ref().map(|zone| format!(" in {zone}")).unwrap_or_default()
}

fn judge(measured: &Measured) -> Vec<Problem> {
    let Measured { demand, used, limit } = measured;
    match (used, limit) {
        (Ok(used), Ok(limit)) if used + demand.adds > *limit => vec![too_small(demand, *used, *limit)],
        (Ok(_), Ok(_)) => Vec::new(),
        (used, limit) => vec![not_checked(demand, used, limit)],
    }
}

fn too_small(demand: &Demand, used: usize, limit: usize) -> Problem {
    let Demand { quota, adds, .. } = demand;
    let problem = Problem::new(
        Code::QuotaTooSmall,
        format!("the plan needs {}, and AWS permits {}", more(demand), limit.saturating_sub(used)),
    )
    .at("network")
    .because(format!("{used} of {limit} are in use (quota {} of {})", quota.code(), quota.service()))
    .help(format!(
        "ask AWS for more: aws service-quotas request-service-quota-increase --service-code {} --quota-code {} \
             --desired-value {}",
        quota.service(),
        quota.code(),
        used + adds
    ));
    match quota {
        Quota::Addresses => problem.help("or release addresses, or use nat = \"single\" or \"none\", which need fewer"),
        Quota::Vpcs | Quota::InternetGateways => {
            problem.help("or use a VPC that is there: mode = \"use\" in [network]")
        }
        Quota::NatGateways => problem.help("or name other zones in network.nat"),
        Quota::InterfaceEndpoints | Quota::GatewayEndpoints => problem.help("or name fewer in network.endpoints"),
    }
}

/// What could not be read is unknown, and what AWS usually permits no answer.
fn not_checked(demand: &Demand, used: &Read<usize>, limit: &Read<usize>) -> Problem {
    let message = format!("whether the account may have {} was not checked", more(demand));
    let unread: Vec<&Problem> = [used, limit].into_iter().filter_map(|read| read.as_ref().err()).flatten().collect();
    let problem = unread.iter().fold(Problem::new(Code::NotChecked, message).at("network"), |problem, unread| {
        unread
            .causes
            .iter()
            .fold(problem.because(unread.message.clone()), |problem, cause| problem.because(cause.clone()))
    });
    match used {
        Ok(used) => problem.because(format!(
            "there would be {}, and AWS permits {} unless it granted more",
            used + demand.adds,
            demand.quota.usual()
        )),
        Err(_) => problem,
    }
}
