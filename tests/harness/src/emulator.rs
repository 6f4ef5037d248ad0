//! The AWS emulator: ministack, with what `python/ministack_vpc.py` adds.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use anyhow::Result;

use crate::account::Account;
use crate::cache::{Cache, variable};
use crate::helper::Helper;
use crate::http;
use crate::python::{SOURCES, Tool};

/// How the emulator behaves.
#[derive(Clone, Debug)]
pub struct EmulatorOptions {
    /// Whether IAM policies, trust policies and capabilities are enforced. Access keys of 12 digits are always
    /// that account's root, whatever the signature.
    pub auth: bool,
    /// Seconds that each resource of a stack takes, so that a stack is seen in progress.
    pub provision_delay: f64,
    /// Where its log goes.
    pub log: Option<PathBuf>,
}

impl Default for EmulatorOptions {
    fn default() -> Self {
        Self { auth: true, provision_delay: 0.02, log: None }
    }
}

/// A running emulator on a loopback port of its own; dropping it stops it.
#[derive(Debug)]
pub struct Emulator {
    helper: Helper,
}

impl Emulator {
    /// Installs the emulator where needed, starts it, and returns when it answers.
    pub fn start(options: &EmulatorOptions) -> Result<Self> {
        let programs = Tool::Ministack.install(&Cache::locate()?)?;
        let mut command = Command::new(programs.join("python"));
        command
            .arg(format!("{SOURCES}/ministack_vpc.py"))
            // It must find no credentials and no settings but these.
            .env_clear()
            .env("PATH", variable("PATH").unwrap_or_default())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("LOG_LEVEL", "WARNING")
            .env("AUTH", options.auth.to_string())
            .env("PROVISION_DELAY", options.provision_delay.to_string());
        let helper = Helper::start(command, options.log.as_deref())?;
        http::get(&format!("{}/_ministack/health", helper.url()), &[])?;
        Ok(Self { helper })
    }

    /// The emulator that all tests of a process share: accounts keep them apart.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Emulator> =
            LazyLock::new(|| Emulator::start(&EmulatorOptions::default()).expect("the emulator starts"));
        &SHARED
    }

    /// The endpoint of every service.
    pub fn url(&self) -> &str {
        self.helper.url()
    }

    /// An account in it, seen from a Region. Every account exists.
    pub fn account(&self, id: &str, region: &str) -> Account {
        Account::at(self.url(), id, region)
    }

    /// Forgets everything in every account and Region.
    pub fn reset(&self) -> Result<()> {
        http::post(&format!("{}/_ministack/reset", self.url()), &[], "").map(drop)
    }
}
