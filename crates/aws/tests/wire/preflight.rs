//! What AWS says beforehand: IAM's simulation, dry runs, Service Quotas, Regions, and what is counted.

use groundwork_engine::ports::{Access, ErrorClass, OptIn, Quotas};
use groundwork_model::Arn;
use groundwork_model::least_privilege::{CallerCondition, CallerStatement, Rehearsal, Rehearsed};
use groundwork_model::quota::Quota;

use crate::replay::{Exchange, on, replay};

const STACKS: [&str; 2] = [
    "arn:aws:cloudformation:us-west-2:123456789012:stack/a/*",
    "arn:aws:cloudformation:us-west-2:123456789012:stack/b/*",
];

fn principal() -> Arn {
    "arn:aws:iam::123456789012:role/ci/deployer".parse().expect("an ARN")
}

fn statement(actions: &[&str], resources: &[&str]) -> CallerStatement {
    let owned = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    CallerStatement {
        sid: "OwnStacks".to_owned(),
        actions: owned(actions),
        resources: owned(resources),
        conditions: Vec::new(),
    }
}

fn change_sets() -> CallerStatement {
    statement(&["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"], &STACKS)
}

fn simulates() -> Exchange {
    on("SimulatePrincipalPolicy")
        .with("PolicySourceArn", "arn:aws:iam::123456789012:role/ci/deployer")
        .with("ContextEntries.member.1.ContextKeyName", "aws:RequestedRegion")
        .with("ContextEntries.member.1.ContextKeyValues.member.1", "us-west-2")
}

async fn refused(exchanges: Vec<Exchange>, statement: &CallerStatement) -> Vec<String> {
    let replay = replay(exchanges).await;
    let refused = replay.aws.refused(&principal(), statement).await.expect("an answer");
    replay.finish();
    refused.iter().map(|refused| format!("{:?} {} {}", refused.by, refused.action, refused.resource)).collect()
}

#[tokio::test]
async fn a_decision_for_each_resource_is_read_from_every_page() {
    let asked = || {
        simulates()
            .with("ActionNames.member.2", "cloudformation:ExecuteChangeSet")
            .with("ResourceArns.member.2", STACKS[1])
            .with("MaxItems", "1000")
    };
    let pages = vec![
        asked().without("Marker").answers("simulated-by-action-1.xml"),
        asked().with("Marker", "more").answers("simulated-by-action-2.xml"),
    ];
    let expected = [format!("Nobody cloudformation:CreateChangeSet {}", STACKS[1])];
    assert_eq!(refused(pages, &change_sets()).await, expected);
}

/// So IAM answered once, and emulators do.
#[tokio::test]
async fn a_result_for_each_resource_is_read_too() {
    let expected = [format!("Statement cloudformation:CreateChangeSet {}", STACKS[1])];
    assert_eq!(refused(vec![simulates().answers("simulated-by-resource.xml")], &change_sets()).await, expected);
}

#[tokio::test]
async fn what_refuses_an_action_is_told() {
    let asked = statement(&["ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpc"], &["*"]);
    let expected = ["Organization ec2:CreateVpc *", "Boundary ec2:CreateSubnet *", "Nobody ec2:CreateTags *"];
    assert_eq!(refused(vec![simulates().answers("simulated-limits.xml")], &asked).await, expected);
}

#[tokio::test]
async fn a_statement_is_asked_about_under_its_conditions() {
    let condition = CallerCondition {
        operator: "ForAnyValue:StringEquals",
        key: "aws:CalledVia",
        values: vec!["cloudformation.amazonaws.com".to_owned()],
    };
    let asked = CallerStatement { conditions: vec![condition], ..change_sets() };
    let exchange = on("SimulatePrincipalPolicy")
        .with("ContextEntries.member.1.ContextKeyName", "aws:CalledVia")
        .with("ContextEntries.member.1.ContextKeyType", "stringList")
        .with("ContextEntries.member.1.ContextKeyValues.member.1", "cloudformation.amazonaws.com")
        .with("ContextEntries.member.2.ContextKeyName", "aws:RequestedRegion")
        .with("ContextEntries.member.3.ContextKeyName", "aws:ViaAWSService")
        .with("ContextEntries.member.3.ContextKeyType", "boolean")
        .with("ContextEntries.member.3.ContextKeyValues.member.1", "true");
    assert_eq!(refused(vec![exchange.answers("simulated-by-action-2.xml")], &asked).await, [""; 0]);
}

#[tokio::test]
async fn whoever_may_not_simulate_is_told_so() {
    let refusal = simulates().refuses(403, "AccessDenied", "not authorized to perform: iam:SimulatePrincipalPolicy");
    let replay = replay([refusal]).await;
    let error = replay.aws.refused(&principal(), &change_sets()).await.expect_err("a refusal");
    assert_eq!(error.class, ErrorClass::Denied);
    replay.finish();
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_allowed() {
    let denied = "You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/ci/17 \
                  is not authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:us-west-2:123456789012:vpc/* ";
    let because = |reason: &str| format!("{denied}{reason} Encoded authorization failure message: qGJ4Ri_a");
    let by_statement = because("with an explicit deny in a service control policy");
    for (status, code, message, expected) in [
        (412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", Ok(Rehearsal::Allowed)),
        (
            403,
            "UnauthorizedOperation",
            &because("because no identity-based policy allows it"),
            Ok(Rehearsal::NotAllowed),
        ),
        (
            403,
            "UnauthorizedOperation",
            &by_statement,
            Ok(Rehearsal::Denied(format!("{denied}with an explicit deny in a service control policy"))),
        ),
        (503, "Unavailable", "not now", Err(ErrorClass::Unavailable)),
        (400, "InvalidParameterValue", "no", Err(ErrorClass::Invalid)),
    ] {
        let attempts = if status == 503 { 5 } else { 1 };
        let asked = || on("CreateVpc").with("DryRun", "true").refuses(status, code, message);
        let replay = replay((0..attempts).map(|_| asked())).await;
        let rehearsal = replay.aws.rehearse(Rehearsed::CreateVpc).await.map_err(|error| error.class);
        assert_eq!(rehearsal, expected, "{code}");
        replay.finish();
    }
}

#[tokio::test]
async fn every_rehearsal_is_one() {
    for (call, operation) in [
        (Rehearsed::CreateVpc, "CreateVpc"),
        (Rehearsed::CreateInternetGateway, "CreateInternetGateway"),
        (Rehearsed::AllocateAddress, "AllocateAddress"),
    ] {
        let answer = on(operation).with("DryRun", "true").refuses(412, "DryRunOperation", "it would have succeeded");
        let replay = replay([answer]).await;
        assert_eq!(replay.aws.rehearse(call).await.expect("an answer"), Rehearsal::Allowed);
        replay.finish();
    }
}

/// Something that is no AWS has carried it out. Nothing that is taken for a rehearsal may do that unnoticed.
#[tokio::test]
async fn a_dry_run_that_was_none_is_an_error() {
    let replay = replay([on("AllocateAddress").answers("address-allocated.xml")]).await;
    let error = replay.aws.rehearse(Rehearsed::AllocateAddress).await.expect_err("it was carried out");
    assert_eq!(error.class, ErrorClass::Unexpected);
    replay.finish();
}

fn asks_for_vpcs(operation: &'static str) -> Exchange {
    on(operation).with("ServiceCode", "vpc").with("QuotaCode", "L-F678F1CE")
}

fn has_none() -> Exchange {
    asks_for_vpcs("GetServiceQuota").refuses(
        400,
        "NoSuchResourceException",
        "The request failed because it does not exist.",
    )
}

#[tokio::test]
async fn the_accounts_own_quota_wins_over_the_usual_one() {
    let replay_own = replay([asks_for_vpcs("GetServiceQuota").answers("quota.json")]).await;
    assert_eq!(replay_own.aws.quota(Quota::Vpcs).await.expect("an answer"), 15);
    replay_own.finish();
    let replay_usual =
        replay([has_none(), asks_for_vpcs("GetAWSDefaultServiceQuota").answers("quota-usual.json")]).await;
    assert_eq!(replay_usual.aws.quota(Quota::Vpcs).await.expect("an answer"), 5);
    replay_usual.finish();
}

#[tokio::test]
async fn a_quota_that_is_not_told_is_an_error() {
    for (code, class) in [("AccessDeniedException", ErrorClass::Denied), ("ServiceException", ErrorClass::Invalid)] {
        let replay = replay([asks_for_vpcs("GetServiceQuota").refuses(400, code, "no")]).await;
        assert_eq!(replay.aws.quota(Quota::Vpcs).await.expect_err("a refusal").class, class, "{code}");
        replay.finish();
    }
    let refusal = asks_for_vpcs("GetAWSDefaultServiceQuota").refuses(400, "NoSuchResourceException", "no such quota");
    let nowhere = replay([has_none(), refusal]).await;
    assert_eq!(nowhere.aws.quota(Quota::Vpcs).await.expect_err("a refusal").class, ErrorClass::Gone);
    nowhere.finish();
    for file in ["quota-empty.json", "quota-absurd.json"] {
        let replay = replay([asks_for_vpcs("GetServiceQuota").answers(file)]).await;
        assert_eq!(replay.aws.quota(Quota::Vpcs).await.expect_err("no number").class, ErrorClass::Unexpected, "{file}");
        replay.finish();
    }
}

#[tokio::test]
async fn a_quota_is_asked_for_again_when_it_was_asked_for_too_often() {
    let too_often = asks_for_vpcs("GetServiceQuota").refuses(400, "TooManyRequestsException", "Rate exceeded");
    let replay = replay([too_often, asks_for_vpcs("GetServiceQuota").answers("quota.json")]).await;
    assert_eq!(replay.aws.quota(Quota::Vpcs).await.expect("an answer"), 15);
    replay.finish();
}

#[tokio::test]
async fn all_pages_are_counted_and_what_is_gone_is_not() {
    let replay = replay([
        on("DescribeAddresses").without("Filter").answers("addresses.xml"),
        on("DescribeInternetGateways").without("NextToken").answers("internet-gateways-1.xml"),
        on("DescribeInternetGateways").with("NextToken", "page-2").answers("internet-gateways-2.xml"),
        on("DescribeNatGateways")
            .with("Filter.1.Name", "state")
            .without("NextToken")
            .answers("nat-gateways-counting-1.xml"),
        on("DescribeNatGateways").with("NextToken", "page-2").answers("nat-gateways-counting-2.xml"),
        on("DescribeVpcEndpoints").without("NextToken").answers("endpoints-of-all-1.xml"),
        on("DescribeVpcEndpoints").with("NextToken", "page-2").answers("endpoints-of-all-2.xml"),
    ])
    .await;
    let aws = &replay.aws;
    assert_eq!(aws.count_addresses().await.expect("an answer"), 2);
    assert_eq!(aws.count_internet_gateways().await.expect("an answer"), 2);
    let gateways = aws.nat_gateway_subnets().await.expect("an answer");
    let subnets: Vec<&str> = gateways.iter().map(|subnet| subnet.as_str()).collect();
    assert_eq!(subnets, ["subnet-0b1", "subnet-0b1", "subnet-0b2"], "one that is being deleted counts");
    let endpoints = aws.endpoints().await.expect("an answer");
    let kinds: Vec<(&str, bool)> = endpoints.iter().map(|endpoint| (endpoint.id.as_str(), endpoint.gateway)).collect();
    assert_eq!(kinds, [("vpce-s3", true), ("vpce-logs", false)]);
    replay.finish();
}

#[tokio::test]
async fn a_count_that_breaks_off_is_no_count() {
    let replay = replay([
        on("DescribeInternetGateways").answers("internet-gateways-1.xml"),
        on("DescribeInternetGateways").with("NextToken", "page-2").refuses(403, "UnauthorizedOperation", "no"),
    ])
    .await;
    assert_eq!(replay.aws.count_internet_gateways().await.expect_err("a refusal").class, ErrorClass::Denied);
    replay.finish();
}

/// It is asked in the partition's first Region: the one in question would call the credentials invalid.
#[tokio::test]
async fn whether_a_region_is_enabled_is_asked_elsewhere() {
    let asked = || on("DescribeRegions").with("AllRegions", "true").with("RegionName.1", "us-west-2");
    for (file, expected) in [
        ("region-enabled.xml", OptIn::Enabled),
        ("region-always.xml", OptIn::Enabled),
        ("region-disabled.xml", OptIn::Disabled),
    ] {
        let replay = replay([asked().answers(file)]).await;
        assert_eq!(replay.aws.opt_in().await.expect("an answer"), expected, "{file}");
        replay.finish();
    }
    let unknown = asked().refuses(400, "InvalidParameterValue", "Invalid region provided: us-west-2");
    let replay = replay([unknown]).await;
    assert_eq!(replay.aws.opt_in().await.expect("an answer"), OptIn::Unknown);
    replay.finish();
}
