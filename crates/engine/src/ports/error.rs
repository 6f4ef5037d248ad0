//! A call that did not work, classified: all that the engine may know of the services' errors.

use std::fmt;

use groundwork_model::Code;
use groundwork_model::problem::Problem;

/// A call that did not work. The message never holds a secret: adapters see to that.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct ApiError {
    /// Who was called.
    pub service: Service,
    /// The operation as the service names it: `DescribeStacks`, `POST /api/v1/run_environments/`.
    pub operation: String,
    /// What kind of failure it is: all that the engine may branch on.
    pub class: ErrorClass,
    /// The service's own code, for the reader: `AccessDenied`, `IntegrityError`.
    pub code: Option<String>,
    /// The service's own words, or those of the failed connection.
    pub message: String,
    /// The service's id of the request, for a support case.
    pub request_id: Option<String>,
}

/// Who was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// AWS.
    Aws,
    /// CloudReactor.
    CloudReactor,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// No credentials were found, or they could not be loaded.
    NoCredentials,
    /// The credentials are not (or no longer) valid.
    Expired,
    /// The credentials are valid and do not permit the call.
    Denied,
    /// The rate limit, after the adapter's own retries.
    Throttled,
    /// No answer, or one that says the service failed. It may pass.
    Unavailable,
    /// The service refused the request as it stands. It will not pass.
    Invalid,
    /// The thing is gone: only from calls on something that was there before.
    Gone,
    /// The answer is not one that the service gives.
    Unexpected,
}

impl ErrorClass {
    /// Whether trying again later can help.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable)
    }
}

impl From<&ApiError> for Problem {
    fn from(error: &ApiError) -> Self {
        let code = match (error.service, error.class) {
            (Service::Aws, ErrorClass::NoCredentials) => Code::NoCredentials,
            (Service::Aws, ErrorClass::Expired) => Code::CredentialsExpired,
            (Service::Aws, ErrorClass::Denied) => Code::AccessDenied,
            (Service::Aws, ErrorClass::Throttled) => Code::Throttled,
            (Service::Aws, ErrorClass::Unavailable) => Code::AwsUnavailable,
            (Service::Aws, ErrorClass::Invalid | ErrorClass::Gone | ErrorClass::Unexpected) => Code::AwsUnexpected,
            (Service::CloudReactor, ErrorClass::NoCredentials) => Code::NoCloudReactorCredentials,
            (Service::CloudReactor, ErrorClass::Expired | ErrorClass::Denied) => Code::CloudReactorLogin,
            (Service::CloudReactor, ErrorClass::Throttled | ErrorClass::Unavailable) => Code::CloudReactorUnavailable,
            (Service::CloudReactor, ErrorClass::Invalid | ErrorClass::Gone | ErrorClass::Unexpected) => {
                Code::CloudReactorUnexpected
            }
        };
        let subject = match error.class {
            ErrorClass::NoCredentials => format!("no {} credentials for {}", error.service, error.operation),
            ErrorClass::Expired => format!("{} refused the credentials at {}", error.service, error.operation),
            ErrorClass::Denied => format!("{} does not permit {}", error.service, error.operation),
            ErrorClass::Throttled => format!("{} kept refusing {} for its rate limit", error.service, error.operation),
            ErrorClass::Unavailable => format!("{} did not answer {}", error.service, error.operation),
            ErrorClass::Invalid => format!("{} refused {}", error.service, error.operation),
            ErrorClass::Gone => format!("{} no longer has what {} is about", error.service, error.operation),
            ErrorClass::Unexpected => {
                format!("{} answered {} with something unexpected", error.service, error.operation)
            }
        };
        let mut cause = error.message.clone();
        if let Some(code) = error.code.as_ref().filter(|code| !cause.contains(code.as_str())) {
            cause = format!("{cause} ({code})");
        }
        if let Some(id) = &error.request_id {
            cause = format!("{cause} [request {id}]");
        }
        Self::new(code, subject).because(cause)
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::from(&error)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "AWS",
            Self::CloudReactor => "CloudReactor",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_of_a_call_has_its_code() {
        use ErrorClass::{Denied, Expired, Gone, Invalid, NoCredentials, Throttled, Unavailable, Unexpected};
        for (class, aws, cloudreactor) in [
            (NoCredentials, Code::NoCredentials, Code::NoCloudReactorCredentials),
            (Expired, Code::CredentialsExpired, Code::CloudReactorLogin),
            (Denied, Code::AccessDenied, Code::CloudReactorLogin),
            (Throttled, Code::Throttled, Code::CloudReactorUnavailable),
            (Unavailable, Code::AwsUnavailable, Code::CloudReactorUnavailable),
            (Invalid, Code::AwsUnexpected, Code::CloudReactorUnexpected),
            (Gone, Code::AwsUnexpected, Code::CloudReactorUnexpected),
            (Unexpected, Code::AwsUnexpected, Code::CloudReactorUnexpected),
        ] {
            for (service, code) in [(Service::Aws, aws), (Service::CloudReactor, cloudreactor)] {
                let error = ApiError {
                    service,
                    operation: "DescribeStacks".to_owned(),
                    class,
                    code: None,
                    message: "no".to_owned(),
                    request_id: None,
                };
                assert_eq!(Problem::from(error).code, code, "{service} {class:?}");
            }
        }
    }
}
