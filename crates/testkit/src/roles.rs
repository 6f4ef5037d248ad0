//! IAM in memory: roles and policies, as they were put there.

use groundwork_engine::ports::{ApiError, ErrorClass, Roles};
use groundwork_model::Arn;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::world::Observed;

use crate::FakeCloud;

/// A role with its policies, inline and attached.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleWithPolicies {
    /// The role.
    pub role: IamRole,
    /// Its policies.
    pub policies: Vec<IamPolicy>,
}

impl Roles for FakeCloud {
    async fn role(&self, name: &str) -> Result<Observed<IamRole>, ApiError> {
        let found = self.call_on_roles("GetRole", name, |roles| {
            Ok(roles.iter().find(|known| known.role.arn.last_segment() == name).map(|known| known.role.clone()))
        });
        Ok(found.await?.map_or(Observed::Absent, Observed::Present))
    }

    async fn role_policies(&self, name: &str) -> Result<Vec<IamPolicy>, ApiError> {
        let find = |roles: &[RoleWithPolicies]| {
            let found = roles.iter().find(|known| known.role.arn.last_segment() == name);
            found.map(|known| known.policies.clone()).ok_or((ErrorClass::Gone, "there is no such role".to_owned()))
        };
        self.call_on_roles("ListRolePolicies", name, find).await
    }

    /// Boundaries are not known: IAM has every policy that a role names, or says that it is not there.
    async fn managed_policy(&self, arn: &Arn) -> Result<Observed<IamPolicy>, ApiError> {
        self.call_on_roles("GetPolicy", arn.as_str(), |_| Ok(Observed::Absent)).await
    }
}
