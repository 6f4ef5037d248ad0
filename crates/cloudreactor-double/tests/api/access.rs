use serde_json::{Value, json};

use crate::support::{Api, LIST, wizard};

fn with_id(id: &str) -> String {
    format!("{LIST}?created_by_group__id={id}")
}

#[test]
fn lists_of_someone_in_one_group() {
    let api = Api::start();
    let get = |path: &str| api.of("exampleuser", "GET", path, Value::Null);
    get(LIST).expect(200);
    get(&with_id("2")).expect(200);
    for id in ["3", "99", "abc"] {
        let refused = get(&with_id(id)).expect(422);
        assert_eq!(refused.at("/detail"), "Group ID does not match authenticated Group", "{id}");
    }
}

#[test]
fn lists_of_someone_in_two_groups() {
    let api = Api::start();
    let get = |path: &str| api.of("twogroups", "GET", path, Value::Null);
    assert_eq!(get(LIST).expect(400).body, json!(["Group ID must be specified"]));
    get(&with_id("2")).expect(200);
    assert_eq!(get(&with_id("99")).expect(400).body, json!(["Group <built-in function id> not found"]));
    assert_eq!(get(&with_id("abc")).expect(500).at("/error_class"), "ValueError");
}

/// What a `created_by_group` comes to: the group that it lands in, or the refusal's status and text.
#[track_caller]
fn check(username: &str, group: Value, expect: Result<u64, (u16, &str)>) {
    let api = Api::with(|config| {
        config.groups.push(serde_json::from_value(json!({"id": 7, "name": "strangers"})).expect("a group"));
    });
    let body = json!({"name": "x", "created_by_group": group});
    let answer = api.of(username, "POST", LIST, body.clone());
    match expect {
        Ok(landed) => {
            assert_eq!((answer.status, answer.at("/created_by_group/id")), (201, &json!(landed)), "{body}");
        }
        Err((status, text)) => {
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
            assert!(answer.text().contains(text), "{body}: {}", answer.text());
        }
    }
}

#[test]
fn the_group_of_someone_in_one() {
    check("exampleuser", Value::Null, Ok(2));
    check("exampleuser", json!({"id": 2}), Ok(2));
    check("exampleuser", json!({"id": "2"}), Ok(2));
    check("exampleuser", json!({"name": "example"}), Ok(2));
    check("exampleuser", json!({"id": 99}), Ok(2));
    check("exampleuser", json!({"name": "nowhere"}), Ok(2));
    check("exampleuser", json!({"id": 7}), Err((422, "Request body group does not match authenticated Group")));
    check("exampleuser", json!({}), Err((400, "Neither ID or name of Group found in request")));
    check("exampleuser", json!({"id": 2, "name": "wrong"}), Err((400, "group.pk=2 is named 'example', not 'wrong'")));
    check("exampleuser", json!(2), Err((500, "AttributeError")));
    check("exampleuser", json!({"id": "abc"}), Err((500, "ValueError")));
}

#[test]
fn the_group_of_someone_in_two() {
    check("twogroups", Value::Null, Err((400, "Group is missing")));
    check("twogroups", json!({"id": 3}), Ok(3));
    check("twogroups", json!({"name": "example"}), Ok(2));
    check("twogroups", json!({"id": 99}), Err((400, "Group is missing")));
    check("twogroups", json!({"id": 7}), Err((403, "User has no access to Group")));
    check("twogroups", json!({}), Err((400, "Neither ID or name of Group found in request")));
}

#[test]
fn a_group_is_for_ever() {
    let api = Api::start();
    let path = api.made(json!({"name": "x"}));
    let patch = |user: &str, id: u64| api.of(user, "PATCH", &path, json!({"created_by_group": {"id": id}}));
    patch("exampleuser", 2).expect(200);
    patch("exampleuser", 99).expect(200);
    let mismatch = patch("exampleuser", 3).expect(422);
    assert_eq!(mismatch.at("/created_by_group/0"), "Request body group does not match authenticated Group");
    let change = patch("twogroups", 3).expect(422);
    let text = change.at("/created_by_group/0").as_str().expect("a complaint");
    assert!(text.starts_with("Can't change the group of an existing Run Environment instance.pk="), "{text}");
}

/// Adds a key to the example's world.
fn with_key(user: &str, group: u64, level: u32, scope: Option<&str>) -> Api {
    Api::with(|config| {
        let key =
            json!({"key": "e".repeat(40), "user": user, "group": group, "level": level, "run_environment": scope});
        config.api_keys.push(serde_json::from_value(key).expect("a key"));
    })
}

fn by_key(api: &Api, method: &str, path: &str, body: Value) -> crate::support::Answer {
    api.send(method, path, &[("authorization", &format!("Bearer {}", "e".repeat(40)))], &body)
}

#[test]
fn below_developer_one_may_look_but_not_at_the_settings() {
    let api = with_key("exampleuser", 2, 100, None);
    let path = api.made(wizard());
    let look = |answer: crate::support::Answer, at: &str| {
        let object = answer.at(at).as_object().cloned().expect("an object");
        assert_eq!(object.get("name"), Some(&json!("staging")));
        assert!(!object.keys().any(|key| key.ends_with("_settings")), "{object:?}");
    };
    look(by_key(&api, "GET", LIST, Value::Null).expect(200), "/results/0");
    look(by_key(&api, "GET", &path, Value::Null).expect(200), "");
    look(api.of("observer", "GET", &path, Value::Null).expect(200), "");
    let create = by_key(&api, "POST", LIST, json!({"name": "x"})).expect(403);
    assert_eq!(create.at("/detail"), "Insufficient Group access level");
    for method in ["PATCH", "PUT", "DELETE"] {
        let change = api.of("observer", method, &path, json!({"name": "x"})).expect(403);
        assert_eq!(change.at("/detail"), "You do not have permission to perform this action.");
    }
}

#[test]
fn a_scoped_key_knows_one_run_environment_only() {
    let api = Api::start();
    let mine = api.made(json!({"name": "mine"}));
    let other = api.made(json!({"name": "other"}));
    let body = json!({"access_level": 500, "run_environment": {"name": "mine"}});
    let key = api.key("POST", "/api/v1/api_keys/", body).expect(201);
    let header = format!("Bearer {}", key.at("/key").as_str().expect("a key"));
    let send = |method: &str, path: &str, body: Value| api.send(method, path, &[("authorization", &header)], &body);
    let list = send("GET", LIST, Value::Null).expect(200);
    assert_eq!((list.at("/count"), list.at("/results/0/name")), (&json!(1), &json!("mine")));
    send("PATCH", &mine, json!({"description": "x"})).expect(200);
    let hidden = send("GET", &other, Value::Null).expect(404);
    assert_eq!(
        hidden.body,
        json!({"detail": "Not found.", "error_code": "not_found", "error_class": "NotFound", "error_message": "Not found."})
    );
    send("DELETE", &other, Value::Null).expect(404);
    let create = send("POST", LIST, json!({"name": "x"})).expect(403);
    assert!(create.text().contains("scoped to a Run Environment"), "{}", create.text());
}

#[test]
fn strangers_find_nothing() {
    let api = with_key("twogroups", 3, 500, None);
    let path = api.made(json!({"name": "x"}));
    assert_eq!(by_key(&api, "GET", &path, Value::Null).expect(404).at("/error_code"), "not_found");
    api.send("GET", &path, &[], &Value::Null).expect(401);

    let api = Api::with(|config| {
        config.users[1].superuser = true;
        config.users[1].groups.clear();
    });
    let path = api.made(json!({"name": "x"}));
    let missing = api.of("twogroups", "GET", &path, Value::Null).expect(404);
    assert_eq!(missing.body, json!({"detail": "No RunEnvironment matches the given query."}));
    assert_eq!(api.of("twogroups", "GET", &with_id("2"), Value::Null).expect(200).at("/count"), 1);
    api.of("twogroups", "POST", LIST, json!({"name": "y", "created_by_group": {"id": 2}})).expect(201);
}
