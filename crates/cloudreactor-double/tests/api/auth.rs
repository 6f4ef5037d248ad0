use groundwork_cloudreactor_double::{EXAMPLE_KEY, EXAMPLE_PASSWORD};
use serde_json::{Value, json};

use crate::support::{Api, LIST};

const JWT: &str = "/auth/jwt/create/";

#[test]
fn logging_in_gives_two_tokens_that_end() {
    let api = Api::start();
    let body = json!({"username": "exampleuser", "password": EXAMPLE_PASSWORD});
    let tokens = api.send("POST", JWT, &[], &body).expect(200);
    let access = format!("JWT {}", tokens.at("/access").as_str().expect("a token"));
    let me = || api.send("GET", "/auth/users/me/", &[("authorization", &access)], &Value::Null).status;
    assert_eq!(me(), 200);
    api.pass(3_599);
    assert_eq!(me(), 200);
    api.pass(1);
    assert_eq!(me(), 401);

    let refresh = json!({"refresh": tokens.at("/refresh")});
    let fresh = api.send("POST", "/auth/jwt/refresh/", &[], &refresh).expect(200);
    assert_eq!(fresh.body.as_object().expect("an object").len(), 1, "the refresh token is not rotated");
    let token = json!({"token": fresh.at("/access")});
    assert_eq!(api.send("POST", "/auth/jwt/verify", &[], &token).expect(200).body, json!({}));
    let wrong = json!({"refresh": fresh.at("/access")});
    let refused = api.send("POST", "/auth/jwt/refresh", &[], &wrong).expect(401);
    assert_eq!(
        (refused.at("/detail"), refused.at("/code")),
        (&json!("Token has wrong type"), &json!("token_not_valid"))
    );
    api.pass(86_400);
    let expired = api.send("POST", "/auth/jwt/refresh", &[], &refresh).expect(401);
    assert_eq!(expired.at("/detail"), "Token is expired");
}

#[test]
fn logins_that_fail() {
    let api = Api::with(|config| config.users[2].active = false);
    let login = |body: Value| api.send("POST", JWT, &[], &body);
    for (username, password) in [
        ("exampleuser", "wrong"),
        ("nobody", EXAMPLE_PASSWORD),
        ("observer", EXAMPLE_PASSWORD),
        ("exampleuser@example.com", EXAMPLE_PASSWORD),
    ] {
        let refused = login(json!({"username": username, "password": password})).expect(401);
        assert_eq!(
            refused.body,
            json!({
                "detail": "No active account found with the given credentials", "error_code": "no_active_account",
                "error_class": "AuthenticationFailed",
                "error_message": "No active account found with the given credentials"
            })
        );
        assert_eq!(refused.header("www-authenticate"), "JWT realm=\"api\"");
    }
    assert_eq!(
        login(json!({"username": "exampleuser"})).expect(400).body,
        json!({
            "password": ["This field is required."], "error_class": "ValidationError",
            "error_message": "{'password': [ErrorDetail(string='This field is required.', code='required')], \
                              'error_class': 'ValidationError'}"
        })
    );
    let blank = login(json!({"username": null, "password": " "})).expect(400);
    assert_eq!(blank.at("/username/0"), "This field may not be null.");
    assert_eq!(blank.at("/password/0"), "This field may not be blank.");
    let list = login(json!([])).expect(400);
    assert_eq!(list.at("/non_field_errors/0"), "Invalid data. Expected a dictionary, but got list.");
    let malformed = api.send_text("POST", JWT, &[], "{").expect(400);
    assert_eq!(malformed.at("/error_code"), "parse_error");
    let get = api.send("GET", JWT, &[], &Value::Null).expect(405);
    assert_eq!(get.at("/detail"), "Method \"GET\" not allowed.");
}

#[test]
fn each_bad_header_has_its_own_refusal() {
    let api = Api::with(|config| {
        let mut disabled = config.api_keys[0].clone();
        disabled.key = "f".repeat(40);
        disabled.enabled = false;
        config.api_keys.push(disabled);
    });
    let token = api.login("exampleuser");
    let bare = token.trim_start_matches("JWT ");
    let anonymous = "Authentication credentials were not provided.";
    let cases = [
        (String::new(), 401, anonymous),
        ("JWT garbage".to_owned(), 401, anonymous),
        (format!("jwt {bare}"), 401, anonymous),
        (format!("JWT {EXAMPLE_KEY}"), 401, anonymous),
        ("Basic eDp5".to_owned(), 401, anonymous),
        ("JWT".to_owned(), 401, "Authorization header must contain two space-delimited values"),
        ("JWT a b".to_owned(), 401, "Authorization header must contain two space-delimited values"),
        (format!("Bearer {bare}"), 401, "Invalid token."),
        ("Token unknown".to_owned(), 401, "Invalid token."),
        ("Bearer".to_owned(), 401, "Invalid token header. No credentials provided."),
        (format!("Bearer {}", "f".repeat(40)), 403, "Token is deactivated"),
    ];
    for (header, status, detail) in cases {
        let answer = api.send("GET", LIST, &[("authorization", &header)], &Value::Null);
        assert_eq!((answer.status, answer.at("/detail")), (status, &json!(detail)), "{header:?}");
        assert_eq!(answer.header("www-authenticate"), if status == 401 { "Bearer" } else { "" }, "{header:?}");
        let code = if detail.contains("space-delimited") { "/code" } else { "/error_code" };
        assert!(answer.at(code).is_string(), "{header:?}: {}", answer.body);
    }
    for scheme in ["Bearer", "bearer", "Token", "TOKEN"] {
        api.send("GET", LIST, &[("authorization", &format!("{scheme} {EXAMPLE_KEY}"))], &Value::Null).expect(200);
    }
    let groups = api.key("GET", "/api/v1/groups/", Value::Null).expect(401);
    assert_eq!(groups.header("www-authenticate"), "JWT realm=\"api\"");
}

#[test]
fn me_describes_the_user_even_to_a_key() {
    let api = Api::start();
    let url = &api.double.url;
    let expect = json!({
        "username": "twogroups", "email": "twogroups@example.com", "first_name": "", "last_name": "",
        "date_joined": "2026-11-24T01:57:12.641976Z",
        "groups": [
            {"id": 2, "name": "example", "url": format!("{url}/api/v1/groups/2")},
            {"id": 3, "name": "othergroup", "url": format!("{url}/api/v1/groups/3")}
        ],
        "group_access_levels": {"2": 1000, "3": 1000},
        "user_profile": null
    });
    assert_eq!(api.of("twogroups", "GET", "/auth/users/me/", Value::Null).expect(200).body, expect);
    let of_key = api.key("GET", "/auth/users/me/", Value::Null).expect(200);
    assert_eq!(
        (of_key.at("/username"), of_key.at("/group_access_levels")),
        (&json!("exampleuser"), &json!({"2": 1000}))
    );
    let of_observer = api.of("observer", "GET", "/auth/users/me/", Value::Null).expect(200);
    assert_eq!(of_observer.at("/group_access_levels"), &json!({"2": 1}));
    let without_slash = api.key("GET", "/auth/users/me", Value::Null).expect(200);
    assert!(without_slash.header("content-type").starts_with("text/html"), "{}", without_slash.text());
}
