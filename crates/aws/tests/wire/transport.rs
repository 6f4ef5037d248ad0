//! Where requests go, and where they never go.

use groundwork_engine::ports::{Cloud, ErrorClass};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::replay::{ScriptedSleep, aws_at, on, replay};

/// A port of this machine on which nobody listens: it was ours a moment ago.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&elsewhere).await;
    for status in [301, 302, 307, 308] {
        let redirect = ResponseTemplate::new(status).insert_header("location", elsewhere.uri().as_str());
        let replay = replay((0..5).map(|_| on("GetCallerIdentity").breaks(redirect.clone()))).await;
        let error = replay.aws.caller().await.expect_err("no answer");
        assert_eq!(error.class, ErrorClass::Unexpected, "{error}");
        assert!(replay.requests().await.iter().all(|request| request.headers.contains_key("authorization")));
    }
    assert!(elsewhere.received_requests().await.unwrap_or_default().is_empty(), "a credential left for another host");
}

#[tokio::test]
async fn every_service_is_reached_at_the_endpoint_that_was_given() {
    let replay = replay([
        on("GetCallerIdentity").answers("caller.xml"),
        on("DescribeStacks").answers("stack.xml"),
        on("DescribeAvailabilityZones").answers("zones.xml"),
        on("DescribeClusters").answers("cluster.json"),
    ])
    .await;
    replay.aws.caller().await.expect("an answer");
    replay.aws.stack(&"CloudReactor-staging".parse().expect("a stack name")).await.expect("an answer");
    replay.aws.zones().await.expect("an answer");
    replay.aws.cluster("staging").await.expect("an answer");
    let host = replay.uri().trim_start_matches("http://").to_owned();
    for request in replay.requests().await {
        assert_eq!(request.headers.get("host").and_then(|host| host.to_str().ok()), Some(host.as_str()));
    }
    replay.finish();
}

#[tokio::test]
async fn a_closed_port_is_given_up_after_bounded_attempts() {
    let port = closed_port();
    let sleep = ScriptedSleep::default();
    let error = aws_at(&format!("http://127.0.0.1:{port}"), sleep.clone()).caller().await.expect_err("nobody there");
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert!(error.message.starts_with(&format!("cannot connect to 127.0.0.1:{port}: ")), "{error}");
    assert_eq!(sleep.waits().len(), 4);
}

#[tokio::test]
async fn a_handshake_that_cannot_work_is_tried_once() {
    let plain = MockServer::start().await;
    let sleep = ScriptedSleep::default();
    let uri = plain.uri().replace("http://", "https://");
    let error = aws_at(&uri, sleep.clone()).caller().await.expect_err("no TLS there");
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert!(error.message.starts_with("no secure connection to 127.0.0.1"), "{error}");
    assert!(sleep.waits().is_empty(), "{:?}", sleep.waits());
}
