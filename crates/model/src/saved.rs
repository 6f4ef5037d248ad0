//! A saved plan: what one machine planned, for another to apply exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::basis::{Basis, Digest};
use crate::ids::Arn;
use crate::plan::{Plan, Summary};
use crate::problem::Problem;
use crate::rollout::{OnUnreachable, TargetId, Wave};
use crate::spec::Spec;

/// The version of the saved plan's form. The first number grows when a reader of the old form would be
/// wrong, the second when something is added.
pub const PLAN_FORMAT: &str = "1.2";

/// A saved plan.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The version of the form: `1.2`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// The SHA-256 of the rest of the document as compact JSON, hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub digest: String,
    /// The version of groundwork that made the plan; only the same one applies it.
    pub groundwork_version: String,
    /// When it was made, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// The SHA-256 of the spec below as compact JSON, hexadecimal: the same for every plan of the same spec.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub spec_digest: String,
    /// What it comes to.
    pub summary: Summary,
    /// The world that it was made from.
    pub basis: Basis,
    /// The spec with all its defaults.
    pub spec: Spec,
    /// The plan.
    pub plan: Plan,
}

/// A saved plan of either kind: a document with `targets` is one of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// For one account and Region.
    One(Box<SavedPlan>),
    /// For many.
    Many(SavedRollout),
}

/// The saved plans of a rollout, or of the rest of one.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct SavedRollout {
    /// The version of the form: `1.2`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// The SHA-256 of the rest of the document as compact JSON, hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub digest: String,
    /// The version of groundwork that made the plans; only the same one applies them.
    pub groundwork_version: String,
    /// When they were made, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// The waves, in the order in which they run.
    pub waves: Vec<Wave>,
    /// What becomes of a target that cannot be read when its plan is to be carried out.
    pub on_unreachable: OnUnreachable,
    /// The targets, in the order of the spec.
    pub targets: Vec<SavedTarget>,
    /// What was worth knowing beside the plans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Problem>,
    /// The templates of the plans' steps by their SHA-256, hexadecimal. Most targets share them: a step has
    /// `sha256:` and the digest in a template's place.
    pub templates: BTreeMap<String, Arc<str>>,
}

/// What was planned for a target of a rollout.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct SavedTarget {
    /// Which target.
    #[serde(flatten)]
    pub target: TargetId,
    /// What it can be selected by.
    pub labels: BTreeMap<String, String>,
    /// What would be done there, or why that is not known.
    pub planned: SavedOutcome,
}

/// The outcome of planning for a target.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum SavedOutcome {
    /// A plan, perhaps with nothing to do.
    Planned {
        /// How the account is reached.
        access: SavedAccess,
        /// The plan, with all that a saved plan of one target holds.
        saved: Box<SavedPlan>,
    },
    /// What there is could be read, and no plan leads from it to what the spec wants.
    Blocked {
        /// Why.
        problems: Vec<Problem>,
    },
    /// What there is could not be read.
    Unreachable {
        /// Why.
        problems: Vec<Problem>,
    },
}

/// How an account is reached, apart from secrets.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SavedAccess {
    /// A profile of the AWS configuration files; `None` for the SDK's default chain.
    pub profile: Option<String>,
    /// The role that is assumed with these credentials.
    pub assume_role: Option<SavedAssumeRole>,
}

/// A role that is assumed in a target's account (`sts:AssumeRole`).
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SavedAssumeRole {
    /// The role.
    pub role: Arn,
    /// The digest of the external id, with the key of the plan's basis: the external id itself is in no file.
    pub external_id: Option<Digest>,
    /// The session's name; `None` for groundwork's own.
    pub session_name: Option<String>,
    /// Session tags.
    pub tags: BTreeMap<String, String>,
}
