//! No secret in a log, at any level, and none in an error.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use groundwork_aws::LOG_CAPS;
use groundwork_engine::ports::{ChangeSetKind, Cloud};
use groundwork_model::Secret;
use groundwork_model::rollout::AssumeRole;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::change_sets::{EXTERNAL_ID, request};
use crate::replay::{SECRET_KEY, SESSION_TOKEN, on, replay};
use crate::sessions;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is logged, with these directives, by calls that carry every kind of secret both ways.
async fn logged(directives: &str) -> String {
    // tracing keeps for the whole process whether anybody listens to a place that logs. If a test on
    // another thread, where nobody listens, comes by first, the answer would be no for ever: so
    // somebody listens everywhere.
    drop(tracing::subscriber::set_global_default(tracing_subscriber::registry()));
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(directives)).with_writer(log.clone()).finish();
    let replay = replay([
        on("CreateChangeSet").refuses(400, "Throttling", "Rate exceeded"),
        on("CreateChangeSet").answers("change-set-created.xml"),
        on("DescribeStacks").answers("stack.xml"),
        on("AssumeRole").answers("assumed.xml"),
        on("GetCallerIdentity").answers("caller.xml"),
    ])
    .await;
    let (connector, _) = replay.connector();
    let access = sessions::by(AssumeRole { external_id: Some(Secret::new(sessions::EXTERNAL_ID)), ..sessions::role() });
    let guard = tracing::subscriber::set_default(subscriber);
    replay.aws.create_change_set(&request(ChangeSetKind::Create)).await.expect("a change set");
    replay.aws.stack(&"CloudReactor-staging".parse().expect("a stack name")).await.expect("a stack");
    sessions::connect(&connector, &access).await.caller().await.expect("a caller");
    drop(guard);
    replay.finish();
    log.text()
}

#[tokio::test]
async fn the_caps_keep_every_secret_out_of_the_log() {
    let text = logged(&format!("trace,{LOG_CAPS}")).await;
    let of_target = [sessions::EXTERNAL_ID, "the-secret-access-key-of-a-session", "the-session-token-of-a-session"];
    for secret in [EXTERNAL_ID, SECRET_KEY, SESSION_TOKEN].into_iter().chain(of_target) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(text.matches("AWS answered").count(), 5, "each attempt is logged: {text}");
}

/// Shows that the test above can fail.
#[tokio::test]
async fn without_the_caps_the_sdk_would_log_them() {
    assert!(logged("trace").await.contains(EXTERNAL_ID));
}

#[tokio::test]
async fn an_error_that_quotes_a_parameter_is_scrubbed() {
    let words = format!("1 validation error detected: Value '{EXTERNAL_ID}' at 'parameters.2.member' failed");
    let replay = replay([on("CreateChangeSet").refuses(400, "ValidationError", &words)]).await;
    let error = replay.aws.create_change_set(&request(ChangeSetKind::Create)).await.expect_err("a refusal");
    assert!(!format!("{error} {error:?}").contains(EXTERNAL_ID), "{error:?}");
    assert!(error.message.contains("(secret)"), "{error}");
    assert!(!format!("{:?} {:?}", replay.aws, request(ChangeSetKind::Create)).contains(EXTERNAL_ID));
    replay.finish();
}
