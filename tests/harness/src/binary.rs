//! The binary under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::cache::variable;

/// What cargo needs to be told to build the binary alone.
pub const THE_BINARY: [&str; 2] = ["--package", "groundwork-cli"];

/// The `groundwork` binary: the one that `GROUNDWORK_BIN` names, else a development build made now, once per
/// process. Cargo only looks whether anything changed where it did that before.
pub fn groundwork_binary() -> Result<&'static Path> {
    static BINARY: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| match variable("GROUNDWORK_BIN") {
        Some(path) => Ok(PathBuf::from(path)),
        None => build(&THE_BINARY).map_err(|error| format!("{error:#}")),
    });
    BINARY.as_deref().map_err(|error| anyhow!(error.clone()))
}

/// Builds what `arguments` of `cargo build` choose, and returns the path of the binary among it.
pub fn build(arguments: &[&str]) -> Result<PathBuf> {
    let output = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--message-format", "json-render-diagnostics"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "cargo build failed");
    String::from_utf8(output.stdout)?.lines().find_map(executable).context("cargo built no groundwork")
}

/// The path of the binary, if a line of cargo's messages tells of it, and not of its unit tests.
fn executable(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_binary = message["target"]["name"] == "groundwork" && message["target"]["kind"] == json!(["bin"]);
    let path = message["executable"].as_str()?;
    (is_binary && message["profile"]["test"] == false).then(|| PathBuf::from(path))
}
