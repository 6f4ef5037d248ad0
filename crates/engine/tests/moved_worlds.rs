//! A world that moves between a plan and its execution: whatever others did, nothing is written that the plan
//! did not announce.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::Code;
use groundwork_model::plan::Plan;
use groundwork_model::report::{Report, StepOutcome};
use groundwork_model::step::{Op, StepId};
use groundwork_testkit::{Saving, Write};
use proptest::prelude::*;
use support::announced::{in_aws, in_cloudreactor};
use support::moves::{MOVES, Move, STARTS, Start};
use support::{problem, says};

/// What came of a plan in a world that had moved.
struct Moved {
    report: Report,
    aws: Vec<Write>,
    cloudreactor: Vec<Saving>,
}

/// Plans, lets others act, and carries the plan out; returns the plan, too.
fn carried_out(start: Start, moves: &[Move]) -> (Plan, Moved) {
    let target = start.1();
    let plan = target.plan();
    moves.iter().for_each(|(_, act)| act(&target));
    let (aws, cloudreactor) = (target.cloud().writes().len(), target.saas().writes().len());
    let report = target.ports.clock.run(target.executed(plan.clone()));
    let aws = target.cloud().writes().split_off(aws);
    let cloudreactor = target.saas().writes().split_off(cloudreactor);
    assert_eq!(target.cloud().change_sets(), 0, "a change set is left");
    (plan, Moved { report, aws, cloudreactor })
}

/// Everything that was written and not announced.
fn unannounced(plan: &Plan, moved: &Moved) -> Vec<String> {
    let aws = moved.aws.iter().flat_map(|write| in_aws(plan, write));
    let cloudreactor = moved.cloudreactor.iter().flat_map(|saving| in_cloudreactor(plan, saving));
    aws.chain(cloudreactor).collect()
}

/// How often each step has written: a deployment executes a change set, and nothing else counts as one.
fn writes(plan: &Plan, moved: &Moved) -> BTreeMap<StepId, usize> {
    let of = |op: &Op| match op {
        Op::DeployStack(deploy) => {
            let is_its = |write: &&Write| matches!(write, Write::Execution { stack, .. } if *stack == deploy.stack);
            moved.aws.iter().filter(is_its).count()
        }
        Op::DeployStackSet(_) => panic!("a target's plan has no stack set"),
        Op::ContinueRollback(_) | Op::RollBack(_) | Op::FollowStack(_) => panic!("what is applied recovers nothing"),
        Op::PutCapacityProviders(_) => {
            moved.aws.iter().filter(|write| matches!(write, Write::CapacityProviders { .. })).count()
        }
        Op::PutRunEnvironment(_) | Op::DeleteRunEnvironment { .. } | Op::DeleteStack(_) => moved.cloudreactor.len(),
    };
    plan.steps.iter().map(|step| (step.id, of(&step.op))).collect()
}

/// A step that says that it changed something wrote once; one that says that it did not, or was not begun, never.
fn says_what_it_did(plan: &Plan, moved: &Moved) -> Vec<String> {
    let writes = writes(plan, moved);
    let fits = |outcome: &StepOutcome, writes: usize| match outcome {
        StepOutcome::Changed => writes == 1,
        StepOutcome::Unchanged | StepOutcome::Skipped { .. } => writes == 0,
        StepOutcome::Failed { .. } => writes <= 1,
    };
    let steps = moved.report.steps.iter().filter(|step| !fits(&step.outcome, writes[&step.step]));
    steps.map(|step| format!("{}: {:?} after {} writes", step.step, step.outcome, writes[&step.step])).collect()
}

fn faults(plan: &Plan, moved: &Moved) -> Vec<String> {
    [unannounced(plan, moved), says_what_it_did(plan, moved)].concat()
}

/// No start notices these, since nothing that is written depends on them, or since it is kept.
const HARMLESS: [&str; 5] = [
    "role stack in review",
    "the role leads to another account",
    "the cluster stack updated to the same",
    "the providers set",
    "a field of others added",
];

#[test]
fn where_nothing_moves_every_step_writes_what_it_announced() {
    for start in STARTS {
        let (plan, moved) = carried_out(start, &[]);
        assert_eq!(faults(&plan, &moved), Vec::<String>::new(), "{}", start.0);
        assert_eq!(moved.report.problems().count(), 0, "{}: {:#?}", start.0, moved.report);
        assert!(writes(&plan, &moved).values().all(|writes| *writes == 1), "{}: {:#?}", start.0, moved.report);
    }
}

#[test]
fn every_move_is_noticed_by_some_plan_but_for_those_that_are_known() {
    let mut noticed: BTreeMap<&str, usize> = MOVES.iter().map(|(what, _)| (*what, 0)).collect();
    for start in STARTS {
        for act in MOVES {
            let (plan, moved) = carried_out(start, &[act]);
            assert_eq!(faults(&plan, &moved), Vec::<String>::new(), "{} and {}: {:#?}", start.0, act.0, moved.report);
            *noticed.entry(act.0).or_default() += usize::from(moved.report.problems().next().is_some());
        }
    }
    let never: BTreeSet<&str> = noticed.into_iter().filter(|(_, times)| *times == 0).map(|(what, _)| what).collect();
    assert_eq!(never, HARMLESS.into_iter().collect());
}

/// A start and a move by name, the step that refuses, its code, and what it has to say.
type Refusal = (&'static str, &'static str, &'static str, Code, &'static str);

const REFUSALS: [Refusal; 7] = [
    ("an empty account", "a cluster of our name made", "cluster", Code::ClusterExists, "cluster staging exists by now"),
    ("a cluster of somebody else", "a strategy set", "cluster-providers", Code::ChangeSetDisagrees, "another strategy"),
    (
        "everything out of date",
        "the cluster stack given to another environment",
        "cluster",
        Code::ChangeSetDisagrees,
        "environment \"production\"",
    ),
    ("everything out of date", "a tag added to the network", "network", Code::ChangeSetDisagrees, "Tags[owner]"),
    (
        "another role",
        "a parameter of the role changed",
        "role",
        Code::ChangeSetDisagrees,
        "Parameters.LambdaPathPrefix",
    ),
    (
        "a corpse of the role",
        "the role stack stuck",
        "role",
        Code::ChangeSetDisagrees,
        "in UPDATE_ROLLBACK_FAILED by now",
    ),
    (
        "the Run Environment without an account",
        "its account changed",
        "run-environment",
        Code::PlanOutgrown,
        "stands for account \"999999999999\" by now",
    ),
];

#[test]
fn what_is_refused_is_named() {
    for (start, act, step, code, words) in REFUSALS {
        let act = *MOVES.iter().find(|(known, _)| *known == act).expect("a move of that name");
        let from = *STARTS.iter().find(|(known, _)| *known == start).expect("a start of that name");
        let (_, moved) = carried_out(from, &[act]);
        says(problem(&moved.report, step, code), &[words, "plan again"]);
        assert_eq!(moved.report.problems().count(), 1, "{start} and {}: {:#?}", act.0, moved.report);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_world_that_moved_in_several_ways_gets_no_unreviewed_write(
        start in proptest::sample::select(STARTS.to_vec()),
        moves in proptest::collection::vec(proptest::sample::select(MOVES.to_vec()), 2..6),
    ) {
        let (plan, moved) = carried_out(start, &moves);
        let names: Vec<&str> = moves.iter().map(|(what, _)| *what).collect();
        prop_assert_eq!(faults(&plan, &moved), Vec::<String>::new(), "{} and {:?}: {:#?}", start.0, names, moved.report);
    }
}
