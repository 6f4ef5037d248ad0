//! A stack's events.

use aws_sdk_cloudformation::types::StackEvent as Described;
use groundwork_engine::ports::{ApiError, ErrorClass, StackEvent};
use groundwork_model::StackId;

use super::says_missing;
use crate::call::Call;
use crate::cloud::Aws;

/// `DescribeStackEvents`, newest first, down to and without `until`. A long history has many pages,
/// which are read only as far as needed.
pub(crate) async fn since(aws: &Aws, id: &StackId, until: Option<&str>) -> Result<Vec<StackEvent>, ApiError> {
    let call = Call::new(aws, "DescribeStackEvents");
    let mut events = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = aws.cloudformation.describe_stack_events().stack_name(id.as_str()).set_next_token(token.clone());
        let page = request.send().await.map_err(|error| gone(call.failed(error)))?;
        for described in page.stack_events() {
            if until.is_some() && described.event_id() == until {
                return Ok(events);
            }
            events.push(event(&call, described)?);
        }
        match page.next_token.filter(|next| !next.is_empty()) {
            None => return Ok(events),
            next if next == token => return Err(call.unexpected("the same page token twice")),
            next => token = next,
        }
    }
}

/// Events are asked for by id, of a stack that was there.
fn gone(mut error: ApiError) -> ApiError {
    if says_missing(&error) {
        error.class = ErrorClass::Gone;
    }
    error
}

fn event(call: &Call<'_>, described: &Described) -> Result<StackEvent, ApiError> {
    let at = call.required("Timestamp", described.timestamp())?;
    let at_ms = at.to_millis().ok().and_then(|ms| u64::try_from(ms).ok());
    Ok(StackEvent {
        id: call.required("EventId", described.event_id())?.to_owned(),
        logical_id: call.required("LogicalResourceId", described.logical_resource_id())?.to_owned(),
        physical_id: described.physical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned),
        resource_type: described.resource_type().unwrap_or_default().to_owned(),
        // Events of hooks have a status of their own kind, and none of a resource.
        status: described.resource_status().map_or_else(String::new, |status| status.as_str().to_owned()),
        reason: described.resource_status_reason().map(|reason| call.aws.custody.scrub(reason)),
        at_ms: call.required("a Timestamp after 1970", at_ms)?,
        token: described.client_request_token().map(str::to_owned),
    })
}
