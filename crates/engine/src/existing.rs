//! An operation on a stack that exists: from the check that it still stands as planned, to its end.

use groundwork_model::event::Progress;
use groundwork_model::problem::Problem;
use groundwork_model::world::{Observed, StackPhase, Stuck};
use groundwork_model::{Code, LogicalId, StackId, StackName};

use crate::ports::{ApiError, Cloud, ErrorClass};
use crate::run::{Ends, StepRun};
use crate::tracker::{Before, Goal};
use crate::wait::{self, End, Watch};

/// What is done to which stack.
pub(crate) struct Existing<'a> {
    pub stack: &'a StackName,
    pub id: &'a StackId,
    pub work: Work<'a>,
}

/// What is done to a stack.
#[derive(Clone, Copy)]
pub(crate) enum Work<'a> {
    /// It is deleted, but for these resources.
    Delete { retain: &'a [LogicalId] },
    /// Its rollback goes on, without these resources.
    ContinueRollback { skip: &'a [LogicalId] },
    /// It is rolled back.
    RollBack,
}

impl Work<'_> {
    /// What it does, in words.
    fn verb(self) -> &'static str {
        match self {
            Self::Delete { .. } => "delete",
            Self::ContinueRollback { .. } => "go on with the rollback of",
            Self::RollBack => "roll back",
        }
    }

    fn goal(self) -> Goal {
        match self {
            Self::Delete { .. } => Goal::Delete,
            Self::ContinueRollback { .. } | Self::RollBack => Goal::RollBack,
        }
    }

    /// The code of AWS's refusal to begin.
    fn refusal(self) -> Code {
        match self {
            Self::Delete { .. } => Code::DeleteFailed,
            Self::ContinueRollback { .. } | Self::RollBack => Code::StackNeedsRecovery,
        }
    }

    async fn begin<C: Cloud>(self, cloud: &C, id: &StackId, token: &str) -> Result<(), ApiError> {
        match self {
            Self::Delete { retain } => cloud.delete_stack(id, retain, token).await,
            Self::ContinueRollback { skip } => cloud.continue_rollback(id, skip, token).await,
            Self::RollBack => cloud.roll_back(id, token).await,
        }
    }
}

/// Begins the operation, if the stack stands as it may, and waits for its end, however it ends. `None`: the stack
/// is gone.
pub(crate) async fn operate<E: Ends>(
    step: &StepRun<'_, E>,
    existing: &Existing<'_>,
    may_begin: impl Fn(&StackPhase) -> bool,
) -> Result<Option<End>, Problem> {
    let Existing { stack: name, id, work } = *existing;
    let failed = |error| Problem::from(error).at(step.component.as_str());
    let status = match step.insist(|| step.cloud().stack_by_id(id)).await.map_err(failed)? {
        Observed::Absent => return Ok(None),
        Observed::Present(stack) if stack.phase == StackPhase::Stuck(Stuck::DeleteComplete) => return Ok(None),
        Observed::Present(stack) if may_begin(&stack.phase) => stack.phase.status(),
        Observed::Present(stack) => {
            let message = format!("stack {name} is not what the plan was made to {}", work.verb());
            return Err(Problem::new(Code::ChangeSetDisagrees, message)
                .at(step.component.as_str())
                .because(format!("it is in {} by now", stack.phase.status()))
                .help("nothing was changed: plan again"));
        }
    };
    let newest = wait::newest_event(step, id).await.map_err(failed)?;
    if step.stop_requested() {
        let message = format!("interrupted before stack {name} was touched");
        return Err(step.interrupted(message).help("run the same command again"));
    }
    let token = step.token();
    let begun = step.insist(|| work.begin(step.cloud(), id, &token)).await;
    begun.map_err(|error| refused(step, existing, error))?;
    step.tell(Progress::OperationStarted { stack: name.clone() });
    let before = Some(Before { status, newest });
    wait::end(step, Watch { stack: name, id, goal: work.goal(), before }).await.map(Some)
}

fn refused<E: Ends>(step: &StepRun<'_, E>, existing: &Existing<'_>, error: ApiError) -> Problem {
    let problem = match error.class {
        ErrorClass::Invalid => {
            let message = format!("AWS refused to {} stack {}", existing.work.verb(), existing.stack);
            Problem::new(existing.work.refusal(), message).because(format!("AWS said: {}", error.message))
        }
        _ => Problem::from(error),
    };
    problem.at(step.component.as_str())
}
