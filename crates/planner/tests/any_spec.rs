//! What holds for every spec: a converged world plans nothing, plans are sound, and nothing is deleted
//! or replaced that the plan does not show.

mod support;

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Plan};
use groundwork_model::spec::Spec;
use groundwork_model::step::Op;
use groundwork_model::world::World;
use groundwork_planner::{RunEnvironmentFate, check, destroy, plan};
use proptest::prelude::*;
use support::random::some_spec;
use support::{VERSION, applied, id, world};

/// The plan for an account in which another spec was applied. Zones that are counted stay where they
/// are, which may not go with what the new spec lists.
fn second_plan(spec: &Spec, between: &World) -> Result<Plan, TestCaseError> {
    plan(spec, between, VERSION).map_err(|problems| {
        let layout = [Code::NatWithoutPublicSubnet, Code::NoWayOut, Code::NoSubnetForTasks];
        assert!(problems.iter().all(|problem| layout.contains(&problem.code)), "{problems:#?}");
        TestCaseError::reject("this network cannot be changed into the other")
    })
}

/// The plan for an empty account. Not every random network can be laid out; one that cannot is refused,
/// and no case.
fn first_plan(spec: &Spec) -> Result<Plan, TestCaseError> {
    plan(spec, &world(), VERSION).map_err(|_| TestCaseError::reject("this network cannot be laid out"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_converged_world_plans_nothing(spec in some_spec()) {
        let first = first_plan(&spec)?;
        prop_assert_eq!(check(&first, &world()), Vec::<String>::new());
        let after = applied::apply(&first, &world());
        let again = plan(&spec, &after, VERSION).expect("what was applied can be planned again");
        prop_assert!(again.is_empty(), "{:#?}", again.components);
    }

    #[test]
    fn a_change_of_mind_is_sound_and_converges(one in some_spec(), other in some_spec()) {
        let between = applied::apply(&first_plan(&one)?, &world());
        let second = second_plan(&other, &between)?;
        prop_assert_eq!(check(&second, &between), Vec::<String>::new());
        let after = applied::apply(&second, &between);
        let again = plan(&other, &after, VERSION).expect("what was applied can be planned again");
        prop_assert!(again.is_empty(), "{:#?}", again.components);
    }

    /// The change set's view: every resource that is in one template and not in the other is announced
    /// as made or deleted.
    #[test]
    fn nothing_comes_or_goes_unannounced(one in some_spec(), other in some_spec()) {
        let between = applied::apply(&first_plan(&one)?, &world());
        let second = second_plan(&other, &between)?;
        for step in &second.steps {
            let Op::DeployStack(deploy) = &step.op else { continue };
            let deployed = between.stack(&deploy.stack).and_then(|stack| stack.template.as_deref()).expect("it was made");
            let (had, has) = (resource_names(deployed), resource_names(&deploy.template));
            for gone in had.difference(&has) {
                prop_assert_eq!(deploy.announced[&id(gone)].action, Action::Delete);
            }
            for comes in has.difference(&had) {
                prop_assert_eq!(deploy.announced[&id(comes)].action, Action::Create);
            }
        }
    }

    #[test]
    fn what_was_made_can_be_removed(spec in some_spec()) {
        let made = applied::apply(&first_plan(&spec)?, &world());
        let removal = destroy(&spec, &made, RunEnvironmentFate::Delete).expect("nothing is in the way");
        prop_assert_eq!(check(&removal, &made), Vec::<String>::new());
        prop_assert_eq!(applied::apply(&removal, &made), world());
    }
}

fn resource_names(template: &str) -> BTreeSet<String> {
    let template: serde_json::Value = serde_json::from_str(template).expect("a template is JSON");
    template["Resources"].as_object().expect("it has resources").keys().cloned().collect()
}
