//! CloudFormation's own drift detection.

use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::{self, StackDriftDetectionStatus, StackResourceDriftStatus};
use groundwork_engine::ports::{ApiError, DetectionBegun, DetectionStatus, ErrorClass};
use groundwork_model::StackId;
use groundwork_model::detection::{CheckOutcome, CheckedResource, Obstacle};
use serde_json::Value;

use crate::call::Call;
use crate::cloud::Aws;
use crate::error::says_denied;
use crate::pages;

/// CloudFormation's most for a page.
const PAGE: i32 = 100;

/// What AWS answers where a detection of somebody else's is under way; it has no code of its own for it.
const IS_BUSY: &str = "Drift detection is already in progress";

/// `DetectStackDrift` of a whole stack.
pub(crate) async fn detect(aws: &Aws, stack: &StackId) -> Result<DetectionBegun, ApiError> {
    let call = Call::new(aws, "DetectStackDrift");
    let answer = aws.cloudformation.detect_stack_drift().stack_name(stack.as_str()).send().await;
    match answer.map_err(|error| call.failed(error)) {
        Ok(answer) => {
            let id = call.required("StackDriftDetectionId", answer.stack_drift_detection_id())?;
            Ok(DetectionBegun::Begun(id.to_owned()))
        }
        Err(error) if error.class == ErrorClass::Invalid && error.message.starts_with(IS_BUSY) => {
            Ok(DetectionBegun::Busy)
        }
        Err(error) => Err(error),
    }
}

/// `DescribeStackDriftDetectionStatus`.
pub(crate) async fn status(aws: &Aws, detection: &str) -> Result<DetectionStatus, ApiError> {
    let call = Call::new(aws, "DescribeStackDriftDetectionStatus");
    let request = aws.cloudformation.describe_stack_drift_detection_status().stack_drift_detection_id(detection);
    let answer = request.send().await.map_err(|error| call.failed(error))?;
    let begun_ms = || milliseconds(&call, answer.timestamp());
    match call.required("DetectionStatus", answer.detection_status())? {
        StackDriftDetectionStatus::DetectionInProgress => Ok(DetectionStatus::Running),
        StackDriftDetectionStatus::DetectionComplete => {
            Ok(DetectionStatus::Ended { begun_ms: begun_ms()?, failure: None })
        }
        StackDriftDetectionStatus::DetectionFailed => {
            let failure = obstacle(&call, answer.detection_status_reason());
            Ok(DetectionStatus::Ended { begun_ms: begun_ms()?, failure: Some(failure) })
        }
        other => Err(call.unexpected(format_args!("the detection's status is {}", other.as_str()))),
    }
}

/// `DescribeStackResourceDrifts`.
pub(crate) async fn resources(aws: &Aws, stack: &StackId) -> Result<Vec<CheckedResource>, ApiError> {
    let call = Call::new(aws, "DescribeStackResourceDrifts");
    let all = pages::all(&call, async |token| {
        let request = aws.cloudformation.describe_stack_resource_drifts().stack_name(stack.as_str()).max_results(PAGE);
        let answer = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        Ok((answer.stack_resource_drifts.unwrap_or_default(), answer.next_token))
    });
    all.await?.iter().map(|drift| read(&call, drift)).collect()
}

fn read(call: &Call<'_>, drift: &types::StackResourceDrift) -> Result<CheckedResource, ApiError> {
    Ok(CheckedResource {
        logical_id: call.id("LogicalResourceId", drift.logical_resource_id())?,
        resource_type: call.required("ResourceType", drift.resource_type())?.to_owned(),
        checked_ms: milliseconds(call, drift.timestamp())?,
        outcome: outcome(call, drift)?,
    })
}

fn outcome(call: &Call<'_>, drift: &types::StackResourceDrift) -> Result<CheckOutcome, ApiError> {
    let status = call.required("StackResourceDriftStatus", drift.stack_resource_drift_status())?;
    Ok(match status {
        StackResourceDriftStatus::InSync => CheckOutcome::InSync,
        StackResourceDriftStatus::Deleted => CheckOutcome::Deleted,
        StackResourceDriftStatus::NotChecked | StackResourceDriftStatus::Unsupported => CheckOutcome::NotChecked,
        StackResourceDriftStatus::Modified => {
            let paths = drift.property_differences().iter().filter_map(|difference| difference.property_path());
            CheckOutcome::Modified {
                expected: properties(call, "ExpectedProperties", drift.expected_properties())?,
                actual: properties(call, "ActualProperties", drift.actual_properties())?,
                paths: paths.map(str::to_owned).collect(),
            }
        }
        StackResourceDriftStatus::UnknownValue => CheckOutcome::Unknown(obstacle(call, drift.drift_status_reason())),
        other => CheckOutcome::Unknown(Obstacle {
            is_denial: false,
            reason: format!("its status is {}, which this version does not know", other.as_str()),
        }),
    })
}

/// Properties as JSON. What is said of a text that is none shows nothing of it: it may hold a secret.
fn properties(call: &Call<'_>, field: &str, text: Option<&str>) -> Result<Value, ApiError> {
    serde_json::from_str(call.required(field, text)?).map_err(|error| {
        call.unexpected(format_args!("{field} is no JSON (line {}, column {})", error.line(), error.column()))
    })
}

fn obstacle(call: &Call<'_>, reason: Option<&str>) -> Obstacle {
    let reason = call.words(reason).unwrap_or_else(|| "AWS gave no reason".to_owned());
    Obstacle { is_denial: says_denied(&reason), reason }
}

fn milliseconds(call: &Call<'_>, at: Option<&DateTime>) -> Result<u64, ApiError> {
    let at = call.required("Timestamp", at)?.to_millis().ok().and_then(|ms| u64::try_from(ms).ok());
    call.required("a Timestamp after 1970", at)
}
