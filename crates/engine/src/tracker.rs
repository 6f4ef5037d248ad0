//! What is known of an operation on a stack: from events and reads, both of which may be late, to the
//! one question whether it has ended. Ordinary functions: no clock, no calls.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::event::Progress;
use groundwork_model::world::{Observed, Stack, StackPhase, Stuck};
use groundwork_model::{LogicalId, StackName};

use crate::ports::StackEvent;

/// A status that the events do not confirm is believed after it was seen for so long without any news
/// from the events: reads of CloudFormation lag by seconds.
const LINGER_MS: u64 = 30_000;
/// The same, for the status that the stack had before: it is far likelier to be a late read.
const LINGER_UNCHANGED_MS: u64 = 300_000;

/// CloudFormation's type of a stack.
pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// What an operation does to its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Create,
    Update,
    /// The end of a rollback that was cut short, or a rollback.
    RollBack,
    Delete,
}

/// Whether an operation has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Underway,
    Ended,
}

/// What a stack was like before the operation.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    /// Its status.
    pub status: String,
    /// Its newest event.
    pub newest: Option<StackEvent>,
}

/// What is known of one operation.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    goal: Goal,
    name: StackName,
    before: Option<Before>,
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
    /// Starts without any knowledge of the operation.
    pub(crate) fn new(goal: Goal, name: StackName, before: Option<Before>) -> Self {
        Self {
            goal,
            name,
            before,
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
        self.events.last().or(self.last_before()).map(|event| event.id.as_str())
    }

    fn last_before(&self) -> Option<&StackEvent> {
        self.before.as_ref()?.newest.as_ref()
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
            self.doubtful_since = None;
            told.extend(self.follow(&event));
            self.events.push(event);
        }
        told
    }

    fn is_older(&self, event: &StackEvent) -> bool {
        let precedes = |last: &StackEvent| event.at_ms < last.at_ms || event.id == last.id;
        // What made the shell was the change set, not its execution.
        self.last_before().is_some_and(precedes) || event.status == "REVIEW_IN_PROGRESS"
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
        let unchanged = self.before.as_ref().is_some_and(|before| before.status == status);
        let linger_ms = if unchanged { LINGER_UNCHANGED_MS } else { LINGER_MS };
        if now_ms.saturating_sub(since) >= linger_ms { Verdict::Ended } else { Verdict::Underway }
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
            (Goal::Update | Goal::RollBack, _) => told,
            (Goal::Delete, StackPhase::Stuck(Stuck::DeleteFailed)) => told,
            (Goal::Delete, _) => false,
        }
    }

    /// Whether this terminal status is the operation's, unless the read is stale.
    fn may_be_the_end(&self, phase: &StackPhase) -> bool {
        match self.goal {
            Goal::Create | Goal::Update | Goal::RollBack => self.begun,
            Goal::Delete => self.begun && matches!(phase, StackPhase::Stuck(Stuck::DeleteFailed)),
        }
    }
}

/// Whether nothing is under way any more in this status of a stack or resource.
fn is_terminal(status: &str) -> bool {
    status.ends_with("_COMPLETE") || status.ends_with("_FAILED")
}

#[cfg(test)]
mod tests {
    use groundwork_model::world::Settled;

    use super::*;

    fn event(number: u64, logical_id: &str, status: &str) -> StackEvent {
        StackEvent {
            id: format!("event-{number}"),
            logical_id: logical_id.to_owned(),
            physical_id: None,
            resource_type: if logical_id == "Net" { STACK } else { "AWS::EC2::VPC" }.to_owned(),
            status: status.to_owned(),
            reason: None,
            hook: None,
            at_ms: number * 1000,
            token: None,
            operation: None,
        }
    }

    fn seen(status: &str) -> Observed<Stack> {
        Observed::Present(Stack {
            id: "arn:aws:cloudformation:us-west-2:123456789012:stack/Net/1".parse().expect("an ARN"),
            name: "Net".parse().expect("a stack name"),
            phase: StackPhase::from_status(status),
            status_reason: None,
            template: None,
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            outputs: BTreeMap::new(),
            termination_protection: false,
            updated: None,
            last_event: None,
            contents: None,
        })
    }

    fn tracker(goal: Goal, before: Option<&str>) -> Tracker {
        let before = before.map(|status| Before { status: status.to_owned(), newest: Some(event(1, "Net", status)) });
        Tracker::new(goal, "Net".parse().expect("a stack name"), before)
    }

    /// A tracker that was told these statuses of the stack.
    fn told(goal: Goal, before: Option<&str>, statuses: &[&str]) -> Tracker {
        let mut tracker = tracker(goal, before);
        let events = (2..).zip(statuses).map(|(number, status)| event(number, "Net", status));
        let mut events: Vec<StackEvent> = events.collect();
        events.reverse();
        tracker.absorb(events);
        tracker
    }

    /// The goal, the status before, the statuses that events told, the status that a read shows, and
    /// whether that is the end.
    type Case<'a> = (Goal, Option<&'a str>, &'a [&'a str], &'a str, bool);

    #[test]
    fn only_an_end_of_this_operation_is_an_end() {
        use Goal::{Create, Delete, Update};
        let complete = Some("UPDATE_COMPLETE");
        let begun: &[&str] = &["UPDATE_IN_PROGRESS"];
        let ended: &[&str] = &["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"];
        let undone: &[&str] = &["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"];
        let table: [Case<'_>; 16] = [
            (Create, None, &[], "REVIEW_IN_PROGRESS", false),
            (Create, None, &["CREATE_IN_PROGRESS"], "REVIEW_IN_PROGRESS", false),
            (Create, None, &[], "CREATE_COMPLETE", true),
            (Create, None, &["CREATE_FAILED"], "CREATE_FAILED", false),
            (Create, None, &["CREATE_FAILED"], "DELETE_COMPLETE", true),
            (Create, None, &["CREATE_FAILED"], "DELETE_FAILED", true),
            (Update, complete, &[], "UPDATE_COMPLETE", false),
            (Update, complete, begun, "UPDATE_COMPLETE", false),
            (Update, complete, ended, "UPDATE_IN_PROGRESS", false),
            (Update, complete, ended, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", false),
            (Update, complete, ended, "UPDATE_COMPLETE", true),
            (Update, complete, undone, "UPDATE_COMPLETE", false),
            (Update, complete, undone, "UPDATE_ROLLBACK_COMPLETE", true),
            (Delete, complete, &["DELETE_IN_PROGRESS"], "UPDATE_COMPLETE", false),
            (Delete, complete, &[], "DELETE_COMPLETE", true),
            (Delete, Some("DELETE_FAILED"), &[], "DELETE_FAILED", false),
        ];
        for (goal, before, statuses, status, ended) in table {
            let verdict = told(goal, before, statuses).judge(&seen(status), 0);
            let expected = if ended { Verdict::Ended } else { Verdict::Underway };
            assert_eq!(verdict, expected, "{goal:?} from {before:?}, told {statuses:?}, reads {status}");
        }
    }

    #[test]
    fn an_end_that_no_event_confirms_is_believed_late_and_one_that_may_be_stale_much_later() {
        for (before, linger_ms) in [("CREATE_COMPLETE", LINGER_MS), ("UPDATE_COMPLETE", LINGER_UNCHANGED_MS)] {
            let mut tracker = told(Goal::Update, Some(before), &["UPDATE_IN_PROGRESS"]);
            let read = seen("UPDATE_COMPLETE");
            assert_eq!(tracker.judge(&read, 0), Verdict::Underway);
            assert_eq!(tracker.judge(&read, linger_ms - 1), Verdict::Underway);
            assert_eq!(tracker.judge(&read, linger_ms), Verdict::Ended);
            // News from the events shows that they are not late, so the read is.
            tracker.absorb(vec![event(9, "Vpc", "UPDATE_IN_PROGRESS")]);
            assert_eq!(tracker.judge(&read, linger_ms + 1), Verdict::Underway);
        }
    }

    #[test]
    fn a_stack_that_cannot_be_found_is_gone_only_if_it_was_to_go_or_had_ended() {
        assert_eq!(tracker(Goal::Delete, None).judge(&Observed::Absent, 0), Verdict::Ended);
        assert_eq!(tracker(Goal::Create, None).judge(&Observed::Absent, 0), Verdict::Underway);
        assert_eq!(told(Goal::Create, None, &["DELETE_COMPLETE"]).judge(&Observed::Absent, 0), Verdict::Ended);
    }

    #[test]
    fn events_are_told_once_oldest_first_and_never_from_before() {
        let mut tracker = tracker(Goal::Update, Some("CREATE_COMPLETE"));
        let (old, last) = (event(0, "Vpc", "CREATE_COMPLETE"), event(1, "Net", "CREATE_COMPLETE"));
        let (start, end) = (event(2, "Vpc", "UPDATE_IN_PROGRESS"), event(5, "Vpc", "UPDATE_COMPLETE"));
        assert_eq!(tracker.absorb(vec![start.clone(), last.clone(), old.clone()]).len(), 1);
        assert_eq!(tracker.moving(), ["Vpc".parse().expect("a logical id")]);
        let told = tracker.absorb(vec![end, start, last, old]);
        let elapsed = told.iter().map(|progress| match progress {
            Progress::Resource { elapsed_ms, .. } => *elapsed_ms,
            other => panic!("{other:?} is no resource's"),
        });
        assert_eq!(elapsed.collect::<Vec<_>>(), [Some(3000)]);
        assert!(tracker.moving().is_empty());
        assert_eq!(tracker.newest(), Some("event-5"));
    }

    #[test]
    fn every_settled_status_is_terminal() {
        for settled in [Settled::CreateComplete, Settled::UpdateComplete, Settled::UpdateRollbackComplete] {
            assert!(is_terminal(&StackPhase::Settled(settled).status()));
        }
        assert!(!is_terminal("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
    }
}
