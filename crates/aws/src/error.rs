//! What a failed call is called: the SDK's errors and AWS's codes, sorted into the port's classes.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use groundwork_engine::ports::{ApiError, ErrorClass, Service};

use crate::http::root_cause;

/// Where services put the request's id; an answer may have one even if its body says nothing.
const REQUEST_ID_HEADERS: [&str; 2] = ["x-amzn-requestid", "x-amz-request-id"];

/// Where query services put the request's id in an error's body, as the SDK calls it.
const REQUEST_ID_EXTRA: &str = "aws_request_id";

/// Sorts a failure.
pub(crate) fn classify<E>(
    operation: &'static str,
    profile: Option<&str>,
    error: &SdkError<E, HttpResponse>,
) -> ApiError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (class, code, message) = match error {
        SdkError::ServiceError(failure) => refused(failure.err().meta(), failure.raw().status().as_u16()),
        SdkError::ResponseError(failure) => {
            let status = failure.raw().status().as_u16();
            (by_status(status), None, format!("an answer with HTTP status {status} that cannot be read"))
        }
        SdkError::TimeoutError(_) => (ErrorClass::Unavailable, None, "no answer in time".to_owned()),
        SdkError::DispatchFailure(failure) if failure.is_timeout() || failure.is_io() => {
            (ErrorClass::Unavailable, None, root_cause(error))
        }
        // What remains: no credentials, a TLS handshake that will fail again, a request that cannot be built.
        other => match credentials_error(other) {
            Some(error) => (ErrorClass::NoCredentials, None, no_credentials(profile, error)),
            None if is_tls(other) => (ErrorClass::Unavailable, None, root_cause(other)),
            None => (ErrorClass::Invalid, None, root_cause(other)),
        },
    };
    ApiError { service: Service::Aws, operation: operation.to_owned(), class, code, message, request_id: request_id(error) }
}

/// AWS answered with an error.
fn refused(meta: &ErrorMetadata, status: u16) -> (ErrorClass, Option<String>, String) {
    let Some(code) = meta.code() else {
        return (by_status(status), None, format!("HTTP status {status} without an error code"));
    };
    let class = by_code(code).unwrap_or(if status >= 500 { ErrorClass::Unavailable } else { ErrorClass::Invalid });
    (class, Some(code.to_owned()), meta.message().unwrap_or(code).to_owned())
}

/// An answer without a code does not come from AWS, but from a proxy or a wrong address; or AWS fails.
fn by_status(status: u16) -> ErrorClass {
    if status >= 500 { ErrorClass::Unavailable } else { ErrorClass::Unexpected }
}

/// The codes that mean the same from every service, and some that say that a thing is gone or busy.
fn by_code(code: &str) -> Option<ErrorClass> {
    Some(match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "Client.UnauthorizedOperation" => {
            ErrorClass::Denied
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" | "AuthFailure"
        | "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidSignatureException"
        | "SignatureDoesNotMatch" | "IncompleteSignature" | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => ErrorClass::Expired,
        "RequestLimitExceeded" | "TooManyRequestsException" | "RequestThrottled" | "RequestThrottledException"
        | "ThrottledException" | "SlowDown" => ErrorClass::Throttled,
        code if code.starts_with("Throttling") => ErrorClass::Throttled,
        "InternalFailure" | "InternalError" | "InternalServerError" | "ServerException" | "ServiceUnavailable"
        | "ServiceUnavailableException" | "Unavailable" => ErrorClass::Unavailable,
        // The cluster is busy with an earlier change of its providers.
        "UpdateInProgressException" => ErrorClass::Unavailable,
        "ChangeSetNotFound" | "ClusterNotFoundException" => ErrorClass::Gone,
        _ => return None,
    })
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

fn credentials_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CredentialsError> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// The connector has put the reason into words, and only a handshake reaches here as "other".
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|error| error.to_string().starts_with(crate::http::NO_SECURE_CONNECTION))
}

fn no_credentials(profile: Option<&str>, error: &CredentialsError) -> String {
    let profile = profile.map_or_else(|| "shared profile".to_owned(), |profile| format!("profile {profile:?}"));
    let chain = format!("environment, {profile}, web identity, container, instance metadata");
    format!("the chain ({chain}) gave none: {}", root_cause(error))
}

fn request_id<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let from_body = match error {
        SdkError::ServiceError(failure) => failure.err().meta().extra(REQUEST_ID_EXTRA),
        _ => None,
    };
    let headers = error.raw_response().map(HttpResponse::headers);
    let from_headers = || REQUEST_ID_HEADERS.iter().find_map(|name| headers?.get(*name));
    from_body.or_else(from_headers).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_by_what_can_be_done_about_them() {
        let cases = [
            ("AccessDenied", 403, ErrorClass::Denied),
            ("UnauthorizedOperation", 403, ErrorClass::Denied),
            ("ExpiredToken", 403, ErrorClass::Expired),
            ("InvalidClientTokenId", 403, ErrorClass::Expired),
            ("Throttling", 400, ErrorClass::Throttled),
            ("ThrottlingException", 400, ErrorClass::Throttled),
            ("RequestLimitExceeded", 503, ErrorClass::Throttled),
            ("InternalFailure", 500, ErrorClass::Unavailable),
            ("SomethingNew", 502, ErrorClass::Unavailable),
            ("SomethingNew", 400, ErrorClass::Invalid),
            ("LimitExceededException", 400, ErrorClass::Invalid),
            ("ChangeSetNotFound", 404, ErrorClass::Gone),
        ];
        for (code, status, class) in cases {
            let meta = ErrorMetadata::builder().code(code).message("words").build();
            assert_eq!(refused(&meta, status), (class, Some(code.to_owned()), "words".to_owned()), "{code}");
        }
    }

    #[test]
    fn an_answer_without_a_code_is_not_aws_unless_it_fails() {
        let meta = ErrorMetadata::builder().build();
        assert_eq!(refused(&meta, 302).0, ErrorClass::Unexpected);
        assert_eq!(refused(&meta, 403).0, ErrorClass::Unexpected);
        assert_eq!(refused(&meta, 503).0, ErrorClass::Unavailable);
    }
}
