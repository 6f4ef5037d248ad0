//! Applying and destroying: what goes wrong, what is told of it, and what is left.

mod support;

use std::time::Duration;

use groundwork_engine::execute;
use groundwork_engine::ports::{ErrorClass, ObservedAction, ObservedChange};
use groundwork_model::event::Progress;
use groundwork_model::report::StepOutcome;
use groundwork_model::spec::Network;
use groundwork_model::step::StepId;
use groundwork_model::{Code, Exit};
use groundwork_planner::RunEnvironmentFate;
use groundwork_testkit::Fault;
use groundwork_testkit::build::{CLUSTER_STACK, NETWORK_STACK, ROLE_STACK, cluster, id};
use support::{Target, outcome, problem, says};

const FULL: &str = "The maximum number of addresses has been reached. \
                    (Service: Ec2, Status Code: 400, Error Code: AddressLimitExceeded)";

/// Nothing that a change set made is left: no change set, no shell.
fn assert_clean(target: &Target) {
    assert_eq!(target.cloud().change_sets(), 0);
    let shells = target.cloud().stacks().into_iter().filter(|stack| stack.phase.status() == "REVIEW_IN_PROGRESS");
    assert_eq!(shells.count(), 0);
}

#[test]
fn a_failed_creation_names_the_cause_and_the_other_stacks_stay() {
    let target = Target::new();
    target.cloud().fail_resource("EipUsw2Az1", FULL);
    let report = target.apply();
    let problem = problem(&report, "network", Code::StackFailed);
    assert_eq!(problem.message, "creating EipUsw2Az1 failed, and the stack was rolled back");
    says(problem, &["AWS said: The maximum number of addresses", "nat = \"single\"", "nothing of this stack is left"]);
    assert_eq!(*outcome(&report, "role"), StepOutcome::Changed);
    assert_eq!(*outcome(&report, "cluster"), StepOutcome::Changed);
    assert_eq!(*outcome(&report, "run-environment"), StepOutcome::Skipped { because: StepId::Network });
    assert_eq!(execute::exit(&report), Exit::RolledBack);
    assert!(target.cloud().stack_named(NETWORK_STACK).is_none());
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
}

#[test]
fn a_failed_update_is_rolled_back() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.cloud().fail_resource("Vpc", "User: x is not authorized to perform: ec2:CreateTags on resource: y");
    let report = target.apply();
    let problem = problem(&report, "network", Code::StackFailed);
    assert_eq!(problem.message, "changing Vpc failed, and the stack was rolled back");
    says(problem, &["give the caller the permission ec2:CreateTags on y", "as it was before"]);
    assert_eq!(execute::exit(&report), Exit::RolledBack);
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
}

#[test]
fn an_update_that_cannot_be_undone_needs_recovery() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.cloud().fail_resource("Vpc", "cannot change it");
    target.cloud().fail_undoing("Vpc", "cannot undo it");
    let report = target.apply();
    let problem = problem(&report, "network", Code::StackNeedsRecovery);
    says(problem, &["UPDATE_ROLLBACK_FAILED", "cannot change it", "undoing it failed at Vpc: cannot undo it"]);
    says(problem, &["groundwork recover"]);
    assert_eq!(execute::exit(&report), Exit::NeedsRecovery);
}

#[test]
fn a_creation_whose_remains_cannot_be_deleted_needs_recovery() {
    let target = Target::new();
    target.cloud().fail_resource("EipUsw2Az1", FULL);
    target.cloud().fail_undoing("Vpc", "has dependencies and cannot be deleted");
    let report = target.apply();
    let problem = problem(&report, "network", Code::StackNeedsRecovery);
    says(
        problem,
        &[
            "creating EipUsw2Az1 failed",
            "DELETE_FAILED",
            "undoing it failed at Vpc",
            "groundwork recover --allow delete",
        ],
    );
}

fn excess(action: ObservedAction) -> ObservedChange {
    ObservedChange {
        logical_id: id("Vpc"),
        resource_type: "AWS::EC2::VPC".to_owned(),
        action,
        properties: vec!["CidrBlock".to_owned()],
    }
}

#[test]
fn a_change_set_that_does_more_is_refused_and_removed() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    let Network::Create(network) = &target.spec.network else { panic!("the spec creates a network") };
    assert_eq!(network.stack_name.as_str(), NETWORK_STACK);
    target.cloud().exceed(excess(ObservedAction::Replace));
    let before = target.cloud().calls.count("ExecuteChangeSet");
    let report = target.apply();
    let refused: Vec<_> = report.problems().collect();
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert_eq!(refused[0].code, Code::ChangeSetDisagrees);
    says(refused[0], &["CloudFormation would replace AWS::EC2::VPC Vpc (CidrBlock)", "nothing was changed"]);
    assert_eq!(execute::exit(&report), Exit::StalePlan);
    // The other two stacks were not concerned.
    assert_eq!(target.cloud().calls.count("ExecuteChangeSet") - before, 2);
    assert_clean(&target);
}

#[test]
fn a_new_stacks_change_set_that_does_more_leaves_no_shell() {
    let target = Target::new();
    target.cloud().exceed(excess(ObservedAction::Remove));
    let report = target.apply();
    assert_eq!(report.problems().count(), 1);
    assert_eq!(target.cloud().stacks().len(), 2);
    assert_clean(&target);
}

#[test]
fn a_change_set_that_cannot_be_made_or_became_obsolete_is_removed() {
    for obsolete in [false, true] {
        let target = Target::new();
        if obsolete {
            target.cloud().make_obsolete();
        } else {
            target.cloud().fail_change_set("AWS::EarlyValidation::ResourceExistenceCheck");
        }
        let report = target.apply();
        let problems: Vec<_> = report.problems().collect();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert_eq!(problems[0].code, Code::ChangeSetFailed);
        says(problems[0], &[if obsolete { "has changed since" } else { "EarlyValidation" }]);
        assert_clean(&target);
        assert_eq!(execute::exit(&target.apply()), Exit::Done);
    }
}

#[test]
fn what_cannot_be_cleaned_up_is_told() {
    let target = Target::new();
    target.cloud().fail_change_set("no");
    target.cloud().calls.fail("DeleteStack", 1, &Fault::Refused(ErrorClass::Denied));
    let report = target.apply();
    says(report.problems().next().expect("a problem"), &["AWS said: no", "the empty stack", "is left"]);
}

#[test]
fn a_stack_that_was_swapped_since_the_plan_is_not_touched() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    let plan = target.plan();
    target.cloud().change_stack(NETWORK_STACK, |stack| {
        stack.id = id("arn:aws:cloudformation:us-west-2:123456789012:stack/CloudReactor-staging-network/another");
    });
    let executions = |target: &Target| {
        let all = target.cloud().calls.mutating();
        all.into_iter().filter(|call| call.subject.contains("another") || call.subject == NETWORK_STACK).count()
    };
    let before = executions(&target);
    let report = target.ports.clock.run(target.executed(plan));
    says(problem(&report, "network", Code::ChangeSetDisagrees), &["not the one that the plan was made for", "another"]);
    assert_eq!(executions(&target), before);
}

#[test]
fn throttled_and_unanswered_reads_do_not_end_a_wait() {
    let target = Target::new();
    for operation in ["DescribeStackEvents", "DescribeChangeSet"] {
        target.cloud().calls.fail(operation, 5, &Fault::Refused(ErrorClass::Throttled));
        target.cloud().calls.fail(operation, 5, &Fault::Refused(ErrorClass::Unavailable));
    }
    let plan = target.plan();
    target.cloud().calls.fail("DescribeStacks", 5, &Fault::Refused(ErrorClass::Unavailable));
    let report = target.ports.clock.run(target.executed(plan));
    assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
    let disturbed = target.told.progress().into_iter().filter(|told| matches!(told, Progress::Disturbed { .. }));
    assert!(disturbed.count() >= 20);
}

#[test]
fn late_reads_are_not_taken_for_the_end() {
    for (stacks, events) in [(1, 0), (3, 0), (0, 3), (6, 6)] {
        let mut target = Target::new();
        target.cloud().lag(stacks, events);
        assert_eq!(execute::exit(&target.apply()), Exit::Done, "a creation with {stacks}, {events}");
        target.spec.tags.insert("team".to_owned(), "web".to_owned());
        target.spec.tags.insert("cost".to_owned(), "1".to_owned());
        let report = target.apply();
        assert_eq!(execute::exit(&report), Exit::Done, "an update with {stacks}, {events}: {report:#?}");
        let plan = target.plan();
        assert!(plan.is_empty(), "{stacks}, {events}: {plan:#?}");
    }
}

#[test]
fn outputs_of_before_are_not_taken_for_those_of_now() {
    let mut target = Target::applied();
    target.cloud().resources_take(Duration::from_millis(50));
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.apply();
    // The status is the same before and after, so only the content tells a late read.
    target.cloud().lag(1, 0);
    let Network::Create(network) = &mut target.spec.network else { panic!("the spec creates a network") };
    network.private_zones = groundwork_model::spec::Zones::Count(3);
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
    let saved = target.saas().environments().remove(0).aws.0;
    assert_eq!(saved["network"]["subnets"].as_array().map(Vec::len), Some(3));
    assert!(target.plan().is_empty());
}

#[test]
fn a_failed_update_is_not_hidden_by_a_late_read_of_the_last_success() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.cloud().lag(4, 2);
    target.cloud().fail_resource("Vpc", "no");
    problem(&target.apply(), "network", Code::StackFailed);
}

#[test]
fn a_lost_answer_to_an_execution_executes_once() {
    let target = Target::new();
    target.cloud().calls.fail("ExecuteChangeSet", 2, &Fault::AnswerLost);
    let report = target.apply();
    assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
    assert_eq!(target.cloud().stacks().len(), 3);
}

#[test]
fn an_execution_that_is_never_confirmed_is_looked_for() {
    // Five attempts for each of three stacks.
    for (fault, expected) in [
        (Fault::AnswerLost, Exit::Done),
        (Fault::Refused(ErrorClass::Unavailable), Exit::TimedOut),
        (Fault::Refused(ErrorClass::Denied), Exit::Access),
    ] {
        let target = Target::new();
        target.cloud().calls.fail("ExecuteChangeSet", 15, &fault);
        let report = target.apply();
        assert_eq!(execute::exit(&report), expected, "{fault:?}: {report:#?}");
        if expected == Exit::Access {
            assert_clean(&target);
        }
    }
}

#[test]
fn a_creation_that_leaves_a_corpse_says_how_to_get_rid_of_it() {
    let target = Target::new();
    target.cloud().takes("Cluster", Duration::from_secs(100));
    let plan = target.plan();
    let cloud = target.cloud().clone();
    target.cloud().calls.on_call(move |number, operation| {
        if operation == "DescribeStackEvents" && number > 60 {
            let corpse = groundwork_model::world::StackPhase::from_status("ROLLBACK_COMPLETE");
            cloud.change_stack(CLUSTER_STACK, |stack| stack.phase = corpse);
        }
    });
    let report = target.ports.clock.run(target.executed(plan));
    says(problem(&report, "cluster", Code::StackFailed), &["can only be deleted: --allow delete"]);
}

#[test]
fn a_lost_answer_to_a_change_set_makes_no_second_one() {
    let target = Target::new();
    target.cloud().calls.fail("CreateChangeSet", 3, &Fault::AnswerLost);
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
    assert_clean(&target);
}

#[test]
fn a_session_that_ends_in_mid_wait_says_that_aws_goes_on() {
    let target = Target::new();
    let plan = target.plan();
    target.cloud().calls.fail("DescribeStackEvents", 1, &Fault::Refused(ErrorClass::Expired));
    let report = target.ports.clock.run(target.executed(plan));
    let problems: Vec<_> = report.problems().collect();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].code, Code::StackTimedOut);
    says(problems[0], &["lost sight of stack", "refused the credentials", "AWS goes on creating", "fresh credentials"]);
    assert_eq!(execute::exit(&report), Exit::TimedOut);
    target.ports.clock.advance(Duration::from_secs(600));
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
}

#[test]
fn a_stack_that_takes_too_long_times_out() {
    let mut target = Target::new();
    target.settings.stack_timeout = Duration::from_secs(120);
    target.cloud().takes("Cluster", Duration::from_secs(10_000));
    let report = target.apply();
    says(problem(&report, "cluster", Code::StackTimedOut), &["longer than 2 minutes", "--stack-timeout"]);
    assert_eq!(execute::exit(&report), Exit::TimedOut);
}

#[test]
fn a_corpse_is_deleted_and_the_stack_made_again() {
    let target = Target::applied();
    let old = target.cloud().stack_named(CLUSTER_STACK).expect("it was applied").id;
    target.cloud().change_stack(CLUSTER_STACK, |stack| {
        stack.phase = groundwork_model::world::StackPhase::from_status("ROLLBACK_COMPLETE");
        stack.template = None;
        stack.contents = Some(Default::default());
    });
    let report = target.apply();
    assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
    assert!(target.told.progress().iter().any(|told| matches!(told, Progress::DeletingCorpse { .. })));
    assert_ne!(target.cloud().stack_named(CLUSTER_STACK).expect("it was made again").id, old);
}

#[test]
fn destroying_removes_every_stack_and_leaves_the_run_environment_unless_asked() {
    for fate in [RunEnvironmentFate::Keep, RunEnvironmentFate::Delete] {
        let target = Target::applied();
        let report = target.destroy(fate);
        assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
        assert_eq!(target.cloud().stacks(), []);
        assert_eq!(target.saas().environments().len(), usize::from(fate == RunEnvironmentFate::Keep));
    }
}

#[test]
fn a_deletion_that_fails_names_the_resource() {
    let target = Target::applied();
    target.cloud().fail_undoing("Vpc", "The vpc 'vpc-1' has dependencies and cannot be deleted.");
    let report = target.destroy(RunEnvironmentFate::Keep);
    let problem = problem(&report, "network", Code::DeleteFailed);
    assert_eq!(problem.message, "deleting Vpc failed, and the stack is left in DELETE_FAILED");
    says(problem, &["has dependencies", "groundwork recover --allow delete"]);
    assert_eq!(*outcome(&report, "role"), StepOutcome::Changed);
    assert_eq!(execute::exit(&report), Exit::NeedsRecovery);
    // The second time nothing stands in the way.
    assert_eq!(execute::exit(&target.destroy(RunEnvironmentFate::Keep)), Exit::Done);
}

#[test]
fn a_refused_deletion_is_told() {
    let target = Target::applied();
    let world = target.discover().expect("a world");
    let plan = groundwork_planner::destroy(&target.spec, &world, RunEnvironmentFate::Keep).expect("a plan");
    target.cloud().change_stack(ROLE_STACK, |stack| stack.termination_protection = true);
    let approved = groundwork_engine::approve::confirm(plan, "staging", &Default::default()).expect("confirmed");
    let work = execute::execute(approved, &target.ports, &target.told, &target.settings);
    let report = target.ports.clock.run(work);
    says(problem(&report, "role", Code::DeleteFailed), &["refused to delete", "TerminationProtection"]);
}

#[test]
fn a_step_that_needs_what_the_plan_does_not_have_is_a_defect() {
    let target = Target::new();
    let mut plan = target.plan();
    plan.steps.retain(|step| step.id != StepId::Role);
    let report = target.ports.clock.run(target.executed(plan));
    says(problem(&report, "run-environment", Code::Internal), &["needs a step that the plan does not have"]);
    assert_eq!(execute::exit(&report), Exit::Internal);
}

#[test]
fn providers_that_somebody_added_meanwhile_are_not_lost() {
    let mut target = Target::new();
    target.spec.cluster =
        groundwork_model::spec::Cluster::Use { cluster: groundwork_model::spec::ClusterRef::Name(id("old")) };
    target.cloud().things(|things| things.clusters.push(cluster("old")));
    let plan = target.plan();
    target.cloud().things(|things| things.clusters[0].capacity_providers.push("mine".to_owned()));
    let report = target.ports.clock.run(target.executed(plan));
    says(problem(&report, "cluster-providers", Code::ChangeSetDisagrees), &["would remove mine"]);
}
