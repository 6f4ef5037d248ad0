//! A double and a client for it that knows nothing but HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use groundwork_cloudreactor_double::{Clock, Config, Double, EXAMPLE_KEY, EXAMPLE_PASSWORD, Running};
use serde_json::{Value, json};

/// 2026-11-24T02:10:22.552998Z.
pub const START_US: u64 = 1_795_486_222_552_998;

/// A running double whose time stands still unless it is moved.
pub struct Api {
    pub double: Running,
    now_us: Arc<AtomicU64>,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    headers: ureq::http::HeaderMap,
    text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value at a JSON pointer; null if there is none.
    pub fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Api {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let now_us = Arc::new(AtomicU64::new(START_US));
        let mut config = Config::example();
        config.clock = Clock::Manual(Arc::clone(&now_us));
        change(&mut config);
        let double = Double::start(config).expect("a free port on loopback");
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { double, now_us, agent }
    }

    pub fn pass(&self, seconds: u64) {
        self.now_us.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    /// Sends a request with these headers; a body of null is none.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        self.send_text(method, path, headers, &text)
    }

    pub fn send_text(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.double.url));
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            "" => self.agent.run(request.body(()).expect("a valid request")),
            body => self.agent.run(request.body(body.to_owned()).expect("a valid request")),
        };
        let (parts, mut body) = response.expect("an answer").into_parts();
        let text = body.read_to_string().expect("a whole answer");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), body, headers: parts.headers, text }
    }

    /// Logs in, and returns what goes into the header.
    pub fn login(&self, username: &str) -> String {
        let body = json!({"username": username, "password": EXAMPLE_PASSWORD});
        let answer = self.send("POST", "/auth/jwt/create/", &[], &body).expect(200);
        format!("JWT {}", answer.at("/access").as_str().expect("a token"))
    }

    /// Logs in and sends a request.
    pub fn of(&self, username: &str, method: &str, path: &str, body: Value) -> Answer {
        let token = self.login(username);
        self.send(method, path, &[("authorization", &token)], &body)
    }

    /// Sends a request with the example's API key.
    pub fn key(&self, method: &str, path: &str, body: Value) -> Answer {
        self.send(method, path, &[("authorization", &format!("Bearer {EXAMPLE_KEY}"))], &body)
    }

    /// Makes a Run Environment and returns its path.
    pub fn made(&self, body: Value) -> String {
        let answer = self.key("POST", LIST, body).expect(201);
        format!("{LIST}{}/", answer.at("/uuid").as_str().expect("a uuid"))
    }
}

pub const LIST: &str = "/api/v1/run_environments/";

/// The AWS block of the official wizard.
pub fn aws_block() -> Value {
    json!({
        "account_id": "123456789012",
        "region": "us-west-2",
        "events_role_arn": "arn:aws:iam::123456789012:role/cloudreactor-events",
        "assumed_role_external_id": "ext-7f3c1d2e",
        "workflow_starter_lambda_arn":
            "arn:aws:lambda:us-west-2:123456789012:function:cloudreactor-workflow-starter",
        "workflow_starter_access_key": "wsk-1234567890",
        "network": {
            "region": "us-west-2",
            "subnets": ["subnet-0aaa1111", "subnet-0bbb2222"],
            "security_groups": ["sg-0ccc3333"]
        }
    })
}

/// The ECS block of the official wizard.
pub fn ecs_block() -> Value {
    json!({
        "launch_type": "FARGATE",
        "supported_launch_types": ["FARGATE"],
        "cluster_arn": "arn:aws:ecs:us-west-2:123456789012:cluster/staging",
        "execution_role_arn": "arn:aws:iam::123456789012:role/staging-taskExecution",
        "platform_version": "1.4.0"
    })
}

/// A body that sets both blocks.
pub fn with_blocks(aws: &Value, ecs: &Value) -> Value {
    json!({
        "infrastructure_settings": {"AWS": {"__default__": {"settings": aws}}},
        "execution_method_settings":
            {"AWS ECS": {"__default__": {"infrastructure_name": "__default__", "settings": ecs}}},
    })
}

/// The payload of the official wizard.
pub fn wizard() -> Value {
    let mut body = with_blocks(&aws_block(), &ecs_block());
    body["name"] = json!("staging");
    body["created_by_group"] = json!({"id": 2});
    body
}

pub const AWS: &str = "/infrastructure_settings/AWS/__default__/settings";
pub const ECS: &str = "/execution_method_settings/AWS ECS/__default__/settings";
pub const CAPABILITIES: &str = "/execution_method_settings/AWS ECS/__default__/capabilities";
