//! Whatever a text tells of, it fits into a comment, is sound Markdown, and says what a human has to do.

use groundwork_model::Exit;
use groundwork_model::plan::{Plan, Purpose};
use groundwork_view::markdown;
use proptest::prelude::*;

use super::{any, shown};
use crate::reports;

/// What has to stand outside of everything that can be left out.
fn check_gates(text: &str, plan: &Plan) {
    let prose = super::structure::prose(text);
    let needed: Vec<&str> = plan.approvals_needed().iter().map(|class| class.as_str()).collect();
    let expected = match (plan.is_empty(), plan.purpose) {
        (true, _) => return,
        (false, Purpose::Destroy) => "**Needs `--confirm staging`**".to_owned(),
        (false, Purpose::Apply) if needed.is_empty() => "Needs no `--allow`.".to_owned(),
        (false, Purpose::Apply) => format!("**Needs `--allow {}`**", needed.join(",")),
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

proptest! {
    // Large texts shrink slowly.
    #![proptest_config(ProptestConfig {
        cases: 32, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default()
    })]

    #[test]
    fn any_plan_fits_and_says_what_it_needs(plan in any::plan()) {
        let text = shown(|out| markdown::plan(out, &plan, &[]));
        check_gates(&text, &plan);
    }

    #[test]
    fn any_refused_plan_fits_and_says_why((plan, problems) in (any::plan(), any::problems())) {
        let text = shown(|out| markdown::plan(out, &plan, &problems));
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
}
