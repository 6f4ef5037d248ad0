//! Service Quotas.

use aws_sdk_servicequotas::types::ServiceQuota;
use groundwork_engine::ports::{ApiError, ErrorClass};
use groundwork_model::quota::Quota;

use crate::call::Call;
use crate::cloud::Aws;

/// `GetServiceQuota`; where the account has no value of its own, `GetAWSDefaultServiceQuota`.
pub(crate) async fn quota(aws: &Aws, quota: Quota) -> Result<usize, ApiError> {
    let call = Call::new(aws, "GetServiceQuota");
    let request = aws.quotas.get_service_quota().service_code(quota.service()).quota_code(quota.code());
    match request.send().await.map_err(|error| call.failed(error)) {
        Ok(answer) => read(&call, answer.quota()),
        Err(error) if error.class == ErrorClass::Gone => usual(aws, quota).await,
        Err(error) => Err(error),
    }
}

async fn usual(aws: &Aws, quota: Quota) -> Result<usize, ApiError> {
    let call = Call::new(aws, "GetAWSDefaultServiceQuota");
    let request = aws.quotas.get_aws_default_service_quota().service_code(quota.service()).quota_code(quota.code());
    let answer = request.send().await.map_err(|error| call.failed(error))?;
    read(&call, answer.quota())
}

/// Counts are whole numbers, which Service Quotas writes with a point.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within the range")]
fn read(call: &Call<'_>, quota: Option<&ServiceQuota>) -> Result<usize, ApiError> {
    let value = call.required("Value", quota.and_then(ServiceQuota::value))?;
    if (0.0..=f64::from(u32::MAX)).contains(&value) {
        Ok(value as usize)
    } else {
        Err(call.unexpected(format_args!("the quota is {value}")))
    }
}
