//! Creates or updates a stack: change set, agreement, execution, wait, and what to say of its end.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join;
use groundwork_model::event::Progress;
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::is_secret_parameter;
use groundwork_model::step::{DeployKind, DeployStack, ParameterValue};
use groundwork_model::world::{Observed, Settled, Stack, StackPhase, Stuck};
use groundwork_model::{Code, ParameterKey, Secret};
use groundwork_planner::CHANGE_SET_PREFIX;

use crate::change_set::{self, Agreed};
use crate::diagnosis::{explained, root_cause, undoing_failure, ways_out, what_failed};
use crate::execute::Done;
use crate::ports::{ChangeSetKind, ChangeSetRequest, Cloud, ParameterInput, Random, StackEvent};
use crate::run::{Ends, StepRun};
use crate::tracker::{Before, Goal};
use crate::wait::{self, End, Watch};
use crate::{delete, standing, takeover};

/// Length of the secrets that groundwork makes: 190 bits of chance.
const SECRET_LENGTH: usize = 32;
/// Length of the part that makes a change set's name unique.
const NAME_LENGTH: usize = 16;
/// How often a stack is read again that does not yet show what was just deployed.
const REREADS: u32 = 3;

/// Deploys a stack.
pub(crate) async fn deploy<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack) -> Result<Done, Problem> {
    let before = match &deploy.kind {
        DeployKind::Create => None,
        DeployKind::Recreate { corpse } => {
            step.tell(Progress::DeletingCorpse { stack: deploy.stack.clone() });
            delete::corpse(step, &deploy.stack, corpse).await?;
            None
        }
        DeployKind::Update { id, updated } => Some(standing::planned(step, deploy, id, updated.as_deref()).await?),
    };
    if step.stop_requested() {
        let message = format!("interrupted before stack {} was touched", deploy.stack);
        return Err(step.interrupted(message).help("run the same command again"));
    }
    let request = request(step, deploy)?;
    let (agreed, free) = join(change_set::agree(step, deploy, &request), takeover::check(step, deploy)).await;
    let Some(agreed) = agreed? else { return Ok(Done::Unchanged) };
    if let Err(problem) = free {
        return Err(change_set::discarded(step, &agreed, problem).await);
    }
    change_set::execute(step, deploy, &agreed, &request.token, before.as_ref()).await?;
    step.tell(Progress::OperationStarted { stack: deploy.stack.clone() });
    let end = follow(step, deploy, &agreed, before).await?;
    let stack = outcome(step, deploy, end)?;
    let stack = current(step, deploy, stack).await;
    step.run.results.borrow_mut().stacks.insert(deploy.stack.clone(), stack);
    Ok(Done::Changed)
}

fn request<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack) -> Result<ChangeSetRequest, Problem> {
    let (kind, stack_id) = match &deploy.kind {
        DeployKind::Create | DeployKind::Recreate { .. } => (ChangeSetKind::Create, None),
        DeployKind::Update { id, .. } => (ChangeSetKind::Update, Some(id.clone())),
    };
    let random = |length| step.run.ends.random().text(length);
    let name = format!("{CHANGE_SET_PREFIX}{}", random(NAME_LENGTH).expose());
    Ok(ChangeSetRequest {
        stack: deploy.stack.clone(),
        stack_id,
        name: name.parse().map_err(|error| {
            Problem::new(Code::Internal, "the random generator gave no valid name").because(format!("{error}"))
        })?,
        kind,
        template: deploy.template.to_string(),
        parameters: inputs(step, &deploy.parameters),
        tags: deploy.tags.clone(),
        token: step.token(),
    })
}

/// The values of parameters, with secrets that are made now.
pub(crate) fn inputs<E: Ends>(
    step: &StepRun<'_, E>,
    parameters: &BTreeMap<ParameterKey, ParameterValue>,
) -> BTreeMap<ParameterKey, ParameterInput> {
    let input = |key: &str, value: &ParameterValue| match value {
        ParameterValue::Literal(text) if is_secret_parameter(key) => ParameterInput::Secret(Secret::new(text.clone())),
        ParameterValue::Literal(text) => ParameterInput::Text(text.clone()),
        ParameterValue::Previous => ParameterInput::Previous,
        ParameterValue::Generated(_) => ParameterInput::Secret(step.run.ends.random().text(SECRET_LENGTH)),
    };
    parameters.iter().map(|(key, value)| (key.clone(), input(key.as_str(), value))).collect()
}

async fn follow<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    agreed: &Agreed,
    before: Option<Before>,
) -> Result<End, Problem> {
    let goal = match agreed.kind {
        ChangeSetKind::Create => Goal::Create,
        ChangeSetKind::Update => Goal::Update,
    };
    wait::end(step, Watch { stack: &deploy.stack, id: &agreed.handle.stack_id, goal, before }).await
}

/// The stack, if its operation ended well.
fn outcome<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack, end: End) -> Result<Stack, Problem> {
    let End { stack, events } = end;
    let Some(stack) = stack else { return Err(rolled_back(step, deploy, &events, None)) };
    match &stack.phase {
        StackPhase::Settled(Settled::UpdateRollbackComplete | Settled::ImportRollbackComplete)
        | StackPhase::Stuck(Stuck::DeleteComplete | Stuck::RollbackComplete) => {
            Err(rolled_back(step, deploy, &events, Some(&stack)))
        }
        StackPhase::Settled(_) => Ok(stack),
        StackPhase::Stuck(_) | StackPhase::Moving(_) | StackPhase::Shell | StackPhase::Unrecognized(_) => {
            Err(needs_recovery(step, deploy, &events, &stack))
        }
    }
}

fn rolled_back<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    events: &[StackEvent],
    stack: Option<&Stack>,
) -> Problem {
    let cause = root_cause(events, &deploy.stack);
    let failed = what_failed(cause, &format!("deploying stack {}", deploy.stack));
    let problem = Problem::new(Code::StackFailed, format!("{failed}, and the stack was rolled back"));
    let reason = stack.and_then(|stack| stack.status_reason.as_deref());
    let problem = explained(problem.at(step.component.as_str()), events, cause, reason);
    let again = "once the cause is removed, run the same command again";
    let is_gone = stack.is_none_or(|stack| stack.phase == StackPhase::Stuck(Stuck::DeleteComplete));
    match (&deploy.kind, is_gone) {
        (DeployKind::Create | DeployKind::Recreate { .. }, true) => {
            problem.help(format!("nothing of this stack is left in AWS; {again}"))
        }
        (DeployKind::Create | DeployKind::Recreate { .. }, false) => {
            problem.help("what is left of the stack can only be deleted: --allow delete permits that").help(again)
        }
        (DeployKind::Update { .. }, true) => problem.help("somebody deleted the stack meanwhile: plan again"),
        (DeployKind::Update { .. }, false) => problem.help(format!("the stack is as it was before; {again}")),
    }
}

fn needs_recovery<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    events: &[StackEvent],
    stack: &Stack,
) -> Problem {
    let cause = root_cause(events, &deploy.stack);
    let failed = what_failed(cause, &format!("deploying stack {}", deploy.stack));
    let message = format!("{failed}, and the stack is left in {}", stack.phase.status());
    let problem = Problem::new(Code::StackNeedsRecovery, message).at(step.component.as_str());
    let mut problem = explained(problem, events, cause, stack.status_reason.as_deref());
    if let Some(event) = undoing_failure(events, &deploy.stack) {
        let reason = event.reason.as_deref().unwrap_or("AWS gave no reason");
        problem = problem.because(format!("undoing it failed at {}: {reason}", event.logical_id));
    }
    ways_out(stack).into_iter().fold(problem, Problem::help)
}

/// The stack as it was just deployed. A read may be late by seconds, and then shows the outputs of
/// before: the tags, which carry the deployment's fingerprint, tell.
async fn current<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack, mut stack: Stack) -> Stack {
    let is_late = |stack: &Stack| deploy.tags.iter().any(|(key, value)| stack.tags.get(key) != Some(value));
    for _ in 0..REREADS {
        if !is_late(&stack) || step.pause(Duration::from_secs(2)).await.is_err() {
            break;
        }
        if let Ok(Observed::Present(read)) = step.cloud().stack_by_id(&stack.id).await {
            stack = read;
        }
    }
    stack
}
