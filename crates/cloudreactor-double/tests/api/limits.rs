use groundwork_cloudreactor_double::EXAMPLE_PASSWORD;
use serde_json::{Value, json};

use crate::support::{Api, LIST};

#[test]
fn a_user_is_throttled_by_the_minute() {
    let api = Api::with(|config| config.limits.user_requests_per_minute = 2);
    let token = api.login("exampleuser");
    let get = || api.send("GET", LIST, &[("authorization", &token)], &Value::Null);
    get().expect(200);
    api.pass(10);
    get().expect(200);
    let refused = get().expect(429);
    let message = "Request was throttled. Expected available in 50 seconds.";
    assert_eq!(
        refused.body,
        json!({"detail": message, "error_code": "throttled", "error_class": "Throttled", "error_message": message})
    );
    assert_eq!(refused.header("retry-after"), "50");
    api.key("GET", LIST, Value::Null).expect(200);
    api.pass(50);
    get().expect(200);
}

#[test]
fn keys_are_throttled_by_the_month() {
    let api = Api::with(|config| config.limits.key_requests_per_month = 1);
    api.key("GET", LIST, Value::Null).expect(200);
    for _ in 0..3 {
        api.pass(3_600);
        let refused = api.key("GET", LIST, Value::Null).expect(429);
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(refused.at("/detail"), "Request was throttled. Expected available in 1 second.");
    }
    api.of("exampleuser", "GET", LIST, Value::Null).expect(200);
    api.pass(7 * 86_400);
    api.key("GET", LIST, Value::Null).expect(200);
}

#[test]
fn logins_are_throttled_by_address() {
    let api = Api::with(|config| config.limits.logins_per_minute = 1);
    let login = |address: &str, password: &str| {
        let body = json!({"username": "exampleuser", "password": password});
        api.send("POST", "/auth/jwt/create/", &[("x-forwarded-for", address)], &body).status
    };
    let got = [login("10.0.0.1", "wrong"), login("10.0.0.1", EXAMPLE_PASSWORD), login("10.0.0.2", EXAMPLE_PASSWORD)];
    assert_eq!(got, [401, 429, 200]);
}

#[test]
fn a_full_group_is_told_of_tasks_even_for_a_name_that_is_taken() {
    let api = Api::with(|config| config.limits.run_environments_per_group = 1);
    let path = api.made(json!({"name": "staging"}));
    for (path, body) in [(LIST.to_owned(), json!({"name": "staging"})), (format!("{path}clone/"), json!({}))] {
        let refused = api.key("POST", &path, body).expect(422);
        assert_eq!(
            refused.body,
            json!({"detail": "Task limit exceeded", "error_code": "limit_exceeded",
                   "error_class": "UnprocessableEntity", "error_message": "Task limit exceeded"})
        );
    }
    api.key("PATCH", &path, json!({"description": "x"})).expect(200);
}
