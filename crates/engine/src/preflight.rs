//! Finds out, before anything is changed, whether a verb could be carried out, and has the planner judge it. Changes
//! nothing.
//!
//! What the plan adds decides what is counted, so there are two waves: the reads that a plan is made from, and then
//! quotas, permissions and other VPCs side by side. A read that fails makes its check unknown, and nothing else.

mod measure;
mod region;
mod rights;

use futures_util::join;
use groundwork_model::least_privilege::Verb;
use groundwork_model::plan::Plan;
use groundwork_model::preflight::{CheckName, Preflight};
use groundwork_model::problem::Problem;
use groundwork_model::quota::Quota;
use groundwork_model::spec::{Network, Spec};
use groundwork_model::world::{Caller, CloudReactorState, Observed, Stack, Subnet, World, Zone};
use groundwork_model::{StackName, VpcId};
use groundwork_planner::preflight::{Found, Planned, concerns_additions, demands, judge};
use groundwork_planner::template::outputs;
use groundwork_planner::{RunEnvironmentFate, destroy, plan};

use crate::discover::{self, Depth, Parts, wrong_account};
use crate::ports::{Cloud, Saas};
use crate::trouble::Trouble;
use measure::Listings;

/// Checks a target. Fails if not even the account could be told, or is the wrong one: everything else hangs on it.
pub async fn preflight<C: Cloud, S: Saas>(
    cloud: &C,
    saas: &S,
    spec: &Spec,
    verb: Verb,
    tool_version: &str,
) -> Result<Preflight, Vec<Problem>> {
    let parts = discover::read(cloud, saas, spec, Depth::Plan).await;
    let caller = match &parts.caller {
        Ok(caller) => caller.clone(),
        Err(error) => return Err(vec![region::disabled(cloud, spec, error).await.unwrap_or_else(|| error.into())]),
    };
    if let Some(problem) = spec.environment.account_id.as_ref().and_then(|account| wrong_account(&caller, account)) {
        return Err(vec![problem]);
    }
    let zones = match &parts.zones {
        Ok(zones) => Ok(zones.clone()),
        Err(error) => Err(vec![region::disabled(cloud, spec, error).await.unwrap_or_else(|| error.into())]),
    };
    let cloudreactor = parts.cloudreactor.clone().map_err(Trouble::into_problems);
    let subnets = parts.network.as_ref().ok().and_then(Option::as_ref).map(|network| network.subnets.clone());
    let own_vpc = parts.stacks.as_ref().ok().and_then(|stacks| own_vpc(spec, |name| stacks.get(name)));
    let plan = planned(parts, spec, verb, tool_version);
    let seen = Seen { caller, zones, cloudreactor, subnets: subnets.unwrap_or_default(), own_vpc, plan };
    Ok(look(cloud, spec, verb, seen).await)
}

/// Checks a target of which the world was read and the plan made.
pub async fn of_plan<C: Cloud>(cloud: &C, spec: &Spec, verb: Verb, world: &World, plan: &Plan) -> Preflight {
    let seen = Seen {
        caller: world.caller.clone(),
        zones: Ok(world.zones.clone()),
        cloudreactor: Ok(world.cloudreactor.clone()),
        subnets: world.network.as_ref().map(|network| network.subnets.clone()).unwrap_or_default(),
        own_vpc: own_vpc(spec, |name| world.stacks.get(name)),
        plan: Planned::Made(Box::new(plan.clone())),
    };
    look(cloud, spec, verb, seen).await
}

/// What the first wave has found.
struct Seen {
    caller: Caller,
    zones: Result<Vec<Zone>, Vec<Problem>>,
    cloudreactor: Result<CloudReactorState, Vec<Problem>>,
    subnets: Vec<Subnet>,
    own_vpc: Option<VpcId>,
    plan: Planned,
}

/// The plan of a verb, or why there is none.
fn planned(parts: Parts, spec: &Spec, verb: Verb, tool_version: &str) -> Planned {
    let make = |world: &World| match verb {
        Verb::Destroy => destroy(spec, world, RunEnvironmentFate::Keep),
        _ => plan(spec, world, tool_version),
    };
    if !concerns_additions(verb) && verb != Verb::Destroy {
        return Planned::None;
    }
    if parts.zones.is_err() {
        return Planned::NotMade(CheckName::Region);
    }
    if parts.cloudreactor.is_err() {
        return Planned::NotMade(CheckName::Cloudreactor);
    }
    match parts.world(spec).and_then(|world| make(&world)) {
        Ok(plan) => Planned::Made(Box::new(plan)),
        Err(problems) => Planned::Refused(problems),
    }
}

/// The VPC that our network stack has as an output.
fn own_vpc<'a>(spec: &Spec, stack: impl FnOnce(&StackName) -> Option<&'a Observed<Stack>>) -> Option<VpcId> {
    let Network::Create(network) = &spec.network else { return None };
    let stack = stack(&network.stack_name)?.present()?;
    stack.outputs.get(&outputs::key(outputs::VPC))?.parse().ok()
}

/// The second wave.
async fn look<C: Cloud>(cloud: &C, spec: &Spec, verb: Verb, seen: Seen) -> Preflight {
    let Seen { caller, zones, cloudreactor, subnets, own_vpc, plan } = seen;
    let demands = match plan.plan() {
        Some(plan) if concerns_additions(verb) => demands(plan),
        Some(_) | None => Vec::new(),
    };
    let makes_vpc = demands.iter().any(|demand| demand.quota == Quota::Vpcs);
    let listings = Listings::new(cloud);
    let stays = own_vpc.as_ref().filter(|_| !makes_vpc);
    let vpcs = async { if makes_vpc { Some(listings.vpcs.clone().await) } else { None } };
    let (rights, vpcs, measured) = join!(
        rights::ask(cloud, spec, verb, &caller, plan.plan()),
        vpcs,
        measure::all(cloud, &listings, demands, stays)
    );
    let vpcs = vpcs.map(|vpcs| vpcs.map_err(|error| vec![error.into()]));
    let found = Found { caller, zones, cloudreactor, subnets, plan, rights, measured, vpcs, own_vpc };
    judge(spec, verb, &found)
}
