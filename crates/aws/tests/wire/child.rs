//! `connect` in surroundings of its own: this test binary runs itself with a prepared environment,
//! since a process has only one.

use std::path::Path;
use std::process::Command;

use futures_util::future::join_all;
use groundwork_aws::{Connector, http_client};
use groundwork_engine::ports::{ApiError, Cloud, ErrorClass};
use groundwork_model::rollout::Access;
use groundwork_model::world::Caller;

use crate::replay::{REGIONS, on, replay};
use crate::sessions::{by, role};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/answers");

async fn ask(profile: Option<&str>) -> Result<Caller, ApiError> {
    let connector = Connector::for_one(http_client().expect("an HTTP client"), profile.map(str::to_owned));
    connector.connect(&Access::default(), &"us-west-2".parse().expect("a Region")).await.caller().await
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

/// Four targets: by a role and without one, in two Regions.
#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_asks_in_four_targets() {
    let connector = Connector::new(http_client().expect("an HTTP client"), Some("counted".to_owned()));
    let mut targets = Vec::new();
    for access in [Access::default(), by(role())] {
        for region in REGIONS {
            targets.push(connector.connect(&access, &region.parse().expect("a Region")).await);
        }
    }
    for answer in join_all(targets.iter().map(Cloud::caller)).await {
        answer.expect("a caller");
    }
}

/// The profile that a target names comes before the user's.
#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_asks_in_a_target_with_a_profile() {
    let connector = Connector::new(http_client().expect("an HTTP client"), Some("nobody".to_owned()));
    let access = Access { profile: Some("deployer".to_owned()), assume_role: None };
    let aws = connector.connect(&access, &"us-west-2".parse().expect("a Region")).await;
    aws.caller().await.expect("a caller");
}

/// What a role's source lacks is told for the role.
#[tokio::test]
#[ignore = "run by the tests below, in surroundings of its own"]
async fn child_has_no_credentials_to_assume_a_role() {
    let connector = Connector::new(http_client().expect("an HTTP client"), None);
    let aws = connector.connect(&by(role()), &"us-west-2".parse().expect("a Region")).await;
    let error = aws.caller().await.expect_err("no credentials");
    assert_eq!((error.class, error.operation.as_str()), (ErrorClass::NoCredentials, "AssumeRole"), "{error}");
    assert!(error.message.contains("cannot be assumed: none in the environment"), "{error}");
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

#[tokio::test]
async fn the_profile_of_a_target_beats_the_users() {
    assert_eq!(signed_with("child_asks_in_a_target_with_a_profile", &KEYS).await, "AKIDDEPLOYER");
}

#[tokio::test]
async fn a_profile_is_read_and_its_credentials_are_loaded_once_for_all_targets() {
    let caller = || on("GetCallerIdentity").answers("caller.xml");
    let assume = on("AssumeRole").answers("assumed-far-ahead.xml");
    let replay = replay([assume, caller(), caller(), caller(), caller()]).await;
    let count = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("loads-{}", std::process::id()));
    let (uri, file) = (replay.uri(), count.display().to_string());
    run("child_asks_in_four_targets", &[("AWS_ENDPOINT_URL", uri.as_str()), ("COUNT_FILE", file.as_str())]);
    replay.finish();
    let loads = std::fs::read_to_string(&count).expect("the credential process ran");
    std::fs::remove_file(count).expect("a file of ours");
    assert_eq!(loads, "load\n");
}

#[test]
fn missing_credentials_are_told_as_such() {
    run("child_has_no_credentials", &[]);
    run("child_has_no_such_profile", &[]);
    run("child_has_no_credentials_to_assume_a_role", &[]);
    run("child_has_a_credential_process_that_fails", &[]);
}
