//! Interruptions: whenever a run is stopped or killed, the next one gets to the end without duplicates
//! and without a hand.

mod support;

use std::time::Duration;

use groundwork_engine::execute;
use groundwork_model::event::Event;
use groundwork_model::{Code, Exit};
use groundwork_planner::RunEnvironmentFate;
use groundwork_testkit::StopSwitch;
use support::{Target, says};

/// Long enough for AWS to finish whatever was begun.
const LONG: Duration = Duration::from_secs(3600);

/// Applies again, and everything has to be there once.
fn converges(mut target: Target, when: &str) {
    target.ports.stop = StopSwitch::default();
    target.ports.clock.advance(LONG);
    let report = target.apply();
    assert_eq!(execute::exit(&report), Exit::Done, "after {when}: {report:#?}");
    assert!(target.plan().is_empty(), "after {when}");
    assert_eq!(target.cloud().stacks().len(), 3, "after {when}");
    assert_eq!(target.cloud().change_sets(), 0, "after {when}");
    assert_eq!(target.saas().environments().len(), 1, "after {when}");
}

/// An empty account in which everything is quick, so that few looks are alike.
fn new() -> Target {
    let target = Target::new();
    target.cloud().resources_take(Duration::from_millis(50));
    target
}

/// An account in which every component is out of date.
fn changed() -> Target {
    let mut target = new();
    target.apply();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.saas().change(|all| {
        all[0].aws.0.insert("region".to_owned(), serde_json::json!("eu-west-1"));
    });
    target
}

#[test]
fn a_rerun_after_a_kill_at_any_moment_converges() {
    for make in [new, changed] {
        let mut steps = 0;
        loop {
            steps += 1;
            let target = make();
            let ended = target.apply_for(steps).is_some();
            converges(target, &format!("a kill at step {steps}"));
            if ended {
                break;
            }
        }
        assert!(steps > 30, "only {steps} moments were tried");
    }
}

#[test]
fn a_destroy_after_a_kill_at_any_moment_removes_everything() {
    let mut steps = 0;
    loop {
        steps += 1;
        let target = changed();
        let ended = target.destroy_for(steps).is_some();
        target.ports.clock.advance(LONG);
        let report = target.destroy(RunEnvironmentFate::Delete);
        assert_eq!(execute::exit(&report), Exit::Done, "after a kill at step {steps}: {report:#?}");
        assert_eq!(target.cloud().stacks(), [], "after a kill at step {steps}");
        assert!(target.saas().environments().is_empty(), "after a kill at step {steps}");
        if ended {
            break;
        }
    }
    assert!(steps > 15, "only {steps} moments were tried");
}

/// Stops at the n-th call to a service, and returns whether the run got so far.
fn stopped_at(make: fn() -> Target, number: usize, in_aws: bool) -> (Target, bool) {
    let target = make();
    let calls = if in_aws { &target.cloud().calls } else { &target.saas().calls };
    let so_far = calls.all().len();
    let switch = target.ports.stop.clone();
    calls.on_call(move |call, _| {
        if call == so_far + number {
            switch.trigger();
        }
    });
    let report = target.apply();
    let reached = calls.all().len() >= so_far + number;
    let interrupted = report.problems().filter(|problem| problem.code == Code::Interrupted).count();
    assert_eq!(interrupted, report.problems().count(), "{report:#?}");
    let shells = target.cloud().stacks().into_iter().filter(|stack| stack.phase.status() == "REVIEW_IN_PROGRESS");
    assert_eq!(shells.count(), 0, "a shell is left after a stop at call {number}: {report:#?}");
    assert_eq!(target.cloud().change_sets(), 0, "a change set is left after a stop at call {number}");
    (target, reached)
}

#[test]
fn a_rerun_after_a_stop_at_any_call_converges() {
    for make in [new, changed] {
        for in_aws in [true, false] {
            let mut number = 1;
            loop {
                let (target, reached) = stopped_at(make, number, in_aws);
                converges(target, &format!("a stop at call {number}"));
                if !reached {
                    break;
                }
                number += 1;
            }
        }
    }
}

#[test]
fn a_stop_while_aws_works_says_what_goes_on() {
    let target = Target::new();
    let switch = target.ports.stop.clone();
    target.cloud().calls.on_call(move |_, operation| {
        if operation == "DescribeStackEvents" {
            switch.trigger();
        }
    });
    let report = target.apply();
    assert_eq!(execute::exit(&report), Exit::Interrupted);
    let problems: Vec<_> = report.problems().collect();
    assert_eq!(problems.len(), 3, "{problems:#?}");
    for problem in problems {
        says(problem, &["AWS goes on creating stack CloudReactor-staging", "run the same command again"]);
    }
    assert!(target.saas().environments().is_empty());
    assert!(target.cloud().stacks().iter().all(|stack| stack.phase.status() == "CREATE_IN_PROGRESS"));
}

#[test]
fn nothing_begins_after_a_stop() {
    let target = Target::new();
    let plan = target.plan();
    target.ports.stop.trigger();
    let report = target.ports.clock.run(target.executed(plan));
    assert_eq!(execute::exit(&report), Exit::Interrupted);
    let begun = target.told.events().into_iter().filter(|(_, event)| matches!(event, Event::StepStarted { .. }));
    assert_eq!(begun.count(), 0);
    assert!(target.cloud().calls.mutating().is_empty());
    assert!(target.saas().calls.mutating().is_empty());
}
