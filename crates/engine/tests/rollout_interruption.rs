//! Interrupted rollouts: whenever one is stopped or killed, every target is accounted for, and the next run gets
//! to the end without duplicates.

mod support;

use std::time::Duration;

use groundwork_engine::rollout::exit;
use groundwork_model::rollout::{MaxFailures, NotStarted, RolloutEvent, RolloutReport, TargetEnd, TargetEvent};
use groundwork_model::{Code, Exit};
use groundwork_testkit::{RolloutRecorder, StopSwitch, Told};
use support::fleet::{Fleet, wave};

const TARGETS: usize = 5;

/// Two waves, the second of which has more targets than slots. A stop must not pass for too many failures.
fn fleet() -> Fleet {
    let waves = vec![wave("first", 2, MaxFailures::Count(0)), wave("second", 2, MaxFailures::Count(0))];
    Fleet::new(waves, &[0, 0, 1, 1, 1])
}

/// Rolls out again, and everything has to be there once.
fn converges(mut fleet: Fleet, when: &str) {
    fleet.shared.stop = StopSwitch::default();
    fleet.clock().advance(Duration::from_secs(3600));
    let (report, _) = fleet.roll_out();
    assert_eq!(exit(&report), Exit::Done, "after {when}: {report:#?}");
    let plan = fleet.survey();
    assert!(
        plan.targets.iter().all(|target| target.planned.plan().is_some_and(|plan| plan.is_empty())),
        "after {when}"
    );
    for cloud in &fleet.clouds {
        assert_eq!((cloud.stacks().len(), cloud.change_sets()), (1, 0), "after {when}");
    }
    assert_eq!(fleet.shared.saas.environments().len(), TARGETS, "after {when}");
}

/// Rolls out, and asks for a stop when the event of this number is told; `None` if there are not so many.
fn stopped_at(fleet: &Fleet, number: usize) -> Option<(RolloutReport, Vec<Told>)> {
    let told = RolloutRecorder::new(fleet.clock()).stopping_at(number, &fleet.shared.stop);
    let report = fleet.carry_out(fleet.survey(), &told);
    let told: Vec<Told> = told.told().into_iter().map(|(_, told)| told).collect();
    (told.len() >= number).then_some((report, told))
}

fn is_start(told: &Told) -> bool {
    matches!(told, Told::Rollout(RolloutEvent::WaveStarted { .. }) | Told::Target(_, TargetEvent::Started))
}

#[test]
fn a_stop_at_any_event_leaves_every_target_accounted_for_and_a_rerun_converges() {
    let (mut number, mut interrupted) = (0, 0);
    loop {
        number += 1;
        let fleet = fleet();
        let Some((report, told)) = stopped_at(&fleet, number) else { break };
        let when = format!("a stop at event {number}, {:?}", told[number - 1]);
        assert!(!told[number..].iter().any(is_start), "something was started after {when}");
        let mut is_whole = true;
        for target in &report.targets {
            match &target.end {
                TargetEnd::Done { .. } => continue,
                TargetEnd::Failed { report } => {
                    assert!(report.problems().all(|problem| problem.code == Code::Interrupted), "{when}: {report:#?}");
                }
                TargetEnd::NotStarted { reason } => assert_eq!(*reason, NotStarted::Interrupted, "{when}"),
                other => panic!("after {when}: {other:#?}"),
            }
            is_whole = false;
        }
        assert_eq!(report.targets.len(), TARGETS);
        assert_eq!(exit(&report), if is_whole { Exit::Done } else { Exit::Interrupted }, "{when}");
        interrupted += usize::from(!is_whole);
        let stops = told.iter().filter(|told| matches!(told, Told::Rollout(RolloutEvent::StartsStopped { .. })));
        assert_eq!(stops.count(), usize::from(!report.lists().not_started.is_empty()), "{when}");
        for cloud in &fleet.clouds {
            let shells = cloud.stacks().into_iter().filter(|stack| stack.phase.status() == "REVIEW_IN_PROGRESS");
            assert_eq!((shells.count(), cloud.change_sets()), (0, 0), "after {when}");
        }
        converges(fleet, &when);
    }
    assert!(interrupted > 60, "only {interrupted} stops interrupted anything");
}

#[test]
fn a_rerun_after_a_kill_at_any_moment_converges() {
    let mut steps = 0;
    loop {
        steps += 1;
        let fleet = fleet();
        let told = RolloutRecorder::new(fleet.clock());
        let run = async {
            let plan = fleet.surveyed(|_, _| ()).await.unwrap_or_else(|problems| panic!("{problems:#?}"));
            let approved = fleet.approve(plan).unwrap_or_else(|problems| panic!("{problems:#?}"));
            fleet.rolled_out(approved, &told).await
        };
        let ended = fleet.clock().run_for(steps, run).is_some();
        converges(fleet, &format!("a kill at step {steps}"));
        if ended {
            break;
        }
    }
    assert!(steps > 100, "only {steps} moments were tried");
}

#[test]
fn a_rollout_after_a_stop_begins_nothing() {
    let fleet = fleet();
    let plan = fleet.survey();
    let marks = fleet.marks();
    fleet.shared.stop.trigger();
    let told = RolloutRecorder::new(fleet.clock());
    let report = fleet.carry_out(plan, &told);
    assert_eq!(report.lists().not_started.len(), TARGETS);
    assert_eq!((fleet.marks(), exit(&report)), (marks, Exit::Interrupted));
    let reason = NotStarted::Interrupted;
    let expected = RolloutEvent::StartsStopped { wave: "first".parse().expect("a name"), reason };
    assert_eq!(told.told().into_iter().map(|(_, told)| told).collect::<Vec<_>>(), [Told::Rollout(expected)]);
}
