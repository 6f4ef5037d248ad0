//! For what the targets of a rollout wait before there can be plans: a line each for people, and every event for
//! machines.

use groundwork_engine::survey::WaitSink;
use groundwork_engine::watching::Moving;
use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::rollout::Planned;
use groundwork_model::stream::Body;

use crate::commands::patience::told;
use crate::output::Output;

/// Tells it. What cannot be shown stops nothing.
pub struct Waits<'a, 'o> {
    /// Where.
    pub output: &'a Output<'o>,
}

impl Waits<'_, '_> {
    fn line(&self, line: &str) {
        if let Err(failure) = self.output.terminal().complain(|out, _| writeln!(out, "{line}")) {
            tracing::debug!(?failure, "progress could not be shown");
        }
    }
}

impl WaitSink for Waits<'_, '_> {
    fn waits(&self, target: &TargetName, stack: &Moving) {
        self.line(&format!("{target}: waiting for {}", told(stack)));
    }

    fn event(&self, target: &TargetName, event: Event) {
        self.output.record_of(target, || Body::Event(event));
    }

    fn planned(&self, target: &TargetName, planned: &Planned) {
        let outcome = if planned.plan().is_some() { "planned again" } else { "waited, and there is no plan" };
        self.line(&format!("{target}: {outcome}"));
    }
}
