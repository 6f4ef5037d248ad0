//! Rollouts as they stand in a pull request.

use groundwork_model::rollout::{Pause, RolloutPlan, RolloutReport};
use groundwork_view::markdown;
use insta::assert_snapshot;

use super::shown;
use crate::fleet;

fn plan(plan: &RolloutPlan) -> String {
    shown(|out| markdown::rollout_plan(out, plan, &[]))
}

fn report(report: &RolloutReport) -> String {
    shown(|out| markdown::rollout_report(out, report))
}

#[test]
fn a_dozen_targets_are_told_group_by_group() {
    assert_snapshot!(plan(&fleet::plan()));
}

#[test]
fn what_comes_between_waves_is_told() {
    let told = plan(&fleet::paused(Pause::StopForApproval));
    assert!(told.contains("**Between waves**: after canary it stops for approval\n"), "{told}");
}

#[test]
fn a_rollout_that_awaits_approval_says_how_it_goes_on() {
    assert_snapshot!(report(&fleet::awaiting_report()));
}

#[test]
fn nothing_to_do_is_short() {
    assert_snapshot!(plan(&fleet::quiet()));
}

#[test]
fn failures_are_told_before_the_targets() {
    assert_snapshot!(report(&fleet::report()));
}

#[test]
fn success_is_a_table() {
    assert_snapshot!(report(&fleet::good_report()));
}

#[test]
fn a_thousand_targets_fit_and_the_text_says_what_is_left_out() {
    for (text, expected) in [
        (plan(&fleet::motley(1_000)), "980 more groups with 980 targets that differ are not shown"),
        (plan(&fleet::large(1_000, |_| fleet::usual())), " of 1000 targets are not shown: `--json` shows all."),
        (report(&fleet::large_report(1_000)), "What 136 more failed of is not shown"),
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
        assert!(text.len() > 50_000, "{} bytes are fewer than there is room for", text.len());
    }
}
