//! Rollouts whose targets are busy: what is under way there is waited for, target by target.

mod support;

use std::cell::RefCell;
use std::time::Duration;

use futures_util::join;
use groundwork_engine::patience::Patience;
use groundwork_engine::ports::Clock;
use groundwork_engine::survey::WaitSink;
use groundwork_engine::watching::Moving;
use groundwork_model::event::Event;
use groundwork_model::rollout::{MaxFailures, Planned, RolloutPlan};
use groundwork_model::world::StackPhase;
use groundwork_model::{Code, TargetName};
use groundwork_testkit::RolloutRecorder;
use groundwork_testkit::build::{ROLE_STACK, stack};
use support::fleet::Fleet;

const HOUR: Duration = Duration::from_secs(3600);

/// An apply takes up what an earlier run has begun, and waits for nobody else.
const OWN: Patience = Patience { own: Some(HOUR), others: None };

/// What was told, a line each.
#[derive(Default)]
struct Heard(RefCell<Vec<String>>);

impl WaitSink for Heard {
    fn waits(&self, target: &TargetName, stack: &Moving) {
        let by = if stack.is_ours { "ours" } else { "theirs" };
        self.0.borrow_mut().push(format!("{target} waits for {} {}, {by}", stack.name, stack.status));
    }

    fn event(&self, _: &TargetName, _: Event) {}

    fn planned(&self, target: &TargetName, planned: &Planned) {
        let outcome = if planned.plan().is_some() { "planned" } else { "not planned" };
        self.0.borrow_mut().push(format!("{target} {outcome}"));
    }
}

/// The codes by which each target has no plan.
fn codes(plan: &RolloutPlan) -> Vec<Vec<Code>> {
    let of = |planned: &Planned| planned.problems().iter().map(|problem| problem.code).collect();
    plan.targets.iter().map(|target| of(&target.planned)).collect()
}

fn waited(fleet: &Fleet, patience: Patience) -> (RolloutPlan, Vec<String>) {
    let heard = Heard::default();
    let plan = fleet.clock().run(fleet.waited(fleet.survey(), patience, &heard)).expect("nobody stops it");
    (plan, heard.0.into_inner())
}

/// A rollout that was killed as soon as AWS works on the role stacks of the first two targets.
fn lost() -> Fleet {
    for steps in 1..400 {
        let fleet = Fleet::alike(3, 2, MaxFailures::Count(0));
        fleet.clouds.iter().for_each(|cloud| cloud.resources_take(Duration::from_secs(60)));
        let approved = fleet.approve(fleet.survey()).expect("the gates let it pass");
        let told = RolloutRecorder::new(fleet.clock());
        let ended = fleet.clock().run_for(steps, fleet.rolled_out(approved, &told)).is_some();
        let begun =
            |at: usize| fleet.clouds[at].calls.count("ExecuteChangeSet") > 0 && !fleet.clouds[at].writes().is_empty();
        if begun(0) && begun(1) {
            assert!(!ended, "the run is over");
            return fleet;
        }
    }
    panic!("no stack was begun")
}

/// A target in which somebody else is at work.
fn put_busy(fleet: &Fleet, at: usize) {
    let mut theirs = stack(ROLE_STACK, &[]);
    theirs.phase = StackPhase::from_status("UPDATE_IN_PROGRESS");
    theirs.tags.insert("groundwork:environment".to_owned(), "staging".to_owned());
    fleet.clouds[at].put_stack(theirs);
}

#[test]
fn what_a_lost_rollout_has_begun_is_waited_for_and_taken_up() {
    let fleet = lost();
    assert_eq!(codes(&fleet.survey()), [vec![Code::StackBusy], vec![Code::StackBusy], vec![]]);
    let started = fleet.clock().now_ms();
    let (plan, heard) = waited(&fleet, OWN);
    assert_eq!(codes(&plan), [[]; 3], "{heard:#?}");
    let waits = |at: usize| format!("target-{at} waits for {ROLE_STACK} CREATE_IN_PROGRESS, ours");
    assert_eq!(heard[..2], [waits(0), waits(1)]);
    assert_eq!(heard.len(), 4);
    let took = fleet.clock().now_ms() - started;
    assert!(took < 2 * 5 * 60_000, "side by side, {took} ms");
    let report = fleet.carry_out(plan, &RolloutRecorder::new(fleet.clock()));
    assert!(report.lists().failed.is_empty(), "{report:#?}");
    assert!(fleet.clouds.iter().all(|cloud| cloud.stacks().len() == 1), "nothing was made twice");
}

#[test]
fn nobody_is_waited_for_without_patience() {
    let fleet = lost();
    let before = fleet.marks();
    let plan = fleet.survey();
    let after = fleet.marks();
    let (waited, heard) = waited(&fleet, Patience::NONE);
    assert_eq!((codes(&waited), heard), (codes(&plan), vec![]));
    // The second survey is what asked as much as the first.
    let asked: Vec<usize> = fleet.marks().iter().zip(&after).map(|(now, then)| now - then).collect();
    assert_eq!(asked, after.iter().zip(&before).map(|(now, then)| now - then).collect::<Vec<_>>());
}

#[test]
fn somebody_else_is_waited_for_only_where_that_is_asked_for_and_only_so_long() {
    let fleet = Fleet::alike(2, 2, MaxFailures::Count(0));
    put_busy(&fleet, 1);
    let (plan, heard) = waited(&fleet, OWN);
    assert_eq!((codes(&plan), heard), (vec![vec![], vec![Code::StackBusy]], vec![]));

    let patience = Patience { own: Some(HOUR), others: Some(Duration::from_secs(300)) };
    let started = fleet.clock().now_ms();
    let (plan, heard) = waited(&fleet, patience);
    assert_eq!(codes(&plan), [vec![], vec![Code::StackTimedOut]], "{heard:#?}");
    assert_eq!(
        heard,
        [format!("target-1 waits for {ROLE_STACK} UPDATE_IN_PROGRESS, theirs"), "target-1 not planned".to_owned()]
    );
    let took = fleet.clock().now_ms() - started;
    assert!((300_000..360_000).contains(&took), "{took} ms");
}

#[test]
fn once_somebody_else_is_done_the_target_is_planned_again() {
    let fleet = Fleet::alike(2, 2, MaxFailures::Count(0));
    fleet.roll_out();
    let set = |status: &'static str| {
        fleet.clouds[1].change_stack(ROLE_STACK, |stack| stack.phase = StackPhase::from_status(status));
    };
    set("UPDATE_IN_PROGRESS");
    let heard = Heard::default();
    let patience = Patience { own: Some(HOUR), others: Some(HOUR) };
    let waits = fleet.waited(fleet.survey(), patience, &heard);
    let theirs = async {
        fleet.clock().sleep(Duration::from_secs(90)).await;
        set("UPDATE_COMPLETE");
    };
    let (plan, ()) = fleet.clock().run(async { join!(waits, theirs) });
    assert_eq!(codes(&plan.expect("nobody stops it")), [[]; 2]);
    assert_eq!(heard.0.borrow().last().map(String::as_str), Some("target-1 planned"));
}

#[test]
fn a_wish_to_stop_ends_the_wait() {
    let fleet = Fleet::alike(2, 2, MaxFailures::Count(0));
    put_busy(&fleet, 0);
    let plan = fleet.survey();
    let heard = Heard::default();
    let stops = async {
        fleet.clock().sleep(Duration::from_secs(20)).await;
        fleet.shared.stop.trigger();
    };
    let waits = fleet.waited(plan, Patience { own: None, others: Some(HOUR) }, &heard);
    let (stopped, ()) = fleet.clock().run(async { join!(waits, stops) });
    let problems = stopped.expect_err("it is stopped");
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::Interrupted]);
}
