use serde_json::{Value, json};

use crate::support::{AWS, Api, CAPABILITIES, LIST, wizard};

/// The server's answer to the wizard's payload.
fn captured(url: &str, uuid: &str) -> Value {
    let console = "https://us-west-2.console.aws.amazon.com";
    json!({
        "url": format!("{url}/api/v1/run_environments/{uuid}"),
        "uuid": uuid,
        "name": "staging",
        "description": "",
        "dashboard_url": format!("https://dash.example.test/run_environments/{uuid}"),
        "created_by_user": "exampleuser",
        "created_by_group": {"id": 2, "name": "example", "url": format!("{url}/api/v1/groups/2")},
        "created_at": "2026-11-24T02:10:22.552998Z",
        "updated_at": "2026-11-24T02:10:22.552998Z",
        "infrastructure_settings": {"AWS": {"__default__": {"settings": {
            "account_id": "123456789012",
            "region": "us-west-2",
            "access_key": null,
            "events_role_arn": "arn:aws:iam::123456789012:role/cloudreactor-events",
            "events_role_infrastructure_website_url":
                "https://console.aws.amazon.com/iam/home#/roles/cloudreactor-events",
            "assumed_role_external_id": "ext-7f3c1d2e",
            "execution_role_arn": null,
            "execution_role_infrastructure_website_url": null,
            "workflow_starter_lambda_arn":
                "arn:aws:lambda:us-west-2:123456789012:function:cloudreactor-workflow-starter",
            "workflow_starter_lambda_infrastructure_website_url":
                format!("{console}/lambda/home?region=us-west-2#/functions/cloudreactor-workflow-starter"),
            "workflow_starter_access_key": "wsk-1234567890",
            "network": {
                "region": "us-west-2",
                "availability_zone": null,
                "subnets": ["subnet-0aaa1111", "subnet-0bbb2222"],
                "subnet_infrastructure_website_urls": [
                    format!("{console}/vpc/home?region=us-west-2#SubnetDetails:subnetId=subnet-0aaa1111"),
                    format!("{console}/vpc/home?region=us-west-2#SubnetDetails:subnetId=subnet-0bbb2222"),
                ],
                "security_groups": ["sg-0ccc3333"],
                "security_group_infrastructure_website_urls": [
                    format!("{console}/vpc/home?region=us-west-2#SecurityGroup:groupId=sg-0ccc3333"),
                ],
                "assign_public_ip": null,
                "networks": null,
                "vpc_id": null,
                "selected_subnet": null,
                "selected_subnet_infrastructure_website_url": null
            },
            "logging": null,
            "xray": null,
            "tags": null
        }}}},
        "notification_profiles": [],
        "execution_method_settings": {"AWS ECS": {"__default__": {
            "settings": {
                "launch_type": "FARGATE",
                "cluster_arn": "arn:aws:ecs:us-west-2:123456789012:cluster/staging",
                "cluster_infrastructure_website_url":
                    format!("{console}/ecs/home?region=us-west-2#/clusters/staging/tasks"),
                "task_definition_arn": null,
                "task_definition_infrastructure_website_url": null,
                "execution_role_arn": "arn:aws:iam::123456789012:role/staging-taskExecution",
                "execution_role_infrastructure_website_url":
                    "https://console.aws.amazon.com/iam/home#/roles/staging-taskExecution",
                "task_role_arn": null,
                "task_role_infrastructure_website_url": null,
                "platform_version": "1.4.0",
                "capacity_provider_strategy": null,
                "task_group": null,
                "propagate_tags": null,
                "enable_ecs_managed_tags": null,
                "enable_execute_command": null,
                "infrastructure_website_url": null,
                "supported_launch_types": ["FARGATE"],
                "main_container_name": null,
                "main_container_cpu_units": null,
                "main_container_memory_mb": null,
                "monitor_container_name": null,
                "containers": null
            },
            "capabilities": ["MANUAL_START", "SCHEDULING", "SETUP_SERVICE"],
            "infrastructure_name": "__default__"
        }}}
    })
}

#[test]
fn the_wizards_payload_gets_the_captured_answer() {
    let api = Api::start();
    let made = api.of("exampleuser", "POST", LIST, wizard()).expect(201);
    let uuid = made.at("/uuid").as_str().expect("a uuid");
    let expect = captured(&api.double.url, uuid);
    assert_eq!(made.body, expect);
    // A write answers in the order of the schema.
    assert_eq!(made.text(), expect.to_string());
    assert_eq!(made.header("location"), format!("{}/api/v1/run_environments/{uuid}", api.double.url));

    let read = api.key("GET", &format!("{LIST}{uuid}"), Value::Null).expect(200);
    assert_eq!(read.body, expect);
    // A read answers in the order of the database: the shortest key of the block first.
    let first = read.at(AWS).as_object().and_then(|block| block.keys().next()).map(String::as_str);
    assert_eq!(first, Some("tags"));
}

#[test]
fn the_least_that_can_be_made() {
    let api = Api::start();
    let made = api.key("POST", "/api/v1/run_environments", json!({"name": "minimal"})).expect(201);
    assert_eq!(made.at("/infrastructure_settings"), &json!({}));
    assert_eq!(made.at("/execution_method_settings"), &json!({}));
    assert_eq!(made.at("/notification_profiles"), &json!([]));
}

#[test]
fn a_name_that_is_taken_is_a_crash() {
    let api = Api::start();
    let path = api.made(json!({"name": "staging"}));
    let other = api.made(json!({"name": "other"}));
    let expect = json!({
        "error_class": "IntegrityError",
        "error_message": "duplicate key value violates unique constraint \
            \"processes_runenvironment_name_created_by_group_id_eeefd19c_uniq\"\n\
            DETAIL:  Key (name, created_by_group_id)=(staging, 2) already exists."
    });
    let taken = json!({"name": " staging "});
    assert_eq!(api.key("POST", LIST, taken.clone()).expect(500).body, expect);
    assert_eq!(api.key("PATCH", &other, taken.clone()).expect(500).body, expect);
    assert_eq!(api.key("PUT", &other, taken.clone()).expect(500).body, expect);
    assert_eq!(api.key("POST", &format!("{other}clone/"), taken).expect(500).body, expect);
    api.key("PATCH", &path, json!({"name": "staging"})).expect(200);
    api.key("POST", LIST, json!({"name": "STAGING"})).expect(201);
    api.of("twogroups", "POST", LIST, json!({"name": "staging", "created_by_group": {"id": 3}})).expect(201);
}

#[test]
fn saving_signs_and_dates_even_if_nothing_changes() {
    let api = Api::start();
    let path = api.made(json!({"name": "staging", "description": "kept"}));
    api.pass(60);
    let token = api.login("twogroups");
    for method in ["PATCH", "PUT"] {
        api.pass(60);
        let body = if method == "PUT" { json!({"name": "renamed"}) } else { Value::Null };
        let saved = api.send(method, &path, &[("authorization", &token)], &body).expect(200);
        assert_eq!(saved.at("/created_by_user"), "twogroups");
        assert_ne!(saved.at("/updated_at"), saved.at("/created_at"));
        assert_eq!(saved.at("/description"), "kept", "a PUT clears nothing");
    }
    assert_eq!(api.key("GET", &path, Value::Null).at("/name"), "renamed");
    let nameless = api.key("PUT", &path, json!({"description": "x"})).expect(400);
    assert_eq!(nameless.at("/name/0"), "This field is required.");
}

#[test]
fn names_and_descriptions_have_rules() {
    let api = Api::start();
    let cases = [
        (json!({}), "/name/0", "This field is required."),
        (json!({"name": " "}), "/name/0", "This field may not be blank."),
        (json!({"name": null}), "/name/0", "This field may not be null."),
        (json!({"name": true}), "/name/0", "Not a valid string."),
        (json!({"name": ["x"]}), "/name/0", "Not a valid string."),
        (json!({"name": "a\0b"}), "/name/0", "Null characters are not allowed."),
        (json!({"name": "x".repeat(201)}), "/name/0", "Ensure this field has no more than 200 characters."),
        (json!({"name": "x", "description": null}), "/description/0", "This field may not be null."),
        (
            json!({"name": "x", "notification_profiles": null}),
            "/notification_profiles/0",
            "This field may not be null.",
        ),
    ];
    for (body, at, message) in cases {
        let refused = api.key("POST", LIST, body.clone());
        assert_eq!((refused.status, refused.at(at)), (400, &json!(message)), "{body}");
        assert_eq!(refused.at("/error_class"), "ValidationError");
    }
    assert_eq!(api.key("POST", LIST, json!({"name": 42})).expect(201).at("/name"), "42");
    assert_eq!(api.key("POST", LIST, json!({"name": "  a/b%?é  "})).expect(201).at("/name"), "a/b%?é");
}

#[test]
fn lists_are_filtered_ordered_and_cut() {
    let api = Api::start();
    for name in ["beta", "Alpha", "gamma"] {
        api.made(json!({"name": name, "description": if name == "beta" { "the ALPHABET" } else { "" }}));
    }
    let names = |query: &str| -> Vec<String> {
        let answer = api.key("GET", &format!("{LIST}?{query}"), Value::Null).expect(200);
        let results = answer.at("/results").as_array().expect("a list");
        results.iter().map(|found| found["name"].as_str().unwrap_or("-").to_owned()).collect()
    };
    assert_eq!(names(""), ["Alpha", "beta", "gamma"]);
    assert_eq!(names("ordering=-name"), ["gamma", "beta", "Alpha"]);
    assert_eq!(names("ordering=nonsense"), ["Alpha", "beta", "gamma"]);
    assert_eq!(names("name=Alpha"), ["Alpha"]);
    assert_eq!(names("name=+Alpha+"), ["Alpha"]);
    assert_eq!(names("name=alpha"), [""; 0]);
    assert_eq!(names("name="), ["Alpha", "beta", "gamma"]);
    assert_eq!(names("search=alpha"), ["Alpha", "beta"]);
    assert_eq!(names("uuid=745fcdb7-fbab-4661-a07c-abcec263c956"), ["Alpha", "beta", "gamma"], "no such filter");
    assert_eq!(names("omit=name"), ["-", "-", "-"]);
    let cut = api.key("GET", &format!("{LIST}?fields=uuid,name&limit=1&offset=1"), Value::Null).expect(200);
    let first = cut.at("/results/0").as_object().expect("an object");
    assert_eq!(first.keys().collect::<Vec<_>>(), ["uuid", "name"]);
    let base = format!("{}{LIST}?fields=uuid%2Cname&limit=1", api.double.url);
    assert_eq!(cut.at("/next"), &json!(format!("{base}&offset=2")));
    assert_eq!(cut.at("/previous"), &json!(base));
    let proxied = [
        ("authorization", &*api.login("exampleuser")),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "api.example.test"),
    ];
    let cut = api.send("GET", &format!("{LIST}?limit=1"), &proxied, &Value::Null).expect(200);
    assert_eq!(cut.at("/next"), "https://api.example.test/api/v1/run_environments/?limit=1&offset=1");
}

#[test]
fn paths_take_any_spelling_of_a_uuid() {
    let api = Api::start();
    let path = api.made(json!({"name": "staging"}));
    let uuid = path.trim_start_matches(LIST).trim_end_matches('/');
    for spelling in [uuid.to_uppercase(), uuid.replace('-', "")] {
        api.key("GET", &format!("{LIST}{spelling}"), Value::Null).expect(200);
    }
}

#[test]
fn deleting_asks_nothing_and_takes_scoped_keys_along() {
    let api = Api::start();
    let path = api.made(json!({"name": "staging"}));
    let scoped = json!({"access_level": 500, "run_environment": {"name": "staging"}});
    let key = api.key("POST", "/api/v1/api_keys/", scoped).expect(201);
    let header = format!("Bearer {}", key.at("/key").as_str().expect("a key"));
    let with_key = || api.send("GET", &path, &[("authorization", &header)], &Value::Null).status;
    assert_eq!(with_key(), 200);
    let deleted = api.key("DELETE", &path, Value::Null).expect(204);
    assert_eq!(deleted.text(), "");
    assert_eq!(with_key(), 401);
    api.key("DELETE", &path, Value::Null).expect(404);
}

#[test]
fn copies_keep_the_maker_and_the_secrets() {
    let api = Api::start();
    let path = api.made(wizard());
    let clone = |path: &str| api.of("twogroups", "POST", &format!("{path}clone/"), json!({})).expect(201);
    let copy = clone(&path);
    assert_eq!((copy.at("/name"), copy.at("/created_by_user")), (&json!("staging (Copy 1)"), &json!("exampleuser")));
    assert_eq!(copy.at(&format!("{AWS}/assumed_role_external_id")), "ext-7f3c1d2e");
    assert!(copy.at(CAPABILITIES).as_array().is_some_and(|all| all.len() == 3));
    let of_copy = format!("{LIST}{}/", copy.at("/uuid").as_str().expect("a uuid"));
    assert_eq!(clone(&of_copy).at("/name"), "staging (Copy 2)");
    let unknown = format!("{LIST}745fcdb7-fbab-4661-a07c-abcec263c956/clone/");
    assert_eq!(api.key("POST", &unknown, json!({})).expect(500).at("/error_class"), "DoesNotExist");
}
