use groundwork_cloudreactor_double::EXAMPLE_KEY;
use serde_json::{Value, json};

use crate::support::{Api, LIST};

const GROUPS: &str = "/api/v1/groups/";
const KEYS: &str = "/api/v1/api_keys/";

#[test]
fn groups_are_listed_without_their_observers() {
    let api = Api::start();
    let url = &api.double.url;
    let member =
        |name: &str| json!({"user": {"username": name, "email": format!("{name}@example.com")}, "access_level": 1000});
    assert_eq!(
        api.of("exampleuser", "GET", GROUPS, Value::Null).expect(200).body,
        json!({"count": 1, "next": null, "previous": null, "results": [{
            "id": 2, "name": "example", "url": format!("{url}/api/v1/groups/2"),
            "user_access_levels": [member("exampleuser"), member("twogroups")]
        }]})
    );
    assert_eq!(
        api.of("exampleuser", "GET", "/api/v1/groups/3", Value::Null).expect(404).body,
        json!({"detail": "No Group matches the given query."})
    );
    assert_eq!(api.of("twogroups", "GET", "/api/v1/groups/?name=othergroup", Value::Null).at("/count"), 1);
    let bad = api.of("twogroups", "GET", "/api/v1/groups/?id=abc", Value::Null).expect(400);
    assert_eq!(bad.at("/id/0"), "Enter a number.");
}

#[test]
fn whoever_makes_a_group_is_not_in_it() {
    let api = Api::start();
    let made = api.of("exampleuser", "POST", GROUPS, json!({"name": "newgroup1"})).expect(201);
    assert_eq!((made.at("/id"), made.at("/user_access_levels")), (&json!(4), &json!([])));
    api.of("exampleuser", "GET", "/api/v1/groups/4/", Value::Null).expect(404);
    let body = json!({"name": "x", "created_by_group": {"id": 4}});
    let refused = api.of("twogroups", "POST", LIST, body).expect(403);
    assert_eq!(refused.at("/detail"), "User has no access to Group");
    let taken = api.of("twogroups", "POST", GROUPS, json!({"name": "newgroup1"})).expect(409);
    assert_eq!(taken.at("/name/0"), "group with this name already exists.");
}

#[test]
fn a_key_can_look_itself_up() {
    let api = Api::start();
    let found = api.key("GET", &format!("{KEYS}?key={EXAMPLE_KEY}"), Value::Null).expect(200);
    assert_eq!(found.at("/count"), 1);
    assert_eq!(found.at("/results/0/key"), EXAMPLE_KEY, "keys are shown in clear");
    assert_eq!(found.at("/results/0/access_level"), 500);
    assert_eq!(found.at("/results/0/group/id"), 2);
    assert_eq!(found.at("/results/0/run_environment"), &Value::Null);
}

#[test]
fn keys_are_made_up_to_ones_own_level() {
    let api = Api::with(|config| config.limits.api_keys_per_group = 3);
    let body = json!({"name": "Provisioner", "description": "for the CLI", "access_level": 500, "group": {"id": 2}});
    let made = api.of("twogroups", "POST", KEYS, body).expect(201);
    assert_eq!(made.header("location"), made.at("/url").as_str().expect("a link"));
    let mut shown = made.body.clone();
    for (field, is_like) in [("uuid", 36), ("key", 40)] {
        let value = shown[field].take();
        assert_eq!(value.as_str().expect("a text").len(), is_like, "{field}");
    }
    shown["url"].take();
    let group = json!({"id": 2, "name": "example", "url": format!("{}/api/v1/groups/2", api.double.url)});
    assert_eq!(
        shown,
        json!({"uuid": null, "url": null, "key": null, "name": "Provisioner", "description": "for the CLI",
               "access_level": 500, "enabled": true, "user": "twogroups", "group": group, "run_environment": null,
               "created_at": "2026-11-24T02:10:22.552998Z"})
    );
    let refused = [
        (api.of("twogroups", "POST", KEYS, json!({})), 400, "/group/0", "Token is missing Group"),
        (
            api.of("twogroups", "POST", KEYS, json!({"group": {"id": 2}, "access_level": 1001})),
            403,
            "/detail",
            "You do not have permission to perform this action.",
        ),
        (api.of("observer", "POST", KEYS, json!({})), 403, "/detail", "Insufficient Group access level"),
        (api.of("observer", "GET", KEYS, Value::Null), 403, "/detail", "Insufficient Group access level"),
    ];
    for (answer, status, at, text) in refused {
        assert_eq!((answer.status, answer.at(at)), (status, &json!(text)));
    }
    api.of("twogroups", "POST", KEYS, json!({"group": {"id": 2}, "key": "x"})).expect(400);
    assert_eq!(api.of("twogroups", "POST", KEYS, json!({"group": {"id": 2}})).expect(201).at("/access_level"), 1);
    let full = api.of("twogroups", "POST", KEYS, json!({"group": {"id": 2}})).expect(403);
    assert_eq!(full.at("/error_code"), "api_key_limit_exceeded");
}
