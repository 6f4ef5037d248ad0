use groundwork_cloudreactor_double::{EXAMPLE_KEY, Effect, Fault};
use groundwork_engine::ports::{ErrorClass, Saas};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::{TestClock, World, always, aws, client, ecs, example, key, name, password, requests};

const LIST: &str = "/api/v1/run_environments/";

#[tokio::test]
async fn a_read_is_tried_again_after_failures_that_pass() {
    for effect in [
        Effect::Page { status: 502 },
        Effect::Answer { status: 500, body: json!({"error_class": "OSError"}), retry_after: None },
        Effect::LoseAnswer,
    ] {
        let world = World::start();
        world.double.fault(Fault::next("GET", LIST, effect.clone()).times(2));
        world.developer().run_environment(&example(), &name("x")).await.expect("the third attempt");
        assert_eq!((world.log().len(), world.clock.sleeps()), (3, vec![500, 1_000]), "{effect:?}");
    }
}

#[tokio::test]
async fn a_read_is_given_up_in_the_end() {
    let (server, client, clock) = always(ResponseTemplate::new(503)).await;
    let error = client.run_environment(&example(), &name("x")).await.expect_err("unavailable");
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert_eq!((requests(&server).await.len(), clock.sleeps()), (4, vec![500, 1_000, 2_000]));
}

#[tokio::test]
async fn a_write_that_was_answered_is_never_sent_again() {
    let world = World::start();
    let crash = Effect::Answer { status: 500, body: json!({"error_class": "OSError"}), retry_after: None };
    world.double.fault(Fault::next("POST", LIST, crash));
    let outcome = world.developer().create_run_environment(&example(), &name("x"), &aws(), &ecs()).await;
    assert_eq!(outcome.expect_err("a crash").class, ErrorClass::Unavailable);
    assert_eq!((world.log(), world.clock.sleeps()), (vec![format!("POST {LIST} 500")], vec![]));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_a_few_times_even_for_a_write() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
    let clock = TestClock::new();
    let client = client(&format!("http://{unused}"), key(EXAMPLE_KEY), &clock);
    let error = client.create_run_environment(&example(), &name("x"), &aws(), &ecs()).await.expect_err("nobody there");
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert!(error.message.starts_with("cannot connect: "), "{}", error.message);
    assert_eq!(clock.sleeps(), [500, 1_000, 2_000]);
}

#[tokio::test]
async fn the_rate_limit_of_a_user_is_sat_out() {
    let world = World::with(|config| config.limits.user_requests_per_minute = 1);
    let client = world.client(password("exampleuser"));
    client.identity().await.expect("the first request");
    world.clock.pass(std::time::Duration::from_secs(45));
    client.identity().await.expect("after two pauses");
    assert_eq!(world.clock.sleeps(), [10_000, 5_000]);
}

#[tokio::test]
async fn the_monthly_allowance_of_a_key_is_not_sat_out() {
    let world = World::with(|config| config.limits.key_requests_per_month = 0);
    let error = world.developer().run_environment(&example(), &name("x")).await.expect_err("used up");
    assert_eq!(error.class, ErrorClass::Throttled);
    assert_eq!(world.clock.sleeps(), [1_000, 1_000, 1_000]);
    assert!(error.message.contains("monthly allowance"), "{}", error.message);
}

#[tokio::test]
async fn a_creation_that_was_refused_for_the_rate_is_sent_again() {
    let world = World::start();
    let refusal = Effect::Answer { status: 429, body: json!({"detail": "wait"}), retry_after: None };
    world.double.fault(Fault::next("POST", LIST, refusal));
    world.developer().create_run_environment(&example(), &name("x"), &aws(), &ecs()).await.expect("made");
    assert_eq!(world.count(&format!("POST {LIST} 201")), 1);
    assert_eq!(world.clock.sleeps(), [2_000]);
}
