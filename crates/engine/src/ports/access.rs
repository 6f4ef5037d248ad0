//! What the caller may do, and where, as far as AWS tells before it is done.

use groundwork_model::Arn;
use groundwork_model::least_privilege::{CallerStatement, Refused, Rehearsal, Rehearsed};

use super::ApiError;

/// Questions to AWS about what it would allow. None of them changes anything.
pub trait Access {
    /// `iam:SimulatePrincipalPolicy` of a user's or role's own policies, its boundary and the organization's service
    /// control policies, all pages: which of a statement's actions are not allowed, under its conditions. Session
    /// policies and resource control policies are not simulated.
    async fn refused(&self, principal: &Arn, statement: &CallerStatement) -> Result<Vec<Refused>, ApiError>;

    /// A call of EC2 with `DryRun`, which AWS answers as it would, and does not carry out.
    async fn rehearse(&self, call: Rehearsed) -> Result<Rehearsal, ApiError>;

    /// `ec2:DescribeRegions` of the connection's own Region, asked in the first Region of the partition, which no
    /// account can leave: where a Region is disabled, AWS calls all credentials invalid.
    async fn opt_in(&self) -> Result<OptIn, ApiError>;
}

/// Whether an account may use a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// It may.
    Enabled,
    /// It has not opted in.
    Disabled,
    /// There is no such Region.
    Unknown,
}
