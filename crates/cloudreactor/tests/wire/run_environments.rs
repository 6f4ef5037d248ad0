use groundwork_cloudreactor_double::{ApiKey, Effect, Fault};
use groundwork_engine::ports::{Created, ErrorClass, Saas};
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::world::{Group, Observed};
use serde_json::{Value, json};
use wiremock::matchers::{method, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClock, World, aws, client, ecs, example, key, name, password, requests, settings};

const LIST: &str = "/api/v1/run_environments/";

async fn made(world: &World, text: &str) -> RunEnvironment {
    match world.developer().create_run_environment(&example(), &name(text), &aws(), &ecs()).await {
        Ok(Created::Made(made)) => *made,
        other => panic!("not made: {other:?}"),
    }
}

#[tokio::test]
async fn what_was_made_is_found_whole_and_in_one_request() {
    let world = World::start();
    let client = world.developer();
    assert_eq!(client.run_environment(&example(), &name("staging")).await.expect("a list"), Observed::Absent);
    let made = made(&world, "staging").await;
    assert_eq!(made.capabilities, ["MANUAL_START", "SCHEDULING", "SETUP_SERVICE"]);
    assert_eq!(made.group_id, Some(2));
    assert_eq!(made.aws.0["assumed_role_external_id"], "ext-7f3c1d2e");
    assert_eq!(made.ecs.0["cluster_arn"], "arn:aws:ecs:us-west-2:123456789012:cluster/staging");
    let before = world.log().len();
    let found = client.run_environment(&example(), &name("staging")).await.expect("a list");
    // The database hands its fields out in another order: objects are equal nevertheless.
    assert_eq!(found, Observed::Present(made));
    assert_eq!(world.log()[before..], ["GET /api/v1/run_environments/ 200"]);
    assert_eq!(client.run_environment(&example(), &name("STAGING")).await.expect("a list"), Observed::Absent);
}

#[tokio::test]
async fn only_the_given_block_is_replaced() {
    let world = World::start();
    let before = made(&world, "staging").await;
    let block = settings(json!({"launch_type": "EC2"}));
    let after = world.developer().update_run_environment(&before.uuid, None, Some(&block)).await.expect("saved");
    assert_eq!(after.aws, before.aws);
    assert_eq!((&after.ecs.0["launch_type"], &after.ecs.0["cluster_arn"]), (&json!("EC2"), &Value::Null));
}

#[tokio::test]
async fn an_update_of_nothing_saves_nothing() {
    let world = World::start();
    let before = made(&world, "staging").await;
    let after = world.developer().update_run_environment(&before.uuid, None, None).await.expect("read");
    assert_eq!(after, before);
    assert!(!world.log().iter().any(|line| line.starts_with("PATCH")), "{:?}", world.log());
}

#[tokio::test]
async fn what_is_gone_is_gone() {
    let world = World::start();
    let made = made(&world, "staging").await;
    let client = world.developer();
    client.delete_run_environment(&made.uuid).await.expect("deleted");
    client.delete_run_environment(&made.uuid).await.expect("no error either");
    let error = client.update_run_environment(&made.uuid, Some(&aws()), None).await.expect_err("gone");
    assert_eq!(error.class, ErrorClass::Gone);
}

#[tokio::test]
async fn losing_a_race_for_a_name_means_to_look_again() {
    let world = World::start();
    made(&world, "staging").await;
    let second = world.developer().create_run_environment(&example(), &name("staging"), &aws(), &ecs()).await;
    assert_eq!(second.expect("no error"), Created::LookAgain);
    assert_eq!(world.count(&format!("POST {LIST} 500")), 1);
}

#[tokio::test]
async fn a_lost_answer_means_to_look_again_and_not_to_post_again() {
    let world = World::start();
    let client = world.developer();
    world.double.fault(Fault::next("POST", LIST, Effect::LoseAnswer));
    let outcome = client.create_run_environment(&example(), &name("staging"), &aws(), &ecs()).await;
    assert_eq!(outcome.expect("no error"), Created::LookAgain);
    assert_eq!(world.count(&format!("POST {LIST} 201")), 1);
    let found = client.run_environment(&example(), &name("staging")).await.expect("a list");
    assert!(found.present().is_some_and(|found| !found.capabilities.is_empty()), "{found:?}");
}

#[tokio::test]
async fn a_gateway_that_gave_up_means_to_look_again_too() {
    let world = World::start();
    world.double.fault(Fault::next("POST", LIST, Effect::Page { status: 504 }));
    let outcome = world.developer().create_run_environment(&example(), &name("staging"), &aws(), &ecs()).await;
    assert_eq!(outcome.expect("no error"), Created::LookAgain);
    assert_eq!(world.log(), [format!("POST {LIST} 504")]);
}

#[tokio::test]
async fn a_login_that_fails_is_no_lost_creation() {
    let world = World::start();
    world.double.fault(Fault::next("POST", "/auth/jwt/create/", Effect::Page { status: 504 }).times(9));
    let client = world.client(password("exampleuser"));
    let error = client.create_run_environment(&example(), &name("x"), &aws(), &ecs()).await.expect_err("no login");
    assert_eq!((error.class, error.operation.as_str()), (ErrorClass::Unavailable, "POST /auth/jwt/create/"));
}

#[tokio::test]
async fn a_lost_answer_to_an_update_is_asked_for_again() {
    let world = World::start();
    let before = made(&world, "staging").await;
    world.double.fault(Fault::next("PATCH", LIST, Effect::LoseAnswer));
    let block = settings(json!({"launch_type": "EC2"}));
    let after = world.developer().update_run_environment(&before.uuid, None, Some(&block)).await.expect("saved");
    assert_eq!(after.ecs.0["launch_type"], "EC2");
    assert_eq!(world.count(&format!("PATCH {LIST}{}/ 200", before.uuid)), 2);
}

#[tokio::test]
async fn a_group_that_the_server_replaced_is_an_error() {
    let world = World::start();
    let elsewhere = Group { id: 99, name: "elsewhere".to_owned() };
    let error = world
        .developer()
        .create_run_environment(&elsewhere, &name("staging"), &aws(), &ecs())
        .await
        .expect_err("another group");
    assert_eq!(error.class, ErrorClass::Unexpected);
    assert!(error.message.contains("in group example (2), not in elsewhere (99)"), "{}", error.message);
}

#[tokio::test]
async fn a_full_group_is_a_refusal() {
    let world = World::with(|config| config.limits.run_environments_per_group = 0);
    let error = world
        .developer()
        .create_run_environment(&example(), &name("staging"), &aws(), &ecs())
        .await
        .expect_err("no room");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Invalid, Some("limit_exceeded")));
    assert_eq!(error.message, "Task limit exceeded");
}

#[tokio::test]
async fn settings_that_may_not_be_seen_are_not_taken_for_empty() {
    let low = ApiKey {
        key: "c".repeat(40),
        name: String::new(),
        user: "exampleuser".to_owned(),
        group: 2,
        level: 100,
        enabled: true,
        run_environment: None,
    };
    let world = World::with(|config| config.api_keys.push(low));
    let made = made(&world, "staging").await;
    let client = world.client(key(&"c".repeat(40)));
    let error = client.run_environment(&example(), &name("staging")).await.expect_err("below Developer");
    assert_eq!(error.class, ErrorClass::Denied);
    let error = client.update_run_environment(&made.uuid, Some(&aws()), None).await.expect_err("below Developer");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Denied, Some("permission_denied")));
}

#[tokio::test]
async fn a_group_that_is_not_ours_is_an_error_and_not_an_empty_list() {
    let world = World::start();
    let other = Group { id: 99, name: "elsewhere".to_owned() };
    for (credentials, message) in [
        (password("exampleuser"), "Group ID does not match authenticated Group"),
        (password("twogroups"), "Group <built-in function id> not found"),
    ] {
        let error = world.client(credentials).run_environment(&other, &name("staging")).await.expect_err("not ours");
        assert_eq!((error.class, error.message.as_str()), (ErrorClass::Invalid, message));
    }
}

fn entry(text: &str) -> Value {
    json!({"uuid": "745fcdb7-fbab-4661-a07c-abcec263c956", "name": text,
           "infrastructure_settings": {}, "execution_method_settings": {}})
}

/// A list in two pages whose links lead elsewhere.
async fn two_pages(first: Value, second: Value) -> (MockServer, TestClock) {
    let server = MockServer::start().await;
    let page = |next: Option<&str>, results: Value| {
        ResponseTemplate::new(200)
            .set_body_json(json!({"count": 2, "next": next, "previous": null, "results": results}))
    };
    Mock::given(method("GET"))
        .and(query_param_is_missing("offset"))
        .respond_with(page(Some("http://elsewhere.example.test/?offset=1"), first))
        .mount(&server)
        .await;
    Mock::given(method("GET")).and(query_param("offset", "1")).respond_with(page(None, second)).mount(&server).await;
    (server, TestClock::new())
}

#[tokio::test]
async fn all_pages_are_read_wherever_their_links_lead() {
    let (server, clock) = two_pages(json!([entry("other")]), json!([entry("staging")])).await;
    let client = client(&server.uri(), key("k"), &clock);
    let found = client.run_environment(&example(), &name("staging")).await.expect("a list");
    assert!(found.present().is_some(), "it is on the second page");
    let queries: Vec<_> = requests(&server).await.iter().map(|request| request.url.query().map(String::from)).collect();
    let first = "created_by_group__id=2&name=staging";
    assert_eq!(queries, [Some(first.to_owned()), Some(format!("{first}&offset=1"))]);
}

#[tokio::test]
async fn one_name_twice_is_an_error() {
    let (server, clock) = two_pages(json!([entry("staging")]), json!([entry("staging")])).await;
    let client = client(&server.uri(), key("k"), &clock);
    let error = client.run_environment(&example(), &name("staging")).await.expect_err("which one?");
    assert_eq!(error.class, ErrorClass::Unexpected);
}

#[tokio::test]
async fn pages_that_lead_nowhere_come_to_an_end() {
    let (server, clock) = two_pages(json!([]), json!([])).await;
    let client = client(&server.uri(), key("k"), &clock);
    let error = client.run_environment(&example(), &name("staging")).await.expect_err("an endless list");
    assert_eq!(error.class, ErrorClass::Unexpected);
    assert_eq!(requests(&server).await.len(), 1);
}
