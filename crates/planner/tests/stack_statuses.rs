//! What is planned for a stack in each of CloudFormation's statuses, ours or not.

mod support;

use groundwork_model::Code;
use groundwork_model::plan::Reason;
use groundwork_model::spec::Adoption;
use groundwork_model::step::{DeployKind, Op};
use groundwork_model::world::World;
use groundwork_planner::{RunEnvironmentFate, destroy, plan};
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

#[test]
fn settled_stacks_of_ours_are_compared() {
    for status in [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    ] {
        assert_eq!(outcome(&with_status(status)), Ok(None), "{status}");
    }
}

#[test]
fn shells_and_deleted_stacks_count_as_absent() {
    for status in ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"] {
        assert_eq!(outcome(&with_status(status)), Ok(Some(DeployKind::Create)), "{status}");
    }
}

#[test]
fn corpses_of_ours_are_deleted_first() {
    for status in ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"] {
        let mut world = with_status(status);
        let corpse = stack_mut(&mut world, ROLE_STACK).id.clone();
        assert_eq!(outcome(&world), Ok(Some(DeployKind::Recreate { corpse })), "{status}");
        let plan = support::plan(&spec(), &world);
        assert_eq!(plan.components[0].reason, Reason::Corpse(status.to_owned()));
        assert!(plan.classes().contains(&groundwork_model::plan::Class::Delete));
        stack_mut(&mut world, ROLE_STACK).termination_protection = true;
        assert_eq!(outcome(&world).map_err(|(code, _)| code), Err(Code::StackProtected), "{status}");
        stack_mut(&mut world, ROLE_STACK).tags.clear();
        assert_eq!(outcome(&world).map_err(|(code, _)| code), Err(Code::StackNotOurs), "{status}");
    }
}

#[test]
fn busy_stacks_are_waited_for() {
    for status in BUSY {
        let (code, help) = outcome(&with_status(status)).expect_err(status);
        assert_eq!(code, Code::StackBusy, "{status}");
        assert_eq!(help.contains("cancel-update-stack"), status == "UPDATE_IN_PROGRESS", "{status}: {help}");
    }
}

/// AWS's table of statuses says which call each of them takes.
#[test]
fn stuck_stacks_come_with_the_command_that_helps() {
    for (status, command) in [
        ("CREATE_FAILED", "delete-stack"),
        ("UPDATE_FAILED", "rollback-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("DELETE_FAILED", "delete-stack"),
        ("IMPORT_ROLLBACK_FAILED", "describe-stack-events"),
        ("SOMETHING_NEW", "describe-stacks"),
    ] {
        let (code, help) = outcome(&with_status(status)).expect_err(status);
        assert_eq!(code, Code::StackStuck, "{status}");
        let expected = format!("aws cloudformation {command} --stack-name {ROLE_STACK} --region us-west-2");
        assert!(help.contains(&expected), "{status}: {help}");
    }
}

#[test]
fn a_stack_that_is_not_ours_is_refused_whatever_its_status() {
    for status in BUSY.into_iter().chain(["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "DELETE_FAILED"]) {
        let mut world = with_status(status);
        stack_mut(&mut world, ROLE_STACK).tags.clear();
        assert_eq!(outcome(&world).map_err(|(code, _)| code), Err(Code::StackNotOurs), "{status}");
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
