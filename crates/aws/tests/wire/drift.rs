//! CloudFormation's drift detection, and what else only a comparison reads.

use groundwork_engine::ports::{DetectionBegun, DetectionStatus, Drifts, ErrorClass};
use groundwork_model::StackId;
use groundwork_model::detection::{CheckOutcome, CheckedResource, Obstacle};
use serde_json::json;

use crate::replay::{Exchange, STACK_ID, on, replay};

const DETECTION: &str = "2f2b2d60-df86-11e7-bea5-500c2example";

fn stack() -> StackId {
    STACK_ID.parse().expect("a stack's id")
}

fn detects() -> Exchange {
    on("DetectStackDrift").with("StackName", STACK_ID)
}

#[tokio::test]
async fn a_detection_begins_or_somebody_elses_is_under_way() {
    let replay_begun = replay([detects().answers("drift-begun.xml")]).await;
    let begun = replay_begun.aws.detect_drift(&stack()).await.expect("an answer");
    assert_eq!(begun, DetectionBegun::Begun(DETECTION.to_owned()));
    replay_begun.finish();

    let busy =
        "Drift detection is already in progress for stack [arn:aws:cloudformation:us-west-2:123456789012:stack/x/1]";
    let replay_busy = replay([detects().refuses(400, "ValidationError", busy)]).await;
    assert_eq!(replay_busy.aws.detect_drift(&stack()).await.expect("an answer"), DetectionBegun::Busy);
    replay_busy.finish();

    for (code, message, class) in [
        ("AccessDenied", "not authorized to perform: cloudformation:DetectStackDrift", ErrorClass::Denied),
        ("ValidationError", "Drift detection cannot be performed in status [UPDATE_IN_PROGRESS]", ErrorClass::Invalid),
    ] {
        let replay = replay([detects().refuses(400, code, message)]).await;
        assert_eq!(replay.aws.detect_drift(&stack()).await.expect_err("a refusal").class, class, "{message}");
        replay.finish();
    }
}

#[tokio::test]
async fn a_detection_ends_well_or_in_part_and_says_when_it_began() {
    let asked = || on("DescribeStackDriftDetectionStatus").with("StackDriftDetectionId", DETECTION);
    let reason = "Failed to detect drift on resource [role]: User is not authorized to perform: iam:GetRole".to_owned();
    let begun_ms = 1_795_521_600_250;
    let failure = Some(Obstacle { is_denial: true, reason });
    for (file, expected) in [
        ("drift-running.xml", DetectionStatus::Running),
        ("drift-complete.xml", DetectionStatus::Ended { begun_ms, failure: None }),
        ("drift-failed.xml", DetectionStatus::Ended { begun_ms, failure }),
    ] {
        let replay = replay([asked().answers(file)]).await;
        assert_eq!(replay.aws.drift_detection(DETECTION).await.expect("an answer"), expected, "{file}");
        replay.finish();
    }
    let odd = replay([asked().answers("drift-odd.xml")]).await;
    assert_eq!(odd.aws.drift_detection(DETECTION).await.expect_err("no status").class, ErrorClass::Unexpected);
    odd.finish();
}

#[tokio::test]
async fn every_resource_is_read_with_what_was_found_of_it() {
    let asked = || on("DescribeStackResourceDrifts").with("StackName", STACK_ID).with("MaxResults", "100");
    let replay = replay([
        asked().without("NextToken").answers("resource-drifts-1.xml"),
        asked().with("NextToken", "more").answers("resource-drifts-2.xml"),
    ])
    .await;
    let found = replay.aws.checked_resources(&stack()).await.expect("an answer");
    replay.finish();
    assert!(found.iter().all(|resource| resource.checked_ms == 1_795_521_601_000));
    let outcome = |name: &str| {
        let named = |resource: &&CheckedResource| resource.logical_id.as_str() == name;
        found.iter().find(named).expect("it is there").outcome.clone()
    };
    assert_eq!(outcome("role"), CheckOutcome::InSync);
    let (expected, actual) =
        (json!({ "Timeout": 30, "Handler": "index.handler" }), json!({ "Timeout": 60, "Handler": "index.handler" }));
    assert_eq!(outcome("function"), CheckOutcome::Modified { expected, actual, paths: vec!["/Timeout".to_owned()] });
    assert_eq!(outcome("cluster"), CheckOutcome::Deleted);
    assert_eq!([outcome("permission"), outcome("policy")], [CheckOutcome::NotChecked, CheckOutcome::NotChecked]);
    assert!(matches!(outcome("topic"), CheckOutcome::Unknown(Obstacle { is_denial: true, .. })));
    let CheckOutcome::Unknown(Obstacle { reason, .. }) = outcome("queue") else { panic!("{found:#?}") };
    assert!(reason.contains("SHIFTED"), "{reason}");
}

#[tokio::test]
async fn properties_that_are_no_json_are_an_error_that_shows_none_of_them() {
    let replay = replay([on("DescribeStackResourceDrifts").answers("resource-drifts-broken.xml")]).await;
    let error = replay.aws.checked_resources(&stack()).await.expect_err("no JSON");
    assert_eq!(error.class, ErrorClass::Unexpected);
    assert!(!error.to_string().contains("s3cret"), "{error}");
    replay.finish();
}

#[tokio::test]
async fn a_page_that_is_refused_fails_the_listing() {
    let replay = replay([
        on("DescribeStackResourceDrifts").answers("resource-drifts-1.xml"),
        on("DescribeStackResourceDrifts").with("NextToken", "more").refuses(403, "AccessDenied", "no"),
    ])
    .await;
    assert_eq!(replay.aws.checked_resources(&stack()).await.expect_err("a refusal").class, ErrorClass::Denied);
    replay.finish();
}

#[tokio::test]
async fn network_acls_are_read_with_subnets_and_entries() {
    let asked = || on("DescribeNetworkAcls").with("Filter.1.Name", "vpc-id").with("Filter.1.Value.1", "vpc-0a1");
    let replay = replay([
        asked().without("NextToken").answers("network-acls-1.xml"),
        asked().with("NextToken", "page-2").answers("network-acls-2.xml"),
    ])
    .await;
    let acls = replay.aws.network_acls(&"vpc-0a1".parse().expect("an id")).await.expect("an answer");
    replay.finish();
    let [first, second] = &acls[..] else { panic!("{acls:#?}") };
    assert!(first.default && !second.default);
    assert_eq!(first.subnets.iter().map(|subnet| subnet.as_str()).collect::<Vec<_>>(), ["subnet-0b1"]);
    assert_eq!(
        first.entries.iter().map(|entry| (entry.number, entry.allow)).collect::<Vec<_>>(),
        [(100, true), (32767, false)]
    );
    assert_eq!((second.entries[0].block.as_str(), second.entries[0].ports), ("::/0", Some((22, 22))));
}

#[tokio::test]
async fn internet_gateways_and_addresses_are_read_by_name_and_no_others_are() {
    let ids = ["igw-1".to_owned(), "igw-2".to_owned()];
    let asked = on("DescribeInternetGateways").with("Filter.1.Name", "internet-gateway-id");
    let replay_gateways =
        replay([asked.with("Filter.1.Value.2", "igw-2").answers("internet-gateways-by-id.xml")]).await;
    let gateways = replay_gateways.aws.internet_gateways(&ids).await.expect("an answer");
    replay_gateways.finish();
    let attached: Vec<(&str, usize)> =
        gateways.iter().map(|gateway| (gateway.id.as_str(), gateway.vpcs.len())).collect();
    assert_eq!(attached, [("igw-1", 1), ("igw-2", 0)], "one that leaves its VPC has left it");
    assert_eq!(gateways[0].tags["Name"], "internet");

    let asked = on("DescribeAddresses").with("Filter.1.Name", "public-ip").with("Filter.1.Value.1", "203.0.113.9");
    let replay_addresses = replay([asked.answers("addresses.xml")]).await;
    let own = ["203.0.113.9".parse().expect("an address")];
    let addresses = replay_addresses.aws.addresses(&own).await.expect("an answer");
    replay_addresses.finish();
    assert_eq!(addresses.iter().map(|address| address.allocation.as_str()).collect::<Vec<_>>(), ["eipalloc-1"]);
}

#[tokio::test]
async fn nothing_is_asked_for_no_ids() {
    let replay = replay([]).await;
    assert!(replay.aws.internet_gateways(&[]).await.expect("an answer").is_empty());
    assert!(replay.aws.addresses(&[]).await.expect("an answer").is_empty());
    replay.finish();
}
