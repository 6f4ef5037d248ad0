//! Verification: what is read, what a read that fails means, and how long a link that is broken may settle.

mod support;

use groundwork_engine::ports::ErrorClass;
use groundwork_engine::verify::{verify, verify_done};
use groundwork_model::problem::Problem;
use groundwork_model::report::Report;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::run_environment::{EXTERNAL_ID, STARTER_KEY};
use groundwork_model::spec::{Cluster, ClusterRef, Reference, Role};
use groundwork_model::verification::{LinkName, Verdict, Verification};
use groundwork_model::world::ObservedParameter;
use groundwork_model::{Code, Exit, Secret};
use groundwork_testkit::Fault;
use groundwork_testkit::build::{ROLE_STACK, cluster, existing_network, id, put_vpc, stack};
use groundwork_testkit::roles::RoleWithPolicies;
use serde_json::{Value, json};
use support::Target;

const SCHEDULING: &str = "arn:aws:iam::123456789012:role/scheduling";
const EXECUTION: &str = "arn:aws:iam::123456789012:role/execution";
const SECRET: &str = "a-secret-external-id";

/// A target in which everything that tasks need is there, and was made by somebody else.
fn whole() -> Target {
    let mut target = Target::new();
    put_vpc(target.cloud(), 1, "main", 2);
    let ids =
        |names: &[&str]| -> Vec<Reference> { names.iter().map(|name| Reference::Id((*name).to_owned())).collect() };
    let vpc = Some(Reference::Id("vpc-1".to_owned()));
    target.spec.network = existing_network(vpc, &ids(&["subnet-10", "subnet-11"]), &ids(&["sg-1"]));
    target.spec.role = Role::Use { stack_name: id(ROLE_STACK) };
    target.spec.cluster = Cluster::Use { cluster: ClusterRef::Name(id("shared")) };
    let lambda = "arn:aws:lambda:us-west-2:123456789012:function:starter";
    let outputs =
        [("CloudreactorRoleARN", SCHEDULING), ("TaskExecutionRoleARN", EXECUTION), ("WorkflowStarterARN", lambda)];
    let mut role_stack = stack(ROLE_STACK, &outputs);
    for key in [EXTERNAL_ID, STARTER_KEY] {
        role_stack.parameters.insert(id(key), ObservedParameter::Secret(Secret::new(SECRET.to_owned())));
    }
    target.cloud().put_stack(role_stack);
    target.cloud().things(|things| {
        things.clusters.push(cluster("shared"));
        let trust = json!({ "AWS": "arn:aws:iam::549277324696:role/customer_invoker" });
        things.roles.push(role(SCHEDULING, trust, Some(json!({ "StringEquals": { "sts:ExternalId": SECRET } }))));
        things.roles.push(role(EXECUTION, json!({ "Service": "ecs-tasks.amazonaws.com" }), None));
    });
    let report = target.apply();
    assert_eq!(groundwork_engine::execute::exit(&report), Exit::Done, "{report:#?}");
    target
}

fn role(arn: &str, principal: Value, condition: Option<Value>) -> RoleWithPolicies {
    let mut statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal });
    statement["Condition"] = condition.unwrap_or_else(|| json!({}));
    let document = |statement| json!({ "Version": "2012-10-17", "Statement": [statement] });
    let pass = json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": EXECUTION });
    RoleWithPolicies {
        role: IamRole { arn: id(arn), trust: document(statement), boundary: None },
        policies: vec![IamPolicy { name: "pass".to_owned(), document: document(pass) }],
    }
}

fn found(target: &Target) -> Result<Verification, Vec<Problem>> {
    let Target { ports, spec, .. } = target;
    ports.clock.run(verify(&ports.cloud, &ports.saas, spec))
}

fn with_status(found: &Verification, wanted: fn(&Verdict) -> bool) -> Vec<LinkName> {
    found.links.iter().filter(|link| wanted(&link.verdict)).map(|link| link.name).collect()
}

fn broken(found: &Verification) -> Vec<LinkName> {
    with_status(found, |verdict| matches!(verdict, Verdict::Broken { .. }))
}

fn unknown(found: &Verification) -> Vec<LinkName> {
    with_status(found, |verdict| matches!(verdict, Verdict::Unknown { .. }))
}

#[test]
fn a_chain_that_holds_is_read_in_one_wave_and_changes_nothing() {
    let target = whole();
    let before = target.cloud().calls.all().len();
    let writes = target.saas().writes().len();
    let started = groundwork_engine::ports::Clock::now_ms(&target.ports.clock);
    let found = found(&target).expect("it can be read");
    assert!(found.is_whole(), "{:#?}", found.problems());
    let made = target.cloud().calls.all().split_off(before);
    assert!(made.iter().all(|call| !call.mutates()), "{made:#?}");
    assert_eq!(target.saas().writes().len(), writes);
    let took = groundwork_engine::ports::Clock::now_ms(&target.ports.clock) - started;
    // The role's stack, then the roles; the subnets side by side with what surrounds them; CloudReactor's chain.
    let latency = u64::try_from(groundwork_testkit::cloud::LATENCY.as_millis()).expect("a few milliseconds");
    let late = made.iter().filter(|call| call.start_ms >= started + 2 * latency).collect::<Vec<_>>();
    assert!(late.is_empty(), "two calls deep, {took} ms: {late:#?}");
}

#[test]
fn a_failed_read_is_no_broken_link() {
    use LinkName as L;
    let network = || vec![L::Subnets, L::SecurityGroups, L::Endpoints, L::Dns];
    for (operation, links) in [
        ("GetRole", vec![L::RoleTrust, L::PassRole]),
        ("ListRolePolicies", vec![L::PassRole]),
        ("DescribeStacks", vec![L::RoleTrust, L::PassRole, L::ExecutionRoleTrust]),
        ("DescribeClusters", vec![L::Cluster, L::CapacityProviders]),
        ("DescribeSubnets", network()),
        ("DescribeRouteTables", network()),
        ("DescribeNatGateways", network()),
        ("DescribeVpcEndpoints", network()),
        ("DescribeVpcAttribute", network()),
        ("DescribeSecurityGroups", network()),
    ] {
        for (class, code) in [
            (ErrorClass::Denied, Code::AccessDenied),
            (ErrorClass::Throttled, Code::Throttled),
            (ErrorClass::Unavailable, Code::AwsUnavailable),
        ] {
            let target = whole();
            target.cloud().calls.fail(operation, 1, &Fault::Refused(class));
            let found = found(&target).expect("the account was read");
            assert_eq!(broken(&found), [], "{operation}, {class:?}: {:#?}", found.problems());
            assert_eq!(unknown(&found), links, "{operation}, {class:?}");
            assert!(found.problems().iter().all(|problem| problem.code == code), "{:#?}", found.problems());
        }
    }
}

#[test]
fn nobody_can_tell_anything_without_the_account() {
    let target = whole();
    target.cloud().calls.fail("GetCallerIdentity", 1, &Fault::Refused(ErrorClass::Expired));
    let problems = found(&target).expect_err("whose account it is was not read");
    assert_eq!(problems[0].code, Code::CredentialsExpired);
    let mut target = whole();
    target.spec.environment.account_id = Some(id("999999999999"));
    assert_eq!(found(&target).expect_err("another account")[0].code, Code::WrongAccount);
}

#[test]
fn a_role_that_is_gone_breaks_its_links_alone() {
    let target = whole();
    target.cloud().things(|things| things.roles.retain(|known| known.role.arn.as_str() != SCHEDULING));
    let found = found(&target).expect("it can be read");
    assert_eq!(broken(&found), [LinkName::RoleTrust, LinkName::PassRole]);
    assert_eq!(unknown(&found), []);
}

fn verified(target: &Target) -> (Report, u64) {
    let mut report = Report::default();
    target.ports.clock.run(verify_done(&target.ports, &target.spec, &mut report));
    let elapsed_ms = report.elapsed_ms;
    (report, elapsed_ms)
}

#[test]
fn after_an_apply_a_broken_link_has_a_minute_to_settle() {
    let target = whole();
    let (role, cloud) = (target.cloud().clone(), target.cloud().clone());
    let mut gone = Vec::new();
    role.things(|things| gone = std::mem::take(&mut things.roles));
    // IAM shows the roles some readings later.
    let readings = std::cell::Cell::new(0);
    cloud.calls.on_call(move |_, operation| {
        if operation == "GetCallerIdentity" {
            readings.set(readings.get() + 1);
            if readings.get() == 4 {
                role.things(|things| things.roles = gone.clone());
            }
        }
    });
    let (report, elapsed_ms) = verified(&target);
    assert_eq!(report.verification, Vec::new());
    assert_eq!(report.links.len(), LinkName::ALL.len());
    assert!((7_000..20_000).contains(&elapsed_ms), "1, 2 and 4 seconds of pauses: {elapsed_ms} ms");
}

#[test]
fn what_stays_broken_is_told_after_a_minute_and_what_is_denied_at_once() {
    let target = whole();
    target.cloud().things(|things| things.clusters.clear());
    let (report, elapsed_ms) = verified(&target);
    assert!(report.verification.iter().all(|problem| problem.code == Code::ClusterInactive), "{report:#?}");
    assert_eq!(groundwork_engine::execute::exit(&report), Exit::VerificationFailed);
    assert!((45_000..=61_000).contains(&elapsed_ms), "{elapsed_ms} ms");
    let target = whole();
    target.cloud().calls.fail("GetRole", 2, &Fault::Refused(ErrorClass::Denied));
    let (report, elapsed_ms) = verified(&target);
    assert_eq!(groundwork_engine::execute::exit(&report), Exit::Access);
    assert!(elapsed_ms < 1_000, "{elapsed_ms} ms");
}

#[test]
fn nothing_is_verified_of_what_failed() {
    let target = whole();
    let before = target.cloud().calls.all().len();
    let mut report = Report { verification: vec![Problem::new(Code::StackFailed, "x")], ..Report::default() };
    target.ports.clock.run(verify_done(&target.ports, &target.spec, &mut report));
    assert_eq!(target.cloud().calls.all().len(), before);
}
