use std::time::Duration;

use groundwork_cloudreactor_double::{Effect, Fault};
use groundwork_engine::ports::{ErrorClass, Saas};
use groundwork_model::Secret;
use serde_json::json;

use crate::support::{World, example, key, name, password};
use groundwork_cloudreactor::Credentials;

const LOGIN: &str = "POST /auth/jwt/create/ 200";
const LIST: &str = "/api/v1/run_environments/";

#[tokio::test]
async fn a_plan_takes_three_requests_one_after_the_other_and_one_connection() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    client.identity().await.expect("an identity");
    client.run_environment(&example(), &name("staging")).await.expect("a list");
    assert_eq!(world.log(), [LOGIN, "GET /auth/users/me/ 200", "GET /api/v1/run_environments/ 200"]);
    let mut connections: Vec<u64> = world.double.log().iter().map(|entry| entry.connection).collect();
    connections.dedup();
    assert_eq!(connections.len(), 1, "{connections:?}");
}

#[tokio::test]
async fn a_key_takes_two_requests_side_by_side_and_no_login() {
    let world = World::start();
    let client = world.developer();
    client.identity().await.expect("an identity");
    client.run_environment(&example(), &name("staging")).await.expect("a list");
    let mut log = world.log();
    log[..2].sort();
    assert_eq!(log, ["GET /api/v1/api_keys/ 200", "GET /auth/users/me/ 200", "GET /api/v1/run_environments/ 200"]);
    let mut connections: Vec<u64> = world.double.log().iter().map(|entry| entry.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    assert!(connections.len() <= 2, "{connections:?}");
}

#[tokio::test]
async fn requests_side_by_side_log_in_once() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    let (example, staging) = (example(), name("staging"));
    let (identity, found) =
        futures_util::future::join(client.identity(), client.run_environment(&example, &staging)).await;
    identity.expect("an identity");
    found.expect("a list");
    assert_eq!(world.count(LOGIN), 1, "{:?}", world.log());
}

#[tokio::test]
async fn fifty_targets_at_once_log_in_once_and_ask_once_who_they_are() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    let (group, names) = (example(), (0..50).map(|n| name(&format!("target-{n}"))).collect::<Vec<_>>());
    let first_calls = names.iter().map(|name| async {
        client.identity().await.expect("an identity");
        client.run_environment(&group, name).await.expect("a list");
    });
    futures_util::future::join_all(first_calls).await;
    client.identity().await.expect("an identity");
    let (logins, identities) = (world.count(LOGIN), world.count("GET /auth/users/me/ 200"));
    assert_eq!((logins, identities), (1, 1), "{:?}", world.log());
    assert_eq!(world.count("GET /api/v1/run_environments/ 200"), 50);
}

#[tokio::test]
async fn first_look_ups_side_by_side_log_in_once() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    let (group, name) = (example(), name("staging"));
    let found = futures_util::future::join_all((0..50).map(|_| client.run_environment(&group, &name))).await;
    assert!(found.iter().all(Result::is_ok));
    assert_eq!(world.count(LOGIN), 1, "{:?}", world.log());
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_for_all_who_wait_and_again_later() {
    let world = World::start();
    let wrong = Credentials::Password { username: "exampleuser".to_owned(), password: Secret::new("wrong") };
    let client = world.client(wrong);
    let answers = futures_util::future::join_all((0..50).map(|_| client.identity())).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.class == ErrorClass::Expired)));
    assert_eq!(world.log(), ["POST /auth/jwt/create/ 401"]);
    client.identity().await.expect_err("still wrong");
    assert_eq!(world.log().len(), 2);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    let look = || async { client.run_environment(&example(), &name("staging")).await.expect("a list") };
    look().await;
    world.clock.pass(Duration::from_secs(3_600 - 61));
    look().await;
    assert_eq!(world.count(LOGIN), 1);
    world.clock.pass(Duration::from_secs(2));
    look().await;
    assert_eq!(world.count(LOGIN), 2);
    assert!(!world.log().iter().any(|line| line.ends_with("401")), "{:?}", world.log());
}

#[tokio::test]
async fn a_token_that_is_refused_all_the_same_is_replaced_once() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    let refusal = || Effect::Answer { status: 401, body: json!({"detail": "no"}), retry_after: None };
    world.double.fault(Fault::next("GET", "/auth/users/me/", refusal()));
    client.identity().await.expect("an identity");
    assert_eq!(world.log(), [LOGIN, "GET /auth/users/me/ 401", LOGIN, "GET /auth/users/me/ 200"]);

    world.double.fault(Fault::next("GET", LIST, refusal()).times(9));
    let error = client.run_environment(&example(), &name("staging")).await.expect_err("refused");
    assert_eq!(error.class, ErrorClass::Expired);
    let refused = format!("GET {LIST} 401");
    assert_eq!(world.log()[4..], [refused.as_str(), LOGIN, refused.as_str()]);
}

#[tokio::test]
async fn a_write_that_is_refused_for_its_token_is_written_once() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    let refusal = Effect::Answer { status: 401, body: json!({"detail": "no"}), retry_after: None };
    world.double.fault(Fault::next("POST", "/api/v1/run_environments/", refusal));
    let made = client
        .create_run_environment(&example(), &name("staging"), &crate::support::aws(), &crate::support::ecs())
        .await;
    assert!(matches!(made, Ok(groundwork_engine::ports::Created::Made(_))), "{made:?}");
    assert_eq!(world.count("POST /api/v1/run_environments/ 201"), 1);
}

#[tokio::test]
async fn credentials_that_are_wrong_are_told_from_those_that_are_not_enough() {
    let disabled = "d".repeat(40);
    let world = World::with(|config| {
        let mut key = config.api_keys[0].clone();
        key.key = disabled.clone();
        key.enabled = false;
        config.api_keys.push(key);
    });
    let wrong = Credentials::Password { username: "exampleuser".to_owned(), password: Secret::new("wrong") };
    let cases = [
        (wrong, ErrorClass::Expired, "No active account found with the given credentials", "POST /auth/jwt/create/"),
        (key(&"a".repeat(40)), ErrorClass::Expired, "Invalid token.", "GET /auth/users/me/"),
        (key(&disabled), ErrorClass::Denied, "Token is deactivated", "GET /auth/users/me/"),
    ];
    for (credentials, class, message, operation) in cases {
        let error = world.client(credentials).identity().await.expect_err("refused");
        assert_eq!((error.class, error.message.as_str(), error.operation.as_str()), (class, message, operation));
    }
    assert_eq!(world.clock.sleeps(), [0_u128; 0], "a refusal is not tried again");
}
