//! Whatever the waves, the limits and the failures: what holds for every rollout.

mod support;

use std::time::Duration;

use groundwork_engine::execute;
use groundwork_engine::rollout::exit;
use groundwork_model::Exit;
use groundwork_model::rollout::{
    MaxFailures, NotStarted, OnUnreachable, RolloutEvent, RolloutReport, TargetEnd, TargetEvent, Wave,
};
use groundwork_testkit::build::{ROLE_STACK, stack};
use groundwork_testkit::{RolloutRecorder, Told};
use proptest::prelude::*;
use support::fleet::{Fleet, RESOURCE, count, most_at_once, name, wave};

/// What a target is like.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Everything in its plan works.
    Works,
    /// Its role stack fails, once.
    Fails,
    /// There is nothing to do.
    Finished,
    /// Its credentials lead elsewhere.
    CutOff,
    /// Somebody else has a stack of that name.
    Blocked,
}

/// A target: what it is like, its wave, and how many seconds each of its resources takes.
type Random = (Kind, usize, u64);

fn some_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        5 => Just(Kind::Works),
        4 => Just(Kind::Fails),
        2 => Just(Kind::Finished),
        1 => Just(Kind::CutOff),
        1 => Just(Kind::Blocked),
    ]
}

fn some_wave() -> impl Strategy<Value = (usize, MaxFailures)> {
    let limit = prop_oneof![(0..3_usize).prop_map(MaxFailures::Count), (0..=100_u8).prop_map(MaxFailures::Percent),];
    (1..4_usize, limit)
}

fn some_fleet() -> impl Strategy<Value = (Vec<(usize, MaxFailures)>, Vec<Random>)> {
    proptest::collection::vec(some_wave(), 1..4).prop_flat_map(|waves| {
        let target = (some_kind(), 0..waves.len(), 0..20_u64);
        (Just(waves), proptest::collection::vec(target, 1..11))
    })
}

fn fleet(waves: &[(usize, MaxFailures)], targets: &[Random]) -> Fleet {
    let waves = waves.iter().enumerate().map(|(at, (at_once, limit))| wave(&format!("wave-{at}"), *at_once, *limit));
    let places: Vec<usize> = targets.iter().map(|(_, wave, _)| *wave).collect();
    let mut fleet = Fleet::new(waves.collect(), &places);
    fleet.rollout.on_unreachable = OnUnreachable::Skip;
    finish(&mut fleet, targets);
    for (cloud, (kind, _, seconds)) in fleet.clouds.iter().zip(targets) {
        cloud.resources_take(Duration::from_secs(*seconds));
        match kind {
            Kind::Works | Kind::Finished => {}
            Kind::Fails => cloud.fail_resource(RESOURCE, "no"),
            Kind::CutOff => cloud.call_from("999999999999"),
            Kind::Blocked => cloud.put_stack(stack(ROLE_STACK, &[])),
        }
    }
    fleet
}

/// Rolls out to the targets that have nothing to do afterwards.
fn finish(fleet: &mut Fleet, targets: &[Random]) {
    let all = fleet.rollout.targets.clone();
    let mut kinds = targets.iter().map(|(kind, ..)| *kind);
    fleet.rollout.targets.retain(|_| kinds.next() == Some(Kind::Finished));
    fleet.roll_out();
    fleet.rollout.targets = all;
}

/// Every target ends once, and as what it is like lets it end.
fn every_target_ends_once(fleet: &Fleet, targets: &[Random], report: &RolloutReport) -> Result<(), TestCaseError> {
    let names: Vec<_> = report.targets.iter().map(|target| &target.target.name).collect();
    prop_assert_eq!(names, fleet.rollout.targets.iter().map(|target| &target.name).collect::<Vec<_>>());
    for (target, (kind, ..)) in report.targets.iter().zip(targets) {
        let fits = match (&target.end, kind) {
            (TargetEnd::Done { report }, Kind::Works) => execute::exit(report) == Exit::Done,
            (TargetEnd::Failed { report }, Kind::Fails) => execute::exit(report) == Exit::RolledBack,
            (TargetEnd::NotStarted { reason }, Kind::Works | Kind::Fails) => *reason == NotStarted::TooManyFailures,
            (end, Kind::Finished) => *end == TargetEnd::Unchanged,
            (end, Kind::CutOff | Kind::Blocked) => matches!(end, TargetEnd::Skipped { .. }),
            _ => false,
        };
        prop_assert!(fits, "{:?}: {:#?}", kind, target);
    }
    Ok(())
}

/// What AWS saw: only targets that ended as done or failed were called, in their waves, so many at once.
fn waves_are_kept(fleet: &Fleet, marks: &[usize], report: &RolloutReport) -> Result<(), TestCaseError> {
    let spans = fleet.spans(marks);
    for (span, target) in spans.iter().zip(&report.targets) {
        let was_started = matches!(target.end, TargetEnd::Done { .. } | TargetEnd::Failed { .. });
        prop_assert_eq!(span.is_some(), was_started, "{:#?}", target);
    }
    let mut before = 0;
    for (at, wave) in fleet.rollout.waves.iter().enumerate() {
        let of_wave =
            |(number, span): (usize, &Option<(u64, u64)>)| span.filter(|_| fleet.rollout.targets[number].wave == at);
        let spans: Vec<(u64, u64)> = spans.iter().enumerate().filter_map(of_wave).collect();
        // As many at once as permitted, and not fewer either as long as there are so many to start.
        prop_assert_eq!(most_at_once(&spans), wave.max_concurrent.get().min(spans.len()));
        if let Some(start) = spans.iter().map(|(start, _)| *start).min() {
            prop_assert!(before <= start, "wave {} began before the one before it had ended", at);
        }
        before = spans.iter().map(|(_, end)| *end).max().unwrap_or(before);
    }
    Ok(())
}

/// What was told: nothing is started once a wave has failed too often, and everything unless one has.
fn limits_are_kept(fleet: &Fleet, told: &RolloutRecorder, report: &RolloutReport) -> Result<(), TestCaseError> {
    let (mut limit, mut failures, mut is_over, mut stops) = (0, 0, false, 0);
    for (_, told) in told.told() {
        match told {
            Told::Rollout(RolloutEvent::WaveStarted { wave, targets }) => {
                prop_assert!(!is_over, "wave {} began after too many failures", wave);
                let known = |known: &&Wave| known.name == wave;
                let wave = fleet.rollout.waves.iter().find(known).expect("a wave of ours");
                (limit, failures) = (wave.max_failures.of(targets), 0);
            }
            Told::Target(target, TargetEvent::Started) => {
                prop_assert!(!is_over, "{} was started after too many failures", target);
            }
            Told::Target(_, TargetEvent::Finished { succeeded, .. }) => {
                failures += usize::from(!succeeded);
                is_over |= failures > limit;
            }
            Told::Rollout(RolloutEvent::StartsStopped { .. }) => {
                prop_assert!(is_over);
                stops += 1;
            }
            Told::Target(_, TargetEvent::Verified { .. })
            | Told::Rollout(RolloutEvent::WaveVerified { .. })
            | Told::Within(..) => {}
        }
    }
    let left_out = report.lists().not_started.len();
    prop_assert_eq!(stops, usize::from(left_out > 0));
    prop_assert!(is_over || left_out == 0, "{} targets were left out for no reason", left_out);
    Ok(())
}

/// Every failure happens once, so that each rerun gets further; at last only those are left that cannot be read.
fn reruns_converge(fleet: &Fleet, targets: &[Random]) -> Result<(), TestCaseError> {
    for _ in targets {
        fleet.roll_out();
    }
    let reachable = |kind: &Kind| !matches!(kind, Kind::CutOff | Kind::Blocked);
    let plan = fleet.survey();
    for (target, (kind, ..)) in plan.targets.iter().zip(targets).filter(|(_, (kind, ..))| reachable(kind)) {
        prop_assert!(target.planned.plan().is_some_and(|plan| plan.is_empty()), "{:?}: {:#?}", kind, target);
    }
    for (at, cloud) in fleet.clouds.iter().enumerate() {
        let expected = usize::from(targets[at].0 != Kind::CutOff);
        prop_assert_eq!((cloud.stacks().len(), cloud.change_sets()), (expected, 0), "{}", name(at));
    }
    let environments = targets.iter().filter(|(kind, ..)| reachable(kind)).count();
    prop_assert_eq!(fleet.shared.saas.environments().len(), environments);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn waves_and_limits_are_kept_and_every_target_ends_once((waves, targets) in some_fleet(), parallelism in 1..5_usize) {
        let fleet = Fleet { parallelism: count(parallelism), ..fleet(&waves, &targets) };
        let plan = fleet.survey();
        let marks = fleet.marks();
        let told = RolloutRecorder::new(fleet.clock());
        let report = fleet.carry_out(plan, &told);
        every_target_ends_once(&fleet, &targets, &report)?;
        waves_are_kept(&fleet, &marks, &report)?;
        limits_are_kept(&fleet, &told, &report)?;
        let failed = report.lists().failed.is_empty();
        prop_assert_eq!(exit(&report), if failed { Exit::Done } else { Exit::SomeTargetsFailed });
        reruns_converge(&fleet, &targets)?;
    }
}
