use groundwork_cloudreactor_double::{Effect, Fault};
use serde_json::{Value, json};

use crate::support::{Api, LIST};

#[test]
fn wrong_paths_are_web_pages() {
    let api = Api::start();
    for path in ["/", "/api/v1/nothing/", "/api/v2/run_environments/", "/auth/users/me"] {
        for (method, status) in [("GET", 200), ("POST", 403)] {
            let page = api.key(method, path, if method == "POST" { json!({}) } else { Value::Null }).expect(status);
            assert!(page.header("content-type").starts_with("text/html"), "{method} {path}");
        }
    }
}

#[test]
fn slashes_at_the_end_are_optional() {
    let api = Api::start();
    for path in ["/api/v1/run_environments", "/api/v1/run_environments/", "/api/v1/api_keys", "/api/v1/api_keys/"] {
        api.key("GET", path, Value::Null).expect(200);
    }
}

#[test]
fn not_found_has_three_bodies() {
    let api = Api::start();
    let path = format!("{LIST}745fcdb7-fbab-4661-a07c-abcec263c956/");
    let unknown = api.key("GET", &path, Value::Null).expect(404);
    assert_eq!(unknown.body, json!({"detail": "No RunEnvironment matches the given query."}));
    let nonsense = api.key("GET", &format!("{LIST}nonsense/"), Value::Null).expect(404);
    assert_eq!(nonsense.body, json!({"detail": "Not found."}));
    // The third is in `access`: a key outside of its scope.
}

#[test]
fn media_types_and_methods_are_checked() {
    let api = Api::start();
    let header = format!("Bearer {}", groundwork_cloudreactor_double::EXAMPLE_KEY);
    let send = |method: &str, extra: (&str, &str), body: &str| {
        api.send_text(method, LIST, &[("authorization", &header), extra], body)
    };
    let plain = send("POST", ("content-type", "text/plain"), "{}").expect(415);
    assert_eq!(plain.at("/error_code"), "unsupported_media_type");
    let form = send("POST", ("content-type", "application/x-www-form-urlencoded"), "name=x").expect(500);
    assert_eq!(form.at("/error_class"), "AttributeError");
    assert_eq!(send("GET", ("accept", "image/png"), "").expect(406).at("/error_code"), "not_acceptable");
    let page = send("GET", ("accept", "text/html"), "").expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(send("DELETE", ("accept", "*/*"), "").expect(405).at("/error_code"), "method_not_allowed");
    assert_eq!(
        api.key("POST", LIST, json!([])).expect(400).at("/non_field_errors/0"),
        "Invalid data. Expected a dictionary, but got list."
    );
}

#[test]
fn a_crash_can_quote_the_values_of_a_save() {
    let api = Api::start();
    let settings = json!({"region": "a\0b", "assumed_role_external_id": "ext-7f3c1d2e"});
    let body = json!({"name": "x", "infrastructure_settings": {"AWS": {"__default__": {"settings": settings}}}});
    let crash = api.key("POST", LIST, body).expect(500);
    assert_eq!(crash.at("/error_class"), "DataError");
    assert!(crash.text().contains("ext-7f3c1d2e") && crash.at("/detail").is_null(), "{}", crash.text());
}

#[test]
fn trouble_strikes_as_often_as_it_was_asked_to() {
    let api = Api::start();
    api.double.fault(Fault::next("GET", LIST, Effect::Page { status: 502 }).times(2));
    let statuses: Vec<u16> = (0..3).map(|_| api.key("GET", LIST, Value::Null).status).collect();
    assert_eq!(statuses, [502, 502, 200]);
    let fault = json!({"path": LIST, "effect": {"answer": {"status": 429, "body": {}, "retry_after": 7}}});
    api.send("POST", "/__double/faults", &[], &fault).expect(204);
    assert_eq!(api.key("GET", LIST, Value::Null).expect(429).header("retry-after"), "7");
}

#[test]
fn the_log_tells_who_asked_what_but_no_key() {
    let api = Api::start();
    api.key("GET", &format!("/api/v1/api_keys/?key={}", groundwork_cloudreactor_double::EXAMPLE_KEY), Value::Null)
        .expect(200);
    api.key("GET", "/nowhere", Value::Null);
    let log = api.double.log();
    let seen: Vec<_> = log.iter().map(|entry| (entry.method.as_str(), entry.path.as_str(), entry.status)).collect();
    assert_eq!(seen, [("GET", "/api/v1/api_keys/", 200), ("GET", "/nowhere", 200)]);
    assert!(log.iter().all(|entry| entry.ended_us >= entry.started_us));
    let over_http = api.send("GET", "/__double/log", &[], &Value::Null).expect(200);
    assert_eq!(over_http.body, json!(log));
    assert!(!over_http.text().contains(groundwork_cloudreactor_double::EXAMPLE_KEY));
}
