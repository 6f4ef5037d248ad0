//! The JSON stream: what a run tells machines, one document a line.
//!
//! The first line is of type `version`, the last of type `result`. Types, keys and codes are the
//! contract; the texts of messages are not.
//!
//! In a rollout, what is about one target names it under `target`: its plan, why it has none, what exists or holds
//! there, what happens in it. What is about all of it has no such key: waves, and the last line, which has every target's report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Exit;
use crate::diagnosis::Diagnosis;
use crate::drift::Drift;
use crate::event::Event;
use crate::ids::{AccountId, EnvironmentName, OutputKey, Region, StackName, TargetName};
use crate::plan::{Plan, Summary};
use crate::preflight::Preflight;
use crate::problem::Problem;
use crate::report::{Report, SavedRunEnvironment};
use crate::rollout::{RolloutEvent, RolloutReport, TargetEvent};
use crate::status::Status;
use crate::verification::Verification;

/// The version of the stream's form. The first number grows when a reader of the old form would be
/// wrong, the second when something is added: readers pass over types and keys that they don't know.
pub const STREAM_FORMAT: &str = "1.4";

/// The version of the form of [`Outputs`].
pub const OUTPUTS_FORMAT: &str = "1.0";

/// A line of the stream.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Record {
    /// The line's number, from 1.
    pub sequence: u64,
    /// When, RFC 3339 in UTC with milliseconds.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// The target that it is about; only in a rollout, and only if it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target: Option<TargetName>,
    /// What.
    #[serde(flatten)]
    pub body: Body,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum Body {
    /// The first line.
    Version {
        /// The version of the stream's form: `1.4`.
        #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
        format_version: String,
        /// The version of groundwork.
        groundwork_version: String,
        /// The verb that runs: `plan`, `apply`, `destroy`, `status`, `diagnose`, `recover`, `verify`,
        /// `preflight`, `drift`, `watch`.
        command: String,
    },
    /// A plan was made, or read from a file.
    Plan {
        /// What it comes to.
        summary: Box<Summary>,
        /// The plan.
        plan: Box<Plan>,
    },
    /// What exists.
    Status {
        /// What.
        status: Box<Status>,
    },
    /// What went wrong with the stacks.
    Diagnosis {
        /// What.
        diagnosis: Box<Diagnosis>,
    },
    /// What was verified.
    Verification {
        /// What was found.
        verification: Box<Verification>,
    },
    /// What was checked beforehand.
    Preflight {
        /// What was found.
        preflight: Box<Preflight>,
    },
    /// What differs between what is declared and what is live.
    Drift {
        /// What.
        drift: Box<Drift>,
    },
    /// An error or a warning.
    Diagnostic {
        /// Which of the two.
        severity: Severity,
        /// What is wrong.
        problem: Box<Problem>,
    },
    /// The last line.
    Result(Box<RunResult>),
    /// Something happened while a plan was executed.
    #[serde(untagged)]
    Event(Event),
    /// A target's plan began or ended during a rollout; the line names the target.
    #[serde(untagged)]
    Target(TargetEvent),
    /// Something happened to a rollout as a whole.
    #[serde(untagged)]
    Rollout(RolloutEvent),
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It ended the run, or a part of it.
    Error,
    /// It stopped nothing.
    Warning,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct RunResult {
    /// Its name.
    pub exit: Exit,
    /// The process's exit status.
    pub exit_code: u8,
    /// What became of the plan; `None` if nothing was executed, and in a rollout.
    pub report: Option<Report>,
    /// What became of a rollout's targets; only if one was executed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rollout: Option<RolloutReport>,
}

/// What later stages of a pipeline need: `--outputs-into`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Outputs {
    /// The version of this document's form: `1.0`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// The environment.
    pub environment: EnvironmentName,
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The outputs of the stacks that the spec names.
    pub stacks: BTreeMap<StackName, BTreeMap<OutputKey, String>>,
    /// The Run Environment, if there is one.
    pub run_environment: Option<SavedRunEnvironment>,
    /// Where tasks read secrets in Secrets Manager; `None` for a role that groundwork does not keep.
    pub secrets_path: Option<String>,
}
