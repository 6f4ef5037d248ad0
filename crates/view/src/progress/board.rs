//! What is running right now, as data: a picture of it is drawn elsewhere.

use groundwork_model::LogicalId;
use groundwork_model::event::{Event, Progress};
use groundwork_model::plan::Component;
use groundwork_model::step::StepId;

use super::knowledge::Knowledge;
use crate::words::{Stage, resource_status, stack_status, stage};

/// So many moving resources are named on a line.
const MOST_NAMES: usize = 3;

/// The steps that are running.
#[derive(Clone, Debug, Default)]
pub(super) struct Board {
    running: Vec<Running>,
}

/// A step that is running.
#[derive(Clone, Debug)]
struct Running {
    step: StepId,
    phase: String,
    /// Resources that move, and what they do, in the order in which they began.
    moving: Vec<(LogicalId, String)>,
    /// Resources that have come to rest, and did not move again.
    settled: Vec<LogicalId>,
}

/// What an event does to the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A step began.
    Began(StepId, Component),
    /// The line of a step may read differently.
    Moved(StepId),
    /// A step is no longer running.
    Ended(StepId),
}

impl Board {
    /// Takes note of an event.
    pub fn turn(&mut self, event: &Event, knowledge: &Knowledge) -> Turn {
        match event {
            Event::StepStarted { step, component } => {
                self.running.retain(|running| running.step != *step);
                self.running.push(Running {
                    step: *step,
                    phase: "starting".to_owned(),
                    moving: Vec::new(),
                    settled: Vec::new(),
                });
                Turn::Began(*step, *component)
            }
            Event::Progress { step, component, what } => {
                if let Some(running) = self.running.iter_mut().find(|running| running.step == *step) {
                    running.note(*component, what, knowledge);
                }
                Turn::Moved(*step)
            }
            Event::StepFinished { step, .. } => {
                self.running.retain(|running| running.step != *step);
                Turn::Ended(*step)
            }
        }
    }

    /// What a running step does: `12 of 38; creating NatGatewayUsw2Az1, EndpointLogs and 4 more`.
    pub fn words(&self, step: StepId, knowledge: &Knowledge) -> String {
        let Some(running) = self.running.iter().find(|running| running.step == step) else { return String::new() };
        let doing = running.doing();
        match self.share(step, knowledge) {
            Some((settled, all)) => format!("{settled} of {all}; {doing}"),
            None => doing,
        }
    }

    /// How many resources of a running step have come to rest, of how many; once one has moved.
    pub fn share(&self, step: StepId, knowledge: &Knowledge) -> Option<(usize, usize)> {
        let running = self.running.iter().find(|running| running.step == step)?;
        let all = knowledge.resources(step)?;
        (running.settled.len() + running.moving.len() > 0).then(|| (running.settled.len().min(all), all))
    }
}

impl Running {
    fn note(&mut self, component: Component, what: &Progress, knowledge: &Knowledge) {
        match what {
            Progress::DeletingCorpse { .. } => self.phase = "deleting what is left of it".to_owned(),
            Progress::ChangeSetCreating { .. } => self.phase = "creating change set".to_owned(),
            Progress::ChangeSetAgrees { .. } => self.phase = "change set agrees with the plan".to_owned(),
            Progress::OperationStarted { .. } => self.phase = "started".to_owned(),
            Progress::Stack { status, .. } => {
                if let Some(words) = stack_status(status) {
                    self.phase = words.to_owned();
                }
            }
            Progress::Resource { logical_id, status, .. } => {
                let is_replaced = knowledge.replaces(component, logical_id) && status == "UPDATE_IN_PROGRESS";
                self.resource(logical_id, status, is_replaced);
            }
            // What moves and no event told of is named by the heartbeat; what it leaves out, rests.
            Progress::Heartbeat { moving, .. } => {
                self.moving.retain(|(id, _)| moving.contains(id));
                for id in moving {
                    if !self.moving.iter().any(|(known, _)| known == id) {
                        self.moving.push((id.clone(), "moving".to_owned()));
                    }
                }
            }
            Progress::Disturbed { .. } => {}
        }
    }

    fn resource(&mut self, id: &LogicalId, status: &str, is_replaced: bool) {
        let at = self.moving.iter().position(|(known, _)| known == id);
        self.settled.retain(|known| known != id);
        match (stage(status), at) {
            (Stage::Moving | Stage::Unknown, at) => {
                let verb = if is_replaced { "replacing" } else { resource_status(status) }.to_owned();
                match at {
                    Some(at) => self.moving[at].1 = verb,
                    None => self.moving.push((id.clone(), verb)),
                }
            }
            (Stage::Done | Stage::Failed, at) => {
                if let Some(at) = at {
                    self.moving.remove(at);
                }
                self.settled.push(id.clone());
            }
        }
    }

    /// What has been moving for the longest comes first, with what does the same; the rest is counted.
    fn doing(&self) -> String {
        let Some((_, verb)) = self.moving.first() else { return self.phase.clone() };
        let same = self.moving.iter().filter(|(_, other)| other == verb).take(MOST_NAMES);
        let names: Vec<&str> = same.map(|(id, _)| id.as_str()).collect();
        let more = match self.moving.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{verb} {}{more}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: StepId = StepId::Network;

    fn id(name: &str) -> LogicalId {
        name.parse().expect("a logical id")
    }

    fn resource(name: &str, status: &str) -> Progress {
        Progress::Resource {
            logical_id: id(name),
            resource_type: "AWS::EC2::VPC".to_owned(),
            status: status.to_owned(),
            reason: None,
            elapsed_ms: None,
        }
    }

    /// What the line of a step says after each of these.
    fn check(events: Vec<(Progress, &str)>) {
        let knowledge = Knowledge::default();
        let component = Component::Network;
        let mut board = Board::default();
        let turn = board.turn(&Event::StepStarted { step: STEP, component }, &knowledge);
        assert_eq!(turn, Turn::Began(STEP, component));
        for (what, expected) in events {
            let shown = format!("{what:?}");
            assert_eq!(board.turn(&Event::Progress { step: STEP, component, what }, &knowledge), Turn::Moved(STEP));
            assert_eq!(board.words(STEP, &knowledge), expected, "after {shown}");
        }
    }

    #[test]
    fn a_step_says_what_it_does() {
        let stack = || "CloudReactor-staging".parse().expect("a stack name");
        check(vec![
            (Progress::ChangeSetCreating { stack: stack() }, "creating change set"),
            (Progress::ChangeSetAgrees { changes: 2 }, "change set agrees with the plan"),
            (Progress::OperationStarted { stack: stack() }, "started"),
            (Progress::Disturbed { message: "no answer".to_owned() }, "started"),
            (resource("A", "CREATE_IN_PROGRESS"), "creating A"),
            (resource("B", "CREATE_IN_PROGRESS"), "creating A, B"),
            (resource("A", "CREATE_COMPLETE"), "creating B"),
            (resource("B", "CREATE_COMPLETE"), "started"),
            (Progress::Stack { status: "ROLLBACK_IN_PROGRESS".to_owned(), reason: None }, "rolling back"),
            (resource("A", "DELETE_IN_PROGRESS"), "deleting A"),
        ]);
    }

    #[test]
    fn the_longest_wait_is_named_first_and_a_crowd_is_counted() {
        let creating = |name: &str| resource(name, "CREATE_IN_PROGRESS");
        check(vec![
            (creating("A"), "creating A"),
            (resource("B", "UPDATE_IN_PROGRESS"), "creating A and 1 more"),
            (creating("C"), "creating A, C and 1 more"),
            (creating("D"), "creating A, C, D and 1 more"),
            (resource("A", "CREATE_FAILED"), "updating B and 2 more"),
        ]);
    }

    #[test]
    fn a_heartbeat_puts_right_what_events_did_not_tell() {
        check(vec![
            (resource("A", "CREATE_IN_PROGRESS"), "creating A"),
            (Progress::Heartbeat { elapsed_ms: 1, moving: vec![id("A"), id("B")] }, "creating A and 1 more"),
            (Progress::Heartbeat { elapsed_ms: 2, moving: vec![id("B")] }, "moving B"),
            (Progress::Heartbeat { elapsed_ms: 3, moving: Vec::new() }, "starting"),
        ]);
    }

    #[test]
    fn a_step_that_ended_is_gone() {
        let knowledge = Knowledge::default();
        let component = Component::Network;
        let mut board = Board::default();
        board.turn(&Event::StepStarted { step: STEP, component }, &knowledge);
        let outcome = groundwork_model::report::StepOutcome::Changed;
        let turn = board.turn(&Event::StepFinished { step: STEP, component, outcome, elapsed_ms: 1 }, &knowledge);
        assert_eq!(turn, Turn::Ended(STEP));
        assert_eq!(board.words(STEP, &knowledge), "");
    }
}
