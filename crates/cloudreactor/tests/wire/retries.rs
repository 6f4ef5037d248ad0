use std::time::Duration;

use groundwork_cloudreactor_double::{EXAMPLE_KEY, Effect, Fault};
use groundwork_engine::ports::{ErrorClass, Saas};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{CrowdClock, TestClock, World, always, aws, client, ecs, example, key, name, password, requests};

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
    world.clock.pass(Duration::from_secs(45));
    client.run_environment(&example(), &name("x")).await.expect("after a pause");
    assert_eq!(world.clock.sleeps(), [15_000]);
}

#[tokio::test]
async fn requests_side_by_side_sit_the_rate_limit_out_together() {
    let world = World::with(|config| config.limits.user_requests_per_minute = 20);
    let clock = CrowdClock::beside(&world.clock);
    let client = client(&world.double.url, password("exampleuser"), &clock);
    let (group, name) = (example(), name("x"));
    let (found, pauses) = clock.run((0..50).map(|_| client.run_environment(&group, &name))).await;
    assert!(found.iter().all(Result::is_ok), "{found:?}");
    // Each minute takes 20, and whoever is refused waits for the next one.
    assert_eq!(pauses, [60_000, 60_000]);
    assert_eq!(world.count(&format!("GET {LIST} 429")), 30 + 10);
}

#[tokio::test]
async fn a_request_that_comes_during_the_pause_waits_with_the_others() {
    let world = World::with(|config| config.limits.user_requests_per_minute = 2);
    let clock = CrowdClock::beside(&world.clock);
    let client = client(&world.double.url, password("exampleuser"), &clock);
    let (group, name) = (example(), name("x"));
    for _ in 0..2 {
        client.run_environment(&group, &name).await.expect("within the limit");
    }
    let look_up = |sleeping_before: usize| {
        let (clock, client, group, name) = (&clock, &client, &group, &name);
        async move {
            while clock.asleep() < sleeping_before {
                tokio::task::yield_now().await;
            }
            client.run_environment(group, name).await
        }
    };
    let (found, pauses) = clock.run([look_up(0), look_up(1)]).await;
    assert!(found.iter().all(Result::is_ok), "{found:?}");
    assert_eq!(pauses, [60_000]);
    assert_eq!(world.count(&format!("GET {LIST} 429")), 1, "the later one was not even sent: {:?}", world.log());
}

#[tokio::test]
async fn a_limit_that_lasts_is_given_up_within_two_minutes() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "3600").set_body_json(json!({"detail": "wait"}));
    Mock::given(any()).respond_with(busy).mount(&server).await;
    let clock = CrowdClock::beside(&TestClock::new());
    let client = client(&server.uri(), key(EXAMPLE_KEY), &clock);
    let (group, name) = (example(), name("x"));
    let (found, pauses) = clock.run((0..10).map(|_| client.run_environment(&group, &name))).await;
    for error in found.into_iter().map(|found| found.expect_err("refused")) {
        assert_eq!(error.class, ErrorClass::Throttled);
        assert!(error.message.contains("refused 3 times"), "{error}");
    }
    assert_eq!(pauses, [60_000, 60_000]);
    assert_eq!(requests(&server).await.len(), 3 * 10);
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
