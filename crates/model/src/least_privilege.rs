//! What groundwork's own caller must be allowed to do: no more and no less than a verb needs for a spec.

use std::collections::BTreeMap;
use std::fmt;

/// What the caller is going to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Look: plan, status, verify, diagnose and whatever else only reads.
    Plan,
    /// Apply a spec, first or again.
    Apply,
    /// Remove what a spec has made.
    Destroy,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Plan, Self::Apply, Self::Destroy];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Destroy => "destroy",
        }
    }
}

impl fmt::Display for Purpose {
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
