//! Deletes a stack, by its ARN, and waits until it is gone.

use groundwork_model::problem::Problem;
use groundwork_model::step::DeleteStack;
use groundwork_model::world::{Operation, StackPhase, Stuck};
use groundwork_model::{Code, LogicalId, StackId, StackName};

use crate::diagnosis::{explained, root_cause, ways_out, what_failed};
use crate::execute::Done;
use crate::existing::{Existing, Work, operate};
use crate::run::{Ends, StepRun};
use crate::wait::End;

/// Deletes a stack.
pub(crate) async fn delete<E: Ends>(step: &StepRun<'_, E>, delete: &DeleteStack) -> Result<Done, Problem> {
    let retain: Vec<LogicalId> = delete.retain.iter().cloned().collect();
    to_the_end(step, &delete.stack, &delete.id, &retain, |phase| {
        // Where a run was cut off, its deletion goes on.
        let goes_on = *phase == StackPhase::Moving(Operation::DeleteInProgress);
        delete.only_in.as_ref().is_none_or(|status| goes_on || phase.status() == *status)
    })
    .await
}

/// Deletes what a failed creation left, if it still is that.
pub(crate) async fn corpse<E: Ends>(step: &StepRun<'_, E>, name: &StackName, id: &StackId) -> Result<Done, Problem> {
    to_the_end(step, name, id, &[], |phase| {
        use Stuck::{CreateFailed, DeleteFailed, RollbackComplete, RollbackFailed};
        matches!(
            phase,
            StackPhase::Stuck(CreateFailed | RollbackComplete | RollbackFailed | DeleteFailed)
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
    retain: &[LogicalId],
    may_go: impl Fn(&StackPhase) -> bool,
) -> Result<Done, Problem> {
    let existing = Existing { stack: name, id, work: Work::Delete { retain } };
    match operate(step, &existing, may_go).await? {
        None => Ok(Done::Unchanged),
        Some(end) => gone(step, name, end),
    }
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
    let problem = explained(problem, &end.events, cause, stack.status_reason.as_deref());
    Err(ways_out(&stack).into_iter().fold(problem, Problem::help))
}
