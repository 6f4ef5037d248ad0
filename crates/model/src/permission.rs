//! Who may do what: how the statements of IAM policies change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LogicalId;
use crate::plan::Class;

/// A permission that is gained or lost.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PermissionChange {
    /// The resource of the template whose policy it stands in.
    pub logical_id: LogicalId,
    /// Whether it is gained or lost.
    pub direction: Direction,
    /// What kind of permission it is.
    pub kind: PermissionKind,
    /// Who has it, in words: `CloudReactor (arn:aws:iam::549277324696:role/customer_invoker)`.
    pub holder: String,
    /// The actions: `ecs:RunTask`; `every action but iam:*` for a statement that excepts.
    pub actions: Vec<String>,
    /// What they may be done to; empty where the resource itself is meant.
    pub resources: Vec<String>,
    /// What has to hold, in words; all of it.
    pub conditions: Vec<String>,
}

impl PermissionChange {
    /// The class that the change falls into; narrowing needs no permission.
    pub fn class(&self) -> Option<Class> {
        match (self.direction, self.kind) {
            (Direction::Lost, _) => None,
            (Direction::Gained, PermissionKind::Act) => Some(Class::IamBroaden),
            (Direction::Gained, PermissionKind::Assume) => Some(Class::Trust),
        }
    }
}

/// Whether a permission is gained or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Somebody may do more. A denial or a boundary that goes counts as this, too.
    Gained,
    /// Somebody may do less.
    Lost,
}

/// What kind of permission it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PermissionKind {
    /// A role's permission to act.
    Act,
    /// Somebody's permission to become the role, or to call the function: a trust.
    Assume,
}
