//! Judges, before anything is changed, whether a verb could be carried out: from what AWS and CloudReactor show, and
//! from what AWS says it would allow.
//!
//! What could not be found out is a warning, and never taken for fine.

mod demand;
mod quotas;
mod rights;
mod surroundings;

use groundwork_model::VpcId;
use groundwork_model::least_privilege::Verb;
use groundwork_model::plan::{Plan, Target};
use groundwork_model::preflight::{Check, CheckName, CheckVerdict, PREFLIGHT_FORMAT, Preflight};
use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;
use groundwork_model::world::{Caller, CloudReactorState, Subnet, Vpc, Zone};

use crate::run_environment::DEVELOPER;
use crate::verify::Read;
pub use demand::{Demand, demands, rehearsals};
pub use quotas::Measured;
pub use rights::Rights;

/// What was found out about a target.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who calls.
    pub caller: Caller,
    /// The Region's zones.
    pub zones: Read<Vec<Zone>>,
    /// CloudReactor's side.
    pub cloudreactor: Read<CloudReactorState>,
    /// The subnets that the spec refers to.
    pub subnets: Vec<Subnet>,
    /// The plan of the verb.
    pub plan: Planned,
    /// What the caller may do.
    pub rights: Rights,
    /// What the account has, and may have, of what the plan adds.
    pub measured: Vec<Measured>,
    /// The VPCs of the Region; `None` if they are of no concern.
    pub vpcs: Option<Read<Vec<Vpc>>>,
    /// The VPC that our own stack has made.
    pub own_vpc: Option<VpcId>,
}

/// What became of the plan of a verb.
#[derive(Clone, Debug)]
pub enum Planned {
    /// It was made.
    Made(Box<Plan>),
    /// It was refused, for these reasons.
    Refused(Vec<Problem>),
    /// It was not made, since another check has failed.
    NotMade(CheckName),
    /// The verb has none that could be made beforehand.
    None,
}

impl Planned {
    /// The plan, if it was made.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Made(plan) => Some(plan),
            Self::Refused(_) | Self::NotMade(_) | Self::None => None,
        }
    }
}

/// Whether what a plan adds is of concern to a verb.
pub fn concerns_additions(verb: Verb) -> bool {
    matches!(verb, Verb::Plan | Verb::Apply)
}

/// Judges everything that was found out.
pub fn judge(spec: &Spec, verb: Verb, found: &Found) -> Preflight {
    Preflight {
        format_version: PREFLIGHT_FORMAT.to_owned(),
        verb,
        target: Target::of(&spec.environment, &found.caller),
        checks: vec![
            surroundings::identity(spec, &found.caller),
            surroundings::region(spec, &found.zones),
            cloudreactor(verb, &found.cloudreactor),
            plan(verb, &found.plan),
            rights::of_caller(verb, &found.rights),
            quotas::of_plan(verb, &found.plan, &found.measured),
            surroundings::fargate_zones(spec, verb, found),
            surroundings::address_block(spec, verb, found),
        ],
    }
}

fn check(name: CheckName, found: impl Into<String>, verdict: CheckVerdict) -> Check {
    Check { name, found: found.into(), verdict }
}

fn skipped(name: CheckName, why: impl Into<String>) -> Check {
    check(name, why, CheckVerdict::Skipped)
}

fn cloudreactor(verb: Verb, state: &Read<CloudReactorState>) -> Check {
    let name = CheckName::Cloudreactor;
    match state {
        _ if !verb.asks_cloudreactor() => skipped(name, format!("{verb} does not need it")),
        Ok(CloudReactorState { user, group, access_level, .. }) => {
            let found = format!("{user} in group {}, access level {access_level}, {DEVELOPER} is needed", group.name);
            check(name, found, CheckVerdict::Ok)
        }
        Err(problems) => check(name, "not usable", CheckVerdict::of(problems.clone())),
    }
}

fn plan(verb: Verb, planned: &Planned) -> Check {
    let name = CheckName::Plan;
    match planned {
        Planned::Made(plan) if plan.is_empty() => check(name, "nothing to do", CheckVerdict::Ok),
        Planned::Made(plan) => {
            let tally = plan.tally();
            let counts = [
                (tally.create, "to add"),
                (tally.update, "to update"),
                (tally.replace, "to replace"),
                (tally.delete, "to delete"),
            ];
            let told =
                counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
            check(name, told.collect::<Vec<_>>().join(", "), CheckVerdict::Ok)
        }
        Planned::Refused(problems) => check(name, "there is none", CheckVerdict::of(problems.clone())),
        Planned::NotMade(other) => skipped(name, format!("not made: {other} comes first")),
        Planned::None => skipped(name, format!("{verb} has none beforehand")),
    }
}
