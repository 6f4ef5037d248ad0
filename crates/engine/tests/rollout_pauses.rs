//! What comes between waves: a look at what was done, or somebody's approval.

mod support;

use groundwork_engine::ports::ErrorClass;
use groundwork_engine::rollout::{RolloutSink, exit};
use groundwork_model::event::Event;
use groundwork_model::report::StepOutcome;
use groundwork_model::rollout::{MaxFailures, NotStarted, Pause, RolloutEvent, RolloutReport, TargetEnd, TargetEvent};
use groundwork_model::{Code, Exit, TargetName};
use groundwork_testkit::build::ROLE_STACK;
use groundwork_testkit::{Fault, RolloutRecorder, Told};
use support::fleet::{Fleet, RESOURCE, lists, name, wave};
use support::says;

/// A canary and two more, with a pause after each wave.
fn fleet(pause: Pause, max_failures: MaxFailures) -> Fleet {
    let mut waves = [wave("canary", 1, max_failures), wave("rest", 2, MaxFailures::Count(0))];
    waves.iter_mut().for_each(|wave| wave.pause = pause);
    Fleet::new(waves.into(), &[0, 1, 1])
}

/// Does something whenever this happens to a target.
struct Meddler<'a, F> {
    recorder: &'a RolloutRecorder,
    when: fn(&TargetEvent) -> bool,
    meddle: F,
}

fn is_finished(event: &TargetEvent) -> bool {
    matches!(event, TargetEvent::Finished { .. })
}

impl<F: Fn(&TargetName)> RolloutSink for Meddler<'_, F> {
    fn rollout(&self, event: RolloutEvent) {
        self.recorder.rollout(event);
    }

    fn target(&self, target: &TargetName, event: TargetEvent) {
        if (self.when)(&event) {
            (self.meddle)(target);
        }
        self.recorder.target(target, event);
    }

    fn event(&self, target: &TargetName, event: Event) {
        self.recorder.event(target, event);
    }
}

fn told_of_waves(told: &RolloutRecorder) -> Vec<RolloutEvent> {
    let of_wave = |(_, told)| match told {
        Told::Rollout(event @ (RolloutEvent::WaveVerified { .. } | RolloutEvent::StartsStopped { .. })) => Some(event),
        Told::Rollout(_) | Told::Target(..) | Told::Within(..) => None,
    };
    told.told().into_iter().filter_map(of_wave).collect()
}

fn verified(wave: &str, targets: usize, failed: &[usize]) -> RolloutEvent {
    let failed = failed.iter().map(|at| name(*at).parse().expect("a name")).collect();
    RolloutEvent::WaveVerified { wave: wave.parse().expect("a name"), targets, failed }
}

fn stopped(reason: NotStarted) -> RolloutEvent {
    RolloutEvent::StartsStopped { wave: "canary".parse().expect("a name"), reason }
}

#[test]
fn what_is_as_it_should_be_passes() {
    let fleet = fleet(Pause::Verify, MaxFailures::Count(0));
    let (report, told) = fleet.roll_out();
    assert_eq!(lists(&report), [vec![0, 1, 2], vec![], vec![], vec![]]);
    assert_eq!(told_of_waves(&told), [verified("canary", 1, &[]), verified("rest", 2, &[])]);
    let (_, told) = fleet.roll_out();
    assert_eq!(told_of_waves(&told), [], "what was not changed is not read again");
}

#[test]
fn somebody_who_undoes_what_was_done_is_noticed_before_the_next_wave() {
    let fleet = fleet(Pause::Verify, MaxFailures::Count(0));
    let recorder = RolloutRecorder::new(fleet.clock());
    let meddle = |target: &TargetName| {
        if target.as_str() == name(0) {
            fleet.clouds[0].change_stack(ROLE_STACK, |stack| stack.tags.retain(|key, _| key != "team"));
        }
    };
    let report = fleet.carry_out(fleet.survey(), &Meddler { recorder: &recorder, when: is_finished, meddle });
    assert_eq!(lists(&report), [vec![], vec![0], vec![], vec![1, 2]]);
    assert_eq!(exit(&report), Exit::SomeTargetsFailed);
    let TargetEnd::Failed { report } = &report.targets[0].end else { panic!("{report:#?}") };
    let problems: Vec<_> = report.problems().collect();
    assert_eq!(problems.len(), 1, "every step was done: {problems:#?}");
    assert_eq!(problems[0].code, Code::NotAsPlanned);
    says(problems[0], &["role would change"]);
    assert_eq!(told_of_waves(&recorder), [verified("canary", 1, &[0]), stopped(NotStarted::TooManyFailures)]);
    assert_eq!(fleet.clouds[1].stacks().len() + fleet.clouds[2].stacks().len(), 0);
}

#[test]
fn what_cannot_be_read_again_is_not_taken_for_right() {
    let fleet = fleet(Pause::Verify, MaxFailures::Count(1));
    let meddle = |target: &TargetName| {
        if target.as_str() == name(0) {
            fleet.clouds[0].calls.fail("GetCallerIdentity", 9, &Fault::Refused(ErrorClass::Denied));
        }
    };
    let recorder = RolloutRecorder::new(fleet.clock());
    let report = fleet.carry_out(fleet.survey(), &Meddler { recorder: &recorder, when: is_finished, meddle });
    // The wave may have one failure.
    assert_eq!(lists(&report), [vec![1, 2], vec![0], vec![], vec![]]);
    let TargetEnd::Failed { report } = &report.targets[0].end else { panic!("{report:#?}") };
    assert_eq!(report.problems().map(|problem| problem.code).collect::<Vec<_>>(), [Code::AccessDenied]);
}

#[test]
fn a_rollout_stops_for_approval_as_often_as_it_is_run() {
    let fleet = fleet(Pause::StopForApproval, MaxFailures::Count(0));
    for done in 1..3 {
        let (report, told) = fleet.roll_out();
        assert_eq!(lists(&report), [vec![0], vec![], vec![], vec![1, 2]], "run {done}");
        assert_eq!(exit(&report), Exit::ChangesPending);
        assert_eq!(told_of_waves(&told), [stopped(NotStarted::AwaitsApproval)]);
        assert_eq!(report.targets[2].end, TargetEnd::NotStarted { reason: NotStarted::AwaitsApproval });
    }
}

#[test]
fn the_approved_rest_goes_on_to_the_end() {
    let mut fleet = fleet(Pause::StopForApproval, MaxFailures::Count(0));
    fleet.roll_out();
    fleet.rollout.targets.remove(0);
    let (report, told) = fleet.roll_out();
    assert_eq!(lists(&report), [vec![1, 2], vec![], vec![], vec![]]);
    assert_eq!((exit(&report), told_of_waves(&told)), (Exit::Done, vec![]), "nothing is left to be approved");
}

#[test]
fn a_failure_counts_for_more_than_the_stop() {
    for (limit, reason) in [(0, NotStarted::TooManyFailures), (1, NotStarted::AwaitsApproval)] {
        let fleet = fleet(Pause::StopForApproval, MaxFailures::Count(limit));
        fleet.clouds[0].fail_resource(RESOURCE, "no");
        let (report, _) = fleet.roll_out();
        assert_eq!(report.targets[2].end, TargetEnd::NotStarted { reason });
        assert_eq!(exit(&report), Exit::SomeTargetsFailed);
    }
}

/// Carries plans out while somebody lets the tasks of the canary out to nothing, once it is begun.
fn roll_out_while_egress_is_closed(fleet: &Fleet) -> (RolloutReport, RolloutRecorder) {
    let recorder = RolloutRecorder::new(fleet.clock());
    let meddle = |target: &TargetName| {
        if target.as_str() == name(0) {
            fleet.clouds[0].things(|things| things.security_groups[0].egress.clear());
        }
    };
    let when = |event: &TargetEvent| *event == TargetEvent::Started;
    let report = fleet.carry_out(fleet.survey(), &Meddler { recorder: &recorder, when, meddle });
    (report, recorder)
}

#[test]
fn every_target_that_was_changed_is_verified_and_a_broken_link_is_a_failure_of_its_wave() {
    let (report, told) = roll_out_while_egress_is_closed(&fleet(Pause::None, MaxFailures::Count(0)));
    assert_eq!(lists(&report), [vec![], vec![0], vec![], vec![1, 2]], "the canary is not usable, so no other begins");
    assert_eq!(exit(&report), Exit::SomeTargetsFailed);
    let TargetEnd::Failed { report } = &report.targets[0].end else { panic!("{report:#?}") };
    let went_well = |outcome: &StepOutcome| matches!(outcome, StepOutcome::Changed | StepOutcome::Unchanged);
    assert!(report.steps.iter().all(|step| went_well(&step.outcome)), "{report:#?}");
    assert_eq!(report.problems().map(|problem| problem.code).collect::<Vec<_>>(), [Code::EgressClosed]);
    let is_verified = |told: &Told| matches!(told, Told::Target(_, TargetEvent::Verified { .. }));
    assert!(told.told().iter().any(|(_, told)| is_verified(told)), "what was found is told");

    let (report, _) = roll_out_while_egress_is_closed(&fleet(Pause::None, MaxFailures::Count(1)));
    assert_eq!(lists(&report), [vec![1, 2], vec![0], vec![], vec![]], "one failure is within the limit");
    for at in [1, 2] {
        let TargetEnd::Done { report } = &report.targets[at].end else { panic!("{report:#?}") };
        assert!(report.links.len() > 5 && report.was_verified());
    }
}

/// As with a single target: what nothing was done to is not verified.
#[test]
fn a_target_that_was_not_changed_is_not_verified() {
    let fleet = fleet(Pause::Verify, MaxFailures::Count(0));
    fleet.roll_out();
    let before = fleet.clouds[0].calls.count("GetRole");
    assert!(before > 0, "it was verified when it was made");
    let (report, told) = fleet.roll_out();
    assert_eq!(report.targets[0].end, TargetEnd::Unchanged);
    assert_eq!((told.told().len(), fleet.clouds[0].calls.count("GetRole")), (0, before));
}
