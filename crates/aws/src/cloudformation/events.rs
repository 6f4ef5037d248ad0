//! What happened to a stack.

use aws_sdk_cloudformation::types;
use groundwork_engine::ports::{ApiError, ErrorClass, Finding, StackEvent};
use groundwork_model::StackId;
use groundwork_model::world::Observed;

use super::operations;
use crate::call::Call;
use crate::cloud::Aws;

/// `DescribeStackEvents`, newest first, down to and without `until`. AWS keeps the whole history of a
/// stack, so older pages are not asked for once the known event was seen.
pub(crate) async fn since(aws: &Aws, id: &StackId, until: Option<&str>) -> Result<Vec<StackEvent>, ApiError> {
    let call = Call::new(aws, "DescribeStackEvents");
    let mut events = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = aws.cloudformation.describe_stack_events().stack_name(id.as_str());
        let answer = request.set_next_token(token.clone()).send().await.map_err(|error| call.failed(error))?;
        for event in answer.stack_events() {
            if until.is_some() && event.event_id() == until {
                return Ok(events);
            }
            events.push(read(&call, event)?);
        }
        match answer.next_token.filter(|next| !next.is_empty()) {
            None => return Ok(events),
            next if next == token => return Err(call.unexpected("the same page token twice")),
            next => token = next,
        }
    }
}

/// The newest event of a stack. AWS lists the newest first, so one page is enough.
pub(crate) async fn newest(aws: &Aws, name_or_id: &str) -> Result<Observed<StackEvent>, ApiError> {
    let call = Call::new(aws, "DescribeStackEvents");
    let answer = aws.cloudformation.describe_stack_events().stack_name(name_or_id).send().await;
    let answer = match answer.map_err(|error| call.failed(error)) {
        Err(error) if error.class == ErrorClass::Gone => return Ok(Observed::Absent),
        answer => answer?,
    };
    answer.stack_events().first().map_or(Ok(Observed::Absent), |event| read(&call, event).map(Observed::Present))
}

/// Events of hooks may lack what those of resources have. That must not end a wait.
fn read(call: &Call<'_>, event: &types::StackEvent) -> Result<StackEvent, ApiError> {
    let at_ms = call.required("Timestamp", event.timestamp())?.to_millis().ok().and_then(|ms| u64::try_from(ms).ok());
    Ok(StackEvent {
        id: call.required("EventId", event.event_id())?.to_owned(),
        logical_id: call.required("LogicalResourceId", event.logical_resource_id())?.to_owned(),
        physical_id: event.physical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status: event.resource_status().map_or_else(String::new, |status| status.as_str().to_owned()),
        reason: call.words(event.resource_status_reason()),
        hook: failed_hook(call, event),
        at_ms: call.required("a Timestamp after 1970", at_ms)?,
        token: event.client_request_token().map(str::to_owned),
        operation: event.operation_id().filter(|id| !id.is_empty()).map(str::to_owned),
    })
}

/// A hook that failed: the event that tells so has the resource's name, and a status that says nothing.
fn failed_hook(call: &Call<'_>, event: &types::StackEvent) -> Option<Finding> {
    let finding = operations::failed_hook(call, event.hook_status(), event.hook_type(), event.hook_status_reason())?;
    Some(Finding { logical_id: event.logical_resource_id().map(str::to_owned), ..finding })
}
