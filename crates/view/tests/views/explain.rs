//! Explanations of codes.

use groundwork_model::Code;
use groundwork_view::human;
use insta::assert_snapshot;

use crate::shown;

#[test]
fn a_code_is_explained_with_what_to_do() {
    assert_snapshot!(shown(80, |out, style| human::explain(out, Code::StackStuck, style)));
}

#[test]
fn a_narrow_terminal_shows_the_same() {
    assert_snapshot!(shown(60, |out, style| human::explain(out, Code::NoWayOut, style)));
}

#[test]
fn all_codes_are_listed() {
    assert_snapshot!(shown(80, human::catalogue));
}
