//! What groundwork's own caller must be allowed to do: no more and no less than a verb needs for a spec.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A verb that calls AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Tell what exists.
    Status,
    /// Tell what apply would do.
    Plan,
    /// Find out beforehand whether a verb could be carried out.
    Preflight,
    /// Make the world as the spec says, and verify it.
    Apply,
    /// Prove that tasks can run.
    Verify,
    /// Compare what is live with what is declared.
    Drift,
    /// Tell what went wrong.
    Diagnose,
    /// Follow what is under way.
    Watch,
    /// Lead stacks out of states in which they are stuck.
    Recover,
    /// Remove what a spec has made.
    Destroy,
}

impl Verb {
    /// Every verb that calls AWS.
    pub const ALL: [Self; 10] = [
        Self::Status,
        Self::Plan,
        Self::Preflight,
        Self::Apply,
        Self::Verify,
        Self::Drift,
        Self::Diagnose,
        Self::Watch,
        Self::Recover,
        Self::Destroy,
    ];

    /// Whether it asks CloudReactor, too.
    pub fn asks_cloudreactor(self) -> bool {
        match self {
            Self::Status | Self::Plan | Self::Preflight | Self::Apply | Self::Verify | Self::Drift | Self::Destroy => {
                true
            }
            Self::Diagnose | Self::Watch | Self::Recover => false,
        }
    }

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Plan => "plan",
            Self::Preflight => "preflight",
            Self::Apply => "apply",
            Self::Verify => "verify",
            Self::Drift => "drift",
            Self::Diagnose => "diagnose",
            Self::Watch => "watch",
            Self::Recover => "recover",
            Self::Destroy => "destroy",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An identity policy: what has to be allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerPolicy {
    /// Its statements, all of which allow.
    pub statements: Vec<CallerStatement>,
}

/// A statement: every action on every resource, under all conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerStatement {
    /// Its name: letters and digits, unique in the policy (IAM's `Sid`).
    pub sid: String,
    /// The actions, such as `cloudformation:CreateChangeSet`, sorted, without wildcards.
    pub actions: Vec<String>,
    /// ARNs, with `*` where a part is not known before AWS has made the resource; `*` alone where the action
    /// takes no resource.
    pub resources: Vec<String>,
    /// The conditions, none of which holds unless the key is there.
    pub conditions: Vec<CallerCondition>,
}

/// A condition of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerCondition {
    /// How values are compared: `StringEquals`.
    pub operator: &'static str,
    /// The condition's key, such as `iam:PassedToService`.
    pub key: &'static str,
    /// Values of which one has to fit.
    pub values: Vec<String>,
}

impl CallerPolicy {
    /// The policy as IAM takes it, version `2012-10-17`.
    pub fn document(&self) -> serde_json::Value {
        let statements: Vec<serde_json::Value> = self.statements.iter().map(CallerStatement::document).collect();
        serde_json::json!({ "Version": "2012-10-17", "Statement": statements })
    }

    /// Its length as IAM counts it against its quotas, which leave white space out (IAM User Guide, "IAM and AWS STS
    /// quotas").
    pub fn length(&self) -> usize {
        self.document().to_string().chars().filter(|letter| !letter.is_whitespace()).count()
    }
}

impl CallerStatement {
    fn document(&self) -> serde_json::Value {
        let mut statement = serde_json::json!({
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": self.actions,
            "Resource": self.resources,
        });
        let mut block: BTreeMap<&str, BTreeMap<&str, &[String]>> = BTreeMap::new();
        for condition in &self.conditions {
            block.entry(condition.operator).or_default().insert(condition.key, &condition.values);
        }
        if !block.is_empty() {
            statement["Condition"] = serde_json::json!(block);
        }
        statement
    }
}

/// An action that a caller may not take, as far as AWS can tell before it is taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// The action.
    pub action: String,
    /// What it would be about: an ARN or a pattern of some.
    pub resource: String,
    /// What refuses it.
    pub by: RefusedBy,
}

/// What refuses an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusedBy {
    /// No policy allows it.
    Nobody,
    /// A statement denies it.
    Statement,
    /// The permissions boundary of the caller does not allow it.
    Boundary,
    /// A service control policy of the organization denies it.
    Organization,
}

/// A call that AWS is asked about without carrying it out (`DryRun`): those of EC2 that need nothing that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rehearsed {
    /// A VPC would be made.
    CreateVpc,
    /// An internet gateway would be made.
    CreateInternetGateway,
    /// An Elastic IP address would be allocated.
    AllocateAddress,
}

impl Rehearsed {
    /// The action that has to be allowed.
    pub fn action(self) -> &'static str {
        match self {
            Self::CreateVpc => "ec2:CreateVpc",
            Self::CreateInternetGateway => "ec2:CreateInternetGateway",
            Self::AllocateAddress => "ec2:AllocateAddress",
        }
    }
}

/// What AWS said of a call that was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rehearsal {
    /// It would be allowed.
    Allowed,
    /// A statement denies it, in AWS's words.
    Denied(String),
    /// No policy allows it to the caller itself. One may allow it while CloudFormation is what calls.
    NotAllowed,
}
