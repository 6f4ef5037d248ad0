//! What exists, for `groundwork status`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::{Component, Subject, Tally, Target};

/// The version of the status's form. The first number grows when a reader of the old form would be wrong, the second
/// when something is added.
pub const STATUS_FORMAT: &str = "1.0";

/// What exists of one environment.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Status {
    /// The version of this document's form: `1.0`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// Whom it concerns.
    pub target: Target,
    /// One entry for each component, in the order of the plan.
    pub components: Vec<ComponentStatus>,
    /// The Run Environment's page.
    pub dashboard_url: Option<String>,
    /// What apply would do, if the caller asked whether there is anything.
    pub pending: Option<Tally>,
    /// Where tasks' secrets stand in Secrets Manager.
    pub secrets_path: Option<String>,
}

/// What exists of one component.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ComponentStatus {
    /// The component.
    pub component: Component,
    /// The thing.
    pub subject: Subject,
    /// How it stands.
    pub state: State,
    /// The service's own word for its status, such as `UPDATE_COMPLETE`.
    pub status: Option<String>,
    /// A stack's outputs, a cluster's ARN and providers, a Run Environment's id and capabilities.
    /// Never a secret.
    pub outputs: BTreeMap<String, String>,
}

/// What exists of a target of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetStatus {
    /// What exists there.
    pub status: Status,
    /// Whether apply would do something there, if the caller asked and that is known.
    pub is_pending: bool,
}

/// How a component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It exists and is usable.
    Ready,
    /// It does not exist.
    Absent,
    /// An operation is under way.
    Busy,
    /// It needs attention.
    Stuck,
    /// Something of that name exists and is not ours.
    NotOurs,
    /// The spec says `skip`.
    Skipped,
}
