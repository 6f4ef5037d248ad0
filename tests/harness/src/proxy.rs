//! The recording proxy, which stands between the binary and both the emulator and the double.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::cache::Cache;
use crate::calls::CallLog;
use crate::fault::Fault;
use crate::helper::Helper;
use crate::http;
use crate::python::{SOURCES, Tool};

/// How far away and how slow the services are.
#[derive(Clone, Debug, Default)]
pub struct ProxyOptions {
    /// Milliseconds added to each call.
    pub latency_ms: f64,
    /// Milliseconds added to a connection's first call: what TCP and TLS take.
    pub connect_latency_ms: f64,
    /// Seconds until a change set reads as done.
    pub settle_change_set: f64,
    /// Seconds until an operation on a stack reads as done.
    pub settle_stack: f64,
    /// Limits, as `SERVICE[:OPERATION]=CALLS_PER_SECOND[/BURST]`.
    pub rates: Vec<String>,
}

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Its call never reaches the service.
    Lost,
    /// The service has done what it was asked for, and the answer is still to come.
    Unanswered,
}

/// A running proxy; dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    helper: Helper,
    folder: TempDir,
}

impl Proxy {
    /// Starts a proxy in front of AWS and CloudReactor, given by their URLs on loopback.
    pub fn start(aws: &str, cloudreactor: &str, options: &ProxyOptions) -> Result<Self> {
        let folder = TempDir::new()?;
        let programs = Tool::Ministack.install(&Cache::locate()?)?;
        let mut command = Command::new(programs.join("python"));
        command.env_clear().env("PYTHONDONTWRITEBYTECODE", "1").arg(format!("{SOURCES}/latency_proxy.py"));
        command.args(["--upstream", authority(aws)?, "--rest", authority(cloudreactor)?]);
        command.arg("--log").arg(folder.path().join("calls.jsonl"));
        for (flag, value) in [
            ("--latency", options.latency_ms),
            ("--connect-latency", options.connect_latency_ms),
            ("--settle-changeset", options.settle_change_set),
            ("--settle-stack", options.settle_stack),
        ] {
            command.arg(flag).arg(value.to_string());
        }
        command.args(options.rates.iter().flat_map(|rate| ["--rate", rate]));
        let helper = Helper::start(command, Some(&folder.path().join("errors")))?;
        Ok(Self { helper, folder })
    }

    /// Where it serves AWS's and CloudReactor's calls alike.
    pub fn url(&self) -> &str {
        self.helper.url()
    }

    /// Has a client killed (SIGKILL) at its call of this number, counted from now on.
    pub fn kill(&self, process: u32, call: usize, moment: Moment) -> Result<()> {
        let moment = match moment {
            Moment::Lost => "lost",
            Moment::Unanswered => "unanswered",
        };
        http::post(&format!("{}/_proxy/kill/{process}/{call}/{moment}", self.url()), &[], "").map(drop)
    }

    /// From now on these faults are at work, and no others: none of them ends with a run.
    pub fn fault(&self, faults: &[Fault]) -> Result<()> {
        http::post(&format!("{}/_proxy/faults", self.url()), &[], &serde_json::to_string(faults)?).map(drop)
    }

    /// The calls so far. A client that has its answer finds the call here.
    pub fn calls(&self) -> Result<CallLog> {
        let text = fs::read_to_string(self.log())?;
        let calls = text.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("a call's line")?;
        Ok(CallLog::new(calls))
    }

    /// The calls since the last time that they were taken.
    pub fn take_calls(&self) -> Result<CallLog> {
        let calls = self.calls()?;
        // The proxy appends, so that it goes on at the file's new end.
        fs::File::options().write(true).open(self.log())?.set_len(0)?;
        Ok(calls)
    }

    /// What the proxy itself complained about: empty when all went well.
    pub fn complaints(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.path().join("errors"))?)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("calls.jsonl")
    }
}

fn authority(url: &str) -> Result<&str> {
    url.strip_prefix("http://").with_context(|| format!("{url} is no plain HTTP address"))
}
