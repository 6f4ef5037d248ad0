//! Surveys: all targets of a rollout, read and planned side by side.

mod support;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use groundwork_engine::ports::{Clock, ErrorClass};
use groundwork_engine::survey::{Links, Look, Question};
use groundwork_model::Code;
use groundwork_model::found::{Found, FoundIn};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{MaxFailures, Planned, RolloutPlan};
use groundwork_model::status::{State, TargetStatus};
use groundwork_model::step::Op;
use groundwork_model::verification::Verification;
use groundwork_testkit::Fault;
use groundwork_testkit::build::{ROLE_STACK, stack};
use groundwork_testkit::cloud::LATENCY;
use support::fleet::{Fleet, account, count, most_at_once, name, wave};
use support::says;

fn fleet(targets: usize) -> Fleet {
    Fleet::alike(targets, 1, MaxFailures::Count(0))
}

fn codes(planned: &Planned) -> Vec<Code> {
    planned.problems().iter().map(|problem| problem.code).collect()
}

/// For each target, what came of it, in one letter.
fn outcomes(plan: &RolloutPlan) -> String {
    let letter = |planned: &Planned| match planned {
        Planned::Plan(plan) if plan.is_empty() => '-',
        Planned::Plan(_) => 'P',
        Planned::Blocked(_) => 'B',
        Planned::Unreachable(_) => 'U',
    };
    plan.targets.iter().map(|target| letter(&target.planned)).collect()
}

#[test]
fn plans_stand_in_the_order_of_the_spec_and_are_told_as_they_come() {
    let mut fleet = fleet(4);
    fleet.connecting = (0..4).rev().map(Duration::from_secs).collect();
    let told = RefCell::new(Vec::new());
    let survey = fleet.surveyed(|at, planned| told.borrow_mut().push((at, planned.plan().is_some())));
    let plan = fleet.clock().run(survey).expect("a plan");
    assert_eq!(told.take(), [(3, true), (2, true), (1, true), (0, true)]);
    for (at, target) in plan.targets.iter().enumerate() {
        assert_eq!(target.target.name.as_str(), name(at));
        let made_for = target.planned.plan().map(|plan| plan.target.account.as_str().to_owned());
        assert_eq!((target.target.account.as_str(), made_for), (account(at).as_str(), Some(account(at))));
    }
    assert_eq!(fleet.mutations(), 0);
}

#[test]
fn plans_that_are_alike_share_the_texts_of_their_templates() {
    let plan = fleet(3).survey();
    let steps = plan.targets.iter().filter_map(|target| target.planned.plan()).flat_map(|plan| &plan.steps);
    let templates = steps.filter_map(|step| match &step.op {
        Op::DeployStack(deploy) => Some(Arc::as_ptr(&deploy.template).cast::<u8>()),
        _ => None,
    });
    let places: Vec<_> = templates.collect();
    assert_eq!(places.len(), 3, "each target has a stack to be made");
    assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
}

#[test]
fn only_waves_with_targets_are_named() {
    let waves = ["first", "empty", "last"].map(|name| wave(name, 1, MaxFailures::Count(0)));
    let fleet = Fleet::new(waves.into(), &[2, 0, 2]);
    let plan = fleet.survey();
    assert_eq!(plan.waves.iter().map(|wave| wave.name.as_str()).collect::<Vec<_>>(), ["first", "last"]);
    let of_targets: Vec<&str> = plan.targets.iter().map(|target| target.target.wave.as_str()).collect();
    assert_eq!(of_targets, ["last", "first", "last"]);
}

#[test]
fn as_many_targets_as_permitted_are_read_at_once_and_no_more() {
    for (targets, parallelism) in [(1, 3), (7, 1), (7, 3), (9, 3), (5, 100)] {
        let fleet = Fleet { parallelism: count(parallelism), ..fleet(targets) };
        let marks = fleet.marks();
        let began_ms = fleet.clock().now_ms();
        fleet.survey();
        let spans: Vec<(u64, u64)> = fleet.spans(&marks).into_iter().flatten().collect();
        assert_eq!(spans.len(), targets);
        assert_eq!(most_at_once(&spans), parallelism.min(targets), "{targets} targets, {parallelism} at once");
        // AWS is one call deep, and CloudReactor two: once who we are, and a Run Environment a target.
        let rounds = u32::try_from(targets.div_ceil(parallelism)).expect("few rounds");
        let expected = LATENCY * rounds + LATENCY;
        assert_eq!(Duration::from_millis(fleet.clock().now_ms() - began_ms), expected, "{targets}, {parallelism}");
    }
}

#[test]
fn what_cannot_be_read_or_planned_is_told_and_the_others_are_planned() {
    let fleet = fleet(5);
    fleet.clouds[1].calls.fail("DescribeStacks", 9, &Fault::Refused(ErrorClass::Denied));
    fleet.clouds[2].put_stack(stack(ROLE_STACK, &[]));
    fleet.clouds[4].things(|things| things.clusters.clear());
    let plan = fleet.survey();
    assert_eq!(outcomes(&plan), "PUBPB");
    assert_eq!(codes(&plan.targets[1].planned), [Code::AccessDenied]);
    assert_eq!(codes(&plan.targets[2].planned), [Code::StackNotOurs]);
    assert_eq!(codes(&plan.targets[4].planned), [Code::ReferenceNotFound]);
}

#[test]
fn cloudreactor_is_asked_once_who_we_are_and_its_failure_is_every_targets() {
    let fleet = fleet(6);
    fleet.survey();
    assert_eq!(fleet.shared.saas.calls.count("GET /auth/users/me/"), 1);
    fleet.shared.saas.calls.fail("GET /auth/users/me/", 1, &Fault::Refused(ErrorClass::Denied));
    let plan = fleet.survey();
    assert_eq!(outcomes(&plan), "UUUUUU");
    let first = plan.targets[0].planned.problems();
    assert_eq!(first[0].code, Code::CloudReactorLogin);
    assert!(plan.targets.iter().all(|target| target.planned.problems() == first));
    assert_eq!(outcomes(&fleet.survey()), "PPPPPP", "the failure is not remembered");
}

/// Two targets whose credentials lead to one account are the worst of these cases.
#[test]
fn credentials_of_another_account_make_a_target_unreachable_whatever_the_spec_says() {
    for in_spec in [Some(1), None, Some(0)] {
        let mut fleet = fleet(3);
        fleet.rollout.targets[1].spec.environment.account_id = in_spec.map(|at| account(at).parse().expect("a number"));
        fleet.clouds[1].call_from(&account(0));
        let plan = fleet.survey();
        assert_eq!(outcomes(&plan), "PUP", "with {in_spec:?} in the spec");
        assert_eq!(codes(&plan.targets[1].planned), [Code::WrongAccount]);
        says(&plan.targets[1].planned.problems()[0], &[&account(0), &account(1)]);
    }
}

#[test]
fn a_wave_that_does_not_exist_is_a_defect_and_no_panic() {
    let fleet = Fleet::new(vec![wave("only", 1, MaxFailures::Count(0))], &[0, 1]);
    let problems = fleet.clock().run(fleet.surveyed(|_, _| ())).expect_err("there is no such wave");
    assert_eq!(problems[0].code, Code::Internal);
    assert!(fleet.connected.borrow().is_empty());
}

/// What was found in each target, and which were told of, in this order.
fn found<L: Look>(fleet: &Fleet, wanted: &L) -> (Found<L::Document>, Vec<usize>) {
    let told = RefCell::new(Vec::new());
    let found = fleet.clock().run(fleet.looked(wanted, |at, _| told.borrow_mut().push(at)));
    (found.unwrap_or_else(|problems| panic!("{problems:#?}")), told.take())
}

/// What is wrong with each target.
fn wrong<D>(found: &Found<D>) -> Vec<Vec<Code>> {
    let codes = |target: &FoundIn<D>| target.problems.iter().map(|problem| problem.code).collect();
    found.targets.iter().map(codes).collect()
}

#[test]
fn what_exists_is_told_of_each_target_and_nothing_is_written() {
    let mut fleet = fleet(4);
    let missing = fleet.rollout.targets.remove(2);
    fleet.roll_out();
    fleet.rollout.targets.insert(2, missing);
    fleet.clouds[1].calls.fail("DescribeStacks", 18, &Fault::Refused(ErrorClass::Denied));
    fleet.clouds[3].call_from(&account(0));
    fleet.connecting = (0..4).rev().map(Duration::from_secs).collect();
    let written = fleet.mutations();
    for (question, pending) in
        [(Question::Existing, [false; 4]), (Question::Pending("0.1.0"), [false, false, true, false])]
    {
        let (found, told) = found(&fleet, &question);
        assert_eq!(told, [3, 2, 1, 0]);
        let role = |target: &FoundIn<TargetStatus>| Some(target.document.as_ref()?.status.components[0].state);
        let roles: Vec<Option<State>> = found.targets.iter().map(role).collect();
        assert_eq!(roles, [Some(State::Ready), None, Some(State::Absent), None]);
        assert_eq!(wrong(&found), [vec![], vec![Code::AccessDenied], vec![], vec![Code::WrongAccount]]);
        let is_pending = |target: &FoundIn<TargetStatus>| target.document.as_ref().is_some_and(|of| of.is_pending);
        assert_eq!(found.targets.iter().map(is_pending).collect::<Vec<_>>(), pending);
        let asked = found.documents().all(|(_, target)| target.status.pending.is_some());
        assert_eq!(asked, matches!(question, Question::Pending(_)));
    }
    assert_eq!(fleet.mutations(), written);
}

#[test]
fn what_exists_is_told_also_where_nothing_can_be_planned() {
    let fleet = fleet(2);
    fleet.clouds[1].put_stack(stack(ROLE_STACK, &[]));
    let (found, _) = found(&fleet, &Question::Pending("0.1.0"));
    let blocked = found.targets[1].document.as_ref().expect("it was read");
    assert_eq!(blocked.status.components[0].state, State::NotOurs);
    assert_eq!(wrong(&found)[1], [Code::StackNotOurs]);
}

#[test]
fn every_link_of_each_target_is_judged_and_what_cannot_be_read_is_told() {
    let mut fleet = fleet(6);
    let missing = fleet.rollout.targets.remove(5);
    fleet.roll_out();
    fleet.rollout.targets.push(missing);
    fleet.clouds[1].things(|things| things.clusters.clear());
    fleet.clouds[2].calls.fail("GetRole", 1, &Fault::Refused(ErrorClass::Denied));
    fleet.clouds[3].call_from(&account(0));
    fleet.clouds[4].calls.fail("GetCallerIdentity", 1, &Fault::Refused(ErrorClass::Throttled));
    let written = fleet.mutations();
    let (found, _) = found(&fleet, &Links);
    let whole = |target: &FoundIn<Verification>| Some(target.document.as_ref()?.is_whole());
    let verified: Vec<Option<bool>> = found.targets.iter().map(whole).collect();
    assert_eq!(verified, [Some(true), Some(false), Some(false), None, None, Some(false)]);
    let wrong = wrong(&found);
    assert_eq!(wrong[0], []);
    assert!(wrong[1].contains(&Code::ClusterInactive), "{wrong:?}");
    assert_eq!(wrong[2], [Code::AccessDenied], "a failed read is no broken link");
    assert_eq!((&wrong[3][..], &wrong[4][..]), (&[Code::WrongAccount][..], &[Code::Throttled][..]));
    assert!(wrong[5].contains(&Code::PartMissing), "{wrong:?}");
    assert_eq!(fleet.mutations(), written);
}

/// The spec of a target may leave its account out; that the target names it counts all the same.
#[test]
fn links_of_another_account_are_not_taken_for_the_targets() {
    let mut fleet = fleet(2);
    fleet.roll_out();
    fleet.rollout.targets[1].spec.environment.account_id = None;
    fleet.clouds[1].call_from(&account(0));
    let (found, _) = found(&fleet, &Links);
    assert!(found.targets[1].document.is_none());
    assert_eq!(wrong(&found), [vec![], vec![Code::WrongAccount]]);
}

fn is_interrupted(outcome: &Result<RolloutPlan, Vec<Problem>>) -> bool {
    matches!(outcome, Err(problems) if problems.len() == 1 && problems[0].code == Code::Interrupted)
}

#[test]
fn a_survey_after_a_stop_reads_nothing() {
    let fleet = fleet(3);
    fleet.shared.stop.trigger();
    let outcome = fleet.clock().run(fleet.surveyed(|_, _| ()));
    assert!(is_interrupted(&outcome), "{outcome:#?}");
    assert_eq!(fleet.marks(), [0, 0, 0]);
}

#[test]
fn a_stop_at_any_call_ends_a_survey_at_once() {
    let size = 7;
    let calls = {
        let fleet = fleet(size);
        fleet.survey();
        fleet.clouds[size - 1].calls.all().len()
    };
    for target in 0..size {
        for number in 1..=calls {
            let fleet = fleet(size);
            let (switch, clock) = (fleet.shared.stop.clone(), fleet.clock().clone());
            let stopped_ms = std::rc::Rc::new(std::cell::Cell::new(0));
            let at_ms = std::rc::Rc::clone(&stopped_ms);
            fleet.clouds[target].calls.on_call(move |call, _| {
                if call == number {
                    at_ms.set(clock.now_ms());
                    switch.trigger();
                }
            });
            let outcome = fleet.clock().run(fleet.surveyed(|_, _| ()));
            assert!(is_interrupted(&outcome), "at call {number} of target {target}: {outcome:#?}");
            assert_eq!(fleet.clock().now_ms(), stopped_ms.get(), "at once");
            let begun = fleet.connected.borrow().len();
            assert!(begun <= size.min(target + 4), "{begun} targets were begun");
        }
    }
}
