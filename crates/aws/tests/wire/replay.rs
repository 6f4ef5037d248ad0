//! A script of expected requests and their answers, played by an HTTP server on loopback.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use groundwork_aws::{Aws, Connector};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const ACCESS_KEY_ID: &str = "AKIDWIRETEST";
pub const SECRET_KEY: &str = "the-secret-access-key-of-the-wire-tests";
pub const SESSION_TOKEN: &str = "the-session-token-of-the-wire-tests";

pub const STACK_ID: &str =
    "arn:aws:cloudformation:us-west-2:123456789012:stack/CloudReactor-staging/8f6e2c10-0b5d-11ef-9a4e-0a58a9feac02";
pub const CHANGE_SET_ID: &str =
    "arn:aws:cloudformation:us-west-2:123456789012:changeSet/gw-1/3c1f2b7a-6b0d-4f4b-9d0b-5a3f3a0f1c11";

/// The Regions that are called, most often the first.
pub const REGIONS: [&str; 2] = ["us-west-2", "eu-west-1"];

/// An expected request and its answer.
pub struct Exchange {
    operation: &'static str,
    with: Vec<(String, String)>,
    without: Vec<String>,
    answer: ResponseTemplate,
}

/// Expects a request of this operation.
pub fn on(operation: &'static str) -> Exchange {
    Exchange { operation, with: Vec::new(), without: Vec::new(), answer: ResponseTemplate::new(200) }
}

impl Exchange {
    /// The request has this parameter. Those of JSON requests are named by path: `clusters.0`.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.with.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The request has no parameter whose name starts so.
    pub fn without(mut self, name: &str) -> Self {
        self.without.push(name.to_owned());
        self
    }

    /// The answer is this file of `tests/wire/answers`.
    pub fn answers(mut self, file: &str) -> Self {
        let path = format!("{}/tests/wire/answers/{file}", env!("CARGO_MANIFEST_DIR"));
        let body = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let kind = if file.ends_with(".json") { "application/x-amz-json-1.1" } else { "text/xml" };
        self.answer = ResponseTemplate::new(200).set_body_raw(body, kind);
        self
    }

    /// The answer is an error in the operation's protocol.
    pub fn refuses(mut self, status: u16, code: &str, message: &str) -> Self {
        let (body, kind) = Protocol::of(self.operation).error(code, message);
        let answer = ResponseTemplate::new(status).insert_header("x-amzn-requestid", "request-7");
        self.answer = answer.set_body_raw(body, kind);
        self
    }

    /// The answer is no answer of AWS.
    pub fn breaks(mut self, answer: ResponseTemplate) -> Self {
        self.answer = answer;
        self
    }

    fn fits(&self, operation: &str, parameters: &[(String, String)]) -> bool {
        self.operation == operation
            && self.with.iter().all(|wanted| parameters.contains(wanted))
            && !parameters.iter().any(|(name, _)| self.without.iter().any(|start| name.starts_with(start.as_str())))
    }
}

/// AWS's wire protocols, as far as their errors go.
enum Protocol {
    Query,
    Ec2,
    Json,
}

impl Protocol {
    fn of(operation: &str) -> Self {
        match operation {
            "DescribeClusters" | "PutClusterCapacityProviders" => Self::Json,
            "DescribeOrganization"
            | "ListAccountsForParent"
            | "ListOrganizationalUnitsForParent"
            | "ListRoots"
            | "ListTagsForResource"
            | "GetServiceQuota"
            | "GetAWSDefaultServiceQuota" => Self::Json,
            "AllocateAddress" | "CreateInternetGateway" | "CreateVpc" => Self::Ec2,
            "DescribeVpcs" | "DescribeVpcAttribute" | "DescribeAvailabilityZones" => Self::Ec2,
            "DescribeInternetGateways" | "DescribeRegions" => Self::Ec2,
            _ => Self::Query,
        }
    }

    fn error(&self, code: &str, message: &str) -> (String, &'static str) {
        match self {
            Self::Query => (
                format!(
                    "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error>\
                     <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                     <RequestId>request-7</RequestId></ErrorResponse>"
                ),
                "text/xml",
            ),
            Self::Ec2 => (
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code>\
                     <Message>{message}</Message></Error></Errors><RequestID>request-7</RequestID></Response>"
                ),
                "text/xml;charset=UTF-8",
            ),
            Self::Json => {
                (serde_json::json!({ "__type": code, "message": message }).to_string(), "application/x-amz-json-1.1")
            }
        }
    }
}

#[derive(Default)]
struct Script {
    pending: Vec<Exchange>,
    complaints: Vec<String>,
}

#[derive(Clone, Default)]
struct Player(Arc<Mutex<Script>>);

impl Player {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Respond for Player {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let (operation, parameters) = read(request);
        let mut script = self.script();
        if let Some(complaint) = complain(request, &operation) {
            script.complaints.push(format!("{operation}: {complaint}"));
        }
        match script.pending.iter().position(|exchange| exchange.fits(&operation, &parameters)) {
            Some(at) => script.pending.remove(at).answer,
            None => {
                script.complaints.push(format!("{operation} was not expected with {parameters:?}"));
                ResponseTemplate::new(400)
            }
        }
    }
}

/// What no request to AWS may lack.
fn complain(request: &Request, operation: &str) -> Option<String> {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let authorization = header("authorization");
    if request.method.as_str() != "POST" || request.url.path() != "/" || request.url.query().is_some() {
        return Some(format!("sent as {} {}", request.method, request.url));
    }
    // Whether a Region is enabled is asked where every account is.
    let regions = if operation == "DescribeRegions" { &["us-east-1"][..] } else { &REGIONS };
    let in_a_region = regions.iter().any(|region| authorization.contains(&format!("/{region}/")));
    if !authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID") || !in_a_region {
        return Some(format!("signed as {authorization:?}"));
    }
    if !header("user-agent").contains("groundwork-") {
        return Some(format!("user agent {:?}", header("user-agent")));
    }
    None
}

fn read(request: &Request) -> (String, Vec<(String, String)>) {
    if let Some(target) = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok()) {
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let mut parameters = Vec::new();
        flatten("", &serde_json::from_slice(&request.body).expect("a JSON body"), &mut parameters);
        return (operation, parameters);
    }
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let action = parameters.iter().find(|(name, _)| name == "Action");
    (action.map(|(_, value)| value.clone()).unwrap_or_default(), parameters)
}

fn flatten(path: &str, value: &Value, into: &mut Vec<(String, String)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| flatten(&below(key), value, into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| flatten(&below(&at.to_string()), value, into));
        }
        Value::String(text) => into.push((path.to_owned(), text.clone())),
        plain => into.push((path.to_owned(), plain.to_string())),
    }
}

/// Time for the SDK: waits between attempts pass at once; deadlines never strike, unless one is
/// chosen to strike at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScriptedSleep {
    striking: Option<Duration>,
}

/// Longer than any wait between attempts, shorter than any deadline.
const SHORTEST_DEADLINE: Duration = Duration::from_secs(20);

impl AsyncSleep for ScriptedSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration >= SHORTEST_DEADLINE && self.striking != Some(duration) {
            return Sleep::new(std::future::pending());
        }
        Sleep::new(std::future::ready(()))
    }
}

/// A script being played.
pub struct Replay {
    server: MockServer,
    player: Player,
    /// The connection under test.
    pub aws: Aws,
}

/// Starts playing.
pub async fn replay(exchanges: impl IntoIterator<Item = Exchange>) -> Replay {
    play(exchanges, ScriptedSleep::default()).await
}

/// Starts playing, with deadlines of this length striking at once.
pub async fn replay_with_deadline_striking(
    exchanges: impl IntoIterator<Item = Exchange>,
    deadline: Duration,
) -> Replay {
    play(exchanges, ScriptedSleep { striking: Some(deadline) }).await
}

async fn play(exchanges: impl IntoIterator<Item = Exchange>, sleep: ScriptedSleep) -> Replay {
    let player = Player::default();
    player.script().pending = exchanges.into_iter().collect();
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(player.clone()).mount(&server).await;
    let aws = aws_at(&server.uri(), sleep);
    Replay { server, player, aws }
}

/// A connection to this endpoint.
pub fn aws_at(endpoint: &str, sleep: ScriptedSleep) -> Aws {
    let config = config_at(endpoint, sleep);
    Aws::from_config(&groundwork_aws::http_client().expect("an HTTP client"), &config, None)
}

fn config_at(endpoint: &str, sleep: ScriptedSleep) -> SdkConfig {
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_KEY, Some(SESSION_TOKEN.to_owned()), None, "wire tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-west-2"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .sleep_impl(SharedAsyncSleep::new(sleep))
        .build()
}

/// The time of day, which stands still unless it is moved on.
#[derive(Clone, Debug)]
pub struct Noon(Arc<AtomicU64>);

impl Noon {
    /// Lets so much time pass.
    pub fn pass(&self, minutes: u64) {
        self.0.fetch_add(minutes * 60, Ordering::Relaxed);
    }
}

impl TimeSource for Noon {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl Replay {
    /// The server's address.
    pub fn uri(&self) -> String {
        self.server.uri()
    }

    /// A connector to the server, and the time by which it goes: 12:00 on 2026-11-24.
    pub fn connector(&self) -> (Connector, Noon) {
        let time = Noon(Arc::new(AtomicU64::new(1_795_521_600)));
        let config = config_at(&self.uri(), ScriptedSleep::default()).into_builder().time_source(time.clone()).build();
        (Connector::from_config(groundwork_aws::http_client().expect("an HTTP client"), &config), time)
    }

    /// Every request that came in.
    pub async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap_or_default()
    }

    /// Asserts that everything was asked, and nothing else: one attempt too many is a complaint, one
    /// too few leaves an exchange.
    pub fn finish(self) {
        let script = self.player.script();
        assert!(script.complaints.is_empty(), "{:#?}", script.complaints);
        let unasked: Vec<&str> = script.pending.iter().map(|exchange| exchange.operation).collect();
        assert!(unasked.is_empty(), "never asked: {unasked:?}");
    }
}
