//! IAM in memory: roles and policies, as they were put there or as stacks have them.

use std::collections::BTreeMap;

use groundwork_engine::ports::{ApiError, ErrorClass, Roles};
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::world::{Observed, Stack};
use groundwork_model::{Arn, LogicalId, StackId};

use crate::FakeCloud;
use crate::build::REGION;
use crate::cloud::Account;
use crate::template::{Scope, Template};

/// A role with its policies, inline and attached.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleWithPolicies {
    /// The role.
    pub role: IamRole,
    /// Its policies.
    pub policies: Vec<IamPolicy>,
}

impl Account {
    /// The roles that exist: those that were always there, and those of the stacks.
    pub(crate) fn roles(&self) -> Vec<RoleWithPolicies> {
        let (account, region) = (self.formation.account.as_str(), REGION);
        let of_stack = |stack: Stack| {
            let template = stack.template.as_deref().and_then(Template::parse).unwrap_or_default();
            template.roles(&Scope { account, region, unique: stack.id.as_str(), parameters: &stack.parameters })
        };
        let of_stacks = self.formation.living().into_iter().flat_map(of_stack);
        self.things.roles.iter().cloned().chain(of_stacks).collect()
    }
}

impl Account {
    /// The names of a stack's roles and cluster in their own services, by their names in the template.
    pub(crate) fn physical_ids(&self, stack: &StackId) -> BTreeMap<LogicalId, String> {
        let (account, region) = (self.formation.account.as_str(), REGION);
        let Some(stack) = self.formation.living().into_iter().find(|living| living.id == *stack) else {
            return BTreeMap::new();
        };
        let template = stack.template.as_deref().and_then(Template::parse).unwrap_or_default();
        let scope = Scope { account, region, unique: stack.id.as_str(), parameters: &stack.parameters };
        template.names(&scope)
    }
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

    /// Whether a policy is inline or attached is not known here: all are inline.
    async fn inline_policies(&self, name: &str) -> Result<Vec<IamPolicy>, ApiError> {
        self.role_policies(name).await
    }

    async fn attached_policies(&self, name: &str) -> Result<Vec<Arn>, ApiError> {
        self.call_on_roles("ListAttachedRolePolicies", name, |_| Ok(Vec::new())).await
    }

    /// Boundaries are not known: IAM has every policy that a role names, or says that it is not there.
    async fn managed_policy(&self, arn: &Arn) -> Result<Observed<IamPolicy>, ApiError> {
        self.call_on_roles("GetPolicy", arn.as_str(), |_| Ok(Observed::Absent)).await
    }
}
