//! What went wrong with the stacks of an environment, for `groundwork diagnose`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{StackId, StackName};
use crate::plan::{Component, Target};

/// The version of the diagnosis's form. The first number grows when a reader of the old form would be wrong, the
/// second when something is added.
pub const DIAGNOSIS_FORMAT: &str = "1.0";

/// What went wrong with the stacks of an environment.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The version of this document's form: `1.0`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// Whom it concerns.
    pub target: Target,
    /// One entry for each stack that groundwork keeps, in the order of the plan.
    pub stacks: Vec<StackDiagnosis>,
}

/// What went wrong with one stack.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct StackDiagnosis {
    /// Its component.
    pub component: Component,
    /// Its name.
    pub stack: StackName,
    /// Its ARN; `None` if there is none, and AWS remembers none of that name.
    pub id: Option<StackId>,
    /// CloudFormation's status of it.
    pub status: Option<String>,
    /// How it stands.
    pub condition: Condition,
    /// What happened in its newest operation.
    pub story: Option<Story>,
    /// What to do, one line each.
    pub next: Vec<String>,
}

/// How a stack stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Its newest operation ended well.
    Well,
    /// There is none.
    Absent,
    /// An operation is under way.
    Busy,
    /// Its newest operation failed, and was undone: it can be tried again.
    RolledBack,
    /// Its newest operation failed and left it in a state that takes no update.
    Stuck,
}

/// What happened in a stack's newest operation, and in what undid it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Story {
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub began_ms: u64,
    /// When its newest event was, in the same.
    pub last_ms: u64,
    /// What failed first: what comes after it usually follows from it.
    pub cause: Option<Failure>,
    /// Other failures of the operation that are no consequence of the first as far as AWS's words tell.
    pub others: Vec<Failure>,
    /// What kept it from being undone.
    pub undoing: Option<Failure>,
    /// Resources that were to be deleted, could not be, and belong to no stack any more.
    pub orphans: Vec<Failure>,
}

/// Something that failed.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Failure {
    /// The resource; the stack's name for the stack itself.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// Its id in its own service, if it has got one.
    pub physical_id: Option<String>,
    /// CloudFormation's status of it, such as `CREATE_FAILED`.
    pub status: String,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
    /// What AWS said, and what validations and hooks found; without secrets.
    pub reasons: Vec<String>,
    /// The resource handler's code, such as `AccessDenied`.
    pub code: Option<String>,
    /// What is known to help, one line each.
    pub remedies: Vec<String>,
}

/// What CloudFormation was doing to a resource that is in this status, in a word: `creating`.
pub fn work(status: &str) -> &'static str {
    match status.split('_').next() {
        Some("CREATE") => "creating",
        Some("UPDATE") => "changing",
        Some("DELETE") => "deleting",
        Some("IMPORT") => "importing",
        _ => "working on",
    }
}
