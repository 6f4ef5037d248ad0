//! Follows an operation on a stack to its end.
//!
//! The stack is pinned by its ARN, so that another one of the same name is never mistaken for it. AWS
//! goes on by itself: whatever ends the wait early leaves the operation running.

use std::time::Duration;

use futures_util::future::join;
use groundwork_model::problem::Problem;
use groundwork_model::report::UnderWay;
use groundwork_model::world::{Observed, Stack};
use groundwork_model::{Code, StackId, StackName};

use crate::pace::Pace;
use crate::ports::{ApiError, Cloud, ErrorClass, StackEvent};
use crate::run::{Ends, StepRun};
use crate::tracker::{Before, Goal, Tracker, Verdict};

/// The stack itself is read at least so often, should its events be late.
const READ_EVERY_MS: u64 = 10_000;

/// What to follow.
pub(crate) struct Watch<'a> {
    pub stack: &'a StackName,
    pub id: &'a StackId,
    pub goal: Goal,
    /// What the stack was like before; `None` for a new one.
    pub before: Option<Before>,
}

/// How an operation ended.
pub(crate) struct End {
    /// The stack, if anything of it can still be read.
    pub stack: Option<Stack>,
    /// The operation's events, oldest first.
    pub events: Vec<StackEvent>,
}

/// The newest event of a stack: those of an operation that begins now are newer.
pub(crate) async fn newest_event<E: Ends>(step: &StepRun<'_, E>, id: &StackId) -> Result<Option<StackEvent>, ApiError> {
    Ok(step.insist(|| step.cloud().newest_event(id.as_str())).await?.into_present())
}

/// Waits for the end of an operation, however it ends.
pub(crate) async fn end<E: Ends>(step: &StepRun<'_, E>, watch: Watch<'_>) -> Result<End, Problem> {
    let tracker = Tracker::new(watch.goal, watch.stack.clone(), watch.before.clone());
    let mut wait = Wait { step, watch: &watch, tracker, pace: Pace::new(), read_ms: step.now_ms() };
    if step.run.settings.detach {
        return Err(detached(step, &watch));
    }
    let started_ms = step.now_ms();
    let deadline_ms = u64::try_from(step.run.settings.stack_timeout.as_millis()).unwrap_or(u64::MAX);
    loop {
        let interrupted = |_| interrupted(step, &watch);
        let (ended, pause) = step.unless_stopped(wait.look()).await.map_err(interrupted)??;
        if let Some(seen) = ended {
            let stack = match seen {
                Observed::Present(stack) => Some(stack),
                Observed::Absent => None,
            };
            step.moves(Vec::new());
            return Ok(End { stack, events: wait.tracker.into_events() });
        }
        if step.now_ms().saturating_sub(started_ms) >= deadline_ms {
            return Err(timed_out(step, &watch));
        }
        step.pause(pause).await.map_err(interrupted)?;
    }
}

struct Wait<'a, E> {
    step: &'a StepRun<'a, E>,
    watch: &'a Watch<'a>,
    tracker: Tracker,
    pace: Pace,
    read_ms: u64,
}

impl<E: Ends> Wait<'_, E> {
    /// Looks once: at the events, and at the stack if that is due. Returns the stack if the operation
    /// has ended, and how long to pause otherwise.
    async fn look(&mut self) -> Result<(Option<Observed<Stack>>, Duration), Problem> {
        let due = self.step.now_ms().saturating_sub(self.read_ms) >= READ_EVERY_MS;
        let (events, seen) = join(self.events(), self.stack_if(due)).await;
        let news = self.passing(events)?;
        let mut read = self.passing(seen)?;
        let mut disturbed = news.is_none() || read.is_none();
        for progress in self.tracker.absorb(news.unwrap_or_default()) {
            self.step.tell(progress);
        }
        self.step.moves(self.tracker.moving());
        if self.tracker.end_was_told() && !matches!(read, Some(Some(_))) {
            let seen = self.stack_if(true).await;
            read = self.passing(seen)?;
            disturbed |= read.is_none();
        }
        if let Some(Some(seen)) = read {
            self.read_ms = self.step.now_ms();
            if self.tracker.judge(&seen, self.read_ms) == Verdict::Ended {
                return Ok((Some(seen), Duration::ZERO));
            }
        }
        let pause = if disturbed { self.pace.after_disturbance() } else { self.pace.after_success() };
        Ok((None, pause))
    }

    async fn events(&self) -> Result<Vec<StackEvent>, ApiError> {
        match self.step.cloud().stack_events(self.watch.id, self.tracker.newest()).await {
            // The stack is gone with all its events: the read of the stack tells so.
            Err(error) if error.class == ErrorClass::Gone => Ok(Vec::new()),
            outcome => outcome,
        }
    }

    async fn stack_if(&self, due: bool) -> Result<Option<Observed<Stack>>, ApiError> {
        if due { self.step.cloud().stack_by_id(self.watch.id).await.map(Some) } else { Ok(None) }
    }

    /// What a read brought; `None` if it failed in a way that passes, which is told.
    fn passing<T>(&self, outcome: Result<T, ApiError>) -> Result<Option<T>, Problem> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.class.is_transient() => {
                self.step.disturbed(&error);
                Ok(None)
            }
            Err(error) => Err(lost_sight(self.step, self.watch, &error)),
        }
    }
}

fn work(watch: &Watch<'_>) -> &'static str {
    match watch.goal {
        Goal::Create => "creating",
        Goal::Update => "updating",
        Goal::RollBack => "rolling back",
        Goal::Delete => "deleting",
    }
}

/// What happens without us, and how to get back to it.
fn goes_on<E: Ends>(step: &StepRun<'_, E>, problem: Problem, watch: &Watch<'_>) -> Problem {
    let (component, stack, id) = (step.component, watch.stack.clone(), watch.id.clone());
    step.run.results.borrow_mut().under_way.push(UnderWay { component, stack, id });
    problem
        .help(format!("AWS goes on {} stack {}", work(watch), watch.stack))
        .help("once it is done, run the same command again: it goes on where this run stopped")
}

fn detached<E: Ends>(step: &StepRun<'_, E>, watch: &Watch<'_>) -> Problem {
    let message = format!("left while AWS is {} stack {}, as asked by --detach", work(watch), watch.stack);
    goes_on(step, Problem::new(Code::Detached, message).at(step.component.as_str()), watch)
}

fn interrupted<E: Ends>(step: &StepRun<'_, E>, watch: &Watch<'_>) -> Problem {
    let message = format!("interrupted while AWS was {} stack {}", work(watch), watch.stack);
    goes_on(step, step.interrupted(message), watch)
}

fn timed_out<E: Ends>(step: &StepRun<'_, E>, watch: &Watch<'_>) -> Problem {
    let minutes = step.run.settings.stack_timeout.as_secs() / 60;
    let message = format!("{} stack {} took longer than {minutes} minutes", work(watch), watch.stack);
    let problem = Problem::new(Code::StackTimedOut, message).at(step.component.as_str());
    goes_on(step, problem, watch).help("or wait longer: --stack-timeout MINUTES")
}

fn lost_sight<E: Ends>(step: &StepRun<'_, E>, watch: &Watch<'_>, error: &ApiError) -> Problem {
    let message = format!("lost sight of stack {} while AWS was {} it", watch.stack, work(watch));
    let mut problem = Problem::new(Code::StackTimedOut, message).at(step.component.as_str());
    let reason = Problem::from(error);
    problem = problem.because(reason.message);
    problem.causes.extend(reason.causes);
    match error.class {
        ErrorClass::Expired | ErrorClass::NoCredentials => {
            goes_on(step, problem, watch).help("it needs fresh credentials")
        }
        _ => goes_on(step, problem, watch),
    }
}
