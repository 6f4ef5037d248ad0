//! Following operations that somebody else has begun, or a run that was lost.

mod support;

use std::time::Duration;

use groundwork_engine::approve::{Gates, approve};
use groundwork_engine::discover::estate;
use groundwork_engine::watching::{Moving, moving};
use groundwork_engine::{execute, ports::ErrorClass};
use groundwork_model::plan::Plan;
use groundwork_model::report::Report;
use groundwork_model::world::StackPhase;
use groundwork_model::{Code, Exit};
use groundwork_testkit::build::{NETWORK_STACK, stack};
use groundwork_testkit::{Fault, StopSwitch, Write};
use support::{Target, outcome, problem, says};

fn plan(target: &Target) -> Plan {
    let estate = target.ports.clock.run(estate(target.cloud(), &target.spec)).expect("the stacks can be read");
    groundwork_planner::watch(&target.spec, &estate, |_| true)
}

fn follow(target: &Target) -> Report {
    let before = target.cloud().calls.mutating().len();
    let approved = approve(plan(target), &Gates::default()).expect("following needs no permission");
    let run = execute::execute(approved, &target.ports, &target.told, &target.settings);
    let report = target.ports.clock.run(run);
    assert_eq!(target.cloud().calls.mutating().len(), before, "following changes nothing");
    report
}

fn under_way(target: &Target) -> Vec<Moving> {
    let estate = target.ports.clock.run(estate(target.cloud(), &target.spec)).expect("the stacks can be read");
    target.ports.clock.run(moving(target.cloud(), &estate)).expect("their events can be read")
}

/// A run that was killed as soon as AWS works on all three stacks.
fn lost(make: impl Fn() -> Target) -> Target {
    for steps in 1..400 {
        let target = make();
        let executed = target.cloud().calls.count("ExecuteChangeSet");
        let ended = target.apply_for(steps).is_some();
        let begun = target.cloud().writes().iter().filter(|write| matches!(write, Write::Execution { .. })).count();
        if begun == executed + 3 {
            assert!(!ended, "the run is over");
            return target;
        }
    }
    panic!("no stack was begun")
}

/// A creation that was cut off.
fn lost_run(prepare: impl Fn(&Target)) -> Target {
    lost(|| {
        let target = Target::new();
        target.cloud().resources_take(Duration::from_secs(60));
        prepare(&target);
        target
    })
}

/// An update of the network that fails, cut off in its middle.
fn lost_update(undoing: Option<&str>) -> Target {
    lost(|| {
        let mut target = Target::applied();
        target.spec.tags.insert("team".to_owned(), "web".to_owned());
        target.cloud().resources_take(Duration::from_secs(60));
        target.cloud().fail_resource("Vpc", "cannot change it");
        if let Some(reason) = undoing {
            target.cloud().fail_undoing("Vpc", reason);
        }
        target
    })
}

#[test]
fn what_a_lost_run_has_begun_is_known_as_ours_and_followed_to_its_end() {
    let target = lost_run(|_| {});
    let all = under_way(&target);
    assert_eq!(all.len(), 3, "{all:#?}");
    assert!(all.iter().all(|stack| stack.is_ours && stack.status == "CREATE_IN_PROGRESS"), "{all:#?}");
    let report = follow(&target);
    assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
    assert_eq!(report.steps.len(), 3);
    assert!(plan(&target).is_empty(), "nothing is under way any more");
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
    assert_eq!(target.cloud().stacks().len(), 3, "nothing was made twice");
}

#[test]
fn an_operation_that_fails_while_it_is_followed_is_told_as_if_it_were_ones_own() {
    let report = follow(&lost_update(None));
    says(problem(&report, "network", Code::StackFailed), &["changing Vpc failed", "rolled back", "cannot change it"]);
    assert_eq!(execute::exit(&report), Exit::RolledBack);

    let report = follow(&lost_update(Some("cannot undo it")));
    let found = problem(&report, "network", Code::StackNeedsRecovery);
    says(found, &["UPDATE_ROLLBACK_FAILED", "undoing it failed at Vpc: cannot undo it", "groundwork recover"]);
    assert_eq!(execute::exit(&report), Exit::NeedsRecovery);
}

#[test]
fn somebody_elses_operation_is_not_taken_for_ours() {
    let target = Target::new();
    let mut theirs = stack(NETWORK_STACK, &[]);
    theirs.phase = StackPhase::from_status("UPDATE_IN_PROGRESS");
    target.cloud().put_stack(theirs);
    let all = under_way(&target);
    let told: Vec<(&str, bool)> = all.iter().map(|stack| (stack.status.as_str(), stack.is_ours)).collect();
    assert_eq!(told, [("UPDATE_IN_PROGRESS", false)]);
}

#[test]
fn a_follower_times_out_and_stops_like_anybody_who_waits() {
    let mut target = lost_run(|target| target.cloud().takes("Cluster", Duration::from_secs(10_000)));
    target.settings.stack_timeout = Duration::from_secs(300);
    let report = follow(&target);
    says(problem(&report, "cluster", Code::StackTimedOut), &["AWS goes on creating stack"]);
    assert_eq!(execute::exit(&report), Exit::TimedOut);

    target.ports.stop = StopSwitch::default();
    target.ports.stop.trigger();
    let report = follow(&target);
    assert_eq!(execute::exit(&report), Exit::Interrupted);
}

#[test]
fn a_read_that_fails_is_no_end() {
    let target = lost_run(|_| {});
    let plan = plan(&target);
    target.cloud().calls.fail("DescribeStackEvents", 99, &Fault::Refused(ErrorClass::Denied));
    let approved = approve(plan, &Gates::default()).expect("following needs no permission");
    let report = target.ports.clock.run(execute::execute(approved, &target.ports, &target.told, &target.settings));
    assert_eq!(problem(&report, "network", Code::AccessDenied).code, Code::AccessDenied);
    assert!(matches!(outcome(&report, "role"), groundwork_model::report::StepOutcome::Failed { .. }));
}

#[test]
fn a_run_that_detaches_names_what_it_leaves_and_begins_nothing_that_needs_it() {
    let mut target = Target::new();
    target.settings.detach = true;
    let report = target.apply();
    for step in ["role", "network", "cluster"] {
        says(problem(&report, step, Code::Detached), &["as asked by --detach", "AWS goes on creating stack"]);
    }
    assert_eq!(execute::exit(&report), Exit::TimedOut);
    assert_eq!(report.under_way.len(), 3, "{:#?}", report.under_way);
    assert!(target.saas().environments().is_empty());
    target.settings.detach = false;
    assert_eq!(execute::exit(&follow(&target)), Exit::Done);
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
}
