//! What happened to stacks, what is left of them, and what leads out of the states in which they are stuck.

use groundwork_model::world::StackResource;
use groundwork_model::{Arn, LogicalId, StackId, StackName};

use super::ApiError;

/// CloudFormation's stacks when something goes wrong with them.
pub trait StackOperations {
    /// `cloudformation:ListStackResources`, all pages: also those that were deleted, in their last status. A name means
    /// the stack of that name that is not deleted.
    async fn stack_resources(&self, name_or_id: &str) -> Result<Vec<StackResource>, ApiError>;

    /// `cloudformation:ListChangeSets`, all pages: their names.
    async fn change_set_names(&self, id: &StackId) -> Result<Vec<String>, ApiError>;

    /// `cloudformation:ContinueUpdateRollback` with resources to skip and a client token.
    async fn continue_rollback(&self, id: &StackId, skip: &[LogicalId], token: &str) -> Result<(), ApiError>;

    /// `cloudformation:RollbackStack` with a client token.
    async fn roll_back(&self, id: &StackId, token: &str) -> Result<(), ApiError>;

    /// `cloudformation:ListStacks`, `DELETE_COMPLETE` only, all pages: the deleted stack of that name that went
    /// last. AWS shows them for 90 days.
    async fn last_deleted(&self, name: &StackName) -> Result<Option<StackId>, ApiError>;

    /// `cloudformation:DescribeEvents` of a change set, failures only, all pages: what validations and hooks found,
    /// which stands nowhere else.
    async fn change_set_findings(&self, change_set: &Arn) -> Result<Vec<Finding>, ApiError>;

    /// The same of an operation on a stack, by its id.
    async fn operation_findings(&self, operation: &str) -> Result<Vec<Finding>, ApiError>;

    /// `cloudformation:ListHookResults` of a change set, all pages: the hooks that failed on it.
    async fn hook_failures(&self, change_set: &Arn) -> Result<Vec<Finding>, ApiError>;
}

/// What a validation or a hook found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The resource that it is about, if it is about one.
    pub logical_id: Option<String>,
    /// Who found it: a validation's or a hook's name.
    pub found_by: String,
    /// What, in AWS's or the hook's words.
    pub reason: String,
    /// Where in the template, if it says so.
    pub path: Option<String>,
}
