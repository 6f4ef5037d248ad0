//! What went wrong, and how a recovery is shown, for people and for pull requests.

use groundwork_model::diagnosis::Diagnosis;
use groundwork_model::plan::{Action, Component, Plan, Purpose, Reason};
use groundwork_view::{human, markdown};
use insta::assert_snapshot;

use crate::sample::{changed, diagnosis, part, plan};
use crate::shown;

#[test]
fn what_failed_and_what_to_do_fit_on_a_screen() {
    assert_snapshot!(shown(80, |out, style| human::diagnosis(out, &diagnosis(), style)));
}

#[test]
fn nothing_that_failed_is_said_too() {
    let mut well = diagnosis();
    for stack in &mut well.stacks {
        stack.story = None;
        stack.next.clear();
    }
    assert_snapshot!(shown(80, |out, style| human::diagnosis(out, &Diagnosis { ..well }, style)));
}

#[test]
fn a_pull_request_gets_the_same() {
    assert_snapshot!(shown(80, |out, _| markdown::diagnosis(out, &diagnosis())));
}

fn recovery() -> Plan {
    let mut stopped =
        part(Component::Network, Action::Update, Reason::RollbackStopped("UPDATE_ROLLBACK_FAILED".into()));
    stopped.resources = vec![changed("~ NatGatewayUsw2Az1 EC2::NatGateway nat-0a1b", Vec::new())];
    stopped.kept = vec!["EipUsw2Az1".to_owned()];
    let mut left = part(Component::Role, Action::Delete, Reason::Leftover("DELETE_FAILED".into()));
    left.resources = vec![changed("- TaskRole IAM::Role CloudReactor-staging-TaskRole-1A2B", Vec::new())];
    let never = part(Component::Cluster, Action::Update, Reason::NotRolledBack("UPDATE_FAILED".into()));
    plan(Purpose::Recover, vec![left, stopped, never])
}

#[test]
fn a_recovery_says_what_is_undone_and_what_is_deleted() {
    assert_snapshot!(shown(80, |out, style| human::plan(out, &recovery(), style)));
    assert_snapshot!("a recovery in a pull request", shown(80, |out, _| markdown::plan(out, &recovery(), None, &[])));
}
