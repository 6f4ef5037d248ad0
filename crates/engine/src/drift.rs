//! Reads an environment as it is, has CloudFormation detect drift of its stacks meanwhile, and has the planner compare
//! all of it with what is declared. Changes nothing but what CloudFormation remembers of a stack's drift.
//!
//! What a plan is made from and what is in each stack are read side by side; the objects follow as soon as their stack
//! has named them. A read that fails makes its own part unknown, and takes nothing else with it.

mod detection;
mod objects;

use std::collections::BTreeMap;

use futures_util::future::{OptionFuture, join_all};
use futures_util::join;
use groundwork_model::drift::Drift;
use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;
use groundwork_model::world::{Observed, StackResource};
use groundwork_model::{Day, StackName};
use groundwork_planner::drift::{Approach, Live, LiveStack, Things, approach, drift as compare, sought};

use crate::discover::{self, Depth, wrong_account};
use crate::ports::{Clock, Cloud, Ports, Saas, Stop};
use crate::stacks::Stacks;
use crate::trouble::Trouble;

/// Compares an environment with what is declared. Fails if not even the account could be told, or is the wrong one.
pub async fn drift<C: Cloud, S: Saas, K: Clock, R, T: Stop>(
    ports: &Ports<C, S, K, R, T>,
    spec: &Spec,
    tool_version: &str,
) -> Result<Drift, Vec<Problem>> {
    let day = Day::at(ports.clock.now_ms());
    let found = Stacks::new(&ports.cloud, spec, Depth::Plan);
    let stacks = spec.managed_components().map(|(component, name)| stack(ports, spec, &found, (component, name)));
    let (parts, stacks) = join!(discover::read_with(&ports.cloud, &ports.saas, spec, &found), join_all(stacks));
    let caller = parts.caller.clone().map_err(|error| vec![error.into()])?;
    if let Some(problem) = spec.environment.account_id.as_ref().and_then(|account| wrong_account(&caller, account)) {
        return Err(vec![problem]);
    }
    let cluster = parts.cluster.clone().map_err(Trouble::into_problems);
    let cloudreactor = parts.cloudreactor.clone().map_err(Trouble::into_problems);
    let stacks: BTreeMap<Component, LiveStack> = stacks.into_iter().flatten().collect();
    let live = Live { caller, world: parts.world(spec), stacks, cluster, cloudreactor };
    Ok(compare(spec, &live, day, tool_version))
}

/// Reads a stack of ours and all that is in it; `None` if it cannot be compared.
async fn stack<C: Cloud, S, K: Clock, R, T: Stop>(
    ports: &Ports<C, S, K, R, T>,
    spec: &Spec,
    stacks: &Stacks<'_>,
    (component, name): (Component, &StackName),
) -> Option<(Component, LiveStack)> {
    let (stack, resources) = join!(stacks.one(name), ports.cloud.stack_resources(name.as_str()));
    let present = match &stack {
        Ok(Observed::Present(stack)) => stack,
        Ok(Observed::Absent) => return None,
        Err(_) => {
            let stack = stack.map_err(Trouble::into_problems);
            let unread = LiveStack { stack, resources: Ok(Vec::new()), detection: None, things: Things::Unread };
            return Some((component, unread));
        }
    };
    let approach = approach(spec, component, present);
    if approach == Approach::None {
        return None;
    }
    let detects = (approach == Approach::ReadsAndDetection).then(|| detection::detect(ports, &present.id));
    let read: &[StackResource] = resources.as_deref().unwrap_or_default();
    let (detection, things) = join!(OptionFuture::from(detects), objects::read(&ports.cloud, component, sought(read)));
    let resources = resources.map_err(|error| vec![error.into()]);
    let stack = stack.map_err(Trouble::into_problems);
    Some((component, LiveStack { stack, resources, detection, things }))
}
