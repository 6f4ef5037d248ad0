//! Deletes a stack, by its ARN, and waits until it is gone.

use groundwork_model::event::Progress;
use groundwork_model::problem::Problem;
use groundwork_model::step::DeleteStack;
use groundwork_model::world::{Observed, Operation, StackPhase, Stuck};
use groundwork_model::{Code, StackId, StackName};

use crate::execute::Done;
use crate::failure::{explained, root_cause, what_failed};
use crate::ports::{Cloud, ErrorClass};
use crate::recovery;
use crate::run::{Ends, StepRun};
use crate::tracker::{Before, Goal};
use crate::wait::{self, End, Watch};

/// Deletes a stack.
pub(crate) async fn delete<E: Ends>(step: &StepRun<'_, E>, delete: &DeleteStack) -> Result<Done, Problem> {
    to_the_end(step, &delete.stack, &delete.id, |_| true).await
}

/// Deletes what a failed creation left, if it still is that.
pub(crate) async fn corpse<E: Ends>(step: &StepRun<'_, E>, name: &StackName, id: &StackId) -> Result<Done, Problem> {
    to_the_end(step, name, id, |phase| {
        use Stuck::{DeleteFailed, RollbackComplete, RollbackFailed};
        matches!(
            phase,
            StackPhase::Stuck(RollbackComplete | RollbackFailed | DeleteFailed)
                | StackPhase::Moving(Operation::DeleteInProgress)
        )
    })
    .await
}

/// Deletes a stack that stands as it may, and waits until it is gone. One that is gone already is no change.
async fn to_the_end<E: Ends>(
    step: &StepRun<'_, E>,
    name: &StackName,
    id: &StackId,
    may_go: fn(&StackPhase) -> bool,
) -> Result<Done, Problem> {
    let failed = |error| Problem::from(error).at(step.component.as_str());
    let status = match step.insist(|| step.cloud().stack_by_id(id)).await.map_err(failed)? {
        Observed::Absent => return Ok(Done::Unchanged),
        Observed::Present(stack) if stack.phase == StackPhase::Stuck(Stuck::DeleteComplete) => {
            return Ok(Done::Unchanged);
        }
        Observed::Present(stack) if may_go(&stack.phase) => stack.phase.status(),
        Observed::Present(stack) => {
            let message = format!("stack {name} is not what the plan was made to delete");
            return Err(Problem::new(Code::ChangeSetDisagrees, message)
                .at(step.component.as_str())
                .because(format!("it is in {} by now", stack.phase.status()))
                .help("nothing was changed: plan again"));
        }
    };
    let newest = wait::newest_event(step, id).await.map_err(failed)?;
    if step.stop_requested() {
        let message = format!("interrupted before stack {name} was deleted");
        return Err(step.interrupted(message).help("run the same command again"));
    }
    let token = step.token();
    step.insist(|| step.cloud().delete_stack(id, &token)).await.map_err(|error| match error.class {
        ErrorClass::Invalid => Problem::new(Code::DeleteFailed, format!("AWS refused to delete stack {name}"))
            .at(step.component.as_str())
            .because(format!("AWS said: {}", error.message)),
        _ => Problem::from(error).at(step.component.as_str()),
    })?;
    step.tell(Progress::OperationStarted { stack: name.clone() });
    let before = Some(Before { status, newest });
    let end = wait::end(step, Watch { stack: name, id, goal: Goal::Delete, before }).await?;
    gone(step, name, end)
}

fn gone<E: Ends>(step: &StepRun<'_, E>, name: &StackName, end: End) -> Result<Done, Problem> {
    let Some(stack) = end.stack else { return Ok(Done::Changed) };
    if stack.phase == StackPhase::Stuck(Stuck::DeleteComplete) {
        return Ok(Done::Changed);
    }
    let cause = root_cause(&end.events, name);
    let failed = what_failed(cause, &format!("deleting stack {name}"));
    let message = format!("{failed}, and the stack is left in {}", stack.phase.status());
    let problem = Problem::new(Code::DeleteFailed, message).at(step.component.as_str());
    let problem = explained(problem, cause, stack.status_reason.as_deref());
    Err(recovery::commands(&stack, &step.run.target.region).into_iter().fold(problem, Problem::help))
}
