//! One execution, and one step of it: what every step needs to act, to wait and to tell.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use groundwork_model::event::{Event, Progress};
use groundwork_model::plan::{Component, ComponentPlan, Target};
use groundwork_model::problem::Problem;
use groundwork_model::report::{SavedRunEnvironment, Span, UnderWay};
use groundwork_model::step::StepId;
use groundwork_model::world::Stack;
use groundwork_model::{Code, LogicalId, StackName};

use crate::execute::Settings;
use crate::ports::{ApiError, Clock, Cloud, Ports, Random, Saas, Sink, Stop};

/// Nobody has to wait longer than this for a sign of life.
const SILENCE_MS: u64 = 30_000;

/// Pauses between attempts of a call that fails in a way that passes. The adapters have retried before:
/// this is for disturbances that last.
pub(crate) const INSISTENCE: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// What every client token of ours begins with: AWS shows it in the events of an operation.
pub(crate) const TOKEN_PREFIX: &str = "groundwork-";

/// Length of the random part of a token.
const TOKEN_LENGTH: usize = 32;

/// All far ends behind one type parameter.
pub(crate) trait Ends {
    type Cloud: Cloud;
    type Saas: Saas;
    type Clock: Clock;
    type Random: Random;
    type Stop: Stop;

    fn cloud(&self) -> &Self::Cloud;
    fn saas(&self) -> &Self::Saas;
    fn clock(&self) -> &Self::Clock;
    fn random(&self) -> &Self::Random;
    fn stop(&self) -> &Self::Stop;
}

impl<C: Cloud, S: Saas, K: Clock, R: Random, T: Stop> Ends for Ports<C, S, K, R, T> {
    type Cloud = C;
    type Saas = S;
    type Clock = K;
    type Random = R;
    type Stop = T;

    fn cloud(&self) -> &C {
        &self.cloud
    }

    fn saas(&self) -> &S {
        &self.saas
    }

    fn clock(&self) -> &K {
        &self.clock
    }

    fn random(&self) -> &R {
        &self.random
    }

    fn stop(&self) -> &T {
        &self.stop
    }
}

/// What the steps have brought about so far.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// The stacks that were deployed, as they stand now.
    pub stacks: BTreeMap<StackName, Stack>,
    /// Stacks that were not deployed and had to be read.
    pub untouched: BTreeMap<StackName, Stack>,
    /// The Run Environment that was saved.
    pub run_environment: Option<SavedRunEnvironment>,
    /// The stacks that AWS goes on working on without us.
    pub under_way: Vec<UnderWay>,
}

impl Results {
    /// A stack as it stands now, if that is known.
    pub(crate) fn known(&self, name: &StackName) -> Option<&Stack> {
        self.stacks.get(name).or_else(|| self.untouched.get(name))
    }
}

/// One execution of a plan.
pub(crate) struct Run<'a, E> {
    pub ends: &'a E,
    pub settings: &'a Settings,
    pub sink: &'a dyn Sink,
    /// When it began.
    pub started_ms: u64,
    pub target: &'a Target,
    /// What the plan says of each component.
    pub components: &'a [ComponentPlan],
    pub results: RefCell<Results>,
}

/// Repeats a call that is safe to repeat while it fails in a way that passes, as often as there are pauses.
/// `wait` takes each of them, or says that it is no use to go on.
pub(crate) async fn insist<T, F>(
    pauses: &[Duration],
    call: impl Fn() -> F,
    wait: impl AsyncFn(&ApiError, Duration) -> Result<(), Stopped>,
) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    for pause in pauses {
        match call().await {
            Err(error) if error.class.is_transient() => {
                if wait(&error, *pause).await.is_err() {
                    return Err(error);
                }
            }
            settled => return settled,
        }
    }
    call().await
}

/// The user asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// One step that is being executed.
pub(crate) struct StepRun<'a, E> {
    pub run: &'a Run<'a, E>,
    pub id: StepId,
    pub component: Component,
    started_ms: u64,
    told_ms: Cell<u64>,
    moving: RefCell<Vec<LogicalId>>,
}

impl<'a, E: Ends> StepRun<'a, E> {
    /// Begins a step, and says so.
    pub(crate) fn begin(run: &'a Run<'a, E>, id: StepId, component: Component) -> Self {
        let now = run.ends.clock().now_ms();
        run.sink.event(Event::StepStarted { step: id, component });
        Self { run, id, component, started_ms: now, told_ms: Cell::new(now), moving: RefCell::default() }
    }

    pub(crate) fn cloud(&self) -> &'a E::Cloud {
        self.run.ends.cloud()
    }

    pub(crate) fn saas(&self) -> &'a E::Saas {
        self.run.ends.saas()
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.run.ends.clock().now_ms()
    }

    pub(crate) fn elapsed_ms(&self) -> u64 {
        self.now_ms().saturating_sub(self.started_ms)
    }

    /// When the step has been running, up to now.
    pub(crate) fn span(&self) -> Span {
        Span::between(self.started_ms, self.now_ms(), self.run.started_ms)
    }

    /// A token by which AWS knows a repeated call for the same one.
    pub(crate) fn token(&self) -> String {
        format!("{TOKEN_PREFIX}{}", self.run.ends.random().text(TOKEN_LENGTH).expose())
    }

    pub(crate) fn tell(&self, what: Progress) {
        self.told_ms.set(self.now_ms());
        self.run.sink.event(Event::Progress { step: self.id, component: self.component, what });
    }

    pub(crate) fn disturbed(&self, error: &ApiError) {
        self.tell(Progress::Disturbed { message: Problem::from(error).message });
    }

    /// Takes down what is moving, for the next sign of life.
    pub(crate) fn moves(&self, moving: Vec<LogicalId>) {
        *self.moving.borrow_mut() = moving;
    }

    pub(crate) fn stop_requested(&self) -> bool {
        self.run.ends.stop().requested()
    }

    /// Waits; less, if the user asks to stop.
    pub(crate) async fn pause(&self, duration: Duration) -> Result<(), Stopped> {
        self.unless_stopped(self.run.ends.clock().sleep(duration)).await
    }

    /// Finishes something that may be cut off at any time: a pause or a read.
    pub(crate) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        if self.stop_requested() {
            return Err(Stopped);
        }
        match select(pin!(work), pin!(self.run.ends.stop().wait())).await {
            Either::Left((done, _)) => Ok(done),
            Either::Right(_) => Err(Stopped),
        }
    }

    /// Repeats a call that is safe to repeat while it fails in a way that passes.
    pub(crate) async fn insist<T, F>(&self, call: impl Fn() -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let wait = async |error: &ApiError, pause| {
            self.disturbed(error);
            self.pause(pause).await
        };
        insist(&INSISTENCE, call, wait).await
    }

    /// Works, and gives a sign of life whenever nothing else was told for a while.
    pub(crate) async fn alive<T>(&self, work: impl Future<Output = T>) -> T {
        match select(pin!(work), pin!(self.beat())).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => match never {},
        }
    }

    async fn beat(&self) -> std::convert::Infallible {
        loop {
            let silent = self.now_ms().saturating_sub(self.told_ms.get());
            if silent >= SILENCE_MS {
                self.tell(Progress::Heartbeat { elapsed_ms: self.elapsed_ms(), moving: self.moving.borrow().clone() });
            } else {
                self.run.ends.clock().sleep(Duration::from_millis(SILENCE_MS - silent)).await;
            }
        }
    }

    /// The problem of a step that the user interrupted.
    pub(crate) fn interrupted(&self, what: impl Into<String>) -> Problem {
        Problem::new(Code::Interrupted, what).at(self.component.as_str())
    }
}
