use std::time::Duration;

use groundwork_cloudreactor_double::{Effect, Fault};
use groundwork_engine::ports::{ErrorClass, Saas};
use groundwork_model::Secret;
use serde_json::json;

use crate::support::{World, example, key, name, password};
use groundwork_cloudreactor::Credentials;

const LOGIN: &str = "POST /auth/jwt/create/ 200";

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
async fn a_token_is_renewed_before_it_expires() {
    let world = World::start();
    let client = world.client(password("exampleuser"));
    client.identity().await.expect("an identity");
    world.clock.pass(Duration::from_secs(3_600 - 61));
    client.identity().await.expect("an identity");
    assert_eq!(world.count(LOGIN), 1);
    world.clock.pass(Duration::from_secs(2));
    client.identity().await.expect("an identity");
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

    world.double.fault(Fault::next("GET", "/auth/users/me/", refusal()).times(9));
    let error = client.identity().await.expect_err("refused");
    assert_eq!(error.class, ErrorClass::Expired);
    assert_eq!(world.log()[4..], ["GET /auth/users/me/ 401", LOGIN, "GET /auth/users/me/ 401"]);
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
