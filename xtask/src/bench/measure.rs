//! What one run of a program takes. Each is measured by a process of its own, since the system tells the peak
//! memory only of all children together.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use crate::say;

/// What a run took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Usage {
    /// Seconds from start to exit.
    pub wall: f64,
    /// Seconds of processor time, of the program and of the system for it.
    pub cpu: f64,
    /// The most memory it held, in MiB.
    pub peak: f64,
    /// Its exit code.
    pub code: Option<i32>,
}

/// Runs `program`, and prints its [`Usage`].
pub fn run(program: &[OsString]) -> Result<()> {
    let (name, arguments) = program.split_first().context("no program to measure")?;
    let start = Instant::now();
    let status = Command::new(name).args(arguments).stdout(Stdio::null()).status().context("cannot start it")?;
    let wall = start.elapsed().as_secs_f64();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = (used.user_time().num_microseconds() + used.system_time().num_microseconds()) as f64 / 1e6;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    let peak = used.max_rss() as f64 * unit / f64::from(1 << 20);
    say::line(&serde_json::to_string(&Usage { wall, cpu, peak, code: status.code() })?)
}

/// Has `command` run and measured; it has to end with one of `expected`.
pub fn measured(command: &Command, expected: &[i32]) -> Result<Usage> {
    let mut measuring = Command::new(std::env::current_exe()?);
    measuring.arg("measure").arg("--").arg(command.get_program()).args(command.get_args()).env_clear();
    measuring.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        measuring.current_dir(folder);
    }
    let output = measuring.stdin(Stdio::null()).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "measuring failed: {complaint}");
    let usage: Usage = serde_json::from_slice(&output.stdout).context("the measurement is unreadable")?;
    ensure!(usage.code.is_some_and(|code| expected.contains(&code)), "{command:?} failed:\n{complaint}");
    Ok(usage)
}
