//! Shows the events of a rollout to people and to machines.

use std::cell::RefCell;
use std::io;

use groundwork_engine::ports::Clock;
use groundwork_engine::rollout::RolloutSink;
use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::rollout::{RolloutEvent, RolloutPlan, TargetEvent};
use groundwork_model::stream::Body;
use groundwork_view::{Reading, RolloutLines, RolloutLive, RolloutView};

use crate::output::Output;
use crate::system::SystemClock;

/// How far the reading of targets has come, for people.
pub struct ReadingProgress {
    /// None where stdout is a machine's.
    people: Option<Reading>,
}

impl ReadingProgress {
    /// Nothing was read so far, of so many targets.
    pub fn new(targets: usize, output: &Output<'_>) -> Self {
        let terminal = output.terminal();
        let people = if output.is_for_machines() {
            None
        } else if terminal.live {
            Some(Reading::stderr(targets))
        } else {
            Some(Reading::lines(Box::new(io::stderr()), &terminal.err, SystemClock.now_ms(), targets))
        };
        Self { people }
    }

    /// One more was read.
    pub fn one(&mut self, came_to_something: bool) {
        let shown = self.people.as_mut().map(|people| people.one(SystemClock.now_ms(), came_to_something));
        if let Some(Err(error)) = shown {
            tracing::debug!(%error, "progress could not be shown");
        }
    }
}

impl Drop for ReadingProgress {
    /// Also where reading was given up: what is told then has to begin on a line of its own.
    fn drop(&mut self) {
        if let Some(people) = self.people.take() {
            people.finish();
        }
    }
}

/// The views of a rollout. Progress that cannot be shown stops nothing: what was begun in AWS matters more
/// than its picture.
pub struct Progress<'a, 'o> {
    /// None where stdout is a machine's, which sees the same events.
    people: RefCell<Option<Box<dyn RolloutView>>>,
    output: &'a Output<'o>,
}

impl<'a, 'o> Progress<'a, 'o> {
    /// Views that know the plan.
    pub fn new(plan: &RolloutPlan, output: &'a Output<'o>) -> Self {
        let terminal = output.terminal();
        let people: Option<Box<dyn RolloutView>> = if output.is_for_machines() {
            None
        } else if terminal.live {
            Some(Box::new(RolloutLive::stderr(&terminal.err, terminal.rows).for_plan(plan)))
        } else {
            Some(Box::new(RolloutLines::new(io::stderr(), &terminal.err).for_plan(plan)))
        };
        output.log(|logs| logs.plan(plan));
        Self { people: RefCell::new(people), output }
    }

    /// Ends the show.
    pub fn finish(&self) {
        self.show(|view| view.finish());
    }

    fn show(&self, show: impl FnOnce(&mut dyn RolloutView) -> io::Result<()>) {
        if let Some(view) = self.people.borrow_mut().as_mut()
            && let Err(error) = show(view.as_mut())
        {
            tracing::debug!(%error, "progress could not be shown");
        }
    }
}

impl RolloutSink for Progress<'_, '_> {
    fn rollout(&self, event: RolloutEvent) {
        let at_ms = SystemClock.now_ms();
        self.show(|view| view.rollout(at_ms, &event));
        self.output.log(|logs| logs.rollout(at_ms, &event));
        self.output.record(|| Body::Rollout(event));
    }

    fn target(&self, target: &TargetName, event: TargetEvent) {
        let at_ms = SystemClock.now_ms();
        self.show(|view| view.target(at_ms, target, &event));
        self.output.log(|logs| logs.target(at_ms, target, &event));
        self.output.record_of(target, || Body::Target(event));
    }

    fn event(&self, target: &TargetName, event: Event) {
        let at_ms = SystemClock.now_ms();
        self.show(|view| view.event(at_ms, target, &event));
        self.output.log(|logs| logs.event(at_ms, target, &event));
        self.output.record_of(target, || Body::Event(event));
    }
}
