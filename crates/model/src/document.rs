//! The documents that groundwork writes for machines. Each has a published JSON Schema.

use crate::drift::DRIFT_FORMAT;
use crate::preflight::PREFLIGHT_FORMAT;
use crate::saved::PLAN_FORMAT;
use crate::status::STATUS_FORMAT;
use crate::stream::{OUTPUTS_FORMAT, STREAM_FORMAT};
use crate::verification::VERIFICATION_FORMAT;

/// A document for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// A saved plan: [`crate::saved::SavedPlan`].
    Plan,
    /// The saved plans of a rollout: [`crate::saved::SavedRollout`].
    RolloutPlan,
    /// One line of the JSON stream: [`crate::stream::Record`].
    Events,
    /// How a run ended: [`crate::stream::RunResult`].
    Report,
    /// What exists: [`crate::status::Status`].
    Status,
    /// What was verified: [`crate::verification::Verification`].
    Verification,
    /// What was checked beforehand: [`crate::preflight::Preflight`].
    Preflight,
    /// What differs from what is declared: [`crate::drift::Drift`].
    Drift,
    /// What later stages of a pipeline need: [`crate::stream::Outputs`].
    Outputs,
}

impl Document {
    /// Every document.
    pub const ALL: [Self; 9] = [
        Self::Plan,
        Self::RolloutPlan,
        Self::Events,
        Self::Report,
        Self::Status,
        Self::Verification,
        Self::Preflight,
        Self::Drift,
        Self::Outputs,
    ];

    /// Its name in `groundwork schema`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::RolloutPlan => "rollout-plan",
            Self::Events => "events",
            Self::Report => "report",
            Self::Status => "status",
            Self::Verification => "verification",
            Self::Preflight => "preflight",
            Self::Drift => "drift",
            Self::Outputs => "outputs",
        }
    }

    /// Where its schema is published in the repository.
    pub fn schema_path(self) -> String {
        format!("docs/schemas/{}.schema.json", self.as_str())
    }

    /// The version of its form.
    pub fn format_version(self) -> String {
        match self {
            Self::Plan | Self::RolloutPlan => PLAN_FORMAT.to_owned(),
            Self::Events | Self::Report => STREAM_FORMAT.to_owned(),
            Self::Status => STATUS_FORMAT.to_owned(),
            Self::Verification => VERIFICATION_FORMAT.to_owned(),
            Self::Preflight => PREFLIGHT_FORMAT.to_owned(),
            Self::Drift => DRIFT_FORMAT.to_owned(),
            Self::Outputs => OUTPUTS_FORMAT.to_owned(),
        }
    }
}
