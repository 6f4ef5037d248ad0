//! What happened to stacks beside their events, what is left of them, and what leads out of where they are stuck.

use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::{
    EventFilter, EventType, HookStatus, ListHookResultsTargetType, OperationEvent, StackStatus, StackSummary,
};
use groundwork_engine::ports::{ApiError, ErrorClass, Finding};
use groundwork_model::world::StackResource;
use groundwork_model::{Arn, LogicalId, StackId, StackName};

use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// `ListStackResources`. `DescribeStackResources` would show the first hundred only.
pub(crate) async fn resources(aws: &Aws, name_or_id: &str) -> Result<Vec<StackResource>, ApiError> {
    let call = Call::new(aws, "ListStackResources");
    let all = pages::all(&call, async |token| {
        let request = aws.cloudformation.list_stack_resources().stack_name(name_or_id).set_next_token(token);
        let answer = request.send().await.map_err(|error| call.failed(error))?;
        Ok((answer.stack_resource_summaries.unwrap_or_default(), answer.next_token))
    });
    let read = |resource: &aws_sdk_cloudformation::types::StackResourceSummary| {
        Ok(StackResource {
            logical_id: call.id("LogicalResourceId", resource.logical_resource_id())?,
            resource_type: call.required("ResourceType", resource.resource_type())?.to_owned(),
            physical_id: resource.physical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned),
            status: call.required("ResourceStatus", resource.resource_status())?.as_str().to_owned(),
            reason: call.words(resource.resource_status_reason()),
        })
    };
    all.await?.iter().map(read).collect()
}

/// `ListChangeSets`: the names.
pub(crate) async fn change_set_names(aws: &Aws, id: &StackId) -> Result<Vec<String>, ApiError> {
    let call = Call::new(aws, "ListChangeSets");
    let all = pages::all(&call, async |token| {
        let request = aws.cloudformation.list_change_sets().stack_name(id.as_str()).set_next_token(token);
        let answer = request.send().await.map_err(|error| call.failed(error))?;
        Ok((answer.summaries.unwrap_or_default(), answer.next_token))
    });
    all.await?.iter().map(|set| Ok(call.required("ChangeSetName", set.change_set_name())?.to_owned())).collect()
}

/// `ContinueUpdateRollback`. The token makes a repeated call the same call.
pub(crate) async fn continue_rollback(
    aws: &Aws,
    id: &StackId,
    skip: &[LogicalId],
    token: &str,
) -> Result<(), ApiError> {
    let call = Call::new(aws, "ContinueUpdateRollback");
    let request = aws.cloudformation.continue_update_rollback().stack_name(id.as_str()).client_request_token(token);
    // An empty list is not what AWS calls none.
    let skip = (!skip.is_empty()).then(|| skip.iter().map(ToString::to_string).collect());
    known(request.set_resources_to_skip(skip).send().await.map(drop).map_err(|error| call.failed(error)))
}

/// `RollbackStack`. The token makes a repeated call the same call.
pub(crate) async fn roll_back(aws: &Aws, id: &StackId, token: &str) -> Result<(), ApiError> {
    let call = Call::new(aws, "RollbackStack");
    let request = aws.cloudformation.rollback_stack().stack_name(id.as_str()).client_request_token(token);
    known(request.send().await.map(drop).map_err(|error| call.failed(error)))
}

/// A call that AWS knows already has worked.
pub(super) fn known(outcome: Result<(), ApiError>) -> Result<(), ApiError> {
    match outcome {
        Err(error) if error.code.as_deref() == Some(super::TOKEN_IS_KNOWN) => Ok(()),
        outcome => outcome,
    }
}

/// `ListStacks` of deleted ones. AWS promises no order.
pub(crate) async fn last_deleted(aws: &Aws, name: &StackName) -> Result<Option<StackId>, ApiError> {
    let call = Call::new(aws, "ListStacks");
    let all = pages::all(&call, async |token| {
        let request = aws.cloudformation.list_stacks().stack_status_filter(StackStatus::DeleteComplete);
        let answer = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((answer.stack_summaries.unwrap_or_default(), answer.next_token))
    });
    let all = all.await?;
    let when = |stack: &&StackSummary| stack.deletion_time().map_or(i128::MIN, DateTime::as_nanos);
    let newest = all.iter().filter(|stack| stack.stack_name() == Some(name.as_str())).max_by_key(when);
    newest.map(|stack| call.id("StackId", stack.stack_id())).transpose()
}

/// Whose events are asked for.
pub(crate) enum Of<'a> {
    /// A change set's, by its ARN.
    ChangeSet(&'a Arn),
    /// An operation's, by its id.
    Operation(&'a str),
}

/// `DescribeEvents`, failures only: what validations and hooks found.
pub(crate) async fn findings(aws: &Aws, of: Of<'_>) -> Result<Vec<Finding>, ApiError> {
    let call = Call::new(aws, "DescribeEvents");
    let all = pages::all(&call, async |token| {
        let request = aws.cloudformation.describe_events();
        let request = match of {
            Of::ChangeSet(arn) => request.change_set_name(arn.as_str()),
            Of::Operation(id) => request.operation_id(id),
        };
        let failures = EventFilter::builder().failed_events(true).build();
        let answer = request.filters(failures).set_next_token(token).send().await;
        let answer = answer.map_err(|error| call.failed(error))?;
        Ok((answer.operation_events.unwrap_or_default(), answer.next_token))
    });
    Ok(all.await?.iter().filter_map(|event| finding(&call, event)).collect())
}

/// What a validation or a hook says in an event; other events stand among the stack's own.
fn finding(call: &Call<'_>, event: &OperationEvent) -> Option<Finding> {
    let (found_by, reason, path) = match event.event_type()? {
        EventType::ValidationError => {
            (event.validation_name(), event.validation_status_reason(), event.validation_path())
        }
        EventType::HookInvocationError => (event.hook_type(), event.hook_status_reason(), None),
        _ => return None,
    };
    Some(Finding {
        logical_id: event.logical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned),
        found_by: found_by.unwrap_or("a check of AWS").to_owned(),
        reason: call.words(reason).unwrap_or_else(|| "AWS gave no reason".to_owned()),
        path: path.map(str::to_owned),
    })
}

/// `ListHookResults` of a change set: the hooks that failed. One without results is no error of ours.
pub(crate) async fn hook_failures(aws: &Aws, change_set: &Arn) -> Result<Vec<Finding>, ApiError> {
    let call = Call::new(aws, "ListHookResults");
    let all = pages::all(&call, async |token| {
        let request = aws.cloudformation.list_hook_results().target_type(ListHookResultsTargetType::ChangeSet);
        let answer = request.target_id(change_set.as_str()).set_next_token(token).send().await;
        match answer.map_err(|error| call.failed(error)) {
            Ok(answer) => Ok((answer.hook_results.unwrap_or_default(), answer.next_token)),
            Err(error) if error.class == ErrorClass::Gone => Ok((Vec::new(), None)),
            Err(error) => Err(error),
        }
    });
    let found = all.await?;
    let failures = found
        .iter()
        .filter_map(|result| failed_hook(&call, result.status(), result.type_name(), result.hook_status_reason()));
    Ok(failures.collect())
}

/// What a hook found, if it failed.
pub(super) fn failed_hook(
    call: &Call<'_>,
    status: Option<&HookStatus>,
    name: Option<&str>,
    reason: Option<&str>,
) -> Option<Finding> {
    matches!(status?, HookStatus::HookCompleteFailed | HookStatus::HookFailed).then(|| Finding {
        logical_id: None,
        found_by: name.unwrap_or("a hook").to_owned(),
        reason: call.words(reason).unwrap_or_else(|| "it gave no reason".to_owned()),
        path: None,
    })
}
