use serde_json::{Value, json};

use crate::support::{AWS, Api, CAPABILITIES, ECS, LIST, aws_block, ecs_block, with_blocks, wizard};

#[test]
fn a_block_is_replaced_whole() {
    let api = Api::start();
    let path = api.made(wizard());
    let patch = json!({"infrastructure_settings": {"AWS": {"__default__": {"settings": {"region": "us-east-1"}}}}});
    let saved = api.key("PATCH", &path, patch).expect(200);
    assert_eq!(saved.at(&format!("{AWS}/region")), "us-east-1");
    for gone in ["account_id", "assumed_role_external_id", "network"] {
        assert_eq!(saved.at(&format!("{AWS}/{gone}")), &Value::Null, "{gone}");
    }
    assert_eq!(saved.at(CAPABILITIES), &json!([]));
    assert_eq!(saved.at(&format!("{ECS}/launch_type")), "FARGATE", "the other block stays");
}

#[test]
fn one_block_can_be_cleared_and_the_other_not() {
    let api = Api::start();
    let path = api.made(wizard());
    let saved = api.key("PATCH", &path, with_blocks(&json!({}), &json!({}))).expect(200);
    assert_eq!(saved.at("/infrastructure_settings"), &json!({}));
    assert_eq!(saved.at(&format!("{ECS}/launch_type")), "FARGATE");
}

#[test]
fn invalid_settings_are_stored_as_they_are() {
    let api = Api::start();
    let mut aws = aws_block();
    aws["account_id"] = json!(123_456_789_012_u64);
    let mut body = with_blocks(&aws, &ecs_block());
    body["name"] = json!("badtypes");
    let made = api.key("POST", LIST, body).expect(201);
    assert_eq!(made.at("/infrastructure_settings"), &json!({"AWS": {"__default__": {"settings": aws}}}));
    assert_eq!(
        made.at("/execution_method_settings"),
        &json!({"AWS ECS": {"__default__":
            {"settings": ecs_block(), "capabilities": [], "infrastructure_name": "__default__"}}})
    );
    // An old bad AWS block also keeps a new good ECS block from being worked on.
    let path = format!("{LIST}{}", made.at("/uuid").as_str().expect("a uuid"));
    let patch =
        json!({"execution_method_settings": {"AWS ECS": {"__default__": {"settings": {"cluster_arn": "bare"}}}}});
    assert_eq!(api.key("PATCH", &path, patch).expect(200).at(ECS), &json!({"cluster_arn": "bare"}));
}

#[test]
fn a_round_trip_erases_the_secret_key() {
    let api = Api::start();
    let mut aws = aws_block();
    aws["assumed_role_external_id"] = Value::Null;
    aws["access_key"] = json!("AKIAEXAMPLE");
    aws["secret_key"] = json!("hidden-value");
    let mut body = with_blocks(&aws, &ecs_block());
    body["name"] = json!("keys");
    let path = api.made(body);
    let read = api.key("GET", &path, Value::Null).expect(200);
    assert_eq!(read.at(CAPABILITIES).as_array().map(Vec::len), Some(3));
    assert!(!read.text().contains("secret_key") && !read.text().contains("hidden-value"), "{}", read.text());
    assert_eq!(read.at(&format!("{AWS}/access_key")), "AKIAEXAMPLE");
    let back = api.key("PUT", &path, read.body).expect(200);
    assert_eq!(back.at(CAPABILITIES), &json!([]));
}

#[test]
fn other_execution_methods_leave_no_trace() {
    let api = Api::start();
    let block = |settings: Value| json!({"__default__": {"settings": settings}});
    let body = json!({"name": "x", "execution_method_settings": {
        "AWS Lambda": block(json!({"function_name": "f"})), "AWS CodeBuild": block(json!({"a": 1})), "Kubernetes": {}
    }});
    assert_eq!(api.key("POST", LIST, body).expect(201).at("/execution_method_settings"), &json!({}));
}

#[test]
fn only_the_default_names_exist() {
    let api = Api::start();
    let cases = [
        (
            json!({"infrastructure_settings": {"AWS": {"prod": {}}}}),
            "/infrastructure_settings/0",
            "Non-default infrastructure settings not supported yet",
        ),
        (
            json!({"execution_method_settings": {"AWS ECS": {"prod": {}}}}),
            "/execution_method_settings/0",
            "Found execution_method_name='prod', but only '__default__' is supported for now",
        ),
        (
            json!({"execution_method_settings": {"AWS ECS": {"__default__": {"infrastructure_name": "prod"}}}}),
            "/execution_method_settings/0",
            "Found infrastructure_name='prod', but only '__default__' is supported for now",
        ),
        (
            json!({"execution_method_settings": {"Kubernetes": {"__default__": {}}}}),
            "/execution_method_settings/0",
            "Unsupported execution method type: 'Kubernetes'",
        ),
    ];
    for (mut body, at, message) in cases {
        body["name"] = json!("x");
        let refused = api.key("POST", LIST, body.clone());
        assert_eq!((refused.status, refused.at(at)), (400, &json!(message)), "{body}");
    }
}

#[test]
fn notification_profiles_are_looked_up_in_the_group_of_the_body() {
    let uuid = "11111111-2222-4333-a444-555555555555";
    let api = Api::with(|config| {
        let profile = json!({"uuid": uuid, "name": "mail", "group": 2});
        config.notification_profiles.push(serde_json::from_value(profile).expect("a profile"));
    });
    let path = api.made(json!({"name": "x", "notification_profiles": [{"uuid": uuid}]}));
    let patch = |body: Value| api.key("PATCH", &path, body);
    let kept = patch(json!({})).expect(200);
    assert_eq!(
        kept.at("/notification_profiles"),
        &json!([{"uuid": uuid, "url": format!("/api/v1/notification_profiles/{uuid}"), "name": "mail"}])
    );
    assert_eq!(patch(json!({"notification_profiles": []})).expect(200).at("/notification_profiles"), &json!([]));
    let by_name = json!({"notification_profiles": [{"name": "mail"}]});
    assert_eq!(patch(by_name.clone()).expect(500).at("/error_class"), "DoesNotExist");
    let mut with_group = by_name;
    with_group["created_by_group"] = json!({"id": 2});
    patch(with_group).expect(200);
}
