//! IAM, as far as roles are read.

use groundwork_model::Arn;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::world::Observed;

use super::ApiError;

/// IAM's roles and policies. Names are those of the account that [`super::Cloud`] is in; IAM knows no Region.
pub trait Roles {
    /// `iam:GetRole`, by name without a path.
    async fn role(&self, name: &str) -> Result<Observed<IamRole>, ApiError>;

    /// Every policy of a role: `iam:ListRolePolicies` with `GetRolePolicy` of each, and
    /// `iam:ListAttachedRolePolicies` with [`Self::managed_policy`] of each. One that was deleted or detached
    /// meanwhile is left out: IAM says that it is not there. A role that is gone fails with
    /// [`super::ErrorClass::Gone`].
    async fn role_policies(&self, name: &str) -> Result<Vec<IamPolicy>, ApiError>;

    /// The inline policies of a role: `iam:ListRolePolicies` with `GetRolePolicy` of each, as above.
    async fn inline_policies(&self, name: &str) -> Result<Vec<IamPolicy>, ApiError>;

    /// The managed policies that are attached to a role: `iam:ListAttachedRolePolicies`, as above.
    async fn attached_policies(&self, name: &str) -> Result<Vec<Arn>, ApiError>;

    /// `iam:GetPolicy`, and `iam:GetPolicyVersion` of its default version.
    async fn managed_policy(&self, arn: &Arn) -> Result<Observed<IamPolicy>, ApiError>;
}
