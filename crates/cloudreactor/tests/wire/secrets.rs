//! Whatever happens, no secret comes out: not in an error, not in a log line of any level.

use std::io;
use std::sync::{Arc, Mutex};

use groundwork_cloudreactor::Credentials;
use groundwork_cloudreactor_double::{EXAMPLE_KEY, EXAMPLE_PASSWORD, Effect, Fault};
use groundwork_engine::ports::Saas;
use groundwork_model::Secret;
use groundwork_model::run_environment::Settings;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{World, aws, client, ecs, example, key, name, password};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    fn start(&self) -> tracing::subscriber::DefaultGuard {
        // tracing keeps for the whole process whether anybody listens to a place that logs. If a test on
        // another thread, where nobody listens, comes by first, the answer would be no for ever: so
        // somebody listens everywhere.
        drop(tracing::subscriber::set_global_default(tracing_subscriber::registry()));
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(self.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no panic while logging")).into_owned()
    }
}

impl io::Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic while logging").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Capture {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

const SECRETS: [&str; 7] =
    [EXAMPLE_KEY, EXAMPLE_PASSWORD, "ext-7f3c1d2e", "wsk-1234567890", "AKIAEXAMPLE", "sk-hidden", "eyJ"];

#[track_caller]
fn check(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} stands in: {text}");
    }
}

/// Settings with every secret that there is.
fn secret_settings() -> Settings {
    let mut block = aws();
    block.0.insert("access_key".to_owned(), json!("AKIAEXAMPLE"));
    block.0.insert("secret_key".to_owned(), json!("sk-hidden"));
    block
}

/// Runs every operation and returns what became of each, as somebody would print it.
async fn everything(world: &World, credentials: Credentials) -> String {
    let client = world.client(credentials);
    let uuid = "745fcdb7-fbab-4661-a07c-abcec263c956".parse().expect("a uuid");
    let (staging, block) = (name("staging"), secret_settings());
    [
        format!("{:?}", client.identity().await),
        format!("{:?}", client.create_run_environment(&example(), &staging, &block, &ecs()).await),
        format!("{:?}", client.run_environment(&example(), &staging).await),
        format!("{:?}", client.update_run_environment(&uuid, Some(&block), None).await),
        format!("{:?}", client.delete_run_environment(&uuid).await),
        format!("{client:?}"),
    ]
    .join("\n")
}

#[tokio::test]
async fn no_secret_comes_out_when_all_goes_well() {
    let capture = Capture::default();
    let guard = capture.start();
    for credentials in [key(EXAMPLE_KEY), password("exampleuser")] {
        let world = World::start();
        let shown = everything(&world, credentials).await;
        assert!(shown.contains("MANUAL_START"), "{shown}");
        check(&shown);
    }
    drop(guard);
    let log = capture.text();
    assert!(log.contains("/auth/users/me/") && log.contains("status=200"), "nothing was captured: {log}");
    check(&log);
}

#[tokio::test]
async fn no_secret_comes_out_of_a_server_that_repeats_what_it_was_sent() {
    let capture = Capture::default();
    let guard = capture.start();
    for (credentials, own) in [(key(EXAMPLE_KEY), EXAMPLE_KEY), (password("exampleuser"), EXAMPLE_PASSWORD)] {
        let echo = format!("{own}, ext-7f3c1d2e wsk-1234567890 (AKIAEXAMPLE) 'sk-hidden' eyJhbGciOiJIUzI1NiJ9.eyJ9.x");
        let bodies = [
            (400, json!({"detail": echo, "error_code": echo})),
            (403, json!({"field": [echo], "error_class": "ValidationError", "error_message": echo})),
            (422, json!([echo])),
            (
                500,
                json!({"error_class": "DataError", "error_message": format!("{echo} INSERT INTO x VALUES ({echo})")}),
            ),
        ];
        for (status, body) in bodies {
            let world = World::start();
            let effect = Effect::Answer { status, body, retry_after: None };
            world.double.fault(Fault { method: None, path: "/api/v1/run_env".to_owned(), times: 99, effect });
            let shown = everything(&world, credentials.clone()).await;
            assert_eq!(shown.matches("Err(ApiError").count(), 4, "{shown}");
            check(&shown);
        }
    }
    drop(guard);
    check(&capture.text());
}

#[tokio::test]
async fn each_request_knows_the_secrets_that_it_sends() {
    let world = World::start();
    let effect = |text: &str| Effect::Answer { status: 400, body: json!({"detail": text}), retry_after: None };
    world.double.fault(Fault::next("POST", "/auth/jwt/create/", effect(&format!("{EXAMPLE_PASSWORD} is wrong"))));
    let error = world.client(password("exampleuser")).identity().await.expect_err("refused");
    assert_eq!(error.message, "(secret) is wrong");
    world.double.fault(Fault::next("POST", "/api/v1/run_env", effect("ext-7f3c1d2e and wsk-1234567890")));
    let outcome = world.developer().create_run_environment(&example(), &name("x"), &aws(), &ecs()).await;
    assert_eq!(outcome.expect_err("refused").message, "(secret) and (secret)");
}

#[tokio::test]
async fn the_key_in_the_query_is_not_in_the_error_of_a_lost_connection() {
    let capture = Capture::default();
    let guard = capture.start();
    let world = World::start();
    world.double.fault(Fault::next("GET", "/api/v1/api_keys/", Effect::LoseAnswer).times(9));
    let error = world.developer().identity().await.expect_err("no answer");
    check(&format!("{error} {error:?}"));
    assert!(error.message.starts_with("the connection was lost: "), "{}", error.message);

    let unused = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
    let credentials = Credentials::ApiKey(Secret::new(EXAMPLE_KEY));
    let error = client(&format!("http://{unused}"), credentials, &world.clock).identity().await.expect_err("nobody");
    check(&format!("{error} {error:?}"));
    drop(guard);
    check(&capture.text());
}
