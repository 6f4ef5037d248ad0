//! A saved plan: what one machine planned, for another to apply exactly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::basis::Basis;
use crate::plan::{Plan, Summary};
use crate::spec::Spec;

/// The version of the saved plan's form. The first number grows when a reader of the old form would be
/// wrong, the second when something is added.
pub const PLAN_FORMAT: &str = "1.0";

/// A saved plan.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The version of the form: `1.0`.
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
