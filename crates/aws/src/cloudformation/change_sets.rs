//! Change sets: CloudFormation's own account of what it would do.
//!
//! A change set's ARN says which one is meant, and the stack is named beside it all the same: permissions are the
//! stack's (Service Authorization Reference, "Actions, resources, and condition keys for AWS CloudFormation").

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeAction, ChangeSetStatus as WireStatus, ChangeSetType, ExecutionStatus, OnStackFailure,
    Replacement, ResourceAttribute, ResourceChange,
};
use groundwork_engine::ports::{
    ApiError, ChangeSet, ChangeSetHandle, ChangeSetKind, ChangeSetRequest, ChangeSetStatus, ErrorClass, ObservedAction,
    ObservedChange,
};

use crate::call::Call;
use crate::cloud::Aws;

/// How AWS begins the reason of a FAILED change set that has nothing to do: the first for plain
/// templates, the second for those with transforms.
const NOTHING_TO_DO: [&str; 2] =
    ["The submitted information didn't contain changes.", "No updates are to be performed."];

/// `CreateChangeSet`. The client token makes a repeated call the same call. Should AWS know it and say
/// so instead of answering it again, the change set that it made is looked up.
pub(crate) async fn create(aws: &Aws, request: &ChangeSetRequest) -> Result<ChangeSetHandle, ApiError> {
    let call = Call::new(aws, "CreateChangeSet");
    super::keep(aws, &request.parameters);
    let (kind, on_failure) = match request.kind {
        ChangeSetKind::Create => (ChangeSetType::Create, OnStackFailure::Delete),
        ChangeSetKind::Update => (ChangeSetType::Update, OnStackFailure::Rollback),
    };
    let stack = request.stack_id.as_ref().map_or(request.stack.as_str(), |id| id.as_str());
    let answer = aws
        .cloudformation
        .create_change_set()
        .stack_name(stack)
        .change_set_name(request.name.as_str())
        .change_set_type(kind)
        .on_stack_failure(on_failure)
        .client_token(&request.token)
        .description("made by groundwork")
        .capabilities(Capability::CapabilityNamedIam)
        .template_body(&request.template)
        .set_parameters(Some(super::parameters(&request.parameters)))
        .set_tags(Some(super::tags(&request.tags)))
        .send()
        .await
        .map_err(|error| call.failed(error));
    match answer {
        Ok(answer) => {
            Ok(ChangeSetHandle { id: call.id("Id", answer.id())?, stack_id: call.id("StackId", answer.stack_id())? })
        }
        Err(error) if matches!(error.code.as_deref(), Some(super::TOKEN_IS_KNOWN | super::NAME_IS_TAKEN)) => {
            match made_before(aws, stack, request.name.as_str()).await {
                // It is the stack that exists, which was to be created.
                Err(other) if other.class == ErrorClass::Gone => Err(error),
                outcome => outcome,
            }
        }
        Err(error) => Err(error),
    }
}

/// The change set that an earlier call made, whose answer was lost.
async fn made_before(aws: &Aws, stack: &str, name: &str) -> Result<ChangeSetHandle, ApiError> {
    let call = Call::new(aws, "DescribeChangeSet");
    let request = aws.cloudformation.describe_change_set().stack_name(stack).change_set_name(name);
    let made = request.send().await.map_err(|error| call.failed(error))?;
    Ok(ChangeSetHandle {
        id: call.id("ChangeSetId", made.change_set_id())?,
        stack_id: call.id("StackId", made.stack_id())?,
    })
}

/// `DescribeChangeSet`, all pages, once it is made.
pub(crate) async fn describe(aws: &Aws, handle: &ChangeSetHandle) -> Result<ChangeSet, ApiError> {
    let call = Call::new(aws, "DescribeChangeSet");
    let mut latest = ChangeSetStatus::Pending;
    let changes = crate::pages::all(&call, async |token| {
        let request = aws.cloudformation.describe_change_set().stack_name(handle.stack_id.as_str());
        let request = request.change_set_name(handle.id.as_str());
        let page = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        // The stack may change between two pages; the last word holds.
        latest = status(&call, &page)?;
        let changes = page.changes().iter().map(|change| read(&call, change)).collect::<Result<Vec<_>, _>>()?;
        let next = if latest == ChangeSetStatus::Pending { None } else { page.next_token };
        Ok((changes, next))
    })
    .await?;
    Ok(ChangeSet { status: latest, changes })
}

/// `ExecuteChangeSet`.
pub(crate) async fn execute(aws: &Aws, handle: &ChangeSetHandle, token: &str) -> Result<(), ApiError> {
    let call = Call::new(aws, "ExecuteChangeSet");
    let request = aws.cloudformation.execute_change_set().stack_name(handle.stack_id.as_str());
    let request = request.change_set_name(handle.id.as_str());
    match request.client_request_token(token).send().await.map_err(|error| call.failed(error)) {
        Ok(_) => Ok(()),
        Err(error) if error.code.as_deref() == Some(super::TOKEN_IS_KNOWN) => Ok(()),
        Err(error) => Err(error),
    }
}

/// `DeleteChangeSet`. One that is gone, perhaps with its stack, is what was wanted.
pub(crate) async fn delete(aws: &Aws, handle: &ChangeSetHandle) -> Result<(), ApiError> {
    let call = Call::new(aws, "DeleteChangeSet");
    let request = aws.cloudformation.delete_change_set().stack_name(handle.stack_id.as_str());
    let request = request.change_set_name(handle.id.as_str());
    match request.send().await.map_err(|error| call.failed(error)) {
        Ok(_) => Ok(()),
        Err(error) if error.class == ErrorClass::Gone => Ok(()),
        Err(error) => Err(error),
    }
}

/// Where the change set stands. Whether there is anything to do is never judged by the list of
/// changes: a change of outputs alone has none and has to be executed all the same.
fn status(call: &Call<'_>, answer: &DescribeChangeSetOutput) -> Result<ChangeSetStatus, ApiError> {
    let execution = answer.execution_status();
    if execution == Some(&ExecutionStatus::Obsolete) {
        return Ok(ChangeSetStatus::Obsolete);
    }
    let reason = call.words(answer.status_reason()).unwrap_or_else(|| "no reason given".to_owned());
    Ok(match (call.required("Status", answer.status())?, execution) {
        (WireStatus::CreatePending | WireStatus::CreateInProgress, _) => ChangeSetStatus::Pending,
        (WireStatus::CreateComplete, Some(ExecutionStatus::Available)) => ChangeSetStatus::Ready,
        // Complete and not to be executed yet: AWS sets the two one after the other.
        (WireStatus::CreateComplete, Some(ExecutionStatus::Unavailable) | None) => ChangeSetStatus::Pending,
        (WireStatus::CreateComplete, Some(other)) => {
            ChangeSetStatus::Failed(format!("its execution status is {}", other.as_str()))
        }
        (WireStatus::Failed, _) if NOTHING_TO_DO.iter().any(|start| reason.starts_with(start)) => {
            ChangeSetStatus::NoChanges
        }
        (WireStatus::Failed, _) => ChangeSetStatus::Failed(reason),
        (other, _) => ChangeSetStatus::Failed(format!("its status is {}", other.as_str())),
    })
}

fn read(call: &Call<'_>, change: &Change) -> Result<ObservedChange, ApiError> {
    // A kind of change that is not understood must not get lost: the plan is held against this list.
    let change = call.required("ResourceChange", change.resource_change())?;
    Ok(ObservedChange {
        logical_id: call.id("LogicalResourceId", change.logical_resource_id())?,
        resource_type: call.required("ResourceType", change.resource_type())?.to_owned(),
        action: action(call.required("Action", change.action())?, change.replacement()),
        properties: properties(change),
    })
}

fn action(action: &ChangeAction, replacement: Option<&Replacement>) -> ObservedAction {
    match (action, replacement) {
        (ChangeAction::Add, _) => ObservedAction::Add,
        (ChangeAction::Remove, _) => ObservedAction::Remove,
        (ChangeAction::Modify, Some(Replacement::False) | None) => ObservedAction::Modify,
        (ChangeAction::Modify, Some(Replacement::True)) => ObservedAction::Replace,
        // Conditional, and whatever AWS may call it next.
        (ChangeAction::Modify, Some(_)) => ObservedAction::MayReplace,
        (_, _) => ObservedAction::Other,
    }
}

/// One changed parameter shows as two details, static and dynamic, of the same property. Details may
/// be missing where the scope is given.
fn properties(change: &ResourceChange) -> Vec<String> {
    let details = change.details().iter().filter_map(|detail| detail.target()).filter_map(|target| {
        match (target.attribute(), target.name()) {
            (Some(ResourceAttribute::Properties) | None, name) => name,
            (Some(attribute), _) => Some(attribute.as_str()),
        }
    });
    let scope = change.scope().iter().filter(|scope| **scope != ResourceAttribute::Properties);
    let mut names: Vec<String> = Vec::new();
    for name in details.chain(scope.map(ResourceAttribute::as_str)) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}
