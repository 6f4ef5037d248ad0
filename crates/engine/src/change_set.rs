//! A change set from its making to its execution. Whatever ends before the execution leaves neither the
//! change set nor the empty shell of a new stack behind.

use std::time::Duration;

use groundwork_model::event::Progress;
use groundwork_model::problem::Problem;
use groundwork_model::step::DeployStack;
use groundwork_model::world::{Observed, StackPhase};
use groundwork_model::{Code, StackId};

use crate::agreement::disagreements;
use crate::diagnosis::of_change_set;
use crate::ports::{
    ApiError, ChangeSet, ChangeSetHandle, ChangeSetKind, ChangeSetRequest, ChangeSetStatus, Clock, Cloud, ErrorClass,
};
use crate::run::{Ends, StepRun, insist};
use crate::tracker::Before;

/// The first pause between two looks: small change sets are ready within a second.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The largest change sets take a minute; after so long, this one will not come.
const DEADLINE_MS: u64 = 5 * 60 * 1000;
/// After so long without any answer, nobody is there: nothing has begun yet, so nothing is lost by giving up.
const SILENCE_MS: u64 = 60 * 1000;

/// A change set that agrees with the plan.
pub(crate) struct Agreed {
    pub handle: ChangeSetHandle,
    pub kind: ChangeSetKind,
}

/// Makes a change set and holds it against the plan. `None`: there is nothing to change.
pub(crate) async fn agree<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    request: &ChangeSetRequest,
) -> Result<Option<Agreed>, Problem> {
    step.tell(Progress::ChangeSetCreating { stack: deploy.stack.clone() });
    // Even after a wish to stop: without the answer, nothing could be cleaned up.
    let handle = persist(step, || step.cloud().create_change_set(request)).await;
    let handle = handle.map_err(|error| refused(deploy, request, &error).at(step.component.as_str()))?;
    let agreed = Agreed { handle, kind: request.kind };
    match examined(step, deploy, &agreed.handle).await {
        Ok(Some(changes)) => {
            step.tell(Progress::ChangeSetAgrees { changes });
            Ok(Some(agreed))
        }
        Ok(None) => match discard(step, &agreed).await {
            None => Ok(None),
            Some(left) => Err(Problem::new(Code::ChangeSetFailed, "an empty change set could not be removed")
                .at(step.component.as_str())
                .because(left)),
        },
        Err(problem) => Err(discarded(step, &agreed, problem).await),
    }
}

/// Starts a change set. Its end is [`crate::wait`]'s business.
pub(crate) async fn execute<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    agreed: &Agreed,
    token: &str,
    before: Option<&Before>,
) -> Result<(), Problem> {
    if step.stop_requested() {
        let problem = step.interrupted("interrupted before the change set was executed").help(RERUN);
        return Err(discarded(step, agreed, problem).await);
    }
    let error = match step.insist(|| step.cloud().execute_change_set(&agreed.handle, token)).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    match begun(step, agreed, token, before).await {
        Begun::ByUs => Ok(()),
        // What may have begun must not be cleaned up after.
        Begun::Perhaps if error.class.is_transient() => Ok(()),
        Begun::No | Begun::Unknown if error.class.is_transient() => Err(unconfirmed(step, deploy, &error)),
        Begun::No | Begun::Perhaps | Begun::Unknown => {
            let problem = not_executed(deploy, error).at(step.component.as_str());
            Err(discarded(step, agreed, problem).await)
        }
    }
}

/// Whether AWS began although it did not say so.
enum Begun {
    /// An event carries our token.
    ByUs,
    /// Something has begun, and the events do not tell by whom.
    Perhaps,
    /// Nothing is to be seen.
    No,
    /// The events cannot be read.
    Unknown,
}

/// Looks for a beginning: the answer to a call that worked may have been lost, and its repetition refused, since the
/// change set had been executed by then.
async fn begun<E: Ends>(step: &StepRun<'_, E>, agreed: &Agreed, token: &str, before: Option<&Before>) -> Begun {
    let known = before.and_then(|before| before.newest.as_ref()).map(|event| event.id.as_str());
    let Ok(events) = persist(step, || step.cloud().stack_events(&agreed.handle.stack_id, known)).await else {
        return Begun::Unknown;
    };
    let mut events = events.iter().filter(|event| event.status != "REVIEW_IN_PROGRESS").peekable();
    if events.peek().is_none() {
        Begun::No
    } else if events.any(|event| event.token.as_deref() == Some(token)) {
        Begun::ByUs
    } else {
        Begun::Perhaps
    }
}

fn unconfirmed<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack, error: &ApiError) -> Problem {
    let message = format!("AWS did not confirm that it works on stack {}", deploy.stack);
    Problem::new(Code::StackTimedOut, message)
        .at(step.component.as_str())
        .because(Problem::from(error).message)
        .help("AWS may be working: wait a minute, then run the same command again")
}

fn not_executed(deploy: &DeployStack, error: ApiError) -> Problem {
    match error.class {
        ErrorClass::Invalid | ErrorClass::Gone => {
            let message = format!("the change set of stack {} could not be executed", deploy.stack);
            Problem::new(Code::ChangeSetFailed, message)
                .because(format!("AWS said: {}", error.message))
                .help("the stack may have been changed meanwhile: run the same command again")
        }
        _ => Problem::from(error),
    }
}

/// Removes what was made so far, after a problem; what cannot be removed becomes part of it.
pub(crate) async fn discarded<E: Ends>(step: &StepRun<'_, E>, agreed: &Agreed, problem: Problem) -> Problem {
    match discard(step, agreed).await {
        None => problem,
        Some(left) => problem.because(left),
    }
}

const RERUN: &str = "nothing was changed: run the same command again";

/// How many changes an agreeing change set has; `None` if there is nothing to change.
async fn examined<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    handle: &ChangeSetHandle,
) -> Result<Option<usize>, Problem> {
    let ChangeSet { status, changes } = made(step, deploy, handle).await?;
    let reason = match status {
        ChangeSetStatus::NoChanges => return Ok(None),
        ChangeSetStatus::Ready => match disagreements(&deploy.announced, &changes) {
            excess if excess.is_empty() => return Ok(Some(changes.len())),
            excess => return Err(disagreement(step, deploy, excess)),
        },
        ChangeSetStatus::Failed(reason) => reason,
        ChangeSetStatus::Obsolete => "the stack has changed since the change set was made".to_owned(),
        ChangeSetStatus::Pending => format!("it was not ready after {} minutes", DEADLINE_MS / 60_000),
    };
    let found = of_change_set(step.cloud(), &handle.id, &reason).await;
    let problem = failed(deploy).at(step.component.as_str()).because(format!("AWS said: {reason}"));
    Err(found.into_iter().fold(problem, Problem::because).help(RERUN))
}

/// Waits until the change set is made, or the deadline is over: then it is still pending. Fails if nothing is to be
/// heard of it.
async fn made<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    handle: &ChangeSetHandle,
) -> Result<ChangeSet, Problem> {
    let started_ms = step.now_ms();
    let mut heard_ms = started_ms;
    let mut pause = FIRST_PAUSE;
    let stopped =
        |_| step.interrupted(format!("interrupted while stack {}'s change set was made", deploy.stack)).help(RERUN);
    loop {
        match step.unless_stopped(step.cloud().change_set(handle)).await.map_err(stopped)? {
            Ok(set) if set.status != ChangeSetStatus::Pending => return Ok(set),
            Ok(set) if step.now_ms().saturating_sub(started_ms) >= DEADLINE_MS => return Ok(set),
            Ok(_) => heard_ms = step.now_ms(),
            Err(error) if error.class.is_transient() && step.now_ms().saturating_sub(heard_ms) < SILENCE_MS => {
                step.disturbed(&error);
            }
            Err(error) => return Err(Problem::from(error).at(step.component.as_str())),
        }
        step.pause(pause).await.map_err(stopped)?;
        pause = (pause.mul_f64(1.5)).min(LONGEST_PAUSE);
    }
}

/// Removes the change set and, for a stack that it would have made, the shell. Says what is left, if
/// anything is.
async fn discard<E: Ends>(step: &StepRun<'_, E>, agreed: &Agreed) -> Option<String> {
    let Agreed { handle, kind } = agreed;
    let set = persist(step, || step.cloud().delete_change_set(handle)).await;
    let shell = match kind {
        ChangeSetKind::Create => remove_shell(step, &handle.stack_id).await,
        ChangeSetKind::Update => Ok(()),
    };
    match (set, shell, kind) {
        // The shell takes its change sets with it.
        (_, Ok(()), ChangeSetKind::Create) | (Ok(()), Ok(()), ChangeSetKind::Update) => None,
        (_, Err(error), _) => Some(format!("the empty stack {} is left: {}", handle.stack_id, error.message)),
        (Err(error), ..) => Some(format!("the change set {} is left: {}", handle.id, error.message)),
    }
}

/// Deletes the stack only if it is still a shell: anything else is not ours to undo.
async fn remove_shell<E: Ends>(step: &StepRun<'_, E>, id: &StackId) -> Result<(), ApiError> {
    let stack = persist(step, || step.cloud().stack_by_id(id)).await?;
    match stack {
        Observed::Present(stack) if stack.phase == StackPhase::Shell => {
            let token = step.token();
            persist(step, || step.cloud().delete_stack(id, &[], &token)).await
        }
        Observed::Present(_) | Observed::Absent => Ok(()),
    }
}

/// Like [`StepRun::insist`], but a wish to stop does not end it: it is what is done before stopping.
/// Shorter, since somebody may be waiting for just that.
async fn persist<E: Ends, T, F>(step: &StepRun<'_, E>, call: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let wait = async |error: &ApiError, pause| {
        step.disturbed(error);
        step.run.ends.clock().sleep(pause).await;
        Ok(())
    };
    insist(&[1, 2, 4].map(Duration::from_secs), call, wait).await
}

fn failed(deploy: &DeployStack) -> Problem {
    Problem::new(Code::ChangeSetFailed, format!("CloudFormation could not make a change set of stack {}", deploy.stack))
}

/// CloudFormation did not take the request for a change set.
fn refused(deploy: &DeployStack, request: &ChangeSetRequest, error: &ApiError) -> Problem {
    match error.class {
        ErrorClass::Unavailable => Problem::from(error)
            .help(format!("change set {} of stack {} may be left: it changes nothing", request.name, deploy.stack))
            .help("run the same command again"),
        ErrorClass::Invalid | ErrorClass::Gone => failed(deploy).because(format!("AWS said: {}", error.message)),
        _ => Problem::from(error),
    }
}

fn disagreement<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack, excess: Vec<String>) -> Problem {
    let message = format!("CloudFormation's change set of stack {} does more than the plan says", deploy.stack);
    let mut problem = Problem::new(Code::ChangeSetDisagrees, message).at(step.component.as_str());
    problem.causes = excess;
    problem.help("nothing was changed; look at the plan again, the stack may have been changed meanwhile")
}
