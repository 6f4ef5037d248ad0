//! The binary in a world of its own: one account, one CloudReactor, and an environment without anything else.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use groundwork_cloudreactor_double::{Config, Double, EXAMPLE_KEY, EXAMPLE_PASSWORD, Limits, Running};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::account::Account;
use crate::binary::groundwork_binary;
use crate::emulator::Emulator;
use crate::http;
use crate::proxy::{Proxy, ProxyOptions};

/// An Admin of the group `example` of CloudReactor's double.
const USERNAME: &str = "exampleuser";

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code; absent if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Outcome {
    /// What became of a process that has ended.
    pub fn of(output: Output) -> Result<Self> {
        Ok(Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }
}

/// An account of the emulator, a CloudReactor of its own, and a folder that is home and work folder at once.
#[derive(Debug)]
pub struct World {
    account: Account,
    emulator_url: String,
    cloudreactor: Running,
    proxy: Option<Proxy>,
    folder: TempDir,
    binary: PathBuf,
    variables: Vec<(String, String)>,
}

impl World {
    /// The AWS profile that [`Self::assume`] makes.
    pub const PROFILE: &str = "deployer";

    /// The Region of a world, unless its spec says otherwise.
    pub const REGION: &str = "us-west-2";

    /// A world in an account that no other world of this process has, in the shared emulator.
    pub fn new() -> Result<Self> {
        Self::within(Emulator::shared(), &Self::unused_account())
    }

    /// An account that nothing else of this process uses.
    pub fn unused_account() -> String {
        static LAST: AtomicU64 = AtomicU64::new(100_000_000_000);
        (LAST.fetch_add(1, Ordering::Relaxed) + 1).to_string()
    }

    /// A world in an account of an emulator, which must outlive it.
    pub fn within(emulator: &Emulator, account: &str) -> Result<Self> {
        Self::with_binary(emulator, account, groundwork_binary()?)
    }

    /// The same with another build of the binary.
    pub fn with_binary(emulator: &Emulator, account: &str, binary: &Path) -> Result<Self> {
        let cloudreactor = Double::start(Config::example())?;
        let mut world = Self {
            account: emulator.account(account, Self::REGION),
            emulator_url: emulator.url().to_owned(),
            cloudreactor,
            proxy: None,
            folder: TempDir::new()?,
            binary: binary.to_owned(),
            variables: Vec::new(),
        };
        world.set("HOME", world.folder.path().display().to_string());
        world.set("AWS_ACCESS_KEY_ID", account);
        world.set("AWS_SECRET_ACCESS_KEY", "test");
        world.set("AWS_EC2_METADATA_DISABLED", "true");
        world.set("CLOUDREACTOR_USERNAME", USERNAME);
        world.set("CLOUDREACTOR_PASSWORD", EXAMPLE_PASSWORD);
        world.point_at(emulator.url(), &world.cloudreactor.url.clone());
        Ok(world)
    }

    /// Puts a proxy between the binary and the services.
    pub fn behind_proxy(mut self, options: &ProxyOptions) -> Result<Self> {
        let proxy = Proxy::start(&self.emulator_url, &self.cloudreactor.url, options)?;
        self.point_at(proxy.url(), proxy.url());
        self.proxy = Some(proxy);
        Ok(self)
    }

    /// Puts a CloudReactor with other limits in place of the first one.
    pub fn with_limits(mut self, limits: Limits) -> Result<Self> {
        self.cloudreactor = Double::start(Config { limits, ..Config::example() })?;
        self.point_at(&self.emulator_url.clone(), &self.cloudreactor.url.clone());
        Ok(self)
    }

    fn point_at(&mut self, aws: &str, cloudreactor: &str) {
        self.set("AWS_ENDPOINT_URL", aws);
        self.set("GROUNDWORK_CLOUDREACTOR__API_BASE_URL", cloudreactor);
    }

    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// CloudReactor.
    pub fn cloudreactor(&self) -> &Running {
        &self.cloudreactor
    }

    /// The proxy of a world that has one.
    pub fn proxy(&self) -> Result<&Proxy> {
        self.proxy.as_ref().context("this world has no proxy")
    }

    /// Makes a Run Environment in the user's group as somebody else would, with these AWS settings in its network.
    pub fn make_run_environment(&self, name: &str, network: &Value) -> Result<()> {
        let aws = json!({"settings": {"account_id": self.account.id(), "region": Self::REGION, "network": network}});
        let infrastructure = json!({"AWS": {"__default__": aws}});
        let body = json!({"name": name, "infrastructure_settings": infrastructure}).to_string();
        let key = key();
        let headers = [("Authorization", key.as_str()), ("Content-Type", "application/json")];
        http::post(&self.run_environments_url(), &headers, &body).map(drop)
    }

    /// Changes the AWS settings of the only Run Environment, as somebody else would in the dashboard.
    pub fn change_run_environment(&self, change: impl FnOnce(&mut Value)) -> Result<()> {
        let key = key();
        let headers = [("Authorization", key.as_str()), ("Content-Type", "application/json")];
        let page: Value = serde_json::from_str(&http::get(&self.run_environments_url(), &headers[..1])?)?;
        let uuid = page["results"][0]["uuid"].as_str().context("there is no Run Environment")?;
        let url = format!("{}{uuid}/", self.run_environments_url());
        let mut found: Value = serde_json::from_str(&http::get(&url, &headers[..1])?)?;
        let settings = found.pointer_mut("/infrastructure_settings/AWS/__default__/settings");
        let mut settings = settings.context("it has no AWS settings")?.take();
        change(&mut settings);
        let body = json!({ "infrastructure_settings": { "AWS": { "__default__": { "settings": settings } } } });
        http::patch(&url, &headers, &body.to_string()).map(drop)
    }

    /// The names of the Run Environments that somebody else of the user's group sees.
    pub fn run_environments(&self) -> Result<Vec<String>> {
        let url = format!("{}?limit=10000", self.run_environments_url());
        let page: Value = serde_json::from_str(&http::get(&url, &[("Authorization", &key())])?)?;
        let results = page["results"].as_array().context("no list of Run Environments")?;
        let name = |found: &Value| found["name"].as_str().map(str::to_owned).context("a Run Environment has no name");
        results.iter().map(name).collect()
    }

    fn run_environments_url(&self) -> String {
        format!("{}/api/v1/run_environments/", self.cloudreactor.url)
    }

    /// The folder that the binary is started in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sets a variable of the binary's environment.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.unset(name);
        self.variables.push((name.to_owned(), value.into()));
    }

    /// Takes a variable out of the binary's environment.
    pub fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    /// Writes a file of the folder; its path.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// Gives the binary the root credentials of another account, and a profile, [`Self::PROFILE`], that assumes a
    /// role with them.
    pub fn assume(&mut self, role_arn: &str, account: &str) -> Result<()> {
        let text = format!(
            "[profile home]\naws_access_key_id = {account}\naws_secret_access_key = test\n\n\
             [profile {}]\nrole_arn = {role_arn}\nsource_profile = home\nregion = {}\n",
            Self::PROFILE,
            Self::REGION,
        );
        self.write(".aws/config", &text)?;
        self.unset("AWS_ACCESS_KEY_ID");
        self.unset("AWS_SECRET_ACCESS_KEY");
        Ok(())
    }

    /// The binary with the world's environment and nothing else, in its folder; yet to be started.
    pub fn groundwork<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.folder()).env_clear().envs(self.variables.iter().cloned());
        command
    }

    /// Runs the binary to its end.
    pub fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Result<Outcome> {
        Outcome::of(self.groundwork(arguments).output().context("cannot start groundwork")?)
    }
}

/// What somebody else authenticates with.
fn key() -> String {
    format!("Token {EXAMPLE_KEY}")
}
