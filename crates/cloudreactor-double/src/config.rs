//! What the double knows when it starts: people, groups, keys and limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;

/// The level that a caller needs for everything that writes.
pub(crate) const DEVELOPER: u32 = 500;

/// The level of a member whom nobody gave one.
pub(crate) const OBSERVER: u32 = 1;

/// What the double knows when it starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The users.
    pub users: Vec<User>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The API keys.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
    /// The notification profiles.
    #[serde(default)]
    pub notification_profiles: Vec<NotificationProfile>,
    /// The limits.
    #[serde(default)]
    pub limits: Limits,
    /// Where `dashboard_url` points: the server takes that from its own configuration, too.
    #[serde(default = "dashboard")]
    pub dashboard_base_url: String,
    /// What time it is. A file cannot set it.
    #[serde(skip)]
    pub clock: Clock,
}

fn dashboard() -> String {
    "https://dash.example.test".to_owned()
}

/// A user.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The user name: what one logs in with.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
    /// The groups.
    #[serde(default)]
    pub groups: Vec<Membership>,
    /// Whether the account is active.
    #[serde(default = "yes")]
    pub active: bool,
    /// Whether no rate limit applies.
    #[serde(default)]
    pub staff: bool,
    /// Whether every group is open.
    #[serde(default)]
    pub superuser: bool,
}

fn yes() -> bool {
    true
}

/// A user's place in a group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The group's id.
    pub group: u64,
    /// The access level; without one the member is an Observer (1).
    #[serde(default)]
    pub level: Option<u32>,
}

/// A group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
}

/// An API key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// The key: 40 hexadecimal digits.
    pub key: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The name of its user.
    pub user: String,
    /// The id of its group.
    pub group: u64,
    /// Its access level.
    pub level: u32,
    /// Whether it works.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The only Run Environment that it opens, by uuid.
    #[serde(default)]
    pub run_environment: Option<String>,
}

/// A notification profile: known by name and uuid, without further content.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationProfile {
    /// Its id.
    pub uuid: String,
    /// Its name.
    pub name: String,
    /// The id of its group.
    pub group: u64,
}

/// The limits: by default those that the hosted service was seen to have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests of one user in any 60 seconds.
    pub user_requests_per_minute: usize,
    /// Logins of one address in any 60 seconds.
    pub logins_per_minute: usize,
    /// Requests with all API keys of one group in a calendar month.
    pub key_requests_per_month: u64,
    /// Run Environments of one group.
    pub run_environments_per_group: usize,
    /// API keys of one group.
    pub api_keys_per_group: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            user_requests_per_minute: 240,
            logins_per_minute: 240,
            key_requests_per_month: 10_000,
            run_environments_per_group: 2_000,
            api_keys_per_group: 25,
        }
    }
}

/// What time it is to the double.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's time.
    #[default]
    System,
    /// Whatever the test says, in microseconds since 1970.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// Now, in microseconds since 1970.
    #[expect(clippy::disallowed_methods, reason = "a server of its own, which takes no port of the engine")]
    pub(crate) fn now_us(&self) -> u64 {
        match self {
            Self::System => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(u64::MAX)),
            Self::Manual(now) => now.load(Ordering::Relaxed),
        }
    }
}

/// The password of every user of [`Config::example`].
pub const EXAMPLE_PASSWORD: &str = "correct horse";

/// A Developer's API key for group `example` of [`Config::example`].
pub const EXAMPLE_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

impl Config {
    /// A small world: groups `example` (2) and `othergroup` (3); `exampleuser`, Admin of the first;
    /// `twogroups`, Admin of both; `observer`, a mere member of the first; and [`EXAMPLE_KEY`].
    pub fn example() -> Self {
        let user = |username: &str, groups: &[(u64, Option<u32>)]| User {
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            password: EXAMPLE_PASSWORD.to_owned(),
            groups: groups.iter().map(|&(group, level)| Membership { group, level }).collect(),
            active: true,
            staff: false,
            superuser: false,
        };
        Self {
            users: vec![
                user("exampleuser", &[(2, Some(1000))]),
                user("twogroups", &[(2, Some(1000)), (3, Some(1000))]),
                user("observer", &[(2, None)]),
            ],
            groups: vec![Group { id: 2, name: "example".to_owned() }, Group { id: 3, name: "othergroup".to_owned() }],
            api_keys: vec![ApiKey {
                key: EXAMPLE_KEY.to_owned(),
                name: "Deployer".to_owned(),
                user: "exampleuser".to_owned(),
                group: 2,
                level: DEVELOPER,
                enabled: true,
                run_environment: None,
            }],
            notification_profiles: Vec::new(),
            limits: Limits::default(),
            dashboard_base_url: dashboard(),
            clock: Clock::System,
        }
    }
}
