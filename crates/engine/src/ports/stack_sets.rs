//! Stack sets, as the account that administers them sees them.

use std::collections::BTreeMap;

use groundwork_model::stack_set::{CallAs, MissingStacks, Preferences, StackInstance, StackSet};
use groundwork_model::world::Observed;
use groundwork_model::{ParameterKey, StackName};

use super::{ApiError, ParameterInput};

/// CloudFormation's stack sets. One operation on a set runs at a time; it goes on whether it is watched or not.
pub trait StackSets {
    /// `cloudformation:DescribeStackSet`. A deleted set is absent.
    async fn stack_set(&self, name: &StackName, call_as: CallAs) -> Result<Observed<StackSet>, ApiError>;

    /// `cloudformation:ListStackInstances`, all pages. Of a set that is not there, none.
    async fn stack_instances(&self, name: &StackName, call_as: CallAs) -> Result<Vec<StackInstance>, ApiError>;

    /// `cloudformation:CreateStackSet`, service-managed. No stack is made yet.
    async fn create_stack_set(&self, request: &StackSetRequest, token: &str) -> Result<(), ApiError>;

    /// `cloudformation:UpdateStackSet` of the set and every stack of it, by an operation with this id, by which AWS
    /// knows a repeated call. Returns the id that it has.
    async fn update_stack_set(
        &self,
        request: &StackSetRequest,
        preferences: Preferences,
        operation: &str,
    ) -> Result<String, ApiError>;

    /// `cloudformation:CreateStackInstances` in accounts of these units, by an operation with this
    /// id. Returns the id that it has.
    async fn create_stack_instances(
        &self,
        name: &StackName,
        call_as: CallAs,
        units: &[String],
        missing: &MissingStacks,
        operation: &str,
    ) -> Result<String, ApiError>;

    /// `cloudformation:DescribeStackSetOperation`.
    async fn stack_set_operation(
        &self,
        name: &StackName,
        call_as: CallAs,
        operation: &str,
    ) -> Result<OperationStatus, ApiError>;

    /// `cloudformation:ListStackSetOperationResults`, all pages: where it failed, and why.
    async fn stack_set_failures(
        &self,
        name: &StackName,
        call_as: CallAs,
        operation: &str,
    ) -> Result<Vec<String>, ApiError>;
}

/// A stack set to make, or to change.
#[derive(Clone, Debug)]
pub struct StackSetRequest {
    /// Its name.
    pub name: StackName,
    /// Who administers it.
    pub call_as: CallAs,
    /// The template, inline.
    pub template: String,
    /// All parameters.
    pub parameters: BTreeMap<ParameterKey, ParameterInput>,
    /// All tags.
    pub tags: BTreeMap<String, String>,
    /// Whether AWS brings the stack to accounts that join the units later.
    pub auto_deployment: bool,
}

/// Where an operation on a stack set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationStatus {
    /// It waits, runs, or is about to stop.
    Running,
    /// It is done, perhaps with as many failures as were permitted.
    Succeeded,
    /// More failed than was permitted, or somebody stopped it.
    Failed,
}
