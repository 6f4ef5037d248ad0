//! Everything that the double keeps: in memory, gone with it.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::config::{Config, Group, OBSERVER, User};
use crate::limits::{Counters, written};

/// The double's memory.
#[derive(Debug)]
pub(crate) struct State {
    pub config: Config,
    pub counters: Counters,
    pub keys: Vec<KeyRecord>,
    pub run_environments: Vec<RunEnvironment>,
    ids: u64,
}

/// An API key.
#[derive(Clone, Debug)]
pub(crate) struct KeyRecord {
    pub uuid: String,
    pub key: String,
    pub name: String,
    pub description: String,
    pub level: u32,
    pub enabled: bool,
    pub user: String,
    pub group: u64,
    /// The only Run Environment that it opens.
    pub scope: Option<String>,
    pub created_at: String,
}

/// A Run Environment, as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct RunEnvironment {
    /// The number in the database: it shows in one error message only.
    pub id: u64,
    pub uuid: String,
    pub name: String,
    pub description: String,
    pub created_by_user: String,
    pub group: u64,
    pub created_at: String,
    pub updated_at: String,
    pub blocks: Blocks,
    /// Uuids of notification profiles.
    pub profiles: Vec<String>,
}

/// The stored settings: normalised if they were valid, else exactly as they were sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    pub aws: Option<Value>,
    pub ecs: Option<Value>,
    /// Stored, and never shown.
    pub lambda: Option<Value>,
}

impl State {
    pub fn new(config: Config) -> Self {
        let mut state =
            Self { counters: Counters::default(), keys: Vec::new(), run_environments: Vec::new(), ids: 0, config };
        for seed in state.config.api_keys.clone() {
            let record = KeyRecord {
                uuid: state.uuid(),
                key: seed.key,
                name: seed.name,
                description: String::new(),
                level: seed.level,
                enabled: seed.enabled,
                user: seed.user,
                group: seed.group,
                scope: seed.run_environment,
                created_at: state.now(),
            };
            state.keys.push(record);
        }
        state
    }

    pub fn now_us(&self) -> u64 {
        self.config.clock.now_us()
    }

    /// Now, as the server writes it.
    pub fn now(&self) -> String {
        written(self.now_us())
    }

    pub fn user(&self, username: &str) -> Option<&User> {
        self.config.users.iter().find(|user| user.username == username)
    }

    pub fn group(&self, id: u64) -> Option<&Group> {
        self.config.groups.iter().find(|group| group.id == id)
    }

    /// The next number of the database.
    pub fn number(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// So many hexadecimal digits that never came before. They repeat from run to run, which makes
    /// tests reproducible and these keys worthless anywhere else.
    pub fn hex(&mut self, digits: usize) -> String {
        let number = self.number();
        let hash = Sha256::digest(format!("cloudreactor-double {number}"));
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..digits].to_owned()
    }

    /// A new UUID of version 4 by its looks.
    pub fn uuid(&mut self) -> String {
        let hex = self.hex(32);
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}

/// Who is asking.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub user: User,
    /// The key, unless the user has logged in.
    pub key: Option<KeyRecord>,
}

impl Caller {
    /// The one group that all requests are taken to be about: a key's own, or that of a user who has
    /// only one.
    pub fn only_group(&self) -> Option<u64> {
        match (&self.key, &self.user.groups[..]) {
            (Some(key), _) => Some(key.group),
            (None, [only]) if !self.user.superuser => Some(only.group),
            (None, _) => None,
        }
    }

    /// The level as a member of a group; `None` if the caller is none, or the key is another group's.
    pub fn level(&self, group: u64) -> Option<u32> {
        let membership = self.user.groups.iter().find(|membership| membership.group == group)?;
        let own = membership.level.unwrap_or(OBSERVER);
        match &self.key {
            None => Some(own),
            Some(key) if key.group == group => Some(own.min(key.level)),
            Some(_) => None,
        }
    }

    /// The same, for listing and creating, where every group is open to a superuser.
    pub fn open_level(&self, group: u64) -> Option<u32> {
        let is_open = self.user.superuser && self.key.is_none();
        self.level(group).or(is_open.then_some(1000))
    }

    /// The only Run Environment that the caller's key opens.
    pub fn scope(&self) -> Option<&str> {
        self.key.as_ref().and_then(|key| key.scope.as_deref())
    }
}
