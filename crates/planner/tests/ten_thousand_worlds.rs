//! Ten thousand worlds: an account in which one spec was applied, for which another is wanted. Whatever
//! the two are, the plan is sound, its gates hold, it converges, and once saved it is carried out as it
//! is or not at all.

mod support;

use std::collections::BTreeSet;

use groundwork_model::plan::{Action, Class, Component, Plan};
use groundwork_model::spec::Spec;
use groundwork_model::world::World;
use groundwork_planner::basis::basis;
use groundwork_planner::saved::{seal, text, verify};
use groundwork_planner::{check, plan};
use proptest::prelude::*;
use support::moved::MOVES;
use support::random::{first_plan, second_plan, some_spec};
use support::{VERSION, applied, open, world};

/// Two tests share them, so that two cores do.
const WORLDS: u32 = 10_000 / 2;

fn config() -> ProptestConfig {
    // Not every network can be laid out, or changed into every other: these are refused, and no worlds.
    ProptestConfig {
        cases: WORLDS,
        failure_persistence: None,
        max_global_rejects: 20 * WORLDS,
        ..ProptestConfig::default()
    }
}

/// A world, what is wanted of it, and the plan.
fn case(one: &Spec, other: &Spec) -> Result<(World, Plan), TestCaseError> {
    let before = applied::apply(&first_plan(one)?, &world());
    let plan = second_plan(other, &before)?;
    Ok((before, plan))
}

/// The gates that a plan has to pass say what the plan does, and nothing that is gated slips by.
fn gates_hold(plan: &Plan) -> Result<(), TestCaseError> {
    let every = BTreeSet::from(Class::ALL);
    for component in &plan.components {
        let classes = component.classes();
        let has =
            |action| component.action == action || component.resources.iter().any(|change| change.action == action);
        prop_assert_eq!(classes.contains(&Class::Replace), has(Action::Replace));
        prop_assert!(!has(Action::Delete) || classes.contains(&Class::Delete));
        let is_protected = plan.policy.protected.contains(&component.component);
        if is_protected && classes.iter().any(|class| matches!(class, Class::Replace | Class::Delete)) {
            let refused = plan.refusals(&every);
            prop_assert!(refused.iter().any(|refusal| refusal.component == component.component), "{:?}", refused);
        }
    }
    let addresses = !plan.egress.lost.is_empty() || plan.egress.gained > 0;
    let network = plan.components.iter().find(|change| change.component == Component::Network);
    let is_made = network.is_some_and(|network| network.action == Action::Create);
    prop_assert!(!addresses || is_made || plan.classes().contains(&Class::EgressAddress), "{:?}", plan.egress);
    let silent = plan.approvals_needed().into_iter().filter(|class| !class.is_gated()).count();
    prop_assert_eq!(silent, 0);
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_plan_is_sound_and_converges(one in some_spec(), other in some_spec()) {
        let (before, change) = case(&one, &other)?;
        prop_assert_eq!(check(&change, &before), Vec::<String>::new());
        gates_hold(&change)?;
        let after = applied::apply(&change, &before);
        let again = plan(&other, &after, VERSION).expect("what was applied can be planned again");
        prop_assert!(again.is_empty(), "{:#?}", again.components);
        prop_assert_eq!(again.cost.monthly_before(), change.cost.monthly_after());
    }

    #[test]
    fn a_saved_plan_is_carried_out_as_it_is_or_not_at_all(
        one in some_spec(), other in some_spec(), at in 0..=MOVES.len()
    ) {
        let (before, change) = case(&one, &other)?;
        let basis = basis(&other, &before, "key");
        let saved = seal(&other, change.clone(), basis, VERSION, "2026-11-24T09:00:00.000Z".to_owned());
        let opened = open(&text(&saved), VERSION).expect("a whole plan");
        let mut now = before.clone();
        // A move may lead to where the world is already.
        let moved = MOVES.get(at).map(|(_, change)| change(&mut now)).is_some() && now != before;
        match verify(&opened, &now) {
            Ok(plan) => {
                prop_assert!(!moved, "{:?}", MOVES.get(at).map(|(words, _)| words));
                prop_assert_eq!(plan, change);
            }
            Err(problems) => prop_assert!(moved, "{:#?}", problems),
        }
    }
}
