//! Deleting stacks and change sets. What is gone already was deleted.

use groundwork_engine::ports::{ApiError, ChangeSetHandle};
use groundwork_model::StackId;

use super::{change_set, says_missing};
use crate::call::Call;
use crate::cloud::Aws;

/// `DeleteChangeSet`.
pub(crate) async fn change_set(aws: &Aws, handle: &ChangeSetHandle) -> Result<(), ApiError> {
    let call = Call::new(aws, "DeleteChangeSet");
    let request = aws.cloudformation.delete_change_set().change_set_name(handle.id.as_str());
    match request.stack_name(handle.stack_id.as_str()).send().await.map_err(|error| call.failed(error)) {
        Ok(_) => Ok(()),
        Err(error) if error.code.as_deref() == Some("ChangeSetNotFound") || says_missing(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

/// `DeleteStack`, which is content with a stack that is gone.
pub(crate) async fn stack(aws: &Aws, id: &StackId, token: &str) -> Result<(), ApiError> {
    let call = Call::new(aws, "DeleteStack");
    let request = aws.cloudformation.delete_stack().stack_name(id.as_str()).client_request_token(token);
    match request.send().await.map_err(|error| call.failed(error)) {
        Ok(_) => Ok(()),
        Err(error) => change_set::unless_repeated(error),
    }
}
