//! Many accounts and Regions from one set of credentials.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use groundwork_aws::{Aws, Connector};
use groundwork_engine::ports::{ApiError, Cloud, ErrorClass, Service};
use groundwork_model::rollout::{Access, AssumeRole};
use groundwork_model::world::Caller;
use groundwork_model::{Region, Secret};

use crate::replay::{ACCESS_KEY_ID, Exchange, REGIONS, Replay, on, replay};

pub const EXTERNAL_ID: &str = "the-external-id-of-a-target";
pub const ROLE: &str = "arn:aws:iam::210987654321:role/groundwork";

pub fn role() -> AssumeRole {
    AssumeRole { role: ROLE.parse().expect("an ARN"), external_id: None, session_name: None, tags: BTreeMap::new() }
}

pub fn by(role: AssumeRole) -> Access {
    Access { profile: None, assume_role: Some(role) }
}

fn region(at: usize) -> Region {
    REGIONS[at].parse().expect("a Region")
}

pub async fn connect(connector: &Connector, access: &Access) -> Aws {
    connector.connect(access, &region(0)).await
}

fn assume() -> Exchange {
    on("AssumeRole")
}

fn caller() -> Exchange {
    on("GetCallerIdentity").answers("caller.xml")
}

async fn ask_side_by_side(targets: &[Aws]) -> Vec<Result<Caller, ApiError>> {
    join_all(targets.iter().map(Cloud::caller)).await
}

/// By whom and in which Region each request was signed, in the order in which they came.
async fn signatures(replay: &Replay) -> Vec<(String, String)> {
    let requests = replay.requests().await;
    let signature = |request: &wiremock::Request| {
        let header = request.headers.get("authorization")?.to_str().ok()?;
        let mut parts = header.split_once("Credential=")?.1.split('/');
        Some((parts.next()?.to_owned(), parts.nth(1)?.to_owned()))
    };
    requests.iter().map(|request| signature(request).expect("a signature")).collect()
}

fn signed(by: &str, region: usize) -> (String, String) {
    (by.to_owned(), REGIONS[region].to_owned())
}

#[tokio::test]
async fn one_session_serves_all_regions_of_an_account_and_all_calls_side_by_side() {
    let replay = replay([assume().answers("assumed.xml"), caller(), caller(), caller(), caller()]).await;
    let (connector, _) = replay.connector();
    let access = by(role());
    let mut targets = Vec::new();
    for at in [0, 1, 0, 1] {
        targets.push(connector.connect(&access, &region(at)).await);
    }
    assert!(replay.requests().await.is_empty(), "connecting sends nothing");
    for answer in ask_side_by_side(&targets).await {
        answer.expect("a caller");
    }
    let signatures = signatures(&replay).await;
    assert_eq!(signatures[0], signed(ACCESS_KEY_ID, 0));
    for at in [0, 1] {
        let of_session = signatures.iter().filter(|found| **found == signed("AKIDSESSIONONE", at));
        assert_eq!(of_session.count(), 2, "{signatures:?}");
    }
    replay.finish();
}

#[tokio::test]
async fn one_of_many_targets_is_connected_when_its_session_is_there() {
    let replay = replay([assume().answers("assumed.xml"), caller(), caller()]).await;
    let (connector, _) = replay.connector();
    let mut targets = Vec::new();
    for at in [0, 1] {
        targets.push(connector.reach(&by(role()), &region(at)).await);
        assert_eq!(replay.requests().await.len(), 1, "one session, and nothing else yet");
    }
    for answer in ask_side_by_side(&targets).await {
        answer.expect("a caller");
    }
    replay.finish();
}

#[tokio::test]
async fn a_session_is_asked_for_as_the_spec_says() {
    let all = AssumeRole {
        external_id: Some(Secret::new(EXTERNAL_ID)),
        session_name: Some("rollout-7".to_owned()),
        tags: [("team", "billing"), ("stage", "canary")].map(|(key, value)| (key.into(), value.into())).into(),
        ..role()
    };
    let in_full = assume()
        .with("RoleArn", ROLE)
        .with("RoleSessionName", "rollout-7")
        .with("ExternalId", EXTERNAL_ID)
        .with("Tags.member.1.Key", "stage")
        .with("Tags.member.1.Value", "canary")
        .with("Tags.member.2.Key", "team")
        .with("Tags.member.2.Value", "billing")
        .with("DurationSeconds", "3600");
    let in_short = assume()
        .with("RoleArn", ROLE)
        .with("RoleSessionName", "groundwork")
        .with("DurationSeconds", "3600")
        .without("ExternalId")
        .without("Tags");
    for (role, expected) in [(all, in_full), (role(), in_short)] {
        let replay = replay([expected.answers("assumed.xml"), caller()]).await;
        let (connector, _) = replay.connector();
        connect(&connector, &by(role)).await.caller().await.expect("a caller");
        replay.finish();
    }
}

#[tokio::test]
async fn each_way_into_an_account_has_its_own_credentials() {
    let other = AssumeRole { role: "arn:aws:iam::333333333333:role/other".parse().expect("an ARN"), ..role() };
    let replay = replay([
        assume().with("RoleArn", ROLE).answers("assumed.xml"),
        assume().with("RoleArn", other.role.as_str()).answers("assumed-again.xml"),
        caller(),
        caller(),
        caller(),
    ])
    .await;
    let (connector, _) = replay.connector();
    let mut targets = Vec::new();
    for access in [Access::default(), by(role()), by(other)] {
        targets.push(connect(&connector, &access).await);
    }
    for answer in ask_side_by_side(&targets).await {
        answer.expect("a caller");
    }
    let signatures = signatures(&replay).await;
    let by = |key: &str| signatures.iter().filter(|(by, _)| by == key).count();
    assert_eq!([by(ACCESS_KEY_ID), by("AKIDSESSIONONE"), by("AKIDSESSIONTWO")], [3, 1, 1], "{signatures:?}");
    replay.finish();
}

#[tokio::test]
async fn a_session_is_renewed_once_before_it_ends() {
    let replay = replay([
        assume().answers("assumed.xml"),
        caller(),
        caller(),
        assume().answers("assumed-again.xml"),
        caller(),
        caller(),
    ])
    .await;
    let (connector, time) = replay.connector();
    let access = by(role());
    let targets = [connect(&connector, &access).await, connector.connect(&access, &region(1)).await];
    targets[0].caller().await.expect("a caller");
    time.pass(54);
    targets[1].caller().await.expect("a caller");
    time.pass(2);
    for answer in ask_side_by_side(&targets).await {
        answer.expect("a caller");
    }
    let keys: Vec<String> = signatures(&replay).await.into_iter().map(|(key, _)| key).collect();
    let (source, one, two) = (ACCESS_KEY_ID, "AKIDSESSIONONE", "AKIDSESSIONTWO");
    assert_eq!(keys, [source, one, one, source, two, two]);
    replay.finish();
}

/// As where it was revoked, or this machine's clock is late.
#[tokio::test]
async fn a_session_that_aws_calls_expired_is_renewed_once_and_the_call_goes_on() {
    let expired = || caller().refuses(403, "ExpiredToken", "The security token included in the request is expired");
    let (one, two) = ("AKIDSESSIONONE", "AKIDSESSIONTWO");
    let script =
        [assume().answers("assumed.xml"), expired(), assume().answers("assumed-again.xml"), caller(), caller()];
    let replay = replay(script).await;
    let (connector, _) = replay.connector();
    let aws = connect(&connector, &by(role())).await;
    aws.caller().await.expect("a caller, in the second session");
    aws.caller().await.expect("a caller");
    let keys: Vec<String> = signatures(&replay).await.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [ACCESS_KEY_ID, one, ACCESS_KEY_ID, two, two]);
    replay.finish();
}

#[tokio::test]
async fn credentials_that_cannot_be_renewed_have_expired_after_one_more_attempt() {
    let expired = || caller().refuses(403, "ExpiredToken", "The security token included in the request is expired");
    let replay = replay([expired(), expired(), expired()]).await;
    let (connector, _) = replay.connector();
    let aws = connect(&connector, &Access::default()).await;
    for attempts in [2, 3] {
        let error = aws.caller().await.expect_err("no session");
        assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Expired, Some("ExpiredToken")));
        assert_eq!(replay.requests().await.len(), attempts);
    }
    replay.finish();
}

const WORDS: &str = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: sts:AssumeRole on \
                     resource: arn:aws:iam::210987654321:role/groundwork";

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_told_once_to_all_who_wait_and_asked_again_later() {
    let denied = || assume().refuses(403, "AccessDenied", WORDS);
    let replay = replay([denied(), denied()]).await;
    let (connector, _) = replay.connector();
    let access = by(role());
    let targets = [connect(&connector, &access).await, connector.connect(&access, &region(1)).await];
    for answer in ask_side_by_side(&targets).await {
        let error = answer.expect_err("no session");
        assert_eq!(
            (error.service, error.class, error.code.as_deref()),
            (Service::Aws, ErrorClass::Denied, Some("AccessDenied"))
        );
        assert_eq!((error.operation.as_str(), error.request_id.as_deref()), ("AssumeRole", Some("request-7")));
        assert!(error.message.starts_with(&format!("role {ROLE} cannot be assumed: {WORDS}; its trust")), "{error}");
    }
    assert_eq!(replay.requests().await.len(), 1);
    targets[0].zones().await.expect_err("still no session");
    replay.finish();
}

#[tokio::test]
async fn what_to_look_at_depends_on_what_was_sent() {
    let external_id = Some(Secret::new(EXTERNAL_ID));
    let tags = BTreeMap::from([("team".to_owned(), "billing".to_owned())]);
    for (role, code, advice) in [
        (
            role(),
            "AccessDenied",
            "name these credentials and ask for no external id, since the spec gives none, and their",
        ),
        (
            AssumeRole { external_id: external_id.clone(), ..role() },
            "AccessDenied",
            "name these credentials with the external id that the spec gives, and their",
        ),
        (
            AssumeRole { external_id, tags, ..role() },
            "AccessDenied",
            "the external id that the spec gives, and permit sts:TagSession, and their",
        ),
        (role(), "RegionDisabledException", "cannot be assumed: no (secret)"),
    ] {
        let quoting = if role.external_id.is_some() { format!("no {EXTERNAL_ID}") } else { "no (secret)".to_owned() };
        let replay = replay([assume().refuses(403, code, &quoting)]).await;
        let (connector, _) = replay.connector();
        let error = connect(&connector, &by(role)).await.caller().await.expect_err("no session");
        assert_eq!(error.class, ErrorClass::Denied);
        assert!(error.message.contains(advice), "{error}");
        assert!(error.message.contains("cannot be assumed: no (secret)"), "{error}");
        assert_eq!(error.message.contains("trust policy"), code == "AccessDenied", "{error}");
        assert!(!format!("{error} {error:?}").contains(EXTERNAL_ID), "{error:?}");
        replay.finish();
    }
}

#[tokio::test]
async fn other_failures_keep_their_class_and_those_that_pass_are_tried_again() {
    for (status, code, class) in [
        (403, "InvalidClientTokenId", ErrorClass::Expired),
        (400, "ValidationError", ErrorClass::Invalid),
        (400, "PackedPolicyTooLarge", ErrorClass::Invalid),
    ] {
        let replay = replay([assume().refuses(status, code, "no")]).await;
        let (connector, _) = replay.connector();
        let error = connect(&connector, &by(role())).await.caller().await.expect_err("no session");
        assert_eq!(
            (error.class, error.message.as_str()),
            (class, format!("role {ROLE} cannot be assumed: no").as_str())
        );
        replay.finish();
    }
    let replay =
        replay([assume().refuses(400, "Throttling", "Rate exceeded"), assume().answers("assumed.xml"), caller()]).await;
    let (connector, _) = replay.connector();
    connect(&connector, &by(role())).await.caller().await.expect("a caller");
    replay.finish();
}
