//! What is planned for a stack in each of CloudFormation's statuses, ours or not.

mod support;

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::Class;
use groundwork_model::spec::Adoption;
use groundwork_model::step::{DeployKind, Op};
use groundwork_model::world::{Contents, Estate, StackResource, World};
use groundwork_planner::{RunEnvironmentFate, destroy, plan, recover};
use support::{ROLE_STACK, VERSION, converged, set_status, spec, spec_with_role, stack_mut};

const BUSY: [&str; 9] = [
    "CREATE_IN_PROGRESS",
    "ROLLBACK_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_IN_PROGRESS",
];

fn with_status(status: &str) -> World {
    let mut world = converged(&spec());
    set_status(&mut world, ROLE_STACK, status);
    world
}

/// The role stack's planned deployment, or the code and the advice of what prevents it.
fn outcome(world: &World) -> Result<Option<DeployKind>, (Code, String)> {
    match plan(&spec(), world, VERSION) {
        Ok(plan) => Ok(plan.steps.into_iter().find_map(|step| match step.op {
            Op::DeployStack(deploy) if deploy.stack.as_str() == ROLE_STACK => Some(deploy.kind),
            _ => None,
        })),
        Err(problems) => {
            assert_eq!(problems.len(), 1, "{problems:#?}");
            Err((problems[0].code, problems[0].help.join("\n")))
        }
    }
}

/// Every status that CloudFormation's model has, and one that it has not.
const STATUSES: [&str; 24] = [
    "CREATE_IN_PROGRESS",
    "CREATE_FAILED",
    "CREATE_COMPLETE",
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_FAILED",
    "ROLLBACK_COMPLETE",
    "DELETE_IN_PROGRESS",
    "DELETE_FAILED",
    "DELETE_COMPLETE",
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_COMPLETE",
    "SOMETHING_NEW",
];

/// A resource that a stack still has, or has let go of.
fn resource(logical_id: &str, status: &str) -> StackResource {
    StackResource {
        logical_id: support::id(logical_id),
        resource_type: "AWS::IAM::Role".to_owned(),
        physical_id: Some(format!("{logical_id}-1")),
        status: status.to_owned(),
        reason: None,
    }
}

/// What plan says of the role stack: what it would do, or the code of what prevents it.
fn said_by_plan(world: &World) -> String {
    match outcome(world) {
        Ok(None) => "compares, no change".to_owned(),
        Ok(Some(DeployKind::Create)) => "creates it".to_owned(),
        Ok(Some(DeployKind::Recreate { .. })) => {
            let classes = support::plan(&spec(), world).components[0].classes();
            assert!(classes.contains(&Class::Delete), "it takes --allow delete");
            "deletes and creates it".to_owned()
        }
        Ok(Some(DeployKind::Update { .. })) => "updates it".to_owned(),
        Err((code, _)) => format!("{code} {}", code.exit().code()),
    }
}

/// What recover would do with the role stack, or the code of what prevents it.
fn done_by_recover(world: &World) -> String {
    let estate = Estate { caller: world.caller.clone(), stacks: world.stacks.clone() };
    match recover(&spec(), &estate, &BTreeSet::new()) {
        Ok(plan) => match plan.steps.into_iter().map(|step| step.op).next() {
            None => "nothing".to_owned(),
            Some(Op::ContinueRollback(_)) => "continues rollback".to_owned(),
            Some(Op::RollBack(_)) => "rolls back".to_owned(),
            Some(Op::DeleteStack(delete)) => {
                let component = &plan.components[0];
                assert_eq!(delete.only_in, Some(support::stack_mut(&mut world.clone(), ROLE_STACK).phase.status()));
                assert!(component.classes().contains(&Class::Delete), "it takes --allow delete");
                format!("deletes it and {}", component.resources.len())
            }
            Some(other) => panic!("{other:?} is no recovery"),
        },
        Err(problems) => format!("{} {}", problems[0].code, problems[0].code.exit().code()),
    }
}

/// The table of statuses, as its two readers act by it: status, whose the stack is, whether it still has a resource
/// (and one that it has let go of in any case), what plan says with its exit code, what recover does.
#[test]
fn every_status_has_its_row() {
    let mut rows = String::new();
    for (status, ours, full) in STATUSES.into_iter().flat_map(|status| {
        [(true, false), (true, true), (false, false), (false, true)].map(|(ours, full)| (status, ours, full))
    }) {
        let mut world = with_status(status);
        let stack = stack_mut(&mut world, ROLE_STACK);
        let mut resources = vec![resource("Starter", "DELETE_COMPLETE"), resource("Kept", "DELETE_SKIPPED")];
        resources.extend(full.then(|| resource("TaskRole", "DELETE_FAILED")));
        stack.contents = Some(Contents { resources, change_sets: Vec::new() });
        if !ours {
            stack.tags.clear();
        }
        let (plan, recover) = (said_by_plan(&world), done_by_recover(&world));
        let (whose, full) = (if ours { "ours" } else { "theirs" }, if full { "full" } else { "empty" });
        rows.push_str(&format!("{status:<44} {whose:<6} {full:<5}  {plan:<22}  {recover}\n"));
    }
    insta::assert_snapshot!(rows);
}

#[test]
fn what_nobody_has_looked_into_counts_as_full() {
    let world = with_status("ROLLBACK_COMPLETE");
    assert_eq!(said_by_plan(&world), "GW3005 9");
}

#[test]
fn a_corpse_that_is_protected_is_left_alone() {
    let mut world = with_status("ROLLBACK_COMPLETE");
    let stack = stack_mut(&mut world, ROLE_STACK);
    stack.contents = Some(Contents::default());
    stack.termination_protection = true;
    assert_eq!(said_by_plan(&world), "GW3011 5");
    assert_eq!(done_by_recover(&world), "GW3011 5");
}

#[test]
fn problems_name_the_command_that_helps() {
    for (status, command) in [
        ("UPDATE_IN_PROGRESS", "--wait-for-stack"),
        ("UPDATE_IN_PROGRESS", "cancel-update-stack --stack-name CloudReactor-staging --region us-west-2"),
        ("CREATE_IN_PROGRESS", "--wait-for-stack"),
        ("CREATE_FAILED", "groundwork recover"),
        ("UPDATE_ROLLBACK_FAILED", "groundwork diagnose"),
        ("IMPORT_ROLLBACK_FAILED", "describe-stack-events --stack-name CloudReactor-staging --region us-west-2"),
        ("SOMETHING_NEW", "describe-stacks --stack-name CloudReactor-staging --region us-west-2"),
    ] {
        let (_, help) = outcome(&with_status(status)).expect_err(status);
        assert!(help.contains(command), "{status}: {help}");
    }
}

#[test]
fn a_stack_of_another_environment_is_refused_even_if_claimed() {
    let claiming = spec_with_role(|role| role.adoption = Adoption::Adopt);
    let mut world = converged(&spec());
    stack_mut(&mut world, ROLE_STACK).tags.insert("groundwork:environment".to_owned(), "production".to_owned());
    let problems = plan(&claiming, &world, VERSION).expect_err("it is somebody else's");
    assert_eq!(problems[0].code, Code::StackNotOurs);
    assert!(problems[0].causes[0].contains("production") && !problems[0].help.join("").contains("adopt"));
}

#[test]
fn a_stack_of_ours_is_destroyed_in_any_status_that_is_still() {
    for status in [
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_ROLLBACK_FAILED",
        "DELETE_FAILED",
        "REVIEW_IN_PROGRESS",
    ] {
        let world = with_status(status);
        let plan = destroy(&spec(), &world, RunEnvironmentFate::Keep).expect(status);
        assert_eq!(plan.steps.len(), 3, "{status}");
        assert_eq!(groundwork_planner::check(&plan, &world), Vec::<String>::new());
    }
    for status in BUSY {
        let problems = destroy(&spec(), &with_status(status), RunEnvironmentFate::Keep).expect_err(status);
        assert_eq!(problems[0].code, Code::StackBusy, "{status}");
    }
}
