//! A client, a double and the time between them.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{join, join_all};
use groundwork_cloudreactor::{Client, Credentials};
use groundwork_cloudreactor_double::{Config, Double, EXAMPLE_KEY, EXAMPLE_PASSWORD, Running};
use groundwork_engine::ports::Clock;
use groundwork_model::run_environment::Settings;
use groundwork_model::world::Group;
use groundwork_model::{RunEnvironmentName, Secret};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use wiremock::{MockServer, ResponseTemplate};

/// A clock that stands still but for sleeping, which takes no time.
#[derive(Clone, Debug)]
pub struct TestClock {
    now_us: Arc<AtomicU64>,
    sleeps: Arc<Mutex<Vec<Duration>>>,
}

impl TestClock {
    pub fn new() -> Self {
        Self { now_us: Arc::new(AtomicU64::new(1_795_486_222_000_000)), sleeps: Arc::default() }
    }

    pub fn pass(&self, duration: Duration) {
        self.now_us.fetch_add(u64::try_from(duration.as_micros()).expect("a short time"), Ordering::Relaxed);
    }

    /// All pauses so far, in milliseconds.
    pub fn sleeps(&self) -> Vec<u128> {
        self.sleeps.lock().expect("no panic while sleeping").iter().map(Duration::as_millis).collect()
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        self.now_us.load(Ordering::Relaxed) / 1_000
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
        self.sleeps.lock().expect("no panic while sleeping").push(duration);
    }
}

/// A clock for requests side by side: time passes only while all of them sleep.
#[derive(Clone, Debug)]
pub struct CrowdClock {
    now_us: Arc<AtomicU64>,
    sleepers: Arc<Mutex<Vec<Sleeper>>>,
}

#[derive(Debug)]
struct Sleeper {
    until_us: u64,
    wake: oneshot::Sender<()>,
}

impl CrowdClock {
    /// A clock that goes with another one.
    pub fn beside(clock: &TestClock) -> Self {
        Self { now_us: Arc::clone(&clock.now_us), sleepers: Arc::default() }
    }

    /// Waits for all; with their outcomes, the pauses in milliseconds.
    pub async fn run<T>(&self, crowd: impl IntoIterator<Item = impl Future<Output = T>>) -> (Vec<T>, Vec<u64>) {
        let crowd: Vec<_> = crowd.into_iter().collect();
        let left = Cell::new(crowd.len());
        let counted = crowd.into_iter().map(|one| async {
            let outcome = one.await;
            left.set(left.get() - 1);
            outcome
        });
        let time = async {
            let mut pauses = Vec::new();
            while left.get() > 0 {
                if self.asleep() == left.get() {
                    pauses.push(self.pass());
                }
                tokio::task::yield_now().await;
            }
            pauses
        };
        join(join_all(counted), time).await
    }

    /// How many sleep.
    pub fn asleep(&self) -> usize {
        self.sleepers.lock().expect("no panic while sleeping").len()
    }

    /// Lets time pass until the first has slept enough; milliseconds.
    fn pass(&self) -> u64 {
        let mut sleepers = self.sleepers.lock().expect("no panic while sleeping");
        let next = sleepers.iter().map(|sleeper| sleeper.until_us).min().expect("somebody sleeps");
        let before = self.now_us.fetch_max(next, Ordering::Relaxed);
        for sleeper in sleepers.extract_if(.., |sleeper| sleeper.until_us <= next) {
            sleeper.wake.send(()).expect("nobody stops waiting");
        }
        (next - before) / 1_000
    }
}

impl Clock for CrowdClock {
    fn now_ms(&self) -> u64 {
        self.now_us.load(Ordering::Relaxed) / 1_000
    }

    async fn sleep(&self, duration: Duration) {
        let (wake, woken) = oneshot::channel();
        let duration_us = u64::try_from(duration.as_micros()).expect("a short time");
        let until_us = self.now_us.load(Ordering::Relaxed) + duration_us;
        self.sleepers.lock().expect("no panic while sleeping").push(Sleeper { until_us, wake });
        woken.await.expect("the clock goes on");
    }
}

/// The HTTP client as the program configures it, as far as it matters here.
pub fn http() -> reqwest::Client {
    // Another test may have installed it already.
    let _: Result<(), _> = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

pub fn client<K: Clock + Clone>(url: &str, credentials: Credentials, clock: &K) -> Client<K> {
    Client::new(http(), url, credentials, clock.clone()).expect("a loopback URL")
}

pub fn key(key: &str) -> Credentials {
    Credentials::ApiKey(Secret::new(key))
}

pub fn password(username: &str) -> Credentials {
    Credentials::Password { username: username.to_owned(), password: Secret::new(EXAMPLE_PASSWORD) }
}

/// A double, and a clock that it shares with its clients.
pub struct World {
    pub double: Running,
    pub clock: TestClock,
}

impl World {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let clock = TestClock::new();
        let mut config = Config::example();
        config.clock = groundwork_cloudreactor_double::Clock::Manual(Arc::clone(&clock.now_us));
        change(&mut config);
        Self { double: Double::start(config).expect("a free port on loopback"), clock }
    }

    pub fn client(&self, credentials: Credentials) -> Client<TestClock> {
        client(&self.double.url, credentials, &self.clock)
    }

    /// A client with the example's key: a Developer's, in group `example`.
    pub fn developer(&self) -> Client<TestClock> {
        self.client(key(EXAMPLE_KEY))
    }

    /// What was asked so far: `GET /auth/users/me/ 200`.
    pub fn log(&self) -> Vec<String> {
        self.double.log().iter().map(|entry| format!("{} {} {}", entry.method, entry.path, entry.status)).collect()
    }

    /// How many of those were this.
    pub fn count(&self, line: &str) -> usize {
        self.log().iter().filter(|logged| *logged == line).count()
    }
}

/// A server that answers every request alike, and a client of it.
pub async fn always(answer: ResponseTemplate) -> (MockServer, Client<TestClock>, TestClock) {
    let server = MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    let clock = TestClock::new();
    let client = client(&server.uri(), key(EXAMPLE_KEY), &clock);
    (server, client, clock)
}

pub async fn requests(server: &MockServer) -> Vec<wiremock::Request> {
    server.received_requests().await.expect("requests are recorded")
}

pub fn example() -> Group {
    Group { id: 2, name: "example".to_owned() }
}

pub fn name(text: &str) -> RunEnvironmentName {
    text.parse().expect("a valid name")
}

pub fn settings(value: Value) -> Settings {
    let Value::Object(fields) = value else { panic!("settings are an object") };
    Settings(fields)
}

/// Settings that are complete.
pub fn aws() -> Settings {
    settings(json!({
        "account_id": "123456789012", "region": "us-west-2",
        "events_role_arn": "arn:aws:iam::123456789012:role/cloudreactor-events",
        "assumed_role_external_id": "ext-7f3c1d2e", "workflow_starter_access_key": "wsk-1234567890",
        "network": {"subnets": ["subnet-0aaa1111"], "security_groups": ["sg-0ccc3333"]}
    }))
}

pub fn ecs() -> Settings {
    settings(json!({"launch_type": "FARGATE", "cluster_arn": "staging"}))
}
