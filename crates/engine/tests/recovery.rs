//! Recovering stacks that are stuck: what is done, what is refused, and what an interruption leaves.

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use groundwork_engine::approve::{Gates, confirm};
use groundwork_engine::discover::estate;
use groundwork_engine::execute;
use groundwork_model::plan::{Class, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::report::Report;
use groundwork_model::world::{Contents, StackPhase, StackResource};
use groundwork_model::{Code, Exit, LogicalId};
use groundwork_testkit::build::{CLUSTER_STACK, NETWORK_STACK, id, stack};
use groundwork_testkit::{Fault, StopSwitch, Undoing, Write};
use support::{Target, problem, says};

async fn planned(target: &Target, skip: &[&str]) -> Result<Plan, Vec<Problem>> {
    let skip: BTreeSet<LogicalId> = skip.iter().map(|name| id(name)).collect();
    groundwork_planner::recover(&target.spec, &estate(target.cloud(), &target.spec).await?, &skip)
}

fn plan(target: &Target, skip: &[&str]) -> Plan {
    target.ports.clock.run(planned(target, skip)).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

async fn recovered(target: &Target, skip: &[&str]) -> Result<Report, Vec<Problem>> {
    let approved = confirm(planned(target, skip).await?, "staging", &Gates::permitting([Class::Delete]))?;
    Ok(execute::execute(approved, &target.ports, &target.told, &target.settings).await)
}

fn recover(target: &Target, skip: &[&str]) -> Report {
    target.ports.clock.run(recovered(target, skip)).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn status(target: &Target, name: &str) -> Option<String> {
    target.cloud().stack_named(name).map(|stack| stack.phase.status())
}

/// A network whose update failed, and whose rollback stopped at the VPC.
fn stopped_rollback() -> Target {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.cloud().fail_resource("Vpc", "cannot change it");
    target.cloud().fail_undoing("Vpc", "cannot undo it");
    let report = target.apply();
    assert_eq!(execute::exit(&report), Exit::NeedsRecovery, "{report:#?}");
    assert_eq!(status(&target, NETWORK_STACK).as_deref(), Some("UPDATE_ROLLBACK_FAILED"));
    target
}

fn undoings(target: &Target) -> Vec<Undoing> {
    let undone = target.cloud().writes().into_iter().filter_map(|write| match write {
        Write::Undoing { what, .. } => Some(what),
        _ => None,
    });
    undone.collect()
}

#[test]
fn a_rollback_that_stopped_goes_on_and_apply_works_again() {
    let target = stopped_rollback();
    let before = target.cloud().calls.mutating().len();
    let saas = target.saas().calls.all().len();
    let plan = plan(&target, &[]);
    assert_eq!(target.cloud().calls.mutating().len(), before, "planning a recovery changes nothing");
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(execute::exit(&recover(&target, &[])), Exit::Done);
    assert_eq!(target.saas().calls.all().len(), saas, "CloudReactor is not asked");
    assert_eq!(undoings(&target), [Undoing::Everything]);
    assert_eq!(status(&target, NETWORK_STACK).as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
    assert!(target.plan().is_empty());
}

#[test]
fn a_rollback_that_stops_again_says_where_and_how_to_leave_that_out() {
    let target = stopped_rollback();
    target.cloud().fail_undoing("Vpc", "still cannot undo it");
    let report = recover(&target, &[]);
    let problem = problem(&report, "network", Code::StackNeedsRecovery);
    says(problem, &["UPDATE_ROLLBACK_FAILED", "still cannot undo it", "groundwork recover --skip Vpc"]);
    assert_eq!(execute::exit(&report), Exit::NeedsRecovery);
    assert_eq!(execute::exit(&recover(&target, &["Vpc"])), Exit::Done);
    assert_eq!(undoings(&target).last(), Some(&Undoing::AllBut(vec![id("Vpc")])));
}

#[test]
fn an_update_that_was_left_as_it_is_is_rolled_back() {
    let target = Target::applied();
    target.cloud().change_stack(NETWORK_STACK, |stack| stack.phase = StackPhase::from_status("UPDATE_FAILED"));
    assert_eq!(execute::exit(&recover(&target, &[])), Exit::Done);
    assert_eq!(target.cloud().calls.count("RollbackStack"), 1);
    assert_eq!(status(&target, NETWORK_STACK).as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
}

/// A corpse of ours in the cluster's place, with what is left of it.
fn corpse(status: &str, left: &[&str]) -> Target {
    let target = Target::new();
    let mut corpse = stack(CLUSTER_STACK, &[]);
    corpse.phase = StackPhase::from_status(status);
    corpse.tags.insert("groundwork:environment".to_owned(), "staging".to_owned());
    let resource = |name: &&str| StackResource {
        logical_id: id(name),
        resource_type: "AWS::ECS::Cluster".to_owned(),
        physical_id: Some(format!("{name}-1")),
        status: "DELETE_FAILED".to_owned(),
        reason: None,
    };
    corpse.contents = Some(Contents { resources: left.iter().map(resource).collect(), change_sets: Vec::new() });
    target.cloud().put_stack(corpse);
    target
}

#[test]
fn what_is_left_is_deleted_only_if_that_is_allowed_and_confirmed() {
    for (status, left) in
        [("ROLLBACK_COMPLETE", &[][..]), ("ROLLBACK_FAILED", &["Cluster"]), ("DELETE_FAILED", &["Cluster"])]
    {
        let target = corpse(status, left);
        let refused = confirm(plan(&target, &[]), "staging", &Gates::default()).expect_err("nothing is allowed");
        assert_eq!(refused[0].code, Code::ClassNotAllowed, "{status}");
        let everything = Gates::permitting(Class::ALL);
        let refused = confirm(plan(&target, &[]), "production", &everything).expect_err("another environment");
        assert_eq!(refused[0].code, Code::NotConfirmed, "{status}");
        assert_eq!(target.cloud().calls.mutating(), [], "{status}");
        assert_eq!(execute::exit(&recover(&target, &[])), Exit::Done, "{status}");
        assert_eq!(self::status(&target, CLUSTER_STACK), None, "{status}");
    }
}

#[test]
fn a_deletion_lets_go_of_what_is_skipped() {
    let target = corpse("DELETE_FAILED", &["Cluster", "Other"]);
    assert_eq!(execute::exit(&recover(&target, &["Cluster"])), Exit::Done);
    assert_eq!(status(&target, CLUSTER_STACK), None);
}

#[test]
fn a_shell_of_ours_is_removed_and_one_that_came_alive_is_not() {
    let shell = || {
        let target = corpse("REVIEW_IN_PROGRESS", &[]);
        target.cloud().change_stack(CLUSTER_STACK, |stack| stack.template = None);
        target
    };
    let target = shell();
    assert_eq!(execute::exit(&recover(&target, &[])), Exit::Done);
    assert_eq!(status(&target, CLUSTER_STACK), None);

    let target = shell();
    let approved = confirm(plan(&target, &[]), "staging", &Gates::permitting([Class::Delete])).expect("it is allowed");
    // Somebody has executed a change set meanwhile.
    target.cloud().change_stack(CLUSTER_STACK, |stack| stack.phase = StackPhase::from_status("CREATE_COMPLETE"));
    let run = execute::execute(approved, &target.ports, &target.told, &target.settings);
    let report = target.ports.clock.run(run);
    says(problem(&report, "cluster", Code::ChangeSetDisagrees), &["CREATE_COMPLETE by now", "nothing was changed"]);
    assert_eq!(target.cloud().calls.count("DeleteStack"), 0);
}

#[test]
fn a_read_that_fails_is_no_empty_stack() {
    let target = corpse("ROLLBACK_COMPLETE", &["Cluster"]);
    target.cloud().calls.fail("ListStackResources", 9, &Fault::Refused(groundwork_engine::ports::ErrorClass::Denied));
    let problems = target.ports.clock.run(planned(&target, &[])).expect_err("nobody knows what is in it");
    assert_eq!(problems[0].code, Code::AccessDenied);
    let problems = target.ports.clock.run(target.planned()).expect_err("nor does plan");
    assert_eq!(problems[0].code, Code::AccessDenied);
}

#[test]
fn a_recovery_that_is_killed_at_any_moment_can_be_run_again() {
    for name in [NETWORK_STACK, CLUSTER_STACK] {
        let make = || if name == NETWORK_STACK { stopped_rollback() } else { corpse("DELETE_FAILED", &["Cluster"]) };
        let mut steps = 0;
        loop {
            steps += 1;
            let target = make();
            let ended = target.ports.clock.run_for(steps, recovered(&target, &[])).is_some();
            target.ports.clock.advance(Duration::from_secs(3600));
            let report = recover(&target, &[]);
            assert_eq!(execute::exit(&report), Exit::Done, "after a kill at step {steps}: {report:#?}");
            let end = status(&target, name);
            assert!(matches!(end.as_deref(), None | Some("UPDATE_ROLLBACK_COMPLETE")), "{steps}: {end:?}");
            if ended {
                break;
            }
        }
        assert!(steps > 5, "only {steps} moments were tried");
    }
}

#[test]
fn a_wish_to_stop_leaves_aws_working_and_says_so() {
    let mut target = stopped_rollback();
    target.cloud().takes("Vpc", Duration::from_secs(300));
    target.ports.stop = StopSwitch::default();
    let stop = target.ports.stop.clone();
    let cloud = target.cloud().clone();
    target.cloud().calls.on_call(move |_, operation| {
        if operation == "DescribeStackEvents" && cloud.calls.count("ContinueUpdateRollback") == 1 {
            stop.trigger();
        }
    });
    let report = recover(&target, &[]);
    says(problem(&report, "network", Code::Interrupted), &["AWS goes on rolling back stack"]);
    assert_eq!(execute::exit(&report), Exit::Interrupted);
}
