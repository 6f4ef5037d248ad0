//! What is known of an operation on a stack: from events and reads, both of which may be late, to the
//! one question whether it has ended. Ordinary functions: no clock, no calls.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::event::Progress;
use groundwork_model::world::{Observed, Stack, StackPhase, Stuck};
use groundwork_model::{LogicalId, StackName};

use crate::ports::StackEvent;

/// A status that may be stale is believed after it was seen for so long: reads of CloudFormation lag by
/// seconds.
const LINGER_MS: u64 = 30_000;

/// CloudFormation's type of a stack.
pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// What an operation does to its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Create,
    Update,
    Delete,
}

/// Whether an operation has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Underway,
    Ended,
}

/// What is known of one operation.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    goal: Goal,
    name: StackName,
    baseline: Option<StackEvent>,
    /// The operation's events, oldest first.
    events: Vec<StackEvent>,
    known: BTreeSet<String>,
    /// Resources under way, and since when.
    moving: BTreeMap<String, u64>,
    /// The newest status that an event of the operation gave the stack.
    told: Option<String>,
    begun: bool,
    doubtful_since: Option<u64>,
}

impl Tracker {
    /// Starts without any knowledge. `baseline` is the newest event from before the operation.
    pub(crate) fn new(goal: Goal, name: StackName, baseline: Option<StackEvent>) -> Self {
        Self {
            goal,
            name,
            baseline,
            events: Vec::new(),
            known: BTreeSet::new(),
            moving: BTreeMap::new(),
            told: None,
            begun: false,
            doubtful_since: None,
        }
    }

    /// The newest event that is known: nothing older needs to be read.
    pub(crate) fn newest(&self) -> Option<&str> {
        self.events.last().or(self.baseline.as_ref()).map(|event| event.id.as_str())
    }

    /// The operation's events, oldest first.
    pub(crate) fn into_events(self) -> Vec<StackEvent> {
        self.events
    }

    /// Resources that are under way.
    pub(crate) fn moving(&self) -> Vec<LogicalId> {
        self.moving.keys().filter_map(|id| id.parse().ok()).collect()
    }

    /// Whether an event has told the operation's end.
    pub(crate) fn end_was_told(&self) -> bool {
        self.told.as_deref().is_some_and(is_terminal)
    }

    /// Takes in events, newest first as AWS gives them; tells what is new, oldest first.
    pub(crate) fn absorb(&mut self, newest_first: Vec<StackEvent>) -> Vec<Progress> {
        let mut told = Vec::new();
        for event in newest_first.into_iter().rev() {
            if self.is_older(&event) || !self.known.insert(event.id.clone()) {
                continue;
            }
            told.extend(self.follow(&event));
            self.events.push(event);
        }
        told
    }

    fn is_older(&self, event: &StackEvent) -> bool {
        let before = |baseline: &StackEvent| event.at_ms < baseline.at_ms || event.id == baseline.id;
        // What made the shell was the change set, not its execution.
        self.baseline.as_ref().is_some_and(before) || event.status == "REVIEW_IN_PROGRESS"
    }

    fn follow(&mut self, event: &StackEvent) -> Option<Progress> {
        if event.resource_type == STACK && event.logical_id == self.name.as_str() {
            self.begun = true;
            self.told = Some(event.status.clone());
            return Some(Progress::Stack { status: event.status.clone(), reason: event.reason.clone() });
        }
        let elapsed_ms = if is_terminal(&event.status) {
            self.moving.remove(&event.logical_id).map(|since| event.at_ms.saturating_sub(since))
        } else {
            self.moving.entry(event.logical_id.clone()).or_insert(event.at_ms);
            None
        };
        Some(Progress::Resource {
            logical_id: event.logical_id.parse().ok()?,
            resource_type: event.resource_type.clone(),
            status: event.status.clone(),
            reason: event.reason.clone(),
            elapsed_ms,
        })
    }

    /// Judges the stack as it was read by its id.
    pub(crate) fn judge(&mut self, seen: &Observed<Stack>, now_ms: u64) -> Verdict {
        let phase = match seen {
            Observed::Present(stack) => &stack.phase,
            Observed::Absent if self.goal == Goal::Delete || self.end_was_told() => return Verdict::Ended,
            Observed::Absent => return Verdict::Underway,
        };
        let status = phase.status();
        if !is_terminal(&status) {
            self.begun |= matches!(phase, StackPhase::Moving(_));
            self.doubtful_since = None;
            return Verdict::Underway;
        }
        if self.is_certain(phase, &status) {
            return Verdict::Ended;
        }
        if !self.may_be_the_end(phase) {
            return Verdict::Underway;
        }
        let since = *self.doubtful_since.get_or_insert(now_ms);
        if now_ms.saturating_sub(since) >= LINGER_MS { Verdict::Ended } else { Verdict::Underway }
    }

    /// Whether this terminal status can only be this operation's.
    fn is_certain(&self, phase: &StackPhase, status: &str) -> bool {
        let told = self.told.as_deref() == Some(status);
        match (self.goal, phase) {
            (_, StackPhase::Stuck(Stuck::DeleteComplete)) => true,
            // A creation that fails is deleted: the status is passed through.
            (Goal::Create, StackPhase::Stuck(Stuck::CreateFailed)) => false,
            // The stack is new, so no status can be from before.
            (Goal::Create, _) => true,
            (Goal::Update, _) => told,
            (Goal::Delete, StackPhase::Stuck(Stuck::DeleteFailed)) => told,
            (Goal::Delete, _) => false,
        }
    }

    /// Whether this terminal status is the operation's, unless the read is stale.
    fn may_be_the_end(&self, phase: &StackPhase) -> bool {
        match self.goal {
            Goal::Create | Goal::Update => self.begun,
            Goal::Delete => self.begun && matches!(phase, StackPhase::Stuck(Stuck::DeleteFailed)),
        }
    }
}

/// Whether nothing is under way any more in this status of a stack or resource.
fn is_terminal(status: &str) -> bool {
    status.ends_with("_COMPLETE") || status.ends_with("_FAILED")
}
