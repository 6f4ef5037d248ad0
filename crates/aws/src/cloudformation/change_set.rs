//! Change sets: made, described, executed.

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeAction, ChangeSetStatus as Status, ChangeSetType, ExecutionStatus, OnStackFailure,
    Parameter, Replacement, ResourceAttribute, ResourceChange, Tag,
};
use groundwork_engine::ports::{
    ApiError, ChangeSet, ChangeSetHandle, ChangeSetKind, ChangeSetRequest, ChangeSetStatus, ErrorClass, ObservedAction,
    ObservedChange, ParameterInput,
};
use groundwork_model::ParameterKey;

use super::says_missing;
use crate::call::Call;
use crate::cloud::Aws;

/// How AWS begins the reason of a change set that failed because there is nothing to change; the
/// second is for templates with transforms.
const NO_CHANGES: [&str; 2] =
    ["The submitted information didn't contain changes", "No updates are to be performed"];

/// `CreateChangeSet`. Property values are not asked for: with them AWS may leave out whole resources.
pub(crate) async fn create(aws: &Aws, request: &ChangeSetRequest) -> Result<ChangeSetHandle, ApiError> {
    let call = Call::new(aws, "CreateChangeSet");
    let (kind, on_failure) = match request.kind {
        ChangeSetKind::Create => (ChangeSetType::Create, OnStackFailure::Delete),
        ChangeSetKind::Update => (ChangeSetType::Update, OnStackFailure::Rollback),
    };
    // By id where there is one, so that a new stack of the same name is never hit.
    let stack = request.stack_id.as_ref().map_or(request.stack.as_str(), AsRef::as_ref);
    let parameters = request.parameters.iter().map(|(key, input)| parameter(aws, key, input)).collect();
    let tags = request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let answer = aws
        .cloudformation
        .create_change_set()
        .stack_name(stack)
        .change_set_name(request.name.as_str())
        .change_set_type(kind)
        .on_stack_failure(on_failure)
        .template_body(&request.template)
        .capabilities(Capability::CapabilityNamedIam)
        .set_parameters(Some(parameters))
        .set_tags(Some(tags))
        .client_token(&request.token)
        .send()
        .await
        .map_err(|error| gone(call.failed(error)))?;
    Ok(ChangeSetHandle { id: call.id("Id", answer.id())?, stack_id: call.id("StackId", answer.stack_id())? })
}

fn parameter(aws: &Aws, key: &ParameterKey, input: &ParameterInput) -> Parameter {
    let parameter = Parameter::builder().parameter_key(key.as_str());
    match input {
        ParameterInput::Text(text) => parameter.parameter_value(text),
        ParameterInput::Secret(secret) => {
            aws.custody.take(secret);
            parameter.parameter_value(secret.expose())
        }
        ParameterInput::Previous => parameter.use_previous_value(true),
    }
    .build()
}

/// An update is for a stack that was there.
fn gone(mut error: ApiError) -> ApiError {
    if says_missing(&error) {
        error.class = ErrorClass::Gone;
    }
    error
}

/// `DescribeChangeSet`, all pages. The first page says where it stands.
pub(crate) async fn describe(aws: &Aws, handle: &ChangeSetHandle) -> Result<ChangeSet, ApiError> {
    let call = Call::new(aws, "DescribeChangeSet");
    let mut stands = None;
    let changes = crate::pages::all(&call, async |token| {
        let request = aws.cloudformation.describe_change_set().change_set_name(handle.id.as_str());
        let request = request.stack_name(handle.stack_id.as_str()).set_next_token(token);
        let page = request.send().await.map_err(|error| gone(call.failed(error)))?;
        if stands.is_none() {
            stands = Some(status(&call, &page)?);
        }
        let changes = page.changes().iter().map(|change| observed(&call, change)).collect::<Result<_, _>>()?;
        Ok((changes, page.next_token))
    })
    .await?;
    Ok(ChangeSet { status: call.required("Status", stands)?, changes })
}

/// Only `CREATE_COMPLETE` with `AVAILABLE` can be executed, whether it lists changes or not: a change of
/// outputs lists none. A reason beside it is but a warning.
fn status(call: &Call<'_>, page: &DescribeChangeSetOutput) -> Result<ChangeSetStatus, ApiError> {
    let status = call.required("Status", page.status())?;
    let execution = call.required("ExecutionStatus", page.execution_status())?;
    let reason = page.status_reason().unwrap_or("AWS gave no reason");
    Ok(match (status, execution) {
        (_, ExecutionStatus::Obsolete) => ChangeSetStatus::Obsolete,
        (Status::Failed, _) if NO_CHANGES.iter().any(|text| reason.starts_with(text)) => ChangeSetStatus::NoChanges,
        (Status::Failed, _) => ChangeSetStatus::Failed(call.aws.custody.scrub(reason)),
        (Status::CreatePending | Status::CreateInProgress, _) => ChangeSetStatus::Pending,
        (Status::CreateComplete, ExecutionStatus::Available) => ChangeSetStatus::Ready,
        (Status::CreateComplete, ExecutionStatus::Unavailable) => ChangeSetStatus::Pending,
        (status, execution) => {
            ChangeSetStatus::Failed(format!("it is {} and {}", status.as_str(), execution.as_str()))
        }
    })
}

fn observed(call: &Call<'_>, change: &Change) -> Result<ObservedChange, ApiError> {
    let change = call.required("ResourceChange", change.resource_change())?;
    Ok(ObservedChange {
        logical_id: call.id("LogicalResourceId", change.logical_resource_id())?,
        resource_type: call.required("ResourceType", change.resource_type())?.to_owned(),
        action: action(change),
        properties: properties(change),
    })
}

fn action(change: &ResourceChange) -> ObservedAction {
    match (change.action(), change.replacement()) {
        (Some(ChangeAction::Add), _) => ObservedAction::Add,
        (Some(ChangeAction::Remove), _) => ObservedAction::Remove,
        (Some(ChangeAction::Modify), None | Some(Replacement::False)) => ObservedAction::Modify,
        (Some(ChangeAction::Modify), Some(Replacement::True)) => ObservedAction::Replace,
        (Some(ChangeAction::Modify), Some(Replacement::Conditional)) => ObservedAction::MayReplace,
        _ => ObservedAction::Other,
    }
}

/// One parameter that changes is told twice, for sure and by evaluation, hence the doubles. Besides
/// properties there are other attributes, such as tags and the deletion policy.
fn properties(change: &ResourceChange) -> Vec<String> {
    let detailed = change.details().iter().filter_map(|detail| {
        let target = detail.target()?;
        Some(target.name().or_else(|| target.attribute().map(ResourceAttribute::as_str))?.to_owned())
    });
    let scope = change.scope().iter().filter(|attribute| **attribute != ResourceAttribute::Properties);
    let mut names: Vec<String> = Vec::new();
    for name in detailed.chain(scope.map(|attribute| attribute.as_str().to_owned())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// `ExecuteChangeSet`.
pub(crate) async fn execute(aws: &Aws, handle: &ChangeSetHandle, token: &str) -> Result<(), ApiError> {
    let call = Call::new(aws, "ExecuteChangeSet");
    let request = aws.cloudformation.execute_change_set().change_set_name(handle.id.as_str());
    let request = request.stack_name(handle.stack_id.as_str()).client_request_token(token);
    match request.send().await.map_err(|error| gone(call.failed(error))) {
        Ok(_) => Ok(()),
        Err(error) => unless_repeated(error),
    }
}

/// The token is known, so this is the second time of a call whose first answer was lost.
pub(super) fn unless_repeated(error: ApiError) -> Result<(), ApiError> {
    if error.code.as_deref() == Some("TokenAlreadyExistsException") { Ok(()) } else { Err(error) }
}
