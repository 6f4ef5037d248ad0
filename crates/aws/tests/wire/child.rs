//! `connect` in surroundings of its own: this test binary runs itself with a prepared environment,
//! since a process has only one.

use std::path::Path;
use std::process::Command;

use groundwork_aws::{ConnectSettings, connect, http_client};
use groundwork_engine::ports::{ApiError, Cloud, ErrorClass};
use groundwork_model::world::Caller;

use crate::replay::{on, replay};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/answers");

async fn ask(profile: Option<&str>) -> Result<Caller, ApiError> {
    let settings =
        ConnectSettings { region: "us-west-2".parse().expect("a Region"), profile: profile.map(str::to_owned) };
    connect(&http_client().expect("an HTTP client"), settings).await.caller().await
}

#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_asks() {
    ask(None).await.expect("a caller");
}

#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_asks_as_a_profile() {
    ask(Some("deployer")).await.expect("a caller");
}

#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_has_no_credentials() {
    let error = ask(None).await.expect_err("no credentials");
    assert_eq!(error.class, ErrorClass::NoCredentials, "{error}");
    assert!(error.message.starts_with("none in the environment"), "{error}");
}

#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_has_no_such_profile() {
    let error = ask(Some("nobody")).await.expect_err("no such profile");
    assert_eq!(error.class, ErrorClass::NoCredentials, "{error}");
    assert!(error.message.contains("nobody"), "{error}");
}

#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_has_a_credential_process_that_fails() {
    let error = ask(Some("broken")).await.expect_err("no credentials");
    assert_eq!(error.class, ErrorClass::NoCredentials, "{error}");
    assert!(!error.message.contains("stderr-secret"), "{error}");
    assert!(error.message.contains("external process exited"), "{error}");
}

fn run(test: &str, variables: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().expect("this binary"))
        .args([&format!("child::{test}"), "--exact", "--ignored"])
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", Path::new(FILES).join("aws-config.ini"))
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .envs(variables.iter().copied())
        .output()
        .expect("this binary runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&output.stderr));
}

/// The access key id that the one request was signed with.
async fn signed_with(test: &str, variables: &[(&str, &str)]) -> String {
    let replay = replay([on("GetCallerIdentity").answers("caller.xml")]).await;
    let uri = replay.uri();
    run(test, &[&[("AWS_ENDPOINT_URL", uri.as_str())], variables].concat());
    let requests = replay.requests().await;
    let authorization = requests[0].headers.get("authorization").and_then(|value| value.to_str().ok());
    let key = authorization.and_then(|text| text.split_once("Credential=")?.1.split_once('/')).map(|(key, _)| key);
    let key = key.expect("a signature").to_owned();
    replay.finish();
    key
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "x")];

#[tokio::test]
async fn keys_and_endpoint_come_from_the_environment() {
    assert_eq!(signed_with("child_asks", &KEYS).await, "AKIDENVIRONMENT");
}

#[tokio::test]
async fn a_profile_comes_from_the_environment_too() {
    assert_eq!(signed_with("child_asks", &[("AWS_PROFILE", "deployer")]).await, "AKIDDEPLOYER");
}

#[tokio::test]
async fn a_profile_that_was_named_beats_keys_in_the_environment() {
    assert_eq!(signed_with("child_asks_as_a_profile", &KEYS).await, "AKIDDEPLOYER");
}

#[tokio::test]
async fn what_is_near_is_reached_without_the_proxy() {
    let proxy = [("HTTP_PROXY", "http://127.0.0.1:9"), ("http_proxy", "http://127.0.0.1:9")];
    assert_eq!(signed_with("child_asks", &[&KEYS[..], &proxy[..]].concat()).await, "AKIDENVIRONMENT");
}

#[test]
fn missing_credentials_are_told_as_such() {
    run("child_has_no_credentials", &[]);
    run("child_has_no_such_profile", &[]);
    run("child_has_a_credential_process_that_fails", &[]);
}
