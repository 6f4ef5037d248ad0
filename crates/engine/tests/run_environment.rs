//! The Run Environment: races, lost answers, edits of others, and what CloudReactor does not understand.

mod support;

use groundwork_engine::execute;
use groundwork_engine::ports::ErrorClass;
use groundwork_model::step::Op;
use groundwork_model::{Code, Exit};
use groundwork_testkit::Fault;
use serde_json::{Value, json};
use support::{Target, problem, says};

const CREATE: &str = "POST /api/v1/run_environments/";
const UPDATE: &str = "PATCH /api/v1/run_environments/";

#[test]
fn a_race_and_a_lost_answer_end_in_one_run_environment() {
    for race in [true, false] {
        let target = Target::new();
        if race {
            target.saas().race();
        } else {
            target.saas().calls.fail(CREATE, 1, &Fault::AnswerLost);
        }
        let report = target.apply();
        assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
        assert_eq!(target.saas().environments().len(), 1);
        assert!(target.plan().is_empty());
    }
}

#[test]
fn a_creation_that_never_arrived_is_made_again_and_told_in_the_end() {
    for (failures, expected) in [(1, Exit::Done), (2, Exit::Done), (3, Exit::CloudReactorFailed)] {
        let target = Target::new();
        target.saas().calls.fail(CREATE, failures, &Fault::Refused(ErrorClass::Unavailable));
        let report = target.apply();
        assert_eq!(execute::exit(&report), expected, "{failures} failures: {report:#?}");
        if expected != Exit::Done {
            says(problem(&report, "run-environment", Code::RunEnvironmentFailed), &["answer was lost", "run the same"]);
            assert_eq!(execute::exit(&target.apply()), Exit::Done);
        }
        assert_eq!(target.saas().environments().len(), 1);
    }
}

#[test]
fn edits_that_others_made_between_plan_and_apply_are_kept() {
    let target = Target::applied();
    target.saas().change(|all| {
        all[0].aws.0.insert("region".to_owned(), json!("eu-west-1"));
    });
    let plan = target.plan();
    target.saas().change(|all| {
        all[0].aws.0.insert("xray".to_owned(), json!({"enabled": true}));
    });
    let report = target.ports.clock.run(target.executed(plan));
    assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
    let saved = &target.saas().environments()[0].aws.0;
    assert_eq!(saved["region"], "us-west-2");
    assert_eq!(saved["xray"], json!({"enabled": true}));
}

#[test]
fn an_update_is_repeated_while_cloudreactor_is_away_and_nothing_is_sent_without_a_difference() {
    let target = Target::applied();
    target.saas().change(|all| {
        all[0].ecs.0.insert("launch_type".to_owned(), json!("EC2"));
    });
    target.saas().calls.fail(UPDATE, 2, &Fault::Refused(ErrorClass::Unavailable));
    assert_eq!(execute::exit(&target.apply()), Exit::Done);
    assert_eq!(target.saas().calls.count(UPDATE), 3);
    assert!(target.plan().is_empty());
}

#[test]
fn settings_that_cloudreactor_does_not_understand_are_a_failure_although_it_says_success() {
    let target = Target::new();
    target.saas().understand_nothing();
    let report = target.apply();
    let problem = problem(&report, "run-environment", Code::RunEnvironmentUnusable);
    says(problem, &["neither start nor schedule", "did not process the ECS settings", "https://dash.cloudreactor.io/"]);
    assert_eq!(execute::exit(&report), Exit::VerificationFailed);
}

#[test]
fn a_secret_key_that_is_hidden_is_never_erased() {
    let target = Target::applied();
    target.saas().change(|all| {
        all[0].aws.0.insert("region".to_owned(), json!("eu-west-1"));
    });
    let plan = target.plan();
    target.saas().change(|all| {
        all[0].aws.0.insert("access_key".to_owned(), json!("AKIA"));
    });
    let report = target.ports.clock.run(target.executed(plan));
    says(problem(&report, "run-environment", Code::RunEnvironmentFailed), &["would lose its AWS secret key"]);
    assert_eq!(target.saas().calls.count(UPDATE), 0);
}

#[test]
fn another_run_environment_of_the_same_name_is_not_touched() {
    let target = Target::applied();
    target.saas().change(|all| {
        all[0].aws.0.insert("region".to_owned(), json!("eu-west-1"));
    });
    let plan = target.plan();
    target.saas().change(|all| {
        all[0].uuid = "00000000-0000-0000-0000-000000000000".parse().expect("a UUID");
    });
    let report = target.ports.clock.run(target.executed(plan));
    problem(&report, "run-environment", Code::PlanOutgrown);
    assert_eq!(target.saas().calls.count(UPDATE), 0);
}

#[test]
fn a_field_that_the_plan_does_not_name_is_not_changed() {
    let target = Target::applied();
    let region = |value: &'static str| {
        target.saas().change(move |all| drop(all[0].aws.0.insert("region".to_owned(), json!(value))));
    };
    region("eu-west-1");
    let plan = target.plan();
    region("us-west-2");
    target.saas().change(|all| drop(all[0].aws.0.insert("account_id".to_owned(), json!("999999999999"))));
    let report = target.ports.clock.run(target.executed(plan));
    says(problem(&report, "run-environment", Code::PlanOutgrown), &["account_id would change"]);
    assert_eq!(execute::exit(&report), Exit::StalePlan);
    assert_eq!(target.saas().calls.count(UPDATE), 0);
}

#[test]
fn one_that_came_or_went_since_the_plan_is_no_surprise_to_be_written_over() {
    let target = Target::applied();
    let was = target.saas().environments();
    target.saas().change(Vec::clear);
    let creation = target.plan();
    target.saas().change(|all| all.extend(was));
    let report = target.ports.clock.run(target.executed(creation));
    says(problem(&report, "run-environment", Code::PlanOutgrown), &["exists by now"]);

    target.saas().change(|all| drop(all[0].aws.0.insert("region".to_owned(), json!("eu-west-1"))));
    let update = target.plan();
    let before = target.saas().calls.count(CREATE);
    target.saas().change(Vec::clear);
    let report = target.ports.clock.run(target.executed(update));
    says(problem(&report, "run-environment", Code::PlanOutgrown), &["which is gone"]);
    assert_eq!((target.saas().calls.count(CREATE), target.saas().calls.count(UPDATE)), (before, 0));
}

#[test]
fn an_output_that_leads_to_another_account_is_not_believed() {
    let target = Target::new();
    let mut plan = target.plan();
    // Somebody else's template, under the plan's own outputs.
    for step in &mut plan.steps {
        if let Op::DeployStack(deploy) = &mut step.op {
            let mut template: Value = serde_json::from_str(&deploy.template).expect("a template is JSON");
            if let Some(output) = template["Outputs"].get_mut("CloudreactorRoleARN") {
                output["Value"] = json!("arn:aws:iam::999999999999:role/elsewhere");
            }
            deploy.template = template.to_string().into();
        }
    }
    let report = target.ports.clock.run(target.executed(plan));
    says(problem(&report, "run-environment", Code::PlanOutgrown), &["leads to account 999999999999"]);
    assert!(target.saas().environments().is_empty());
}
