//! The linter finds what is wrong: each plan here was sound until a test spoilt it.

mod support;

use groundwork_model::permission::Direction;
use groundwork_model::plan::{Action, Plan, Reason};
use groundwork_model::step::{DeployStack, Op, ParameterValue, StepId};
use groundwork_model::world::World;
use groundwork_planner::check;
use support::{ROLE_STACK, converged, id, plan, spec, spec_with_network, stack_mut, zones};

/// A plan that updates the network and the Run Environment.
fn update() -> (Plan, World) {
    let world = converged(&spec());
    let wider = spec_with_network(|network| network.private_zones = zones(&["us-west-2a", "us-west-2c"]));
    (plan(&wider, &world), world)
}

fn find(spoil: impl FnOnce(&mut Plan, &mut World), expected: &str) {
    let (mut plan, mut world) = update();
    spoil(&mut plan, &mut world);
    let findings = check(&plan, &world);
    assert!(findings.iter().any(|finding| finding.contains(expected)), "{expected:?} is not in {findings:?}");
}

fn deploy(plan: &mut Plan) -> &mut DeployStack {
    match &mut plan.steps[0].op {
        Op::DeployStack(deploy) => deploy,
        other => panic!("the network comes first, not {other:?}"),
    }
}

#[test]
fn steps_come_after_what_they_need() {
    find(|plan, _| plan.steps.reverse(), "comes before network");
    find(|plan, _| plan.steps[0].needs = [StepId::ClusterProviders].into(), "comes before cluster-providers");
    find(|plan, _| plan.steps.push(plan.steps[0].clone()), "is there twice");
}

#[test]
fn components_and_steps_agree() {
    find(|plan, _| plan.components[1].action = Action::NoOp, "has 1 steps");
    find(|plan, _| plan.components[0].action = Action::Update, "has 0 steps");
    find(|plan, _| plan.components[1].reason = Reason::NotOurs, "is not ours, and is changed");
}

#[test]
fn permissions_change_with_their_resources() {
    let (mut first, empty) = (plan(&spec(), &support::world()), support::world());
    first.components[0].permissions[0].direction = Direction::Lost;
    assert!(check(&first, &empty).iter().any(|finding| finding.contains("takes a permission away")));
    let grant = first.components[0].permissions[0].clone();
    find(|plan, _| plan.components[1].permissions.push(grant), "does not");
}

#[test]
fn nothing_is_announced_that_is_not_shown() {
    find(|plan, _| plan.components[1].resources.clear(), "not shown");
    find(|plan, _| deploy(plan).announced.clear(), "announced as None");
    let replace_vpc = |plan: &mut Plan, _: &mut World| {
        if let Some(announced) = deploy(plan).announced.get_mut(&id("Vpc")) {
            announced.action = Action::Replace;
        }
    };
    find(replace_vpc, "Vpc is announced as Replace, not shown");
}

#[test]
fn stacks_of_others_are_not_written() {
    find(|_, world| stack_mut(world, support::NETWORK_STACK).tags.clear(), "is not ours");
    find(
        |plan, world| {
            plan.components[1].reason = Reason::Adopted;
            stack_mut(world, support::NETWORK_STACK).tags.insert("groundwork:environment".to_owned(), "x".to_owned());
        },
        "is not ours",
    );
    find(
        |_, world| stack_mut(world, support::NETWORK_STACK).id = id("arn:aws:cloudformation:r:1:stack/x"),
        "is not ours",
    );
    find(|plan, _| deploy(plan).tags.clear(), "would not be marked");
}

#[test]
fn every_parameter_has_a_value() {
    find(
        |plan, _| {
            deploy(plan).parameters.insert(id("Extra"), ParameterValue::Literal(String::new()));
        },
        "declares",
    );
    let (mut plan, world) = (plan(&spec(), &support::world()), support::world());
    let Op::DeployStack(role) = &mut plan.steps[0].op else { panic!("{ROLE_STACK} comes first") };
    role.parameters.insert(id("ExternalID"), ParameterValue::Previous);
    assert!(check(&plan, &world).iter().any(|finding| finding.contains("cannot keep a parameter")));
}
