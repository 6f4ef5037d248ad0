//! Drift: what is read and asked, how a detection goes, and what becomes of a read that fails.

mod support;

use groundwork_engine::drift::drift;
use groundwork_engine::ports::{Clock, ErrorClass};
use groundwork_model::detection::{CheckOutcome, Obstacle};
use groundwork_model::drift::{Difference, DifferenceKind, Drift, Source};
use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::spec::Network;
use groundwork_model::{Code, Exit};
use groundwork_testkit::Fault;
use groundwork_testkit::build::id;
use groundwork_testkit::cloud::LATENCY;
use serde_json::json;
use support::{Target, VERSION, says};

/// A role stack, a cluster and a Run Environment, applied. What a network has is no emulator's in memory.
fn applied() -> Target {
    let mut target = Target::new();
    target.spec.network = Network::Skip;
    let report = target.apply();
    assert_eq!(groundwork_engine::execute::exit(&report), Exit::Done, "{report:#?}");
    target
}

fn compared(target: &Target) -> Result<Drift, Vec<Problem>> {
    target.ports.clock.run(drift(&target.ports, &target.spec, VERSION))
}

fn found(target: &Target) -> Drift {
    compared(target).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn codes(drift: &Drift) -> Vec<Code> {
    drift.all_problems().iter().map(|problem| problem.code).collect()
}

/// What differs that CloudFormation has found: the stack's own tests of roles are another matter.
fn of_cloudformation(drift: &Drift) -> Vec<&Difference> {
    drift.differences().filter(|difference| difference.found_by.contains(&Source::CloudFormation)).collect()
}

#[test]
fn each_stack_is_compared_once_and_nothing_is_written() {
    let target = applied();
    let (before, writes) = (target.cloud().calls.mutating().len(), target.saas().writes().len());
    let started = target.ports.clock.now_ms();
    let drift = found(&target);
    assert_eq!(codes(&drift), [], "{drift:#?}");
    assert!(drift.compared() > 3, "{drift:#?}");
    assert_eq!(target.cloud().calls.mutating().len(), before);
    assert_eq!(target.saas().writes().len(), writes);
    assert_eq!(target.cloud().calls.count("DetectStackDrift"), 2, "there are two stacks");
    // The stack, the detection's beginning, its end, its results; CloudReactor's chain is shorter.
    let latency = u64::try_from(LATENCY.as_millis()).expect("a few milliseconds");
    let took = target.ports.clock.now_ms() - started;
    assert!(took <= 5 * latency, "{} calls after each other", took / latency);
}

#[test]
fn what_cloudformation_finds_is_told() {
    let target = applied();
    let (expected, actual) = (json!({ "Timeout": 30 }), json!({ "Timeout": 60 }));
    let outcome = CheckOutcome::Modified { expected, actual, paths: vec!["/Timeout".to_owned()] };
    target.cloud().things(|things| {
        things.detections.found.insert(id("cloudreactorWorkflowStarterLambda"), outcome);
        things.detections.looks = 5;
    });
    let drift = found(&target);
    let [difference] = of_cloudformation(&drift)[..] else { panic!("{drift:#?}") };
    assert_eq!((difference.kind, difference.field.as_deref()), (DifferenceKind::Changed, Some("Timeout")));
    assert_eq!(target.cloud().calls.count("DescribeStackDriftDetectionStatus"), 2 * 6);
}

#[test]
fn somebody_elses_detection_is_waited_for_and_ones_own_comes_after_it() {
    let target = applied();
    target.cloud().things(|things| things.detections.busy = 3);
    let drift = found(&target);
    assert_eq!(codes(&drift), []);
    assert_eq!(target.cloud().calls.count("DetectStackDrift"), 2 + 3);
}

/// A detection that checked only a part, results of an earlier one, and one that may not be made.
#[test]
fn what_was_not_checked_is_unknown_and_never_the_same() {
    let incomplete = |change: &dyn Fn(&Target)| {
        let target = applied();
        change(&target);
        found(&target)
    };
    let failed = incomplete(&|target| {
        let reason = "Failed to detect drift on resource [role]".to_owned();
        target.cloud().things(|things| things.detections.failure = Some(Obstacle { is_denial: false, reason }));
    });
    assert_eq!(codes(&failed), [Code::DriftDetectionIncomplete; 2]);
    let stale = incomplete(&|target| target.cloud().things(|things| things.detections.stale_ms = 10_000));
    assert!(codes(&stale).contains(&Code::DriftDetectionIncomplete), "{:#?}", codes(&stale));
    let denied = incomplete(&|target| {
        target.cloud().calls.fail("DetectStackDrift", 9, &Fault::Refused(ErrorClass::Denied));
    });
    assert_eq!(codes(&denied), [Code::AccessDenied]);
    assert!(denied.compared() > 0, "what groundwork reads itself is compared all the same");
}

#[test]
fn a_detection_survives_what_passes_and_ends_in_time() {
    let target = applied();
    for operation in ["DetectStackDrift", "DescribeStackDriftDetectionStatus", "DescribeStackResourceDrifts"] {
        target.cloud().calls.fail(operation, 2, &Fault::Refused(ErrorClass::Throttled));
    }
    assert_eq!(codes(&found(&target)), []);

    let target = applied();
    target.cloud().things(|things| things.detections.looks = usize::MAX);
    let started = target.ports.clock.now_ms();
    let drift = found(&target);
    assert!(codes(&drift).contains(&Code::DriftDetectionTimedOut), "{:#?}", drift.all_problems());
    let took = target.ports.clock.now_ms() - started;
    assert!((600_000..660_000).contains(&took), "{took} ms");
}

#[test]
fn a_wish_to_stop_ends_the_wait() {
    let target = applied();
    target.cloud().things(|things| things.detections.looks = usize::MAX);
    target.ports.stop.trigger();
    let drift = found(&target);
    assert!(codes(&drift).contains(&Code::Interrupted), "{:#?}", drift.all_problems());
}

#[test]
fn a_read_that_fails_is_its_own_problem_and_takes_nothing_with_it() {
    for (operation, components) in [
        ("GetRole", vec![Component::Role]),
        ("ListRolePolicies", vec![Component::Role]),
        ("ListStackResources", vec![Component::Role, Component::Cluster]),
        ("DescribeStackResourceDrifts", vec![Component::Role, Component::Cluster]),
    ] {
        let target = applied();
        target.cloud().calls.fail(operation, 99, &Fault::Refused(ErrorClass::Denied));
        let drift = found(&target);
        for component in &drift.components {
            let is_struck = components.contains(&component.component);
            assert_eq!(!component.problems.is_empty(), is_struck, "{operation}: {component:#?}");
        }
        assert!(codes(&drift).iter().all(|code| *code == Code::AccessDenied), "{operation}: {drift:#?}");
    }
}

#[test]
fn what_the_spec_says_and_nobody_has_applied_is_pending() {
    let target = Target::new();
    let drift = found(&target);
    let of_stacks = drift.components.iter().filter(|component| component.component != Component::CloudReactor);
    let kinds: Vec<DifferenceKind> =
        of_stacks.flat_map(|component| &component.differences).map(|difference| difference.kind).collect();
    assert_eq!(kinds, [DifferenceKind::Pending; 3], "{drift:#?}");
    assert_eq!(target.cloud().calls.count("DetectStackDrift"), 0, "there is nothing to detect in");
}

#[test]
fn the_wrong_account_is_refused() {
    let mut target = applied();
    target.spec.environment.account_id = Some(id("210987654321"));
    let problems = compared(&target).expect_err("it is another account");
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::WrongAccount]);
    says(&problems[0], &["210987654321"]);
}
