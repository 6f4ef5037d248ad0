//! Comparisons: what differs and what leads back, what is ignored, and what nobody compares.

use groundwork_model::drift::{
    ComponentDrift, DRIFT_FORMAT, Difference, DifferenceKind, Drift, IgnoredDifference, NotCompared, Object, Source,
};
use groundwork_model::plan::{Component, Shown};
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Exit};
use groundwork_view::{human, markdown};
use insta::assert_snapshot;
use serde_json::json;

use crate::sample::{id, subject, target};
use crate::shown;

fn component(component: Component, compared: usize, differences: Vec<Difference>) -> ComponentDrift {
    ComponentDrift {
        component,
        subject: subject(component),
        compared,
        differences,
        ignored: Vec::new(),
        not_compared: Vec::new(),
        way_back: None,
        problems: Vec::new(),
    }
}

fn object(name: &str, kind: &str, physical: &str) -> Object {
    Object { logical_id: Some(id(name)), resource_type: Some(kind.to_owned()), physical_id: Some(physical.to_owned()) }
}

fn difference(object: Object, field: Option<&str>, expected: Shown, actual: Shown) -> Difference {
    Difference {
        kind: DifferenceKind::of(&expected, &actual),
        object,
        field: field.map(str::to_owned),
        expected,
        actual,
        found_by: [Source::Groundwork].into(),
        note: None,
        way_back: None,
    }
}

fn whole() -> Drift {
    let compared =
        [(Component::Role, 4), (Component::Network, 29), (Component::Cluster, 1), (Component::CloudReactor, 1)];
    Drift {
        format_version: DRIFT_FORMAT.to_owned(),
        target: target(),
        day: "2026-12-01".parse().expect("a day"),
        components: compared.map(|(name, compared)| component(name, compared, Vec::new())).into(),
        warnings: Vec::new(),
        idle_ignores: Vec::new(),
        problems: Vec::new(),
    }
}

fn torn() -> Drift {
    let subnet = object("SubnetPrivateUsw2Az1", "AWS::EC2::Subnet", "subnet-0a1b");
    let group = object("TaskSecurityGroup", "AWS::EC2::SecurityGroup", "sg-0c2d");
    let role = object("executionSchedulingRole", "AWS::IAM::Role", "staging-executionSchedulingRole-1K2");
    let mut public =
        difference(subnet, Some("MapPublicIpOnLaunch"), Shown::Json(json!(false)), Shown::Json(json!(true)));
    public.found_by.insert(Source::CloudFormation);
    public.way_back =
        Some("aws ec2 modify-subnet-attribute --subnet-id subnet-0a1b --no-map-public-ip-on-launch".to_owned());
    let rule = "SecurityGroupIngress[tcp 22 from 203.0.113.0/24]";
    let rule = difference(group, Some(rule), Shown::Absent, Shown::Json(json!("tcp 22 from 203.0.113.0/24")));
    let trust = difference(role, Some("AssumeRolePolicyDocument"), Shown::Secret, Shown::Secret);
    let gone = difference(
        object("EndpointLogs", "AWS::EC2::VPCEndpoint", "vpce-1"),
        None,
        Shown::Json(json!("x")),
        Shown::Absent,
    );
    let mut drift = whole();
    drift.components[0].differences = vec![trust];
    drift.components[0].way_back =
        Some("aws cloudformation create-change-set --deployment-mode REVERT_DRIFT".to_owned());
    drift.components[1].differences = vec![public, gone];
    drift.components[1].ignored = vec![IgnoredDifference {
        difference: rule,
        until: "2027-01-31".parse().expect("a day"),
        reason: "the migration".to_owned(),
    }];
    drift.components[0].not_compared = vec![NotCompared {
        object: object("starter", "AWS::Lambda::Function", "f"),
        field: Some("Code".to_owned()),
        why: "neither CloudFormation nor groundwork compares the code of functions".to_owned(),
    }];
    drift.components[3].problems = vec![Problem::new(Code::CloudReactorUnavailable, "CloudReactor did not answer")];
    drift.warnings =
        vec![Problem::new(Code::IgnoreExpired, "drift.ignore[1] has expired: its last day was 2026-11-30")];
    drift.idle_ignores = vec!["drift.ignore[2]".to_owned()];
    drift
}

#[test]
fn where_nothing_differs_it_says_how_much_was_compared() {
    assert_snapshot!("no_drift", shown(80, |out, style| human::drift(out, &whole(), style)));
}

#[test]
fn each_difference_has_both_sides_who_found_it_and_the_way_back() {
    assert_snapshot!("drift", shown(80, |out, style| human::drift(out, &torn(), style)));
    assert_snapshot!("drift_in_markdown", shown(80, |out, _| markdown::drift(out, &torn(), Exit::TimedOut)));
}

/// Nobody who could not look may say that nothing differs.
#[test]
fn what_was_not_compared_is_not_called_the_same() {
    let mut drift = whole();
    drift.components[1].problems = vec![Problem::new(Code::AccessDenied, "AWS did not permit DetectStackDrift")];
    let text = shown(80, |out, style| human::drift(out, &drift, style));
    assert!(!text.contains("No drift") && text.contains("Not known: 35 objects compared, not all could be."), "{text}");
}
