//! What tasks need, proved from what AWS and CloudReactor show now: the links of a chain, each whole, broken
//! or unread.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Exit;
use crate::plan::Target;
use crate::problem::Problem;

/// The version of the verification's form. The first number grows when a reader of the old form would be wrong,
/// the second when something is added.
pub const VERIFICATION_FORMAT: &str = "1.0";

/// What was found out about every link of one environment.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Verification {
    /// The version of this document's form: `1.0`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// Whom it concerns.
    pub target: Target,
    /// The links, in the order in which a task depends on them.
    pub links: Vec<Link>,
}

impl Verification {
    /// Everything that is wrong or could not be read, each once: several links may hang on one thing.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        for problem in self.links.iter().flat_map(|link| link.verdict.problems()) {
            let is_same = |known: &Problem| (known.code, &known.message) == (problem.code, &problem.message);
            if !problems.iter().any(is_same) {
                problems.push(problem.clone());
            }
        }
        problems
    }

    /// Whether no link is broken or unread.
    pub fn is_whole(&self) -> bool {
        self.links.iter().all(|link| link.verdict.problems().is_empty())
    }
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Link {
    /// Which.
    pub name: LinkName,
    /// What was read to judge it, in words. Never a secret.
    pub read: String,
    /// What was found.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What was found of a link.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// It holds.
    Ok,
    /// It does not hold.
    Broken {
        /// Why, and what helps.
        problems: Vec<Problem>,
    },
    /// What it takes to judge it could not be read: it may hold or not.
    Unknown {
        /// What could not be read, and why.
        problems: Vec<Problem>,
    },
    /// The spec leaves it out.
    Skipped,
}

impl Verdict {
    /// The verdict that follows from some problems. One that tells of a failed read makes it unknown, whatever
    /// else was found: what was not read is neither broken nor whole.
    pub fn of(problems: Vec<Problem>) -> Self {
        let is_found = |problem: &Problem| problem.code.exit() == Exit::VerificationFailed;
        match problems.len() {
            0 => Self::Ok,
            _ if problems.iter().all(is_found) => Self::Broken { problems },
            _ => Self::Unknown { problems },
        }
    }

    /// What is wrong or could not be read.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Broken { problems } | Self::Unknown { problems } => problems,
            Self::Ok | Self::Skipped => &[],
        }
    }
}

/// A link of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkName {
    /// CloudReactor may assume its role, with the registered external id.
    RoleTrust,
    /// The role may pass the execution role on to ECS.
    PassRole,
    /// ECS may assume the execution role for tasks.
    ExecutionRoleTrust,
    /// From every subnet of the tasks, a route leads to what tasks need.
    Subnets,
    /// The security groups let tasks out to HTTPS.
    SecurityGroups,
    /// The endpoints in the way of tasks take their connections.
    Endpoints,
    /// The VPC resolves the names that tasks use.
    Dns,
    /// The cluster is active.
    Cluster,
    /// The cluster has the capacity providers of Fargate.
    CapacityProviders,
    /// The Run Environment says what AWS has.
    RunEnvironment,
    /// CloudReactor says that it can start tasks there.
    Capabilities,
}

impl LinkName {
    /// Every link, in the order in which a task depends on them.
    pub const ALL: [Self; 11] = [
        Self::RoleTrust,
        Self::PassRole,
        Self::ExecutionRoleTrust,
        Self::Subnets,
        Self::SecurityGroups,
        Self::Endpoints,
        Self::Dns,
        Self::Cluster,
        Self::CapacityProviders,
        Self::RunEnvironment,
        Self::Capabilities,
    ];

    /// The name in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoleTrust => "role-trust",
            Self::PassRole => "pass-role",
            Self::ExecutionRoleTrust => "execution-role-trust",
            Self::Subnets => "subnets",
            Self::SecurityGroups => "security-groups",
            Self::Endpoints => "endpoints",
            Self::Dns => "dns",
            Self::Cluster => "cluster",
            Self::CapacityProviders => "capacity-providers",
            Self::RunEnvironment => "run-environment",
            Self::Capabilities => "capabilities",
        }
    }
}

impl fmt::Display for LinkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
