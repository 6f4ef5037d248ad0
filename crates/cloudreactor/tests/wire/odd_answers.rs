use groundwork_engine::ports::{ErrorClass, Saas};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{World, always, client, ecs, example, key, name, password, requests, settings};

#[tokio::test]
async fn a_wrong_base_url_is_recognised_by_its_web_pages() {
    let world = World::start();
    let url = format!("{}/wrong", world.double.url);
    let asks = |message: &str| message.contains(&format!("is {url} the API's base URL?"));
    // To a key the page is the answer to a GET; to a password the answer to the login, a 403.
    for credentials in [key("k"), password("exampleuser")] {
        let error = client(&url, credentials, &world.clock).identity().await.expect_err("a web page");
        assert!(error.class == ErrorClass::Unexpected && asks(&error.message), "{error}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = wiremock::MockServer::start().await;
    let (_server, client, _clock) =
        always(ResponseTemplate::new(307).insert_header("location", elsewhere.uri().as_str())).await;
    let error = client.identity().await.expect_err("a redirect");
    assert_eq!(error.class, ErrorClass::Unexpected);
    assert!(error.message.starts_with("a redirect (status 307)"), "{}", error.message);
    assert!(requests(&elsewhere).await.is_empty());
}

#[tokio::test]
async fn requests_ask_for_json_in_the_name_of_the_key() {
    let (server, client, _clock) = always(ResponseTemplate::new(404).set_body_json(json!({"detail": "no"}))).await;
    client.run_environment(&example(), &name("a b/%?&é")).await.expect_err("not found");
    let request = &requests(&server).await[0];
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("accept"), Some("application/json"));
    assert_eq!(
        header("authorization"),
        Some(format!("Bearer {}", groundwork_cloudreactor_double::EXAMPLE_KEY)).as_deref()
    );
    let name = request.url.query_pairs().find(|(key, _)| key == "name").map(|(_, value)| value.into_owned());
    assert_eq!(name.as_deref(), Some("a b/%?&é"));
}

/// The error of a list that is answered so.
#[track_caller]
fn check(status: u16, body: Value, class: ErrorClass, code: Option<&str>, message: &str) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let message = message.to_owned();
    let code = code.map(ToOwned::to_owned);
    async move {
        let (_server, client, _clock) = always(ResponseTemplate::new(status).set_body_json(&body)).await;
        let error = client.run_environment(&example(), &name("staging")).await.expect_err("an error");
        assert_eq!((error.class, error.code, error.message), (class, code, message), "{body} at {caller}");
    }
}

#[tokio::test]
async fn every_shape_of_error_is_understood() {
    let full =
        |text: &str, code: &str| json!({"detail": text, "error_code": code, "error_class": "X", "error_message": text});
    check(
        422,
        full("Task limit exceeded", "limit_exceeded"),
        ErrorClass::Invalid,
        Some("limit_exceeded"),
        "Task limit exceeded",
    )
    .await;
    check(
        401,
        json!({"detail": "User is inactive", "code": "user_inactive"}),
        ErrorClass::Expired,
        Some("user_inactive"),
        "User is inactive",
    )
    .await;
    check(
        400,
        json!({"name": ["This field is required."], "error_class": "ValidationError", "error_message": "{...}"}),
        ErrorClass::Invalid,
        None,
        "name: This field is required.",
    )
    .await;
    check(400, json!(["Group ID must be specified"]), ErrorClass::Invalid, None, "Group ID must be specified").await;
    check(404, json!({"detail": "Not found."}), ErrorClass::Unexpected, None, "Not found.").await;
    check(
        500,
        json!({"error_class": "ValueError", "error_message": "Field 'id' expected a number but got 'abc'."}),
        ErrorClass::Invalid,
        Some("ValueError"),
        "Field",
    )
    .await;
    check(
        500,
        json!({"error_class": "OSError"}),
        ErrorClass::Unavailable,
        Some("OSError"),
        "the server failed; what it says about it is not shown",
    )
    .await;
}

#[tokio::test]
async fn an_answer_of_another_shape_is_an_error_and_not_an_absence() {
    for body in [
        json!({}),
        json!([]),
        json!({"results": [], "count": 0}),
        json!({"results": [{"name": "staging"}], "next": null}),
    ] {
        let (_server, client, _clock) = always(ResponseTemplate::new(200).set_body_json(&body)).await;
        let outcome = client.run_environment(&example(), &name("staging")).await;
        if body == json!({"results": [], "count": 0}) {
            // A page without `next` is a last page.
            outcome.expect("an empty list");
        } else {
            assert_eq!(outcome.expect_err("not a list").class, ErrorClass::Unexpected, "{body}");
        }
    }
}

#[tokio::test]
async fn a_crash_of_the_server_is_told_without_what_it_quotes() {
    let world = World::start();
    let broken =
        settings(json!({"region": "a\0b", "assumed_role_external_id": "ext-7f3c1d2e", "account_id": "123456789012"}));
    let error = world
        .developer()
        .create_run_environment(&example(), &name("staging"), &broken, &ecs())
        .await
        .expect_err("a crash");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Invalid, Some("DataError")));
    assert_eq!(error.message, "unsupported Unicode escape sequence");
}
