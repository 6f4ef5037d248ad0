//! Refusals, retries and their ends.

use std::time::Duration;

use groundwork_engine::ports::{Cloud, ErrorClass, Service, Which};
use wiremock::ResponseTemplate;

use crate::replay::{Exchange, on, replay, replay_with_deadline_striking};

/// Attempts of one call.
const ATTEMPTS: usize = 5;

fn html(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw("<html><body>SECRET-OF-A-PORTAL</body></html>", "text/html")
}

fn repeated(times: usize, exchange: impl Fn() -> Exchange) -> Vec<Exchange> {
    (0..times).map(|_| exchange()).collect()
}

#[tokio::test]
async fn throttling_passes() {
    let replay = replay([
        on("DescribeStacks").refuses(400, "Throttling", "Rate exceeded"),
        on("DescribeStacks").refuses(400, "Throttling", "Rate exceeded"),
        on("DescribeStacks").answers("stack.xml"),
    ])
    .await;
    let name = "CloudReactor-staging".parse().expect("a stack name");
    replay.aws.stack(&name).await.expect("an answer in the end");
    replay.finish();
}

#[tokio::test]
async fn throttling_that_lasts_ends_after_bounded_attempts() {
    let refused = || on("DescribeVpcs").refuses(503, "RequestLimitExceeded", "Request limit exceeded.");
    let replay = replay(repeated(ATTEMPTS, refused)).await;
    let error = replay.aws.vpcs(&Which::All).await.expect_err("a refusal");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Throttled, Some("RequestLimitExceeded")));
    replay.finish();
}

#[tokio::test]
async fn a_refusal_is_told_by_its_class_and_is_tried_once() {
    let signature = "The request signature we calculated does not match the signature you provided.\n\nThe \
                     Canonical String for this request should have been\n'POST\nx-amz-security-token:TOKEN'";
    let encoded = "You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHl";
    for (status, code, words, class, shown) in [
        (403, "InvalidClientTokenId", "The token is invalid.", ErrorClass::Expired, "The token is invalid"),
        (
            403,
            "SignatureDoesNotMatch",
            signature,
            ErrorClass::Expired,
            "The request signature we calculated does not match the signature you provided",
        ),
        (403, "UnauthorizedOperation", encoded, ErrorClass::Denied, "You are not authorized to perform this operation"),
        (401, "AuthFailure", "AWS was not able to validate", ErrorClass::Expired, "AWS was not able to validate"),
    ] {
        let replay = replay([on("DescribeVpcs").refuses(status, code, words)]).await;
        let error = replay.aws.vpcs(&Which::All).await.expect_err("a refusal, not an empty list");
        assert_eq!((error.class, error.message.as_str()), (class, shown));
        assert_eq!((error.service, error.code.as_deref()), (Service::Aws, Some(code)));
        assert_eq!((error.operation.as_str(), error.request_id.as_deref()), ("DescribeVpcs", Some("request-7")));
        replay.finish();
    }
}

#[tokio::test]
async fn what_is_no_answer_of_aws_is_told_without_its_text() {
    for (status, attempts) in [(200, ATTEMPTS), (403, 1), (502, ATTEMPTS)] {
        let replay = replay(repeated(attempts, || on("GetCallerIdentity").breaks(html(status)))).await;
        let error = replay.aws.caller().await.expect_err("an error");
        assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
        assert_eq!(error.message, format!("HTTP status {status} with a body that is no answer of AWS (text/html)"));
        replay.finish();
    }
}

/// Some middleboxes pass on half of an answer as if it were the whole. The SDK would take what it finds in it for all
/// that there is.
#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let whole = "<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><vpcSet><item><vpcId>vpc-1\
                 </vpcId><cidrBlock>10.0.0.0/16</cidrBlock></item>";
    for half in [&whole[..whole.len() - 1], whole, &whole[..120]] {
        let answer = || on("DescribeVpcs").breaks(ResponseTemplate::new(200).set_body_raw(half, "text/xml"));
        let replay = replay(repeated(ATTEMPTS, answer)).await;
        let error = replay.aws.vpcs(&Which::All).await.expect_err("an error, not a short list");
        assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
        assert!(error.message.contains("cut short"), "{error}");
        replay.finish();
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let silent = || on("GetCallerIdentity").answers("caller.xml");
    let replay = replay_with_deadline_striking(repeated(ATTEMPTS, silent), Duration::from_secs(30)).await;
    let error = replay.aws.caller().await.expect_err("a deadline");
    assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
    assert!(error.message.contains("30s"), "{error}");
}

#[tokio::test]
async fn all_attempts_together_have_a_deadline_too() {
    let silent = || on("GetCallerIdentity").answers("caller.xml");
    let replay = replay_with_deadline_striking([silent()], Duration::from_secs(90)).await;
    let error = replay.aws.caller().await.expect_err("a deadline");
    assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
    assert!(error.message.contains("90s"), "{error}");
}

#[tokio::test]
async fn a_server_error_passes() {
    let replay = replay([
        on("DescribeClusters").refuses(500, "ServerException", "internal"),
        on("DescribeClusters").answers("cluster.json"),
    ])
    .await;
    replay.aws.cluster("staging").await.expect("an answer in the end");
    replay.finish();
}
