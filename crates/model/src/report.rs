//! What became of a plan. A report is made also when things fail: partial truth matters most then.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{OutputKey, StackId, StackName};
use crate::plan::Component;
use crate::problem::Problem;
use crate::step::StepId;
use crate::verification::Link;

/// The outcome of every step, in the order in which they ended.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Report {
    /// The steps.
    pub steps: Vec<StepReport>,
    /// Outputs of the stacks that were deployed.
    pub outputs: BTreeMap<StackName, BTreeMap<OutputKey, String>>,
    /// The Run Environment, if it was saved.
    pub run_environment: Option<SavedRunEnvironment>,
    /// What was wrong when it was verified, after every step was done. Empty also where it was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verification: Vec<Problem>,
    /// The links of the chain that tasks need, as they were then. Empty where they were not verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// The stacks that AWS was still working on when the run ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under_way: Vec<UnderWay>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// A stack that AWS works on while nobody waits for it: by this it is found again.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UnderWay {
    /// Its component.
    pub component: Component,
    /// Its name.
    pub stack: StackName,
    /// Its ARN, which names account, Region and this very stack.
    pub id: StackId,
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

    /// Whether what the plan made was verified, whatever was found.
    pub fn was_verified(&self) -> bool {
        !self.links.is_empty() || !self.verification.is_empty()
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
    /// When it ran, from the beginning of its plan's execution; without these, it was not begun.
    #[serde(flatten)]
    pub span: Option<Span>,
}

/// When something ran. What it is a part of says from which beginning it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Span {
    /// When it began, in milliseconds after the beginning of what it is a part of: a step after its plan's execution,
    /// a target after the rollout.
    pub started_ms: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

impl Span {
    /// The span from one moment to another, measured from a third, all on the same clock.
    pub fn between(from_ms: u64, to_ms: u64, beginning_ms: u64) -> Self {
        Self { started_ms: from_ms.saturating_sub(beginning_ms), elapsed_ms: to_ms.saturating_sub(from_ms) }
    }

    /// When it ended, in milliseconds after the beginning from which it is measured.
    pub fn ended_ms(self) -> u64 {
        self.started_ms.saturating_add(self.elapsed_ms)
    }
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
