//! `cargo xtask test`: everything that CI checks, the cheap things first.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use groundwork_harness::{Cache, Tool, build};

use crate::{generate, root, say};

/// The checks of a run, and what became of those that are over.
struct Run {
    quick: bool,
    binary: PathBuf,
    summary: Vec<String>,
}

enum Outcome {
    Passed,
    Skipped(&'static str),
}

type Check = (&'static str, fn(&mut Run) -> Result<Outcome>);

const CHECKS: [Check; 7] = [
    ("format", |_| cargo(&["fmt", "--all", "--check"], &[])),
    ("dependencies", |_| dependencies()),
    ("lints", |_| cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])),
    ("documentation", |_| documentation()),
    ("build", Run::build),
    ("generated files", |run| generate::run(&run.binary, true).map(|()| Outcome::Passed)),
    ("tests", Run::tests),
];

/// Runs the checks up to the first one that fails.
pub fn run(quick: bool) -> Result<()> {
    let mut run = Run { quick, binary: PathBuf::new(), summary: Vec::new() };
    let mut result = Ok(());
    for (name, check) in CHECKS {
        result = result.and_then(|()| run.check(name, check));
    }
    let not_run = CHECKS[run.summary.len()..].iter().map(|(name, _)| format!("  {name:<18} not run"));
    let lines: Vec<String> = run.summary.into_iter().chain(not_run).collect();
    say::line(&format!("\n== summary\n{}", lines.join("\n")))?;
    result
}

impl Run {
    fn check(&mut self, name: &str, check: fn(&mut Self) -> Result<Outcome>) -> Result<()> {
        say::line(&format!("\n== {name}"))?;
        let start = Instant::now();
        let outcome = check(self).with_context(|| format!("{name} failed"));
        let verdict = match &outcome {
            Ok(Outcome::Passed) => "ok".to_owned(),
            Ok(Outcome::Skipped(reason)) => format!("skipped: {reason}"),
            Err(_) => "FAILED".to_owned(),
        };
        self.summary.push(format!("  {name:<18} {:>4.0} s  {verdict}", start.elapsed().as_secs_f64()));
        outcome.map(drop)
    }

    /// Builds all targets at once: a build of the binary alone takes other features of shared crates, and would
    /// compile AWS's SDK a second time.
    fn build(&mut self) -> Result<Outcome> {
        self.binary = build(&["--workspace", "--all-targets"])?;
        Ok(Outcome::Passed)
    }

    fn tests(&mut self) -> Result<Outcome> {
        let linter = Tool::CfnLint.install(&Cache::locate()?)?.join("cfn-lint");
        let mut arguments = vec!["test", "--workspace"];
        if self.quick {
            // Without packages to exclude, which would change the features that the others are built with.
            arguments.extend(["--lib", "--bins"]);
        }
        let variables = [("GROUNDWORK_CFN_LINT", linter.as_os_str()), ("GROUNDWORK_BIN", self.binary.as_os_str())];
        cargo(&arguments, &variables)
    }
}

/// Bans, licences and sources need the registry only; the database of advisories stands elsewhere, and is left to a run
/// by hand.
fn dependencies() -> Result<Outcome> {
    let there = Command::new("cargo").args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return Ok(Outcome::Skipped("cargo-deny is not installed"));
    }
    cargo(&["deny", "check", "bans", "licenses", "sources"], &[])
}

/// There are no examples; but to name them makes cargo choose the features that the lints were checked with,
/// and so spares checking AWS's SDK a second time.
fn documentation() -> Result<Outcome> {
    let arguments = ["doc", "--workspace", "--no-deps", "--lib", "--bins", "--examples"];
    cargo(&arguments, &[("RUSTDOCFLAGS", OsStr::new("-D warnings"))])
}

fn cargo(arguments: &[&str], variables: &[(&str, &OsStr)]) -> Result<Outcome> {
    let status = Command::new("cargo")
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "`cargo {}` ended with {status}", arguments.join(" "));
    Ok(Outcome::Passed)
}
