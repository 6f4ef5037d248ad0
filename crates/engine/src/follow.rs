//! Follows an operation that somebody else has begun, or an earlier run of ours.

use groundwork_model::problem::Problem;
use groundwork_model::step::FollowStack;
use groundwork_model::world::{Observed, Operation, Settled, Stack, StackPhase, Stuck};
use groundwork_model::{Code, StackName};

use crate::diagnosis::{before_newest, explained, root_cause, undoing_failure, ways_out, what_failed};
use crate::execute::Done;
use crate::ports::{Cloud, StackEvent};
use crate::run::{Ends, StepRun};
use crate::tracker::{Before, Goal};
use crate::wait::{self, End, Watch};

/// Follows the operation of a stack to its end, and tells how it ended: well, or as the problem that it is.
pub(crate) async fn follow<E: Ends>(step: &StepRun<'_, E>, planned: &FollowStack) -> Result<Done, Problem> {
    let FollowStack { stack: name, id } = planned;
    let failed = |error| Problem::from(error).at(step.component.as_str());
    let Observed::Present(stack) = step.insist(|| step.cloud().stack_by_id(id)).await.map_err(failed)? else {
        return Ok(Done::Changed);
    };
    // Its history is read once; from then on only what is new.
    let history = step.insist(|| step.cloud().stack_events(id, None)).await.map_err(failed)?;
    let (newest, undoes) = before_newest(&history, name);
    let goal = goal(&stack);
    let before = Before { status: String::new(), newest: newest.cloned() };
    let end = wait::end(step, Watch { stack: name, id, goal, before: Some(before) }).await?;
    ended(step, name, Work { goal, undoes }, end)
}

/// What the operation was there for.
struct Work {
    goal: Goal,
    /// Whether somebody began it in order to undo another.
    undoes: bool,
}

fn goal(stack: &Stack) -> Goal {
    use Operation::{CreateInProgress, DeleteInProgress, RollbackInProgress, UpdateRollbackInProgress};
    match stack.phase {
        StackPhase::Moving(CreateInProgress) => Goal::Create,
        StackPhase::Moving(DeleteInProgress) => Goal::Delete,
        StackPhase::Moving(RollbackInProgress | UpdateRollbackInProgress) => Goal::RollBack,
        _ => Goal::Update,
    }
}

fn ended<E: Ends>(step: &StepRun<'_, E>, name: &StackName, work: Work, end: End) -> Result<Done, Problem> {
    let End { stack, events } = end;
    let status = stack.as_ref().map_or_else(|| "DELETE_COMPLETE".to_owned(), |stack| stack.phase.status());
    let is_gone = status == "DELETE_COMPLETE";
    let phase = stack.as_ref().map(|stack| &stack.phase);
    let undone = matches!(
        phase,
        Some(StackPhase::Settled(Settled::UpdateRollbackComplete | Settled::ImportRollbackComplete))
            | Some(StackPhase::Stuck(Stuck::RollbackComplete))
    );
    match phase {
        _ if is_gone && work.goal == Goal::Delete => return Ok(Done::Changed),
        _ if undone && work.undoes => return Ok(Done::Changed),
        Some(StackPhase::Settled(_)) if !undone => return Ok(Done::Changed),
        _ => {}
    }
    let cause = root_cause(&events, name);
    let failed = what_failed(cause, &format!("the operation on stack {name}"));
    let (code, fate) = match undone || is_gone {
        true => (Code::StackFailed, "and the stack was rolled back".to_owned()),
        false => (Code::StackNeedsRecovery, format!("and the stack is left in {status}")),
    };
    let problem = Problem::new(code, format!("{failed}, {fate}")).at(step.component.as_str());
    let reason = stack.as_ref().and_then(|stack| stack.status_reason.as_deref());
    let mut problem = explained(problem, &events, cause, reason);
    if let Some(event) = undoing_failure(&events, name).filter(|_| code == Code::StackNeedsRecovery) {
        problem = problem.because(undoing(event));
    }
    match stack.filter(|_| code == Code::StackNeedsRecovery) {
        Some(stack) => Err(ways_out(&stack).into_iter().fold(problem, Problem::help)),
        None => Err(problem.help("once the cause is removed, apply again")),
    }
}

fn undoing(event: &StackEvent) -> String {
    let reason = event.reason.as_deref().unwrap_or("AWS gave no reason");
    format!("undoing it failed at {}: {reason}", event.logical_id)
}
