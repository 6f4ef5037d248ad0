//! Rollouts: the gates, the waves, the limits, and the four lists that targets end in.

mod support;

use std::time::Duration;

use groundwork_engine::approve::{Gates, approve_rollout};
use groundwork_engine::ports::ErrorClass;
use groundwork_engine::rollout::exit;
use groundwork_model::problem::Problem;
use groundwork_model::report::StepOutcome;
use groundwork_model::rollout::{MaxFailures, NotStarted, OnUnreachable, RolloutEvent, TargetEnd, TargetEvent};
use groundwork_model::world::{StackPhase, Stuck};
use groundwork_model::{Code, Exit};
use groundwork_testkit::build::{ROLE_STACK, stack};
use groundwork_testkit::cloud::LATENCY;
use groundwork_testkit::{FakeCloud, Fault, RolloutRecorder, Told};
use support::fleet::{Fleet, RESOURCE, account, lists, most_at_once, name, wave};
use support::says;

/// A creation failed here before: what is left can only be deleted, which somebody has to allow.
fn put_corpse(cloud: &FakeCloud) {
    let mut corpse = stack(ROLE_STACK, &[]);
    corpse.phase = StackPhase::Stuck(Stuck::RollbackComplete);
    corpse.tags.insert("groundwork:environment".to_owned(), "staging".to_owned());
    cloud.put_stack(corpse);
}

fn fail(fleet: &Fleet, targets: &[usize]) {
    targets.iter().for_each(|at| fleet.clouds[*at].fail_resource(RESOURCE, "no"));
}

/// Makes a target one that cannot be read.
fn cut_off(fleet: &Fleet, target: usize) {
    fleet.clouds[target].calls.fail("GetCallerIdentity", 9, &Fault::Refused(ErrorClass::Denied));
}

fn rollout_events(told: &RolloutRecorder) -> Vec<RolloutEvent> {
    let own = |(_, told)| match told {
        Told::Rollout(event) => Some(event),
        Told::Target(..) | Told::Within(..) => None,
    };
    told.told().into_iter().filter_map(own).collect()
}

/// The targets that were started, in this order.
fn started(told: &RolloutRecorder) -> Vec<String> {
    let start = |(_, told)| match told {
        Told::Target(target, TargetEvent::Started) => Some(target.to_string()),
        _ => None,
    };
    told.told().into_iter().filter_map(start).collect()
}

/// Asks the gates while nobody has allowed anything.
fn refusals(fleet: &Fleet) -> Vec<Problem> {
    let before = fleet.mutations();
    let refused = approve_rollout(&fleet.rollout, fleet.survey(), &Gates::default());
    assert_eq!(fleet.mutations(), before);
    refused.map(|_| ()).expect_err("the gates refuse it")
}

#[test]
fn one_refusal_stops_the_whole_rollout_and_alike_ones_are_told_once() {
    let fleet = Fleet::alike(9, 3, MaxFailures::Count(9));
    put_corpse(&fleet.clouds[4]);
    let problems = refusals(&fleet);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].code, Code::ClassNotAllowed);
    assert_eq!(problems[0].causes[0], r#"in target "target-4""#);
    says(&problems[0], &["ROLLBACK_COMPLETE", "--allow delete"]);

    (0..7).filter(|at| *at != 4).for_each(|at| put_corpse(&fleet.clouds[at]));
    cut_off(&fleet, 8);
    let problems = refusals(&fleet);
    assert_eq!(
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        [Code::ClassNotAllowed, Code::AccessDenied]
    );
    assert_eq!(
        problems[0].causes[0],
        r#"in 7 targets: "target-0", "target-1", "target-2", "target-3", "target-4" and 2 more"#
    );
    assert_eq!(problems[1].causes[0], r#"in target "target-8""#);
}

#[test]
fn what_was_allowed_is_carried_out() {
    let fleet = Fleet::alike(3, 3, MaxFailures::Count(0));
    put_corpse(&fleet.clouds[1]);
    let (report, _) = fleet.roll_out();
    assert_eq!(lists(&report), [vec![0, 1, 2], vec![], vec![], vec![]]);
}

#[test]
fn targets_without_a_plan_refuse_the_rollout_or_are_skipped() {
    let mut fleet = Fleet::alike(5, 2, MaxFailures::Count(0));
    cut_off(&fleet, 1);
    fleet.clouds[3].put_stack(stack(ROLE_STACK, &[]));
    let plan = fleet.survey();
    let problems = fleet.approve(plan.clone()).map(|_| ()).expect_err("two targets have no plan");
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::AccessDenied, Code::StackNotOurs]);
    assert_eq!(fleet.mutations(), 0);

    fleet.rollout.on_unreachable = OnUnreachable::Skip;
    let told = RolloutRecorder::new(fleet.clock());
    let report = fleet.carry_out(plan, &told);
    assert_eq!(lists(&report), [vec![0, 2, 4], vec![], vec![1, 3], vec![]]);
    assert_eq!(exit(&report), Exit::Done);
    let TargetEnd::Skipped { problems } = &report.targets[3].end else { panic!("{report:#?}") };
    assert_eq!(problems[0].code, Code::StackNotOurs);
    assert_eq!(started(&told), ["target-0", "target-2", "target-4"]);
    assert_eq!(fleet.clouds[3].calls.mutating(), []);
}

#[test]
fn a_plan_of_another_rollout_is_refused() {
    let fleet = Fleet::alike(3, 1, MaxFailures::Count(0));
    let plan = fleet.survey();
    let mut short = plan.clone();
    short.targets.pop();
    let mut swapped = plan.clone();
    swapped.targets.swap(0, 1);
    let mut elsewhere = plan.clone();
    elsewhere.targets[0].planned = plan.targets[1].planned.clone();
    for wrong in [short, swapped, elsewhere] {
        let problems = fleet.approve(wrong).map(|_| ()).expect_err("it is not of this rollout");
        assert_eq!(problems[0].code, Code::Internal);
    }
    assert!(fleet.approve(plan).is_ok());
}

/// A rollout in one wave: its size, how many at once, the limit, who fails and who is cut off; and the lists.
type Case = (usize, usize, MaxFailures, &'static [usize], &'static [usize], [&'static [usize]; 4]);

const CASES: [Case; 9] = [
    (10, 1, MaxFailures::Count(0), &[], &[], [&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], &[], &[], &[]]),
    (10, 1, MaxFailures::Count(0), &[3], &[], [&[0, 1, 2], &[3], &[], &[4, 5, 6, 7, 8, 9]]),
    (10, 1, MaxFailures::Count(1), &[3], &[], [&[0, 1, 2, 4, 5, 6, 7, 8, 9], &[3], &[], &[]]),
    (10, 1, MaxFailures::Percent(10), &[3], &[], [&[0, 1, 2, 4, 5, 6, 7, 8, 9], &[3], &[], &[]]),
    (10, 1, MaxFailures::Percent(9), &[3], &[], [&[0, 1, 2], &[3], &[], &[4, 5, 6, 7, 8, 9]]),
    (10, 1, MaxFailures::Percent(10), &[3, 6], &[], [&[0, 1, 2, 4, 5], &[3, 6], &[], &[7, 8, 9]]),
    // Of nine that have something to do, ten percent is none.
    (10, 1, MaxFailures::Percent(10), &[3], &[9], [&[0, 1, 2], &[3], &[9], &[4, 5, 6, 7, 8]]),
    (10, 10, MaxFailures::Count(0), &[3], &[5], [&[0, 1, 2, 4, 6, 7, 8, 9], &[3], &[5], &[]]),
    (4, 1, MaxFailures::Percent(100), &[0, 1, 2, 3], &[], [&[], &[0, 1, 2, 3], &[], &[]]),
];

#[test]
fn every_target_ends_in_the_list_where_it_belongs() {
    for (size, at_once, limit, failing, cut, expected) in CASES {
        let mut fleet = Fleet::alike(size, at_once, limit);
        fleet.rollout.on_unreachable = OnUnreachable::Skip;
        fail(&fleet, failing);
        cut.iter().for_each(|at| cut_off(&fleet, *at));
        let (report, _) = fleet.roll_out();
        let case = format!("{size} targets, {at_once} at once, {limit:?}, {failing:?} fail, {cut:?} cut off");
        assert_eq!(lists(&report), expected.map(<[usize]>::to_vec), "{case}");
        let code = if failing.is_empty() { Exit::Done } else { Exit::SomeTargetsFailed };
        assert_eq!(exit(&report), code, "{case}");
        for (at, cloud) in fleet.clouds.iter().enumerate().filter(|(at, _)| expected[3].contains(at)) {
            assert_eq!(cloud.calls.mutating(), [], "{case}: {at} was not started");
        }
    }
}

#[test]
fn a_rerun_goes_on_where_a_failure_stopped_the_rollout() {
    let fleet = Fleet::alike(10, 2, MaxFailures::Count(0));
    fail(&fleet, &[4]);
    let (report, _) = fleet.roll_out();
    let [done, failed, _, not_started] = lists(&report);
    assert_eq!((failed, not_started.is_empty()), (vec![4], false));
    let (again, _) = fleet.roll_out();
    assert_eq!((exit(&again), lists(&again)[0].len()), (Exit::Done, 10));
    let unchanged = again.targets.iter().filter(|target| target.end == TargetEnd::Unchanged).count();
    assert_eq!(unchanged, done.len());
    assert!(fleet.survey().targets.iter().all(|target| target.planned.plan().is_some_and(|plan| plan.is_empty())));
}

#[test]
fn what_is_under_way_when_no_more_are_started_goes_on_to_its_end() {
    let fleet = Fleet::alike(8, 4, MaxFailures::Count(0));
    fail(&fleet, &[2]);
    (0..8).filter(|at| *at != 2).for_each(|at| fleet.clouds[at].resources_take(Duration::from_secs(60)));
    let (report, told) = fleet.roll_out();
    assert_eq!(lists(&report), [vec![0, 1, 3], vec![2], vec![], vec![4, 5, 6, 7]]);
    let events: Vec<Told> = told.told().into_iter().map(|(_, told)| told).collect();
    let (wave, reason) = ("all".parse().expect("a name"), NotStarted::TooManyFailures);
    let stopped = Told::Rollout(RolloutEvent::StartsStopped { wave, reason });
    assert_eq!(events.iter().filter(|event| **event == stopped).count(), 1);
    let stopped = events.iter().position(|event| *event == stopped).expect("it was told");
    let ends = |events: &[Told]| {
        events.iter().filter(|event| matches!(event, Told::Target(_, TargetEvent::Finished { .. }))).count()
    };
    assert_eq!((ends(&events[..stopped]), ends(&events[stopped..])), (1, 3));
}

/// Three waves of which the second, of four, may have one failure.
fn in_waves() -> Fleet {
    let waves = [
        wave("canary", 1, MaxFailures::Count(0)),
        wave("most", 3, MaxFailures::Percent(25)),
        wave("rest", 2, MaxFailures::Count(0)),
    ];
    Fleet::new(waves.into(), &[2, 1, 1, 0, 1, 2, 1, 2])
}

#[test]
fn waves_run_one_after_the_other_and_not_in_the_order_of_the_targets() {
    let fleet = in_waves();
    fail(&fleet, &[4]);
    let plan = fleet.survey();
    let marks = fleet.marks();
    let told = RolloutRecorder::new(fleet.clock());
    let report = fleet.carry_out(plan, &told);
    // One failure of four is within the limit, so the last wave runs.
    assert_eq!(lists(&report), [vec![0, 1, 2, 3, 5, 6, 7], vec![4], vec![], vec![]]);
    assert_eq!(started(&told), [3, 1, 2, 4, 6, 0, 5, 7].map(name));
    let waves: Vec<(String, usize)> = rollout_events(&told)
        .into_iter()
        .filter_map(|event| match event {
            RolloutEvent::WaveStarted { wave, targets } => Some((wave.to_string(), targets)),
            _ => None,
        })
        .collect();
    assert_eq!(waves, [("canary", 1), ("most", 4), ("rest", 3)].map(|(wave, size)| (wave.to_owned(), size)));
    let spans: Vec<(u64, u64)> = fleet.spans(&marks).into_iter().flatten().collect();
    for (before, after) in [(vec![3], vec![1, 2, 4, 6]), (vec![1, 2, 4, 6], vec![0, 5, 7])] {
        let ended = before.iter().map(|at: &usize| spans[*at].1).max();
        assert!(ended <= after.iter().map(|at: &usize| spans[*at].0).min(), "{before:?} before {after:?}");
    }
    assert_eq!(most_at_once(&[1, 2, 4, 6].map(|at| spans[at])), 3);
    assert_eq!(most_at_once(&[0, 5, 7].map(|at| spans[at])), 2);
}

#[test]
fn the_report_says_when_each_target_was_worked_on() {
    let mut fleet = in_waves();
    fleet.connecting[4] = Duration::from_secs(5);
    fail(&fleet, &[1, 2]);
    let (report, told) = fleet.roll_out();
    let [.., not_started] = lists(&report);
    let told = told.told();
    let begin = told.first().expect("something was told").0;
    for (at, target) in report.targets.iter().enumerate() {
        let of_target = |wanted: fn(&TargetEvent) -> bool| {
            let is_it =
                |told: &Told| matches!(told, Told::Target(of, event) if of.as_str() == name(at) && wanted(event));
            told.iter().find(|(_, told)| is_it(told)).map(|(at_ms, _)| at_ms - begin)
        };
        let started = of_target(|event| *event == TargetEvent::Started);
        let finished = of_target(|event| matches!(event, TargetEvent::Finished { .. }));
        assert_eq!(target.span.map(|span| span.started_ms), started, "{at}");
        assert_eq!(target.span.map(|span| span.ended_ms()), finished, "{at}");
        assert_eq!(target.span.is_none(), not_started.contains(&at), "{at}");
    }
    let TargetEnd::Done { report: slow } = &report.targets[4].end else { panic!("{report:#?}") };
    let span = report.targets[4].span.expect("it was worked on");
    let before_its_steps = Duration::from_millis(span.elapsed_ms - slow.elapsed_ms);
    assert_eq!(before_its_steps, fleet.connecting[4] + LATENCY, "it is connected to, and asked whose it is");
}

#[test]
fn a_wave_with_too_many_failures_is_the_last() {
    let fleet = in_waves();
    fail(&fleet, &[1, 2]);
    let (report, told) = fleet.roll_out();
    let [done, failed, _, not_started] = lists(&report);
    assert_eq!((done, failed, not_started), (vec![3, 4, 6], vec![1, 2], vec![0, 5, 7]));
    let events = rollout_events(&told);
    let wave = "most".parse().expect("a name");
    assert!(events.contains(&RolloutEvent::StartsStopped { wave, reason: NotStarted::TooManyFailures }));
    let waves = events.iter().filter(|event| matches!(event, RolloutEvent::WaveStarted { .. }));
    assert_eq!(waves.count(), 2, "{events:#?}");
}

#[test]
fn a_failure_too_many_in_the_last_place_stops_nothing_and_says_so() {
    let fleet = Fleet::alike(2, 1, MaxFailures::Count(0));
    fail(&fleet, &[1]);
    let (report, told) = fleet.roll_out();
    assert_eq!(lists(&report), [vec![0], vec![1], vec![], vec![]]);
    let last = told.told().pop();
    assert!(matches!(last, Some((_, Told::Target(_, TargetEvent::Finished { succeeded: false, .. })))), "{last:?}");
}

#[test]
fn targets_with_nothing_to_do_take_no_slot_and_do_not_count() {
    let fleet = Fleet::new(
        vec![wave("first", 1, MaxFailures::Count(0)), wave("second", 2, MaxFailures::Percent(50))],
        &[0, 1, 1, 1, 1],
    );
    fail(&fleet, &[3, 4]);
    fleet.roll_out();
    // The first two of the second wave are done by now. Of the other two, half may fail.
    fail(&fleet, &[3]);
    let (report, told) = fleet.roll_out();
    assert_eq!(lists(&report), [vec![0, 1, 2, 4], vec![3], vec![], vec![]]);
    assert_eq!(started(&told), ["target-3", "target-4"]);
    let first = rollout_events(&told).remove(0);
    assert_eq!(first, RolloutEvent::WaveStarted { wave: "second".parse().expect("a name"), targets: 2 });
    let (last, told) = fleet.roll_out();
    assert_eq!((lists(&last)[0].len(), started(&told)), (5, vec![name(3)]));
    let (nothing, told) = fleet.roll_out();
    assert!(nothing.targets.iter().all(|target| target.end == TargetEnd::Unchanged));
    assert_eq!(told.told(), []);
}

/// The accounts were right in the survey, and then somebody edited a profile.
#[test]
fn credentials_that_lead_elsewhere_by_the_time_of_a_wave_write_nothing() {
    let fleet = Fleet::alike(3, 1, MaxFailures::Count(1));
    let plan = fleet.survey();
    fleet.clouds[1].call_from(&account(0));
    let told = RolloutRecorder::new(fleet.clock());
    let report = fleet.carry_out(plan, &told);
    assert_eq!(lists(&report), [vec![0, 2], vec![1], vec![], vec![]]);
    assert_eq!(fleet.clouds[1].calls.mutating(), []);
    let TargetEnd::Failed { report } = &report.targets[1].end else { panic!("{report:#?}") };
    let first = report.problems().next().expect("a problem");
    assert_eq!(first.code, Code::WrongAccount);
    says(first, &[&account(0), &account(1), "nothing was changed"]);
    let outcomes: Vec<bool> =
        report.steps.iter().map(|step| matches!(step.outcome, StepOutcome::Skipped { .. })).collect();
    assert_eq!(outcomes, [false, true], "the Run Environment was skipped: {report:#?}");
    assert!(report.steps.iter().all(|step| step.span.is_none()), "no step was begun: {report:#?}");
    let of_target =
        told.told().into_iter().filter(|(_, told)| matches!(told, Told::Within(at, _) if at.as_str() == name(1)));
    assert_eq!(of_target.count(), 2, "both steps are told");
}

#[test]
fn an_account_that_does_not_answer_for_a_while_is_waited_for() {
    for (failures, done) in [(4, true), (5, false)] {
        let fleet = Fleet::alike(1, 1, MaxFailures::Count(0));
        let plan = fleet.survey();
        fleet.clouds[0].calls.fail("GetCallerIdentity", failures, &Fault::Refused(ErrorClass::Unavailable));
        let report = fleet.carry_out(plan, &RolloutRecorder::new(fleet.clock()));
        assert_eq!(lists(&report)[usize::from(!done)], [0], "{failures} failures");
        assert_eq!(fleet.clouds[0].stacks().len(), usize::from(done));
    }
}

#[test]
fn somebody_elses_change_while_a_wave_waits_fails_its_own_target_only() {
    let fleet = Fleet::alike(3, 1, MaxFailures::Count(3));
    let plan = fleet.survey();
    fleet.clouds[2].put_stack(stack(ROLE_STACK, &[]));
    let report = fleet.carry_out(plan, &RolloutRecorder::new(fleet.clock()));
    assert_eq!(lists(&report), [vec![0, 1], vec![2], vec![], vec![]]);
    assert_eq!(fleet.clouds[2].writes(), []);
}
