//! How often and how long a call is tried: never without a deadline.

use std::time::Duration;

use aws_sdk_cloudformation::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_cloudformation::config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};

use crate::error::error_code;

/// With random waits of up to 1, 2, 4 and 5 seconds between them, attempts outlast a burst of
/// throttling and still end soon where an endpoint is dead.
const ATTEMPTS: u32 = 5;

/// The longest wait between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// All attempts and the waits before and between them. The transport has the deadline of an attempt.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(90);

/// The SDK's standard retries, bounded.
pub(crate) fn config() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(MAX_BACKOFF)
}

/// The deadline of a call.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(OPERATION_TIMEOUT).build()
}

/// A retry budget of its own. The SDK's default one is shared by everything in the process that
/// calls the same service and Region, in whatever account.
pub(crate) fn partition() -> RetryPartition {
    RetryPartition::custom("groundwork").build()
}

/// The SDK counts `LimitExceededException` as throttling. From CloudFormation it means a quota, such
/// as 1,000 change sets a stack or 100 stack sets, and no wait helps.
#[derive(Debug)]
pub(crate) struct QuotaIsFinal;

impl ClassifyRetry for QuotaIsFinal {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().and_then(error_code) {
            Some("LimitExceededException") => RetryAction::RetryForbidden,
            Some(_) | None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "a quota is no throttling"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
