//! Whatever a text tells of, it fits into a comment, is sound Markdown, and says what a human has to do.

use std::collections::BTreeSet;

use groundwork_model::Exit;
use groundwork_model::plan::{Class, Plan, Purpose};
use groundwork_model::rollout::RolloutPlan;
use groundwork_view::{human, markdown};
use proptest::prelude::*;

use super::{any, shown};
use crate::reports;

/// What has to stand outside of everything that can be left out.
fn check_gates(text: &str, plan: &Plan) {
    let prose = super::structure::prose(text);
    let needed: Vec<&str> = plan.approvals_needed().iter().map(|class| class.as_str()).collect();
    let expected = match (plan.is_empty(), plan.purpose) {
        (true, _) | (false, Purpose::Watch) => return,
        (false, Purpose::Destroy) => "**Needs `--confirm staging`**".to_owned(),
        (false, Purpose::Apply) if needed.is_empty() => "Needs no `--allow`.".to_owned(),
        (false, Purpose::Apply) => format!("**Needs `--allow {}`**", needed.join(",")),
        (false, Purpose::Recover) => "**Needs `--confirm staging".to_owned(),
    };
    assert_eq!(prose.iter().filter(|line| line.starts_with(&expected)).count(), 1, "{expected} in\n{text}");
    for component in &plan.components {
        assert!(prose.iter().any(|line| line.starts_with(&format!("| {} |", component.component))), "{text}");
    }
    for refusal in plan.denials() {
        let line = format!("- `{}` in {}, by `policy.deny`", refusal.class.as_str(), refusal.component);
        assert!(prose.contains(&line.as_str()), "{line} in\n{text}");
    }
}

/// What has to be permitted, over all targets.
fn approvals(plan: &RolloutPlan) -> BTreeSet<Class> {
    let plans = plan.targets.iter().filter_map(|target| target.planned.plan());
    plans.filter(|plan| plan.purpose == Purpose::Apply).flat_map(Plan::approvals_needed).collect()
}

fn check_rollout_gates(text: &str, plan: &RolloutPlan) {
    let prose = super::structure::prose(text);
    let needed: Vec<&str> = approvals(plan).into_iter().map(Class::as_str).collect();
    let expected = if needed.is_empty() {
        "**Needs `--allow".to_owned()
    } else {
        format!("**Needs `--allow {}`**", needed.join(","))
    };
    let number = prose.iter().filter(|line| line.starts_with(&expected)).count();
    assert_eq!(number, usize::from(!needed.is_empty()), "{expected} in\n{text}");
    let denials = plan.targets.iter().filter_map(|target| target.planned.plan()).any(|plan| !plan.denials().is_empty());
    assert_eq!(prose.contains(&"**Refused by the spec**, whoever applies it:"), denials, "{text}");
}

proptest! {
    // Large texts shrink slowly.
    #![proptest_config(ProptestConfig {
        cases: 32, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default()
    })]

    #[test]
    fn any_plan_fits_and_says_what_it_needs(plan in any::plan()) {
        let text = shown(|out| markdown::plan(out, &plan, None, &[]));
        check_gates(&text, &plan);
    }

    #[test]
    fn any_refused_plan_fits_and_says_why((plan, problems) in (any::plan(), any::problems())) {
        let text = shown(|out| markdown::plan(out, &plan, None, &problems));
        check_gates(&text, &plan);
        prop_assert_eq!(text.contains("error[GW4003]"), !problems.is_empty());
    }

    #[test]
    fn any_report_fits_and_has_its_errors((plan, report) in any::report()) {
        let text = shown(|out| markdown::report(out, &plan, &report, Exit::RolledBack, &reports::spec()));
        prop_assert_eq!(text.contains("error[GW4003]"), report.problems().next().is_some());
    }

    #[test]
    fn any_problems_fit(problems in any::problems()) {
        let text = shown(|out| markdown::problems(out, &problems, Exit::Usage));
        prop_assert_eq!(text.contains("error[GW4003]"), !problems.is_empty());
    }

    #[test]
    fn any_status_fits(status in any::status()) {
        shown(|out| markdown::status(out, &status));
    }

    #[test]
    fn any_rollout_fits_and_says_what_it_needs(plan in any::rollout_plan()) {
        let text = shown(|out| markdown::rollout_plan(out, &plan, &[]));
        check_rollout_gates(&text, &plan);
    }

    #[test]
    fn any_report_of_a_rollout_fits_and_names_what_failed(report in any::rollout_report()) {
        let text = shown(|out| markdown::rollout_report(out, &report));
        let lists = report.lists();
        let prose = super::structure::prose(&text);
        for target in lists.failed.iter().take(30) {
            let title = format!("<summary>{} failed after ", target.target.name);
            let remark = format!(" of `{}` ", target.target.name);
            prop_assert!(prose.iter().any(|line| line.starts_with(&title) || line.contains(&remark)), "{text}");
        }
        let sum = format!("{} failed, {} skipped", lists.failed.len(), lists.skipped.len());
        prop_assert!(prose[1].contains(&sum), "{text}");
    }

    #[test]
    fn any_rollout_is_shown_on_a_bounded_screen(
        (plan, width) in (any::rollout_plan(), prop_oneof![Just(40_usize), Just(80), Just(120)])
    ) {
        let text = crate::shown(width, |out, style| human::rollout_plan(out, &plan, style));
        let lines = text.lines().count();
        prop_assert!(lines < 240, "{lines} lines:\n{text}");
        let needs = approvals(&plan);
        prop_assert_eq!(text.contains("\nThis rollout needs "), !needs.is_empty());
    }

    #[test]
    fn any_report_of_a_rollout_is_bounded_and_ends_with_the_sum(report in any::rollout_report()) {
        let text = crate::shown(80, |out, style| human::rollout_report(out, &report, style));
        prop_assert!(text.lines().count() < 140, "{text}");
        let (_, sum) = text.split_once("\nRollout: ").expect("the sum");
        prop_assert!(sum.lines().count() <= 2, "{sum}");
    }
}
