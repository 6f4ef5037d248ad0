//! Notes how the binary is built, for `groundwork version`.

use std::env;
use std::process::Command;

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script what it needs in variables")]
fn main() {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    note("GROUNDWORK_TARGET", &env::var("TARGET").unwrap_or_default());
    note("GROUNDWORK_PROFILE", &env::var("PROFILE").unwrap_or_default());
    note("GROUNDWORK_RUSTC", &answer(&rustc, &["--version"]).unwrap_or_else(|| "unknown".to_owned()));
    // A source archive has no repository: then the commit is unknown, and the build goes on.
    let commit = answer("git", &["rev-parse", "--short=12", "HEAD"]);
    note("GROUNDWORK_COMMIT", &commit.unwrap_or_else(|| "unknown".to_owned()));
    if let Some(git) = answer("git", &["rev-parse", "--absolute-git-dir"]) {
        note_change(&format!("{git}/HEAD"));
        note_change(&format!("{git}/logs/HEAD"));
    }
    note_change("build.rs");
}

fn note(name: &str, value: &str) {
    println!("cargo::rustc-env={name}={value}");
}

fn note_change(path: &str) {
    println!("cargo::rerun-if-changed={path}");
}

fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
