//! Reads the repository, for tests that hold its documents against it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the repository.
pub fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))
}

/// The text between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
pub fn section<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    let (_, rest) = text.split_once(&format!("<!-- {name}:begin -->")).with_context(|| format!("no {name}:begin"))?;
    let (section, _) = rest.split_once(&format!("<!-- {name}:end -->")).with_context(|| format!("no {name}:end"))?;
    Ok(section)
}

/// The cells of each row of a Markdown table, without its heading.
pub fn rows(table: &str) -> Vec<Vec<&str>> {
    let lines = table.lines().filter(|line| line.starts_with('|'));
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// Each member of the workspace with its normal dependencies, and those in `[dev-dependencies]`.
pub struct Members {
    /// Crate to the crates that it is built from.
    pub normal: BTreeMap<String, BTreeSet<String>>,
    /// Crate to the crates that only its tests use.
    pub dev: BTreeMap<String, BTreeSet<String>>,
}

/// Asks cargo for the workspace.
pub fn members() -> Result<Members> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root())
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let of_kind = |dev: bool| -> BTreeMap<String, BTreeSet<String>> {
        packages.iter().map(|package| (text(&package["name"]), dependencies(package, dev))).collect()
    };
    Ok(Members { normal: of_kind(false), dev: of_kind(true) })
}

fn dependencies(package: &Value, dev: bool) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .filter(|dependency| (dependency["kind"] == "dev") == dev)
        .map(|dependency| text(&dependency["name"]))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Every Rust file of the project with its path from the root.
pub fn rust_files() -> Result<Vec<(String, String)>> {
    files("rs")
}

/// Every snapshot of a test with its path from the root.
pub fn snapshots() -> Result<Vec<(String, String)>> {
    files("snap")
}

fn files(extension: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for folder in ["crates", "xtask", "tests"] {
        walk(&root().join(folder), extension, &mut found)?;
    }
    Ok(found)
}

fn walk(folder: &Path, wanted: &str, found: &mut Vec<(String, String)>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            walk(&path, wanted, found)?;
        } else if path.extension().is_some_and(|extension| extension == wanted) {
            let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            found.push((name, std::fs::read_to_string(&path)?));
        }
    }
    Ok(())
}
