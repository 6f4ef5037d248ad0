//! The plan that leads stacks out of where they are stuck.

mod support;

use std::collections::BTreeSet;

use groundwork_model::plan::{Action, Class, Plan, Purpose, Reason};
use groundwork_model::problem::Problem;
use groundwork_model::step::{ContinueRollback, Op};
use groundwork_model::world::{Contents, Estate, Stack, StackResource, World};
use groundwork_model::{Code, LogicalId};
use groundwork_planner::recover;
use support::{CLUSTER_STACK, NETWORK_STACK, converged, id, set_status, spec, stack_mut};

fn resource(logical_id: &str, status: &str) -> StackResource {
    StackResource {
        logical_id: id(logical_id),
        resource_type: "AWS::EC2::VPC".to_owned(),
        physical_id: Some(format!("{logical_id}-1")),
        status: status.to_owned(),
        reason: None,
    }
}

/// The network stack in a status, with these resources in their statuses.
fn stuck(status: &str, resources: &[(&str, &str)]) -> World {
    let mut world = converged(&spec());
    set_status(&mut world, NETWORK_STACK, status);
    let resources = resources.iter().map(|(logical_id, status)| resource(logical_id, status)).collect();
    stack_mut(&mut world, NETWORK_STACK).contents = Some(Contents { resources, change_sets: Vec::new() });
    world
}

fn planned(world: &World, skip: &[&str]) -> Result<Plan, Vec<Problem>> {
    let estate = Estate { caller: world.caller.clone(), stacks: world.stacks.clone() };
    let skip: BTreeSet<LogicalId> = skip.iter().map(|name| id(name)).collect();
    recover(&spec(), &estate, &skip)
}

fn plan(world: &World, skip: &[&str]) -> Plan {
    planned(world, skip).expect("a recovery can be planned")
}

fn resources(plan: &Plan) -> Vec<(String, Action)> {
    let all = plan.components.iter().flat_map(|component| &component.resources);
    all.map(|change| (change.logical_id.to_string(), change.action)).collect()
}

#[test]
fn nothing_is_done_where_nothing_is_stuck() {
    let plan = plan(&converged(&spec()), &[]);
    assert!(plan.is_empty());
    assert_eq!(plan.purpose, Purpose::Recover);
    let reasons: Vec<&Reason> = plan.components.iter().map(|component| &component.reason).collect();
    assert_eq!(reasons, [&Reason::NotStuck; 3]);
}

#[test]
fn a_rollback_goes_on_with_what_failed_and_without_what_is_skipped() {
    let world = stuck(
        "UPDATE_ROLLBACK_FAILED",
        &[("Vpc", "UPDATE_FAILED"), ("SubnetA", "UPDATE_FAILED"), ("SubnetB", "UPDATE_COMPLETE")],
    );
    let whole = plan(&world, &[]);
    assert_eq!(resources(&whole), [("Vpc".to_owned(), Action::Update), ("SubnetA".to_owned(), Action::Update)]);
    assert_eq!(whole.classes(), [Class::Update].into(), "nothing has to be allowed");
    assert_eq!(whole.warnings, []);
    let partly = plan(&world, &["Vpc"]);
    assert_eq!(resources(&partly), [("SubnetA".to_owned(), Action::Update)]);
    let stack = stack_mut(&mut world.clone(), NETWORK_STACK).clone();
    let Stack { name, id: stack_id, .. } = stack;
    let expected = ContinueRollback { stack: name, id: stack_id, skip: [id("Vpc")].into() };
    assert_eq!(partly.steps[0].op, Op::ContinueRollback(expected));
    assert_eq!(partly.components[1].kept, ["Vpc"]);
    assert_eq!(partly.warnings[0].code, Code::ResourceLeftOut);
}

#[test]
fn only_what_failed_can_be_skipped() {
    let world = stuck("UPDATE_ROLLBACK_FAILED", &[("Vpc", "UPDATE_FAILED"), ("SubnetB", "UPDATE_COMPLETE")]);
    for odd in ["SubnetB", "Vcp"] {
        let problems = planned(&world, &[odd]).expect_err("it cannot be skipped");
        assert_eq!(problems[0].code, Code::InvalidArguments);
        assert_eq!(problems[0].help, ["those that can be: Vpc"]);
    }
    let problems = planned(&stuck("ROLLBACK_FAILED", &[("Vpc", "DELETE_FAILED")]), &["Vpc"]).expect_err("nor here");
    assert_eq!(problems[0].help, ["no stack is stuck at a resource that could be left out"]);
}

#[test]
fn whatever_would_be_deleted_is_shown_and_has_to_be_allowed() {
    for status in ["CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"] {
        let world =
            stuck(status, &[("Vpc", "DELETE_FAILED"), ("SubnetA", "DELETE_COMPLETE"), ("Eip", "CREATE_COMPLETE")]);
        let plan = plan(&world, &[]);
        let deleted = [("Vpc".to_owned(), Action::Delete), ("Eip".to_owned(), Action::Delete)];
        assert_eq!(resources(&plan), deleted, "{status}");
        assert_eq!(plan.approvals_needed(), [Class::Delete].into(), "{status}");
    }
}

#[test]
fn a_failed_deletion_can_let_go_of_resources() {
    let world = stuck("DELETE_FAILED", &[("Vpc", "DELETE_FAILED"), ("Eip", "DELETE_FAILED")]);
    let plan = plan(&world, &["Vpc"]);
    assert_eq!(resources(&plan), [("Eip".to_owned(), Action::Delete)]);
    let Op::DeleteStack(delete) = &plan.steps[0].op else { panic!("{:?} deletes no stack", plan.steps[0]) };
    assert_eq!(delete.retain, [id("Vpc")].into());
    assert!(plan.warnings[0].message.contains("Vpc stays in the account"), "{:?}", plan.warnings);
}

#[test]
fn a_shell_is_removed_if_only_our_change_sets_made_it() {
    let shell = |tags: &[(&str, &str)], change_sets: &[&str]| {
        let mut world = converged(&spec());
        set_status(&mut world, CLUSTER_STACK, "REVIEW_IN_PROGRESS");
        let stack = stack_mut(&mut world, CLUSTER_STACK);
        stack.tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let change_sets = change_sets.iter().map(|name| (*name).to_owned()).collect();
        stack.contents = Some(Contents { resources: Vec::new(), change_sets });
        plan(&world, &[]).components.swap_remove(2)
    };
    let own = [("groundwork:environment", "staging")];
    let other = [("groundwork:environment", "production")];
    assert_eq!(shell(&own, &[]).action, Action::Delete);
    assert_eq!(shell(&[], &["groundwork-abc"]).action, Action::Delete);
    for (tags, change_sets) in
        [(&[][..], &[][..]), (&[], &["mine"]), (&[], &["groundwork-abc", "mine"]), (&other, &["groundwork-abc"])]
    {
        assert_eq!(shell(tags, change_sets).reason, Reason::NotOurs, "{tags:?} {change_sets:?}");
    }
}

#[test]
fn several_stacks_recover_side_by_side_and_all_problems_are_told() {
    let mut world = stuck("UPDATE_ROLLBACK_FAILED", &[("Vpc", "UPDATE_FAILED")]);
    set_status(&mut world, CLUSTER_STACK, "UPDATE_FAILED");
    let both = plan(&world, &[]);
    assert_eq!(both.steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>(), ["network", "cluster"]);
    assert!(both.steps.iter().all(|step| step.needs.is_empty()));
    set_status(&mut world, CLUSTER_STACK, "UPDATE_IN_PROGRESS");
    set_status(&mut world, support::ROLE_STACK, "IMPORT_ROLLBACK_FAILED");
    let problems = planned(&world, &["Nat"]).expect_err("one is busy, one takes a hand");
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::StackStuck, Code::StackBusy, Code::InvalidArguments]);
}
