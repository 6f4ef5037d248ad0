//! Plans.

use groundwork_model::plan::Plan;
use groundwork_view::{Color, Style, human};
use insta::assert_snapshot;

use crate::{rendered, sample, shown};

fn at(width: usize, plan: &Plan) -> String {
    shown(width, |out, style| human::plan(out, plan, style))
}

#[test]
fn a_first_plan_is_one_line_a_resource() {
    assert_snapshot!(at(80, &sample::first_create()));
}

#[test]
fn a_wide_terminal_shows_whole_types() {
    assert_snapshot!(at(120, &sample::first_create()));
}

#[test]
fn a_change_is_shown_before_and_after() {
    assert_snapshot!(at(80, &sample::zone_added()));
}

#[test]
fn a_narrow_terminal_shows_the_same() {
    assert_snapshot!(at(60, &sample::zone_added()));
}

#[test]
fn what_follows_a_replaced_resource_is_told_briefly() {
    assert_snapshot!(at(80, &sample::network_replaced()));
}

#[test]
fn of_a_policy_only_what_changes_is_shown() {
    assert_snapshot!(at(80, &sample::role_adopted()));
}

#[test]
fn nothing_to_do_is_said_in_a_sentence() {
    assert_snapshot!(at(80, &sample::nothing_to_do()));
}

#[test]
fn what_a_failed_creation_left_is_named() {
    assert_snapshot!(at(80, &sample::corpse()));
}

#[test]
fn a_removal_says_so() {
    assert_snapshot!(at(80, &sample::destroy()));
}

#[test]
fn there_may_be_nothing_to_remove() {
    assert_snapshot!(at(80, &sample::nothing_to_destroy()));
}

#[test]
fn colour_repeats_the_signs() {
    let style = Style { width: 80, color: Color::Always };
    let text = rendered(style, |out, style| human::plan(out, &sample::zone_added(), style));
    assert_snapshot!(text.replace('\u{1b}', "ESC"));
}
