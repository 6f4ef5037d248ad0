//! Events in words. Nothing is said of an event that tells a reader nothing: that a resource begins to
//! move is followed by its end, or by a heartbeat that names it.

use groundwork_model::LogicalId;
use groundwork_model::event::{Event, Progress, Stamped};
use groundwork_model::plan::Component;
use groundwork_model::report::StepOutcome;
use groundwork_model::step::StepId;

use super::knowledge::Knowledge;
use crate::line::{Ink, Line, flowing};
use crate::text::{shorten, widest};
use crate::words::{Stage, count, duration, resource_status, some_of, stack_status, stage, time_of_day};

/// Where the component stands: behind `12:03:04` and two blanks.
const COMPONENT: usize = 10;

/// A resource's time is told from here on; below it is like any other's.
const WORTH_TELLING_MS: u64 = 10_000;

/// So many moving resources are named; a network moves dozens at once.
const MOST_NAMES: usize = 3;

/// The column of resources' names never takes more than this; a longer name stands out.
const WIDEST_NAMES: usize = 28;

/// At least so many columns are left to what happened to a resource.
const NARROWEST: usize = 10;

/// Whether heartbeats are told: not where a picture moves anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heartbeats {
    Told,
    Dropped,
}

/// Tells events.
#[derive(Clone, Debug)]
pub(super) struct Narrator {
    columns: usize,
    heartbeats: Heartbeats,
    pub knowledge: Knowledge,
}

/// What is said of an event.
pub(super) struct Saying {
    /// The resource that it is about.
    pub resource: Option<LogicalId>,
    pub ink: Ink,
    pub text: String,
}

impl Narrator {
    /// A narrator that fills so many columns.
    pub fn new(columns: usize, heartbeats: Heartbeats) -> Self {
        Self { columns, heartbeats, knowledge: Knowledge::default() }
    }

    /// An event as a line, as several if it is long, or as none.
    pub fn tell(&self, stamped: &Stamped) -> Vec<Line> {
        let (component, saying) = match &stamped.event {
            Event::StepStarted { .. } => return Vec::new(),
            Event::Progress { component, what, .. } => (*component, self.progress(*component, what)),
            Event::StepFinished { step, component, outcome, elapsed_ms } => {
                (*component, Some(self.end(*step, outcome, *elapsed_ms)))
            }
        };
        saying.map(|saying| self.lines(stamped.at_ms, component, &saying)).unwrap_or_default()
    }

    fn lines(&self, at_ms: u64, component: Component, saying: &Saying) -> Vec<Line> {
        let begin = COMPONENT + widest(Component::ALL.map(Component::as_str)) + 2;
        let line = Line::new().ink(Ink::Dim, &time_of_day(at_ms)).to(COMPONENT).plain(component.as_str()).to(begin);
        let line = match &saying.resource {
            None => line,
            Some(id) => {
                let room = self.columns.saturating_sub(begin + 2 + NARROWEST);
                let names = self.knowledge.names.min(WIDEST_NAMES).min(room);
                line.plain(&shorten(id.as_str(), room)).plain("  ").to(begin + names + 2)
            }
        };
        flowing(line, saying.ink, &saying.text, begin, self.columns)
    }

    /// What is said of something within a step.
    pub fn progress(&self, component: Component, what: &Progress) -> Option<Saying> {
        let plain = |text: String| Some(Saying { resource: None, ink: Ink::Plain, text });
        match what {
            Progress::DeletingCorpse { stack } => plain(format!("deleting what is left of stack {stack}")),
            Progress::ChangeSetCreating { .. } => plain("creating change set".to_owned()),
            Progress::ChangeSetAgrees { changes } => {
                plain(format!("change set agrees with the plan ({})", count(*changes, "change")))
            }
            Progress::OperationStarted { .. } => plain("started".to_owned()),
            Progress::Resource { logical_id, status, reason, elapsed_ms, .. } => {
                self.resource(component, logical_id, status, reason.as_deref(), *elapsed_ms)
            }
            Progress::Stack { status, reason } => stack(status, reason.as_deref()),
            Progress::Heartbeat { elapsed_ms, moving } => match self.heartbeats {
                Heartbeats::Told => plain(heartbeat(*elapsed_ms, moving)),
                Heartbeats::Dropped => None,
            },
            Progress::Disturbed { message } => Some(Saying {
                resource: None,
                ink: Ink::Yellow,
                text: format!("could not look, and will look again: {message}"),
            }),
        }
    }

    fn resource(
        &self,
        component: Component,
        id: &LogicalId,
        status: &str,
        reason: Option<&str>,
        elapsed_ms: Option<u64>,
    ) -> Option<Saying> {
        let is_replaced = self.knowledge.replaces(component, id);
        let words = match status {
            "UPDATE_COMPLETE" if is_replaced => "replaced",
            "DELETE_COMPLETE" if is_replaced => "old one deleted",
            other => resource_status(other),
        };
        let (ink, reason) = match stage(status) {
            Stage::Moving => return None,
            // A reason of something that went well is CloudFormation talking to itself.
            Stage::Done => (Ink::Plain, None),
            Stage::Failed => (Ink::Red, reason),
            Stage::Unknown => (Ink::Yellow, reason),
        };
        let time = elapsed_ms.filter(|elapsed| *elapsed >= WORTH_TELLING_MS).map(duration);
        let text = [Some(words.to_owned()), time].into_iter().flatten().collect::<Vec<_>>().join(", ");
        Some(Saying { resource: Some(id.clone()), ink, text: with_reason(&text, reason) })
    }

    /// What is said of a step's end.
    pub fn end(&self, step: StepId, outcome: &StepOutcome, elapsed_ms: u64) -> Saying {
        let elapsed = duration(elapsed_ms);
        let (ink, text) = match outcome {
            StepOutcome::Changed => (Ink::Green, format!("{} in {elapsed}", self.knowledge.deed(step))),
            StepOutcome::Unchanged => (Ink::Plain, "nothing to change".to_owned()),
            StepOutcome::Skipped { because } => (Ink::Yellow, format!("not begun, since {because} did not succeed")),
            StepOutcome::Failed { problem } => (Ink::Red, format!("failed after {elapsed} ({})", problem.code)),
        };
        Saying { resource: None, ink, text }
    }
}

fn stack(status: &str, reason: Option<&str>) -> Option<Saying> {
    let words = stack_status(status)?;
    let is_cleanup = status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
    let ink = match (stage(status), status.contains("ROLLBACK")) {
        (Stage::Failed, _) => Ink::Red,
        (_, true) | (Stage::Unknown, _) => Ink::Yellow,
        (Stage::Moving | Stage::Done, false) => Ink::Plain,
    };
    Some(Saying { resource: None, ink, text: with_reason(words, reason.filter(|_| !is_cleanup)) })
}

fn with_reason(words: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{words}: {reason}"),
        None => words.to_owned(),
    }
}

fn heartbeat(elapsed_ms: u64, moving: &[LogicalId]) -> String {
    let elapsed = duration(elapsed_ms);
    if moving.is_empty() {
        return format!("still working after {elapsed}");
    }
    format!("still working after {elapsed}: {}", some_of(moving, MOST_NAMES))
}
