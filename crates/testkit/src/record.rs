//! What CloudFormation keeps of one stack.

use std::collections::{BTreeMap, VecDeque};

use groundwork_engine::ports::{ChangeSetRequest, ChangeSetStatus, ObservedChange, StackEvent};
use groundwork_model::Arn;
use groundwork_model::world::{Stack, StackPhase, Stuck};

use crate::timeline::Happening;

pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

#[derive(Clone, Debug)]
pub(crate) struct MadeChangeSet {
    pub request: ChangeSetRequest,
    pub made_ms: u64,
    pub status: ChangeSetStatus,
    pub changes: Vec<ObservedChange>,
}

/// What a read shows while it is late.
#[derive(Clone, Debug)]
pub(crate) struct Stale {
    pub stack: Stack,
    pub stacks_left: usize,
    pub events: usize,
    pub events_left: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub stack: Stack,
    /// Oldest first.
    pub events: Vec<StackEvent>,
    pub change_sets: BTreeMap<Arn, MadeChangeSet>,
    pub ahead: VecDeque<Happening>,
    /// What the stack is once the operation has ended well.
    pub next: Option<Stack>,
    pub token: Option<String>,
    pub tokens: Vec<String>,
    pub stale: Option<Stale>,
}

impl Record {
    pub(crate) fn is_deleted(&self) -> bool {
        self.stack.phase == StackPhase::Stuck(Stuck::DeleteComplete)
    }

    pub(crate) fn settle(&mut self, now_ms: u64) {
        while let Some(happening) = self.ahead.pop_front_if(|happening| happening.at_ms <= now_ms) {
            self.happen(happening);
        }
    }

    pub(crate) fn happen(&mut self, happening: Happening) {
        let Happening { at_ms, resource, status, reason } = happening;
        if resource.is_none() {
            if matches!(status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE")
                && let Some(next) = self.next.take()
            {
                self.stack = next;
            }
            self.stack.phase = StackPhase::from_status(&status);
            self.stack.status_reason = reason.clone();
        }
        let (logical_id, resource_type) = resource.unwrap_or_else(|| (self.stack.name.to_string(), STACK.to_owned()));
        let physical_id = (resource_type == STACK).then(|| self.stack.id.to_string());
        self.events.push(StackEvent {
            id: format!("event-{}-{}", self.stack.id.as_str(), self.events.len()),
            logical_id,
            physical_id,
            resource_type,
            status,
            reason,
            at_ms,
            token: self.token.clone(),
            hook: None,
            operation: None,
        });
    }
}

/// The stack as a read shows it, which may be late. It never comes with its template.
pub(crate) fn shown(record: &mut Record) -> Stack {
    let stack = match &mut record.stale {
        Some(stale) if stale.stacks_left > 0 => {
            stale.stacks_left -= 1;
            stale.stack.clone()
        }
        _ => record.stack.clone(),
    };
    Stack { template: None, ..stack }
}
