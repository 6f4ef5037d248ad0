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
    /// Make the world as the spec says, and verify it.
    Apply,
    /// Prove that tasks can run.
    Verify,
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
    pub const ALL: [Self; 8] = [
        Self::Status,
        Self::Plan,
        Self::Apply,
        Self::Verify,
        Self::Diagnose,
        Self::Watch,
        Self::Recover,
        Self::Destroy,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Verify => "verify",
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
