//! Where requests go, and where they never go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use groundwork_engine::ports::{Cloud, ErrorClass};
use tokio::io::Interest;
use tokio::net::TcpListener;
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
        let replay = replay([on("GetCallerIdentity").breaks(redirect)]).await;
        let error = replay.aws.caller().await.expect_err("no answer");
        assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
        replay.finish();
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
async fn a_closed_port_is_told_with_its_address() {
    let port = closed_port();
    let aws = aws_at(&format!("http://127.0.0.1:{port}"), ScriptedSleep::default());
    let error = aws.caller().await.expect_err("nobody there");
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert!(error.message.starts_with(&format!("cannot connect to 127.0.0.1:{port}: Connection refused")), "{error}");
}

/// A server that hears everybody out, says this and hangs up; and how often it did.
async fn hanging_up_after(words: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let callers = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&callers);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let heard = stream.async_io(Interest::READABLE, || stream.try_read(&mut [0; 65_536])).await;
            heard.expect("a caller who speaks");
            stream.try_write(words).expect("room for an answer");
        }
    });
    (port, callers)
}

#[tokio::test]
async fn a_server_that_hangs_up_is_given_up_after_bounded_attempts() {
    let (port, callers) = hanging_up_after(b"").await;
    let aws = aws_at(&format!("http://127.0.0.1:{port}"), ScriptedSleep::default());
    let error = aws.caller().await.expect_err("no answer");
    assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
    assert_eq!(callers.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_handshake_that_cannot_work_is_tried_once() {
    let (port, callers) = hanging_up_after(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let aws = aws_at(&format!("https://127.0.0.1:{port}"), ScriptedSleep::default());
    let error = aws.caller().await.expect_err("no TLS there");
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert!(error.message.starts_with("no secure connection to 127.0.0.1"), "{error}");
    assert_eq!(callers.load(Ordering::SeqCst), 1);
}
