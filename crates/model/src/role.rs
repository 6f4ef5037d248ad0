//! Roles and policies as IAM shows them.

use serde_json::Value;

use crate::ids::Arn;

/// A role that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct IamRole {
    /// Its ARN.
    pub arn: Arn,
    /// Who may assume it: the trust policy. It holds the external id in clear, so it is never shown.
    pub trust: Value,
    /// The policy that limits what its other policies allow.
    pub boundary: Option<Arn>,
}

/// A policy of a role, inline or attached.
#[derive(Clone, Debug, PartialEq)]
pub struct IamPolicy {
    /// Its name.
    pub name: String,
    /// Its statements.
    pub document: Value,
}
