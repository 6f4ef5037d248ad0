//! Leads a stack out of a failed update: goes on with its rollback, or begins it.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::step::{ContinueRollback, RollBack};
use groundwork_model::world::{StackPhase, Stuck};
use groundwork_model::{LogicalId, StackName};

use crate::diagnosis::{explained, root_cause, ways_out, what_failed};
use crate::execute::Done;
use crate::existing::{Existing, Work, operate};
use crate::run::{Ends, StepRun};
use crate::wait::End;

/// Goes on with a rollback.
pub(crate) async fn continue_rollback<E: Ends>(
    step: &StepRun<'_, E>,
    planned: &ContinueRollback,
) -> Result<Done, Problem> {
    let ContinueRollback { stack, id, skip } = planned;
    let skip: Vec<LogicalId> = skip.iter().cloned().collect();
    let existing = Existing { stack, id, work: Work::ContinueRollback { skip: &skip } };
    let may = |phase: &StackPhase| *phase == StackPhase::Stuck(Stuck::UpdateRollbackFailed);
    rolled_back(step, stack, operate(step, &existing, may).await?)
}

/// Rolls back a failed update.
pub(crate) async fn roll_back<E: Ends>(step: &StepRun<'_, E>, planned: &RollBack) -> Result<Done, Problem> {
    let RollBack { stack, id } = planned;
    let existing = Existing { stack, id, work: Work::RollBack };
    let may = |phase: &StackPhase| *phase == StackPhase::Stuck(Stuck::UpdateFailed);
    rolled_back(step, stack, operate(step, &existing, may).await?)
}

fn rolled_back<E: Ends>(step: &StepRun<'_, E>, name: &StackName, end: Option<End>) -> Result<Done, Problem> {
    let Some(End { stack: Some(stack), events }) = end else {
        let message = format!("stack {name} is gone: somebody has deleted it");
        return Err(Problem::new(Code::ChangeSetDisagrees, message)
            .at(step.component.as_str())
            .help("nothing is left to recover: plan again"));
    };
    if matches!(stack.phase, StackPhase::Settled(_)) {
        return Ok(Done::Changed);
    }
    let cause = root_cause(&events, name);
    let failed = what_failed(cause, &format!("rolling back stack {name}"));
    let message = format!("{failed}, and the stack is still in {}", stack.phase.status());
    let problem = Problem::new(Code::StackNeedsRecovery, message).at(step.component.as_str());
    let problem = explained(problem, &events, cause, stack.status_reason.as_deref());
    let problem = ways_out(&stack).into_iter().fold(problem, Problem::help);
    let skip = cause.map(|event| format!("to leave {0} as it is: groundwork recover --skip {0}", event.logical_id));
    Err(skip.into_iter().fold(problem, Problem::help))
}
