//! What became of a plan. A report is made also when things fail: partial truth matters most then.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{OutputKey, StackName};
use crate::plan::Component;
use crate::problem::Problem;
use crate::step::StepId;

/// The outcome of every step, in the order in which they ended.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Report {
    /// The steps.
    pub steps: Vec<StepReport>,
    /// Outputs of the stacks that were deployed.
    pub outputs: BTreeMap<StackName, BTreeMap<OutputKey, String>>,
    /// The Run Environment, if it was saved.
    pub run_environment: Option<SavedRunEnvironment>,
    /// What was wrong when it was read again, after every step was done. Empty also where nobody asked for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verification: Vec<Problem>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

impl Report {
    /// Every problem of the run, in the order in which they happened.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        let of_steps = self.steps.iter().filter_map(|step| match &step.outcome {
            StepOutcome::Failed { problem } => Some(problem.as_ref()),
            StepOutcome::Changed | StepOutcome::Unchanged | StepOutcome::Skipped { .. } => None,
        });
        of_steps.chain(&self.verification)
    }
}

/// A step and its outcome.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct StepReport {
    /// The step.
    pub step: StepId,
    /// Its component.
    pub component: Component,
    /// Its outcome.
    pub outcome: StepOutcome,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum StepOutcome {
    /// It changed something.
    Changed,
    /// There was nothing left to change.
    Unchanged,
    /// It was not begun, since this step did not succeed.
    Skipped {
        /// The step that it needed.
        because: StepId,
    },
    /// It failed.
    Failed {
        /// Why.
        problem: Box<Problem>,
    },
}

/// A Run Environment that was saved.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SavedRunEnvironment {
    /// Its id.
    pub uuid: String,
    /// Its page.
    pub dashboard_url: Option<String>,
    /// What CloudReactor says it can do there.
    pub capabilities: Vec<String>,
}
