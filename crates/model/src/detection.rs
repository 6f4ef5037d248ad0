//! What CloudFormation's own drift detection found out about a stack.

use serde_json::Value;

use crate::ids::LogicalId;

/// The result of one drift detection.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// When it began, in milliseconds since 1970. A result that is older than that is not its own.
    pub begun_ms: u64,
    /// What kept it from checking all resources that it can check; `None` if nothing did.
    pub failure: Option<Obstacle>,
    /// The resources that were ever checked.
    pub resources: Vec<CheckedResource>,
}

/// Why something was not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Whether the reason is that somebody may not read it.
    pub is_denial: bool,
    /// The reason, in AWS's words.
    pub reason: String,
}

/// A resource as CloudFormation compared it. The values may hold secrets, so they are never shown as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedResource {
    /// Its name in the template.
    pub logical_id: LogicalId,
    /// Its type.
    pub resource_type: String,
    /// When it was checked, in milliseconds since 1970.
    pub checked_ms: u64,
    /// What was found.
    pub outcome: CheckOutcome,
}

/// What became of the check of a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckOutcome {
    /// It is as its stack has it.
    InSync,
    /// Properties of it differ.
    Modified {
        /// The properties that the template sets, as it sets them.
        expected: Value,
        /// The same properties as they are.
        actual: Value,
        /// The paths that differ, as JSON pointers: `/Tags/0/Value`.
        paths: Vec<String>,
    },
    /// It is gone.
    Deleted,
    /// Its type is not one that CloudFormation compares, or it was left out.
    NotChecked,
    /// It could not be checked, or AWS says something about it that this version does not know.
    Unknown(Obstacle),
}
