//! Preflight: what is asked, in which order, and what becomes of a read that fails.

mod support;

use groundwork_engine::ports::{Clock, ErrorClass, OptIn};
use groundwork_engine::preflight::{of_plan, preflight};
use groundwork_model::least_privilege::Verb;
use groundwork_model::preflight::{CheckName, CheckVerdict, Preflight};
use groundwork_model::problem::Problem;
use groundwork_model::quota::Quota;
use groundwork_model::role::IamRole;
use groundwork_model::spec::{Nat, Network};
use groundwork_model::{Code, Exit};
use groundwork_testkit::Fault;
use groundwork_testkit::build::{ACCOUNT, id, put_vpc};
use groundwork_testkit::cloud::LATENCY;
use groundwork_testkit::roles::RoleWithPolicies;
use serde_json::json;
use support::{Target, VERSION, says};

fn checked(target: &Target, verb: Verb) -> Result<Preflight, Vec<Problem>> {
    let Target { ports, spec, .. } = target;
    ports.clock.run(preflight(&ports.cloud, &ports.saas, spec, verb, VERSION))
}

fn ready(target: &Target, verb: Verb) -> Preflight {
    checked(target, verb).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn verdict(preflight: &Preflight, name: CheckName) -> &CheckVerdict {
    &preflight.checks.iter().find(|check| check.name == name).expect("every check is there").verdict
}

fn codes(preflight: &Preflight, name: CheckName) -> Vec<Code> {
    verdict(preflight, name).problems().iter().map(|problem| problem.code).collect()
}

/// Every check that is not passed, with what it came to.
fn concerns(preflight: &Preflight) -> Vec<(CheckName, Vec<Code>)> {
    let all = preflight.checks.iter().filter(|check| check.verdict != CheckVerdict::Ok);
    all.map(|check| (check.name, codes(preflight, check.name))).collect()
}

#[test]
fn an_empty_account_is_ready_and_nothing_is_changed() {
    let target = Target::new();
    let started = target.ports.clock.now_ms();
    let found = ready(&target, Verb::Apply);
    assert_eq!(concerns(&found), [], "{found:#?}");
    assert_eq!(target.cloud().calls.mutating(), []);
    assert!(target.saas().writes().is_empty());
    assert_eq!(target.cloud().calls.count("DryRun"), 0, "IAM has said it all");
    // What a plan is made from (CloudReactor's chain is the longest), then what the plan adds.
    let took = target.ports.clock.now_ms() - started;
    let latency = u64::try_from(LATENCY.as_millis()).expect("a few milliseconds");
    assert!(took <= 6 * latency, "{} calls after each other", took / latency);
}

#[test]
fn a_plan_that_was_made_is_checked_without_reading_the_world_again() {
    let target = Target::new();
    let world = target.discover().expect("it can be read");
    let plan = target.plan();
    let before = target.cloud().calls.all().len();
    let asked = target.saas().calls.all().len();
    let found = target.ports.clock.run(of_plan(target.cloud(), &target.spec, Verb::Apply, &world, &plan));
    assert_eq!(found, ready(&target, Verb::Apply));
    let calls = target.cloud().calls.all().split_off(before);
    let of_preflight: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    let first_discovery = of_preflight.iter().position(|operation| *operation == "GetCallerIdentity");
    let alone = &of_preflight[..first_discovery.expect("the second one reads the world")];
    assert!(alone.iter().all(|operation| !["DescribeStacks", "GetTemplate"].contains(operation)), "{alone:?}");
    assert!(target.saas().calls.all().len() > asked, "the second one asks CloudReactor");
}

#[test]
fn a_permission_that_is_missing_is_found() {
    let target = Target::new();
    target.cloud().things(|things| {
        things.forbidden.actions.insert("cloudformation:CreateChangeSet".to_owned());
    });
    let found = ready(&target, Verb::Apply);
    assert_eq!(concerns(&found), [(CheckName::Permissions, vec![Code::PermissionsMissing])]);
    says(&found.failures()[0], &["no policy allows", "cloudformation:CreateChangeSet", "stack/CloudReactor-staging/*"]);
    assert!(ready(&target, Verb::Status).is_ready(), "who only looks does not need it");
}

#[test]
fn where_iam_may_not_be_asked_ec2_is() {
    let target = Target::new();
    let times = 2 * 20;
    target.cloud().calls.fail("SimulatePrincipalPolicy", times, &Fault::Refused(ErrorClass::Denied));
    let found = ready(&target, Verb::Apply);
    assert_eq!(concerns(&found), [(CheckName::Permissions, vec![Code::NotChecked])]);
    assert!(found.is_ready());
    let rehearsed: Vec<String> = target
        .cloud()
        .calls
        .all()
        .into_iter()
        .filter(|call| call.operation == "DryRun")
        .map(|call| call.subject)
        .collect();
    assert_eq!(rehearsed, ["ec2:CreateVpc", "ec2:CreateInternetGateway", "ec2:AllocateAddress"]);

    target.cloud().things(|things| {
        things.forbidden.denied.insert("ec2:CreateVpc".to_owned(), "explicit deny in a policy".to_owned());
    });
    let found = ready(&target, Verb::Apply);
    assert_eq!(codes(&found, CheckName::Permissions), [Code::PermissionsMissing, Code::NotChecked]);
    says(&found.failures()[0], &["ec2:CreateVpc", "explicit deny in a policy"]);
}

#[test]
fn whose_policies_count() {
    let simulated_for = |arn: &str, roles: &[&str]| {
        let target = Target::new();
        target.cloud().things(|things| {
            things.caller.arn = id(arn);
            things.roles = roles.iter().map(|arn| role(arn)).collect();
        });
        let found = ready(&target, Verb::Plan);
        let calls = target.cloud().calls.all();
        let mut asked: Vec<String> = calls
            .into_iter()
            .filter(|call| call.operation == "SimulatePrincipalPolicy")
            .map(|call| call.subject)
            .collect();
        asked.dedup();
        (asked, codes(&found, CheckName::Permissions))
    };
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci-17");
    let user = format!("arn:aws:iam::{ACCOUNT}:user/ops/me");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/ci/deployer");
    assert_eq!(simulated_for(&user, &[]), (vec![user.clone()], vec![]));
    assert_eq!(simulated_for(&session, &[&role]), (vec![role], vec![]), "a session leaves the path out");
    let nobody = |arn: &str| assert_eq!(simulated_for(arn, &[]), (vec![], vec![Code::NotChecked]), "{arn}");
    nobody(&session);
    nobody(&format!("arn:aws:iam::{ACCOUNT}:root"));
    nobody(&format!("arn:aws:sts::{ACCOUNT}:federated-user/me"));
}

#[test]
fn a_role_that_may_not_read_itself_is_simulated_by_its_name() {
    let target = Target::new();
    target.cloud().things(|things| things.caller.arn = id(&format!("arn:aws:sts::{ACCOUNT}:assumed-role/ci/17")));
    target.cloud().calls.fail("GetRole", 1, &Fault::Refused(ErrorClass::Denied));
    assert!(concerns(&ready(&target, Verb::Plan)).iter().all(|(name, _)| *name != CheckName::Permissions));
    let asked = target.cloud().calls.all().into_iter().find(|call| call.operation == "SimulatePrincipalPolicy");
    assert_eq!(asked.map(|call| call.subject), Some(format!("arn:aws:iam::{ACCOUNT}:role/ci")));
}

fn role(arn: &str) -> RoleWithPolicies {
    RoleWithPolicies { role: IamRole { arn: id(arn), trust: json!({}), boundary: None }, policies: Vec::new() }
}

#[test]
fn what_is_there_counts_against_the_quotas() {
    let target = Target::new();
    (1..=5).for_each(|number| put_vpc(target.cloud(), number, "other", 1));
    target.cloud().things(|things| things.counted.addresses = 4);
    let found = ready(&target, Verb::Apply);
    assert_eq!(concerns(&found), [(CheckName::Quotas, vec![Code::QuotaTooSmall])]);
    says(&found.failures()[0], &["1 more VPC, and AWS permits 0", "5 of 5 are in use", "L-F678F1CE"]);

    target.cloud().things(|things| things.counted.limits.extend([(Quota::Vpcs, 6)]));
    assert!(ready(&target, Verb::Apply).is_ready(), "AWS has granted one more");
}

#[test]
fn nat_gateways_are_counted_in_their_zones() {
    let mut target = Target::new();
    put_vpc(target.cloud(), 1, "other", 1);
    target.cloud().things(|things| things.counted.nat_gateway_subnets = vec![id("subnet-10"); 5]);
    let found = ready(&target, Verb::Apply);
    assert_eq!(codes(&found, CheckName::Quotas), [Code::QuotaTooSmall], "the subnet is in us-west-2a");
    says(&found.failures()[0], &["1 more NAT gateway in us-west-2a"]);

    target.cloud().things(|things| things.subnets[0].zone = "us-west-2c".to_owned());
    assert!(ready(&target, Verb::Apply).is_ready());
    let Network::Create(network) = &mut target.spec.network else { panic!("the spec makes it") };
    network.nat = Nat::None;
    let before = target.cloud().calls.count("DescribeAddresses");
    drop(checked(&target, Verb::Apply));
    assert_eq!(target.cloud().calls.count("DescribeAddresses"), before, "no address is added");
}

#[test]
fn an_applied_environment_is_ready_again_and_little_is_asked() {
    let target = Target::applied();
    let before = target.cloud().calls.all().len();
    let found = ready(&target, Verb::Apply);
    assert!(found.is_ready());
    assert_eq!(*verdict(&found, CheckName::AddressBlock), CheckVerdict::Skipped);
    let calls = target.cloud().calls.all().split_off(before);
    let counts = ["GetServiceQuota", "DescribeVpcs", "DescribeAddresses"];
    assert!(calls.iter().all(|call| !counts.contains(&call.operation.as_str())), "{calls:#?}");
}

/// A read that fails makes its own check unknown, or a failure, and never fine; and it takes no other check with it.
#[test]
fn a_read_that_fails_is_never_taken_for_fine() {
    use CheckName as C;
    for (operation, name, unknown) in [
        ("DescribeAvailabilityZones", C::Region, false),
        ("GetServiceQuota", C::Quotas, true),
        ("DescribeAddresses", C::Quotas, true),
        ("DescribeInternetGateways", C::Quotas, true),
        ("DescribeNatGateways", C::Quotas, true),
        ("DescribeVpcEndpoints", C::Quotas, true),
        ("DescribeVpcs", C::Quotas, true),
        ("SimulatePrincipalPolicy", C::Permissions, true),
        ("DescribeStacks", C::Plan, false),
        ("DescribeClusters", C::Plan, false),
    ] {
        for class in [ErrorClass::Denied, ErrorClass::Throttled, ErrorClass::Unavailable] {
            let mut target = Target::new();
            if operation == "DescribeVpcEndpoints" {
                let Network::Create(network) = &mut target.spec.network else { panic!("the spec makes it") };
                network.endpoints.insert(groundwork_model::spec::Endpoint::S3);
            }
            target.cloud().calls.fail(operation, 50, &Fault::Refused(class));
            let found = ready(&target, Verb::Apply);
            let what = format!("{operation} {class:?}: {:#?}", concerns(&found));
            assert_ne!(*verdict(&found, name), CheckVerdict::Ok, "{what}");
            assert_eq!(found.is_ready(), unknown, "{what}");
            if unknown {
                assert!(codes(&found, name).iter().all(|code| *code == Code::NotChecked), "{what}");
            }
            // Vpcs are also what addresses are compared with.
            let others = [C::Identity, C::Cloudreactor].into_iter().filter(|other| *other != name);
            others.for_each(|other| assert_eq!(*verdict(&found, other), CheckVerdict::Ok, "{what}"));
        }
    }
}

#[test]
fn where_the_plan_cannot_be_made_the_rest_is_checked_all_the_same() {
    let target = Target::new();
    target.saas().calls.fail("GET /auth/users/me/", 20, &Fault::Refused(ErrorClass::Unavailable));
    target.cloud().things(|things| things.forbidden.actions.extend(["ec2:CreateVpc".to_owned()]));
    let found = ready(&target, Verb::Apply);
    assert_eq!(codes(&found, CheckName::Cloudreactor), [Code::CloudReactorUnavailable], "{found:#?}");
    assert_eq!(*verdict(&found, CheckName::Plan), CheckVerdict::Skipped);
    assert_eq!(codes(&found, CheckName::Permissions), [Code::PermissionsMissing]);
}

#[test]
fn a_region_that_is_not_enabled_is_told_from_bad_credentials() {
    for (region, expected) in [
        (OptIn::Disabled, Code::RegionDisabled),
        (OptIn::Unknown, Code::RegionDisabled),
        (OptIn::Enabled, Code::CredentialsExpired),
    ] {
        let target = Target::new();
        target.cloud().things(|things| things.forbidden.region = region);
        target.cloud().calls.fail("GetCallerIdentity", 9, &Fault::Refused(ErrorClass::Expired));
        let problems = checked(&target, Verb::Apply).expect_err("nobody knows who calls");
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [expected], "{region:?}");

        // STS answers everywhere with the global endpoint's credentials; EC2 of the Region does not.
        let target = Target::new();
        target.cloud().things(|things| things.forbidden.region = region);
        target.cloud().calls.fail("DescribeAvailabilityZones", 9, &Fault::Refused(ErrorClass::Expired));
        let found = ready(&target, Verb::Apply);
        assert_eq!(codes(&found, CheckName::Region), [expected], "{region:?}");
        assert_eq!(*verdict(&found, CheckName::Plan), CheckVerdict::Skipped);
        assert_eq!(expected.exit(), Exit::Access);
    }
}

#[test]
fn the_wrong_account_is_refused_before_anything_else_is_looked_at() {
    let mut target = Target::new();
    target.spec.environment.account_id = Some(id("210987654321"));
    let problems = checked(&target, Verb::Apply).expect_err("it is another account");
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::WrongAccount]);
    assert_eq!(target.cloud().calls.count("SimulatePrincipalPolicy"), 0);
}
