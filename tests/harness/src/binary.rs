//! The binary under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::cache::variable;

/// The `groundwork` binary: the one that `GROUNDWORK_BIN` names, else a development build made now, once per
/// process. Cargo only looks whether anything changed where it did that before.
pub fn groundwork_binary() -> &'static Path {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(|| match variable("GROUNDWORK_BIN") {
        Some(path) => PathBuf::from(path),
        None => build(&[]).expect("groundwork builds"),
    });
    &BINARY
}

/// Builds the binary with more arguments for cargo; its path.
pub fn build(arguments: &[&str]) -> Result<PathBuf> {
    let output = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--package", "groundwork-cli", "--message-format", "json-render-diagnostics"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "cargo build failed");
    String::from_utf8(output.stdout)?.lines().filter_map(executable).next_back().context("cargo named no binary")
}

/// The executable that a line of cargo's messages tells of.
fn executable(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    message.get("executable")?.as_str().map(PathBuf::from)
}
