//! What is checked before anything is changed: whether a verb could be carried out.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Exit;
use crate::least_privilege::Verb;
use crate::plan::Target;
use crate::problem::Problem;

/// The version of the preflight's form. The first number grows when a reader of the old form would be wrong, the
/// second when something is added.
pub const PREFLIGHT_FORMAT: &str = "1.0";

/// What was found out before a verb is carried out.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Preflight {
    /// The version of this document's form: `1.0`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// The verb.
    pub verb: Verb,
    /// Whom it concerns.
    pub target: Target,
    /// The checks, in the order in which they matter.
    pub checks: Vec<Check>,
}

impl Preflight {
    /// What would make the verb fail, each once.
    pub fn failures(&self) -> Vec<Problem> {
        self.problems(|exit| exit != Exit::Done)
    }

    /// What is worth knowing and would stop nothing, and what could not be found out, each once.
    pub fn warnings(&self) -> Vec<Problem> {
        self.problems(|exit| exit == Exit::Done)
    }

    /// Whether nothing is known that would make the verb fail.
    pub fn is_ready(&self) -> bool {
        !self.checks.iter().any(|check| matches!(check.verdict, CheckVerdict::Failed { .. }))
    }

    fn problems(&self, wanted: fn(Exit) -> bool) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        let all = self.checks.iter().flat_map(|check| check.verdict.problems());
        for problem in all.filter(|problem| wanted(problem.code.exit())) {
            if !problems.contains(problem) {
                problems.push(problem.clone());
            }
        }
        problems
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// What was found, in words. Never a secret.
    pub found: String,
    /// What that means.
    #[serde(flatten)]
    pub verdict: CheckVerdict,
}

/// What a check means for the verb.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum CheckVerdict {
    /// Nothing stands in the way.
    Ok,
    /// Something is worth knowing, or could not be found out.
    Warning {
        /// What.
        problems: Vec<Problem>,
    },
    /// The verb would fail.
    Failed {
        /// Why, what could not be found out beside that, and what helps.
        problems: Vec<Problem>,
    },
    /// It is of no concern to the verb and the spec.
    Skipped,
}

impl CheckVerdict {
    /// The verdict that follows from some problems: those that end no run are warnings.
    pub fn of(problems: Vec<Problem>) -> Self {
        match problems.len() {
            0 => Self::Ok,
            _ if problems.iter().all(|problem| problem.code.exit() == Exit::Done) => Self::Warning { problems },
            _ => Self::Failed { problems },
        }
    }

    /// What is wrong or worth knowing.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Warning { problems } | Self::Failed { problems } => problems,
            Self::Ok | Self::Skipped => &[],
        }
    }
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// Who calls, in which account and partition.
    Identity,
    /// The account may use the Region.
    Region,
    /// CloudReactor answers, and the access level is high enough.
    Cloudreactor,
    /// There is a plan.
    Plan,
    /// The caller may do what the verb needs.
    Permissions,
    /// The account may have what the plan adds.
    Quotas,
    /// Fargate runs in the zones of the tasks.
    FargateZones,
    /// The network's addresses are nobody else's.
    AddressBlock,
}

impl CheckName {
    /// Every check, in the order in which they matter.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Region,
        Self::Cloudreactor,
        Self::Plan,
        Self::Permissions,
        Self::Quotas,
        Self::FargateZones,
        Self::AddressBlock,
    ];

    /// The name in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Region => "region",
            Self::Cloudreactor => "cloudreactor",
            Self::Plan => "plan",
            Self::Permissions => "permissions",
            Self::Quotas => "quotas",
            Self::FargateZones => "fargate-zones",
            Self::AddressBlock => "address-block",
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
