//! What went wrong, classified once: the only place that knows AWS's error codes.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use groundwork_engine::ports::{ApiError, ErrorClass, Service};

use crate::http::{causes, root_cause};

/// Classifies a failed call.
pub(crate) fn classify<E>(operation: &str, profile: Option<&str>, error: &SdkError<E, HttpResponse>) -> ApiError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    // A session that could not be begun has told why already.
    if let Some(told) = causes(error).find_map(|cause| cause.downcast_ref::<ApiError>()) {
        return told.clone();
    }
    let response = error.raw_response();
    let code = error.code().map(str::to_owned);
    let (class, message) = match (error, causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>())) {
        (_, Some(credentials)) => no_credentials(credentials, profile),
        (SdkError::ServiceError(_), None) => refusal(code.as_deref(), error.message(), response),
        (SdkError::ResponseError(_), None) => not_an_answer(response),
        (SdkError::ConstructionFailure(_), None) => (ErrorClass::Invalid, root_cause(error)),
        (SdkError::TimeoutError(_), None) => (ErrorClass::Unavailable, root_cause(error)),
        (SdkError::DispatchFailure(failure), None) => not_sent(failure.as_connector_error(), root_cause(error)),
        (_, None) => (ErrorClass::Unexpected, root_cause(error)),
    };
    ApiError {
        service: Service::Aws,
        operation: operation.to_owned(),
        class,
        code,
        message: presentable(&message),
        request_id: response.and_then(request_id),
    }
}

/// The class of an error code. Codes differ between the query protocol, EC2's and JSON's, and AWS
/// spells some of them with and without `Exception`.
fn class_of(code: &str, status: u16) -> ErrorClass {
    match code.strip_suffix("Exception").unwrap_or(code) {
        "AccessDenied"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "Forbidden"
        | "OptInRequired"
        | "RegionDisabled"
        | "PendingVerification"
        // The account is in no organization.
        | "AWSOrganizationsNotInUse"
        | "Blocked" => ErrorClass::Denied,
        "ExpiredToken"
        | "RequestExpired"
        | "InvalidClientTokenId"
        | "UnrecognizedClient"
        | "InvalidToken"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignature"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "AuthFailure"
        | "RequestTimeTooSkewed"
        | "RequestInTheFuture" => ErrorClass::Expired,
        "Throttling"
        | "Throttled"
        | "RequestThrottled"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "SlowDown"
        | "EC2Throttled"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete" => ErrorClass::Throttled,
        // ECS allows one change of a cluster's capacity providers at a time.
        "RequestTimeout" | "UpdateInProgress" => ErrorClass::Unavailable,
        "ChangeSetNotFound"
        | "ClusterNotFound"
        | "InvalidVpcID.NotFound"
        | "NoSuchEntity"
        | "NoSuchResource"
        | "ParentNotFound"
        | "StackSetNotFound" => ErrorClass::Gone,
        _ if status >= 500 => ErrorClass::Unavailable,
        _ => ErrorClass::Invalid,
    }
}

/// Whether an answer refuses a call for its rate.
pub(crate) fn refuses_for_rate(answer: &HttpResponse) -> bool {
    let status = answer.status().as_u16();
    status == 429 || error_code(answer).is_some_and(|code| class_of(code, status) == ErrorClass::Throttled)
}

/// The code of an answer that is an error. It is read from the text, as the SDK makes an error of an
/// answer only after the transport is done with it, and then one of another type for each operation.
pub(crate) fn error_code(answer: &HttpResponse) -> Option<&str> {
    let text = answer.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok())?;
    if answer.status().as_u16() >= 400 { code_in(text) } else { None }
}

/// The error code in an answer: an element in XML, a field with or without a namespace in JSON.
fn code_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>").or_else(|| text.split_once("\"__type\""))?;
    let rest = rest.trim_start_matches([':', ' ', '"']);
    rest.split(['<', '"']).next()?.rsplit('#').next()
}

fn refusal(code: Option<&str>, message: Option<&str>, response: Option<&HttpResponse>) -> (ErrorClass, String) {
    let status = response.map_or(0, |response| response.status().as_u16());
    let Some(code) = code else { return not_an_answer(response) };
    let message = message.unwrap_or("without a message");
    if says_clock_is_off(code, message) {
        let (line, _) = message.split_once('\n').unwrap_or((message, ""));
        return (ErrorClass::Expired, format!("this machine's clock is off by minutes: {line}"));
    }
    let class = match class_of(code, status) {
        ErrorClass::Invalid if says_missing_stack(code, message) => ErrorClass::Gone,
        // The first use of ECS in an account makes the role; the call that comes too early fails, a
        // later one works.
        ErrorClass::Invalid if message.starts_with("Unable to assume the service linked role") => {
            ErrorClass::Unavailable
        }
        class => class,
    };
    (class, message.to_owned())
}

/// AWS takes no signature that is more than some minutes old, or from the future. It has several codes
/// for that, and one that it also has for a wrong key.
fn says_clock_is_off(code: &str, message: &str) -> bool {
    matches!(
        code.strip_suffix("Exception").unwrap_or(code),
        "RequestTimeTooSkewed" | "RequestInTheFuture" | "RequestExpired"
    ) || message.starts_with("Signature expired")
        || message.starts_with("Signature not yet current")
}

/// Whether a reason that AWS gives in an answer is that somebody may not do something: CloudFormation hands on what the
/// services that it asks have said.
pub(crate) fn says_denied(reason: &str) -> bool {
    ["AccessDenied", "UnauthorizedOperation", "not authorized", "Access denied"]
        .iter()
        .any(|words| reason.contains(words))
}

/// CloudFormation has no code of its own for a missing stack: it is a `ValidationError` with
/// "Stack with id X does not exist" or "Stack [X] does not exist".
fn says_missing_stack(code: &str, message: &str) -> bool {
    code == "ValidationError" && message.starts_with("Stack") && message.trim_end().ends_with("does not exist")
}

/// Something answered that is not AWS: a proxy, a captive portal, a load balancer's error page; or AWS's
/// answer came mangled. Its text is left out; nobody knows what stands in it. Nor does anybody know
/// whether AWS ever heard of the call, and that is no other case than that of no answer.
fn not_an_answer(response: Option<&HttpResponse>) -> (ErrorClass, String) {
    let status = response.map_or(0, |response| response.status().as_u16());
    let class = if status == 429 { ErrorClass::Throttled } else { ErrorClass::Unavailable };
    (class, response.map_or_else(|| "no answer of AWS".to_owned(), no_answer_of_aws))
}

/// What came in the place of an answer, without its text.
pub(crate) fn no_answer_of_aws(response: &HttpResponse) -> String {
    let kind = response.headers().get("content-type").unwrap_or("no content type");
    format!("HTTP status {} with a body that is no answer of AWS ({kind})", response.status().as_u16())
}

/// Nothing was sent, or nothing came back.
fn not_sent(error: Option<&ConnectorError>, cause: String) -> (ErrorClass, String) {
    match error {
        Some(error) if error.is_user() => (ErrorClass::Invalid, cause),
        Some(error) if error.is_io() || error.is_timeout() => (ErrorClass::Unavailable, cause),
        // The transport's failures that stay (TLS) are "other", and so is an identity cache that
        // gave up waiting for a provider.
        Some(_) if cause.starts_with("identity resolver timed out") => {
            (ErrorClass::NoCredentials, format!("loading them took too long: {cause}"))
        }
        Some(_) | None => (ErrorClass::Unavailable, cause),
    }
}

fn no_credentials(error: &CredentialsError, profile: Option<&str>) -> (ErrorClass, String) {
    if let (CredentialsError::CredentialsNotLoaded(_), None) = (error, profile) {
        let tried = "none in the environment, the AWS configuration files, a web identity token, \
                     the container's or the instance's metadata";
        return (ErrorClass::NoCredentials, tried.to_owned());
    }
    // A provider may itself call AWS, most often `sts:AssumeRole`, and that call has a better answer.
    let unreachable = causes(error).filter_map(|cause| cause.downcast_ref::<ConnectorError>());
    let mut unreachable = unreachable.filter(|error| error.is_io() || error.is_timeout());
    if unreachable.next().is_some() {
        return (ErrorClass::Unavailable, root_cause(error));
    }
    if let Some(answer) = causes(error).find_map(|cause| cause.downcast_ref::<ErrorMetadata>()) {
        let class = match answer.code().map(|code| class_of(code, 0)) {
            Some(class @ (ErrorClass::Throttled | ErrorClass::Expired)) => class,
            Some(_) | None => ErrorClass::NoCredentials,
        };
        let code = answer.code().unwrap_or("without a code");
        return (class, format!("{} ({code})", answer.message().unwrap_or("refused")));
    }
    let source = profile.map_or(String::new(), |profile| format!("profile {profile:?}: "));
    (ErrorClass::NoCredentials, format!("{source}{}", root_cause(error)))
}

/// The first line, without what is not for the reader. After `SignatureDoesNotMatch`, AWS quotes the
/// canonical request with the session token; EC2 appends an encoded message that only its owner may
/// decode; a credential process may have written anything to stderr.
fn presentable(message: &str) -> String {
    let line = message.trim_start().lines().next().unwrap_or_default();
    let end = ["Encoded authorization failure message", "The Canonical String", "Stderr:"]
        .iter()
        .filter_map(|mark| line.find(mark))
        .min()
        .unwrap_or(line.len());
    line[..end].trim_end().trim_end_matches('.').to_owned()
}

fn request_id(response: &HttpResponse) -> Option<String> {
    let headers = response.headers();
    headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_class() {
        for (code, status, class) in [
            ("AccessDenied", 403, ErrorClass::Denied),
            ("AccessDeniedException", 400, ErrorClass::Denied),
            ("UnauthorizedOperation", 403, ErrorClass::Denied),
            ("RegionDisabledException", 403, ErrorClass::Denied),
            ("ExpiredToken", 400, ErrorClass::Expired),
            ("ExpiredTokenException", 400, ErrorClass::Expired),
            ("InvalidClientTokenId", 403, ErrorClass::Expired),
            ("UnrecognizedClientException", 400, ErrorClass::Expired),
            ("AuthFailure", 401, ErrorClass::Expired),
            ("RequestExpired", 400, ErrorClass::Expired),
            ("Throttling", 400, ErrorClass::Throttled),
            ("ThrottlingException", 400, ErrorClass::Throttled),
            ("RequestLimitExceeded", 503, ErrorClass::Throttled),
            ("TooManyRequestsException", 429, ErrorClass::Throttled),
            ("LimitExceededException", 400, ErrorClass::Invalid),
            ("ServiceUnavailable", 503, ErrorClass::Unavailable),
            ("InternalFailure", 500, ErrorClass::Unavailable),
            ("UpdateInProgressException", 400, ErrorClass::Unavailable),
            ("ChangeSetNotFound", 404, ErrorClass::Gone),
            ("ParentNotFoundException", 400, ErrorClass::Gone),
            ("StackSetNotFoundException", 404, ErrorClass::Gone),
            ("NoSuchEntity", 404, ErrorClass::Gone),
            ("InvalidChangeSetStatus", 400, ErrorClass::Invalid),
            ("ValidationError", 400, ErrorClass::Invalid),
        ] {
            assert_eq!(class_of(code, status), class, "{code}");
        }
    }

    #[test]
    fn a_refusal_for_the_rate_is_known_in_every_protocol() {
        let answer = |status: u16, body: &'static str| {
            let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).expect("a status");
            HttpResponse::new(status, aws_smithy_types::body::SdkBody::from(body))
        };
        for (status, body, refuses) in [
            (400, "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message>", true),
            (503, "<Response><Errors><Error><Code>RequestLimitExceeded</Code>", true),
            (400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#, true),
            (400, r#"{"__type": "com.amazonaws.ecs#ThrottlingException"}"#, true),
            (429, "", true),
            (400, "<ErrorResponse><Error><Code>LimitExceededException</Code>", false),
            (400, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Throttling</Message>", false),
            (200, "<Code>Throttling</Code>", false),
            (503, "<html>", false),
        ] {
            assert_eq!(refuses_for_rate(&answer(status, body)), refuses, "{status} {body}");
        }
    }

    #[test]
    fn a_clock_that_is_off_is_told_from_a_wrong_key() {
        let late = "Signature expired: 20261125T000000Z is now earlier than 20261125T001500Z";
        let early = "Signature not yet current: 20261125T003000Z is still later than 20261125T001500Z";
        for (code, message, is_off) in [
            ("SignatureDoesNotMatch", late, true),
            ("InvalidSignatureException", early, true),
            ("RequestExpired", "Request has expired.", true),
            (
                "RequestTimeTooSkewed",
                "The difference between the request time and the server's time is too large",
                true,
            ),
            ("SignatureDoesNotMatch", "The request signature we calculated does not match", false),
            ("ExpiredToken", "The security token included in the request is expired", false),
        ] {
            assert_eq!(says_clock_is_off(code, message), is_off, "{code}: {message}");
        }
    }

    #[test]
    fn only_awss_own_words_say_that_a_stack_is_missing() {
        for (code, message, missing) in [
            ("ValidationError", "Stack with id CloudReactor-staging does not exist", true),
            ("ValidationError", "Stack [CloudReactor-staging] does not exist", true),
            ("ValidationError", "Template parameter does not exist", false),
            ("AccessDenied", "Stack with id CloudReactor-staging does not exist", false),
            ("ValidationError", "Stack with id x does not exist in a state that can be read", false),
        ] {
            assert_eq!(says_missing_stack(code, message), missing, "{code}: {message}");
        }
    }

    #[test]
    fn a_message_is_cut_before_what_must_not_be_shown() {
        let signature = "The request signature we calculated does not match.\n\nThe Canonical String for this \
                         request should have been\n'POST\nx-amz-security-token:TOKEN'";
        for (message, shown) in [
            (signature, "The request signature we calculated does not match"),
            ("You are not authorized. Encoded authorization failure message: abc", "You are not authorized"),
            ("external process exited with code 1. Stderr: key=abc", "external process exited with code 1"),
            ("Rate exceeded", "Rate exceeded"),
            ("", ""),
        ] {
            assert_eq!(presentable(message), shown);
        }
    }
}
