//! What is removed, what is not, and in which order.

mod support;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Plan, Reason};
use groundwork_model::spec::Spec;
use groundwork_model::status::State;
use groundwork_model::step::StepId;
use groundwork_model::world::World;
use groundwork_planner::{RunEnvironmentFate, check, destroy, status};
use serde_json::json;
use support::{NETWORK_STACK, ROLE_STACK, converged, environment_mut, set, set_status, spec, stack_mut, world};

fn destruction(spec: &Spec, world: &World, fate: RunEnvironmentFate) -> Plan {
    let plan = destroy(spec, world, fate).expect("the removal should be possible");
    assert_eq!(check(&plan, world), Vec::<String>::new());
    plan
}

#[test]
fn everything_of_ours_goes_and_the_run_environment_goes_first() {
    let plan = destruction(&spec(), &converged(&spec()), RunEnvironmentFate::Delete);
    let order: Vec<_> = plan.steps.iter().map(|step| (step.id.as_str(), step.needs.len())).collect();
    assert_eq!(order, [("run-environment", 0), ("role", 1), ("network", 1), ("cluster", 1)]);
    assert!(plan.steps[1].needs.contains(&StepId::RunEnvironment));
    assert!(plan.components.iter().all(|component| component.action == Action::Delete));
    assert!(plan.components[1].resources.iter().all(|change| change.action == Action::Delete));
    assert_eq!((plan.egress.lost.len(), plan.egress.gained), (1, 0));
    let codes: Vec<Code> = plan.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, [Code::NotChecked]);
    insta::assert_json_snapshot!("destroy_everything", plan);
}

#[test]
fn a_run_environment_that_stays_is_warned_of() {
    let plan = destruction(&spec(), &converged(&spec()), RunEnvironmentFate::Keep);
    assert_eq!(plan.steps.len(), 3);
    assert!(plan.steps.iter().all(|step| step.needs.is_empty()), "stacks go side by side");
    assert_eq!(plan.components[3].reason, Reason::Kept);
    assert_eq!(plan.warnings[0].code, Code::LeftBehind);
}

#[test]
fn what_is_not_ours_stays() {
    let mut world = converged(&spec());
    stack_mut(&mut world, ROLE_STACK).tags.clear();
    stack_mut(&mut world, NETWORK_STACK).tags.insert("groundwork:environment".to_owned(), "other".to_owned());
    let plan = destruction(&spec(), &world, RunEnvironmentFate::Keep);
    let reasons: Vec<_> = plan.components.iter().map(|component| component.reason.clone()).collect();
    assert_eq!(reasons, [Reason::NotOurs, Reason::NotOurs, Reason::Destroy, Reason::Kept]);
    assert_eq!(plan.steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>(), ["cluster"]);
}

#[test]
fn nothing_is_left_to_do_the_second_time() {
    let world = converged(&spec());
    let after = support::applied::apply(&destruction(&spec(), &world, RunEnvironmentFate::Delete), &world);
    assert!(destruction(&spec(), &after, RunEnvironmentFate::Delete).is_empty());
}

#[test]
fn everything_that_prevents_it_is_told_at_once() {
    let mut world = converged(&spec());
    stack_mut(&mut world, ROLE_STACK).termination_protection = true;
    set_status(&mut world, NETWORK_STACK, "UPDATE_IN_PROGRESS");
    world.cloudreactor.access_level = 100;
    set(&mut environment_mut(&mut world).aws, "account_id", json!("999999999999"));
    let problems = destroy(&spec(), &world, RunEnvironmentFate::Delete).expect_err("much is in the way");
    assert_eq!(
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        [Code::AccessLevelTooLow, Code::RunEnvironmentElsewhere, Code::StackProtected, Code::StackBusy]
    );
    assert!(problems[2].help[0].contains("--no-enable-termination-protection"));
}

#[test]
fn status_tells_how_everything_stands() {
    let states = |world: &World| status(&spec(), world).components.iter().map(|c| c.state).collect::<Vec<_>>();
    assert_eq!(states(&world()), [State::Absent; 4]);
    let mut world = converged(&spec());
    assert_eq!(states(&world), [State::Ready; 4]);
    set_status(&mut world, ROLE_STACK, "UPDATE_ROLLBACK_FAILED");
    stack_mut(&mut world, NETWORK_STACK).tags.clear();
    set_status(&mut world, support::CLUSTER_STACK, "UPDATE_IN_PROGRESS");
    environment_mut(&mut world).capabilities.clear();
    assert_eq!(states(&world), [State::Stuck, State::NotOurs, State::Busy, State::Stuck]);
    let text = serde_json::to_string(&status(&spec(), &world)).expect("a status can be written");
    assert!(text.contains("CloudReactor/staging/common/") && !text.contains("generated-for-"), "{text}");
}
