//! Chance without chance, a switch to ask for a stop, and sinks that remember.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Poll, Waker};

use groundwork_engine::ports::{Clock, Random, Sink, Stop};
use groundwork_engine::rollout::RolloutSink;
use groundwork_model::event::{Event, Progress};
use groundwork_model::rollout::{RolloutEvent, TargetEvent};
use groundwork_model::{Secret, TargetName};

use crate::ScriptedClock;

/// Texts that differ from each other and are the same in every run. Each begins with [`MARK`], so that
/// a secret that got out can be found.
#[derive(Clone, Debug, Default)]
pub struct FixedRandom(Rc<Cell<u64>>);

/// What every random text begins with, if it is long enough.
pub const MARK: &str = "RNDM";

impl Random for FixedRandom {
    fn text(&self, length: usize) -> Secret {
        self.0.set(self.0.get() + 1);
        let digits = length.saturating_sub(MARK.len());
        let text = format!("{MARK}{:0digits$}", self.0.get());
        Secret::new(&text[..length])
    }
}

/// A switch that asks for a stop.
#[derive(Clone, Debug, Default)]
pub struct StopSwitch(Rc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    on: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl StopSwitch {
    /// Asks for a stop.
    pub fn trigger(&self) {
        self.0.on.set(true);
        self.0.waiting.borrow_mut().drain(..).for_each(Waker::wake);
    }
}

impl Stop for StopSwitch {
    fn requested(&self) -> bool {
        self.0.on.get()
    }

    async fn wait(&self) {
        std::future::poll_fn(|context| {
            if self.0.on.get() {
                return Poll::Ready(());
            }
            self.0.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A sink that remembers every event and its time.
#[derive(Clone, Debug)]
pub struct Recorder {
    clock: ScriptedClock,
    events: Rc<RefCell<Vec<(u64, Event)>>>,
}

impl Recorder {
    /// Remembers nothing so far.
    pub fn new(clock: &ScriptedClock) -> Self {
        Self { clock: clock.clone(), events: Rc::default() }
    }

    /// Every event so far, with its time in milliseconds.
    pub fn events(&self) -> Vec<(u64, Event)> {
        self.events.borrow().clone()
    }

    /// What was told from within steps.
    pub fn progress(&self) -> Vec<Progress> {
        let what = |(_, event)| match event {
            Event::Progress { what, .. } => Some(what),
            Event::StepStarted { .. } | Event::StepFinished { .. } => None,
        };
        self.events().into_iter().filter_map(what).collect()
    }
}

impl Sink for Recorder {
    fn event(&self, event: Event) {
        self.events.borrow_mut().push((self.clock.now_ms(), event));
    }
}

/// What a rollout tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Of itself.
    Rollout(RolloutEvent),
    /// Of a target's plan as a whole.
    Target(TargetName, TargetEvent),
    /// Of what happens within a target's plan.
    Within(TargetName, Event),
}

/// A sink that remembers what a rollout tells, and can ask for a stop at any moment of it.
#[derive(Clone, Debug)]
pub struct RolloutRecorder {
    clock: ScriptedClock,
    told: Rc<RefCell<Vec<(u64, Told)>>>,
    stop: Option<(usize, StopSwitch)>,
}

impl RolloutRecorder {
    /// Remembers nothing so far.
    pub fn new(clock: &ScriptedClock) -> Self {
        Self { clock: clock.clone(), told: Rc::default(), stop: None }
    }

    /// Asks for a stop when the event of this number, from 1, is told.
    #[must_use]
    pub fn stopping_at(self, number: usize, switch: &StopSwitch) -> Self {
        Self { stop: Some((number, switch.clone())), ..self }
    }

    /// Everything so far, with its time in milliseconds.
    pub fn told(&self) -> Vec<(u64, Told)> {
        self.told.borrow().clone()
    }

    fn remember(&self, told: Told) {
        self.told.borrow_mut().push((self.clock.now_ms(), told));
        if let Some((number, switch)) = &self.stop
            && self.told.borrow().len() == *number
        {
            switch.trigger();
        }
    }
}

impl RolloutSink for RolloutRecorder {
    fn rollout(&self, event: RolloutEvent) {
        self.remember(Told::Rollout(event));
    }

    fn target(&self, target: &TargetName, event: TargetEvent) {
        self.remember(Told::Target(target.clone(), event));
    }

    fn event(&self, target: &TargetName, event: Event) {
        self.remember(Told::Within(target.clone(), event));
    }
}
