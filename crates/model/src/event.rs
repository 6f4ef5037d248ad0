//! What is happening: the engine emits events, views render them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{LogicalId, StackName};
use crate::plan::Component;
use crate::report::StepOutcome;
use crate::step::StepId;

/// An event with its number and time.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Stamped {
    /// Its place in the run, from 1.
    pub sequence: u64,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
    /// What.
    pub event: Event,
}

/// Something that happened while a plan was executed.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum Event {
    /// A step began.
    StepStarted {
        /// The step.
        step: StepId,
        /// Its component.
        component: Component,
    },
    /// Within a step, something began or was settled.
    Progress {
        /// The step.
        step: StepId,
        /// Its component.
        component: Component,
        /// What.
        what: Progress,
    },
    /// A step ended.
    StepFinished {
        /// The step.
        step: StepId,
        /// Its component.
        component: Component,
        /// How.
        outcome: StepOutcome,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
    },
}

/// Something within a step.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Progress {
    /// A corpse of an earlier creation is being deleted.
    DeletingCorpse {
        /// The stack.
        stack: StackName,
    },
    /// A change set is being made.
    ChangeSetCreating {
        /// The stack.
        stack: StackName,
    },
    /// The change set does what the plan says.
    ChangeSetAgrees {
        /// How many resources it changes.
        changes: usize,
    },
    /// The operation was started in AWS.
    OperationStarted {
        /// The stack.
        stack: StackName,
    },
    /// A resource moved.
    Resource {
        /// The resource.
        logical_id: LogicalId,
        /// Its type.
        resource_type: String,
        /// CloudFormation's status, such as `CREATE_COMPLETE`.
        status: String,
        /// CloudFormation's reason, if it gave one.
        reason: Option<String>,
        /// How long the resource has been moving, in milliseconds, once it has stopped.
        elapsed_ms: Option<u64>,
    },
    /// The stack itself changed its status.
    Stack {
        /// CloudFormation's status.
        status: String,
        /// CloudFormation's reason, if it gave one.
        reason: Option<String>,
    },
    /// Nothing new; said at least every 30 seconds so that nobody takes the run for dead.
    Heartbeat {
        /// How long the step has been running, in milliseconds.
        elapsed_ms: u64,
        /// Resources that are moving.
        moving: Vec<LogicalId>,
    },
    /// A read failed in a way that passes; the wait goes on.
    Disturbed {
        /// What failed, without secrets.
        message: String,
    },
}
