//! Status, for people and for machines.

use std::collections::BTreeMap;

use groundwork_model::plan::{Component, Subject};
use groundwork_model::status::{ComponentStatus, State, Status};
use groundwork_view::human;
use insta::assert_snapshot;

use crate::sample::{id, subject, target};
use crate::shown;

fn component(component: Component, state: State, status: Option<&str>, outputs: &[(&str, &str)]) -> ComponentStatus {
    ComponentStatus {
        component,
        subject: subject(component),
        state,
        status: status.map(str::to_owned),
        outputs: outputs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    }
}

pub fn ready() -> Status {
    let role = "arn:aws:iam::123456789012:role/CloudReactor-staging-executionSchedulingRole-1A2B3C4D5E6F";
    Status {
        format_version: "1.0".to_owned(),
        target: target(),
        components: vec![
            component(
                Component::Role,
                State::Ready,
                Some("UPDATE_COMPLETE"),
                &[
                    ("WorkflowStarterARN", "arn:aws:lambda:us-west-2:123456789012:function:starter"),
                    ("CloudreactorRoleARN", role),
                ],
            ),
            component(
                Component::Network,
                State::Busy,
                Some("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
                &[("Vpc", "vpc-0a1b2c3d"), ("NatAddresses", "203.0.113.7,203.0.113.9")],
            ),
            component(Component::Cluster, State::Stuck, Some("ROLLBACK_COMPLETE"), &[]),
            component(
                Component::CloudReactor,
                State::Ready,
                None,
                &[
                    ("uuid", "745fcdb7-fbab-4661-a07c-abcec263c956"),
                    ("capabilities", "MANUAL_START, SCHEDULING, SETUP_SERVICE"),
                ],
            ),
        ],
        dashboard_url: Some(
            "https://dash.cloudreactor.io/run_environments/745fcdb7-fbab-4661-a07c-abcec263c956".to_owned(),
        ),
        pending: None,
        secrets_path: Some("CloudReactor/staging/common/".to_owned()),
    }
}

pub fn little() -> Status {
    let skipped =
        ComponentStatus { subject: Subject::None, ..component(Component::Network, State::Skipped, None, &[]) };
    let used = ComponentStatus {
        subject: Subject::Cluster(id("shared")),
        outputs: BTreeMap::from([("capacity_providers".to_owned(), "FARGATE, FARGATE_SPOT".to_owned())]),
        ..component(Component::Cluster, State::Ready, Some("ACTIVE"), &[])
    };
    Status {
        components: vec![
            component(Component::Role, State::NotOurs, Some("CREATE_COMPLETE"), &[]),
            skipped,
            used,
            component(Component::CloudReactor, State::Absent, None, &[]),
        ],
        dashboard_url: None,
        secrets_path: None,
        ..ready()
    }
}

#[test]
fn people_see_a_table_and_what_there_is_to_copy() {
    assert_snapshot!(shown(80, |out, style| human::status(out, &ready(), style)));
}

#[test]
fn what_does_not_exist_has_nothing_to_copy() {
    assert_snapshot!(shown(80, |out, style| human::status(out, &little(), style)));
}

#[test]
fn machines_get_the_document() {
    assert_snapshot!(serde_json::to_string_pretty(&ready()).expect("a status is JSON"));
}
