//! Calls that fail in one way or another while a plan is carried out: how it goes on, and what is told if it does not.

mod support;

use groundwork_engine::execute;
use groundwork_engine::ports::ErrorClass;
use groundwork_model::spec::{Cluster, ClusterRef};
use groundwork_model::{Code, Exit};
use groundwork_testkit::Fault;
use groundwork_testkit::build::{cluster, id};
use support::{Target, problem, says};

const EXECUTE: &str = "ExecuteChangeSet";

/// How many stacks there are.
const STACKS: usize = 3;

#[test]
fn an_execution_that_was_not_answered_and_whose_repetition_is_refused_has_begun() {
    for class in [ErrorClass::Invalid, ErrorClass::Gone] {
        let target = Target::new();
        target.cloud().calls.fail(EXECUTE, STACKS, &Fault::AnswerLost);
        target.cloud().calls.fail(EXECUTE, STACKS, &Fault::Refused(class));
        let report = target.apply();
        assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
        assert_eq!(target.cloud().calls.count(EXECUTE), 2 * STACKS);
        assert_eq!(target.cloud().calls.count("DeleteStack"), 0);
        assert!(target.plan().is_empty());
    }
}

#[test]
fn an_execution_that_is_refused_at_once_is_none_although_somebody_works_on_the_stack() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.cloud().calls.fail(EXECUTE, STACKS, &Fault::Refused(ErrorClass::Invalid));
    let report = target.apply();
    problem(&report, "role", Code::ChangeSetFailed);
    assert_eq!(target.cloud().change_sets(), 0);
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
}

#[test]
fn a_change_set_of_which_nothing_is_heard_is_given_up_after_a_minute() {
    let target = Target::new();
    target.cloud().calls.fail("DescribeChangeSet", 1000, &Fault::Refused(ErrorClass::Throttled));
    let report = target.apply();
    problem(&report, "role", Code::Throttled);
    assert_eq!(execute::exit(&report), Exit::TimedOut);
    assert!(report.elapsed_ms < 90_000, "{} ms", report.elapsed_ms);
    assert_eq!(target.cloud().stacks().len(), 0, "no shell is left");
}

/// A target that uses a cluster, which lacks capacity providers.
fn with_a_cluster() -> Target {
    let mut target = Target::new();
    target.spec.cluster = Cluster::Use { cluster: ClusterRef::Name(id("old")) };
    target.cloud().things(|things| things.clusters.push(cluster("old")));
    target
}

#[test]
fn a_busy_cluster_gets_its_providers_later_and_what_lasts_is_told_by_its_own_code() {
    for (class, refusals, expected) in [
        (ErrorClass::Unavailable, 3, None),
        (ErrorClass::Throttled, 3, None),
        (ErrorClass::Unavailable, 30, Some(Code::AwsUnavailable)),
        (ErrorClass::Throttled, 30, Some(Code::Throttled)),
        (ErrorClass::Denied, 1, Some(Code::AccessDenied)),
        (ErrorClass::Expired, 1, Some(Code::CredentialsExpired)),
        (ErrorClass::Invalid, 1, Some(Code::CapacityProvidersFailed)),
    ] {
        let target = with_a_cluster();
        target.cloud().calls.fail("PutClusterCapacityProviders", refusals, &Fault::Refused(class));
        let report = target.apply();
        match expected {
            None => assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}"),
            Some(code) => says(problem(&report, "cluster-providers", code), &["cluster old", "run the same command"]),
        }
    }
}
