//! What went wrong, told later and from anywhere: by reading only.

mod support;

use std::time::Duration;

use groundwork_engine::diagnosis::diagnose;
use groundwork_engine::execute;
use groundwork_engine::ports::{ErrorClass, Finding};
use groundwork_model::diagnosis::{Condition, Diagnosis, StackDiagnosis};
use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Exit};
use groundwork_testkit::Fault;
use support::{Target, problem, says};

const FULL: &str = "The maximum number of addresses has been reached. \
                    (Service: Ec2, Status Code: 400, Error Code: AddressLimitExceeded)";

fn try_diagnose(target: &Target) -> Result<Diagnosis, Vec<Problem>> {
    let before = target.cloud().calls.mutating().len();
    let diagnosis = target.ports.clock.run(diagnose(target.cloud(), &target.spec));
    assert_eq!(target.cloud().calls.mutating().len(), before, "a diagnosis changes nothing");
    diagnosis
}

fn network(target: &Target) -> StackDiagnosis {
    // An hour later.
    target.ports.clock.advance(Duration::from_secs(3600));
    let diagnosis = try_diagnose(target).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(diagnosis.stacks.len(), 3);
    let mut stacks = diagnosis.stacks.into_iter();
    stacks.find(|stack| stack.component == Component::Network).expect("the spec has a network stack")
}

#[test]
fn a_creation_that_failed_is_told_though_its_stack_is_gone() {
    let target = Target::new();
    target.cloud().fail_resource("EipUsw2Az1", FULL);
    assert_eq!(execute::exit(&target.apply()), Exit::RolledBack);
    let network = network(&target);
    assert_eq!((network.condition, network.status.as_deref()), (Condition::RolledBack, Some("DELETE_COMPLETE")));
    let story = network.story.expect("it has a history");
    let cause = story.cause.expect("it failed");
    assert_eq!((cause.logical_id.as_str(), cause.status.as_str()), ("EipUsw2Az1", "CREATE_FAILED"));
    assert_eq!(cause.reasons, [FULL]);
    assert_eq!(cause.code.as_deref(), Some("AddressLimitExceeded"));
    assert!(cause.remedies[0].contains("nat = \"single\""), "{:?}", cause.remedies);
    assert_eq!(story.others, [], "what was cancelled beside it is noise");
    assert_eq!(network.next, ["once the cause is removed: groundwork apply, with the same spec"]);
}

#[test]
fn an_update_and_what_kept_it_from_being_undone_are_both_told() {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.cloud().fail_resource("Vpc", "cannot change it");
    target.cloud().fail_undoing("Vpc", "cannot undo it");
    target.apply();
    let network = network(&target);
    assert_eq!(network.condition, Condition::Stuck);
    let story = network.story.expect("it has a history");
    assert_eq!(story.cause.map(|cause| cause.reasons), Some(vec!["cannot change it".to_owned()]));
    assert_eq!(story.undoing.map(|undoing| undoing.reasons), Some(vec!["cannot undo it".to_owned()]));
    assert!(network.next[0].contains("groundwork recover"), "{:?}", network.next);
}

#[test]
fn what_aws_gave_up_deleting_is_named_though_the_update_ended_well() {
    let mut target = Target::applied();
    let groundwork_model::spec::Network::Create(wish) = &mut target.spec.network else { panic!("it makes one") };
    wish.endpoints.clear();
    let gone = target.cloud().stack_named("CloudReactor-staging-network").expect("it was applied");
    let removed = gone.template.as_deref().is_some_and(|template| template.contains("\"EndpointS3\""));
    assert!(removed, "the endpoint is to go");
    target.cloud().fail_undoing("EndpointS3", "has dependencies");
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
    let network = network(&target);
    assert_eq!(network.condition, Condition::Well);
    let story = network.story.expect("it has a history");
    assert_eq!((story.cause, story.orphans.len()), (None, 1));
    assert!(network.next[0].contains("belongs to no stack any more"), "{:?}", network.next);
}

#[test]
fn where_all_is_well_or_nothing_ever_was_there_is_nothing_to_do() {
    let well = network(&Target::applied());
    assert_eq!((well.condition, well.next), (Condition::Well, Vec::new()));
    let never = network(&Target::new());
    assert_eq!((never.condition, never.id, never.story), (Condition::Absent, None, None));
}

#[test]
fn a_read_that_fails_is_no_health() {
    for operation in ["DescribeStacks", "DescribeStackEvents", "ListStacks"] {
        let target = Target::new();
        target.cloud().fail_resource("EipUsw2Az1", FULL);
        target.apply();
        target.cloud().calls.fail(operation, 99, &Fault::Refused(ErrorClass::Denied));
        let problems = try_diagnose(&target).expect_err(operation);
        assert_eq!(problems[0].code, Code::AccessDenied, "{operation}");
    }
}

fn finding(reason: &str) -> Finding {
    Finding {
        logical_id: Some("TaskRole".to_owned()),
        found_by: "AWS::EarlyValidation::NameConflict".to_owned(),
        reason: reason.to_owned(),
        path: Some("/Resources/TaskRole/Properties/RoleName".to_owned()),
    }
}

#[test]
fn what_validations_found_about_a_change_set_is_joined_and_may_be_out_of_reach() {
    let reason = "The following hook(s)/validation failed: [AWS::EarlyValidation::NameConflict]";
    let target = Target::new();
    target.cloud().find(&[finding("a role of that name exists")]);
    target.cloud().fail_change_set(reason);
    let report = target.apply();
    let failed: Vec<_> = report.problems().collect();
    assert_eq!(failed[0].code, Code::ChangeSetFailed);
    says(
        failed[0],
        &["TaskRole: AWS::EarlyValidation::NameConflict at /Resources/TaskRole", "a role of that name exists"],
    );

    let target = Target::new();
    target.cloud().fail_change_set(reason);
    for operation in ["DescribeEvents", "ListHookResults"] {
        target.cloud().calls.fail(operation, 9, &Fault::Refused(ErrorClass::Denied));
    }
    let report = target.apply();
    says(report.problems().next().expect("it fails all the same"), &["that takes cloudformation:DescribeEvents"]);
    assert_eq!(target.cloud().change_sets(), 0);

    let target = Target::new();
    target.cloud().fail_change_set("the template is wrong");
    target.apply();
    assert_eq!(target.cloud().calls.count("DescribeEvents"), 0, "there is nothing more to know");
}

#[test]
fn a_failure_in_apply_says_the_same_as_a_diagnosis_later() {
    let target = Target::new();
    target.cloud().fail_resource("EipUsw2Az1", FULL);
    let report = target.apply();
    let told = problem(&report, "network", Code::StackFailed).clone();
    let cause = network(&target).story.and_then(|story| story.cause).expect("it failed");
    let reasons: Vec<&str> = cause.reasons.iter().chain(&cause.remedies).map(String::as_str).collect();
    says(&told, &reasons);
}
