//! Rollouts whose role stacks are a stack set's: the set comes first, and the targets once they have its stack.

use groundwork_aws::Connector;
use groundwork_engine::ports::{Cloud, StackSets};
use groundwork_model::Code;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::RolloutTarget;
use groundwork_model::spec::{Role, Spec};
use groundwork_model::stack_set::RoleStackSet;
use groundwork_planner::stack_set::{self, ObservedSet};
use groundwork_spec::LoadedRollout;

use crate::args::AwsArguments;
use crate::failure::Failure;
use crate::wiring;

/// What comes next of a rollout.
#[expect(clippy::large_enum_variant, reason = "there is one in a run, and it is soon taken apart")]
pub enum Stage {
    /// The stack set: its stack is missing in some accounts, or has to change.
    Set(SetStage),
    /// The targets.
    Targets(LoadedRollout),
}

/// The stack set of a rollout, which has to be brought to its accounts first.
pub struct SetStage {
    /// What would be done.
    pub plan: Plan,
    /// The spec that the role is made from.
    pub spec: Spec,
    /// The set.
    pub set: RoleStackSet,
    /// How many targets wait for it.
    pub waiting: usize,
}

/// Finds out what comes next. Targets refer to the set's stack in their account from then on.
pub fn stage(mut loaded: LoadedRollout, aws: &AwsArguments) -> Result<Stage, Failure> {
    let Some(set) = loaded.rollout.role_stack_set.take() else { return Ok(Stage::Targets(loaded)) };
    let observed = wiring::runtime()?.block_on(read(&set, aws))?;
    let version = env!("CARGO_PKG_VERSION");
    let plan = stack_set::plan(&loaded.rollout, &set, &loaded.units, &observed, version);
    let plan = plan.map_err(|problems| loaded.places(0).place(problems))?;
    if !plan.is_empty() {
        let first = loaded.rollout.targets.first().map(|target| target.spec.clone());
        let spec = first.ok_or_else(|| Problem::new(Code::Internal, "a rollout without targets"))?;
        return Ok(Stage::Set(SetStage { plan, spec, set, waiting: loaded.rollout.targets.len() }));
    }
    for target in &mut loaded.rollout.targets {
        refer(target, &observed)?;
    }
    loaded.rollout.role_stack_set = Some(set);
    Ok(Stage::Targets(loaded))
}

/// The targets of a rollout, for a verb that changes no stack set.
pub fn targets(loaded: LoadedRollout, aws: &AwsArguments) -> Result<LoadedRollout, Failure> {
    match stage(loaded, aws)? {
        Stage::Targets(loaded) => Ok(loaded),
        Stage::Set(SetStage { set, .. }) => {
            let message = format!("stack set {} is not in every account as the spec says", set.name);
            let problem = Problem::new(Code::StackIncomplete, message).at("rollout.role.engine");
            Err(problem.help("bring it there first: groundwork apply -f PATH").into())
        }
    }
}

async fn read(set: &RoleStackSet, aws: &AwsArguments) -> Result<ObservedSet, Failure> {
    let connector = Connector::new(groundwork_aws::http_client()?, aws.profile.clone());
    let cloud = connector.connect(&set.access, &set.region).await;
    let (caller, found, instances) = tokio::join!(
        cloud.caller(),
        cloud.stack_set(&set.name, set.call_as),
        cloud.stack_instances(&set.name, set.call_as)
    );
    let placed = |error| Failure::from(Problem::from(error).at("rollout.role.administrator"));
    Ok(ObservedSet {
        caller: caller.map_err(placed)?,
        set: found.map_err(placed)?,
        instances: instances.map_err(placed)?,
    })
}

fn refer(target: &mut RolloutTarget, observed: &ObservedSet) -> Result<(), Problem> {
    let stack = observed.stack(&target.account, &target.spec.environment.region);
    let stack_name = stack.ok_or_else(|| {
        Problem::new(Code::Internal, format!("the stack of the set in {} has no name", target.account))
    })?;
    target.spec.role = Role::Use { stack_name };
    Ok(())
}
