//! What holds for every spec: a converged world plans nothing, plans are sound, and nothing is deleted
//! or replaced that the plan does not show.

mod support;

use std::collections::BTreeSet;

use groundwork_model::plan::Action;
use groundwork_model::step::Op;
use groundwork_planner::{RunEnvironmentFate, check, destroy, plan};
use proptest::prelude::*;
use support::random::{first_plan, second_plan, some_spec};
use support::{VERSION, applied, id, world};

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
