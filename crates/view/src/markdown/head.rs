//! How every text begins: the mark, the verdict, whom it concerns.

use groundwork_model::plan::Target;

use super::escape::code;
use crate::human::names::caller;

/// The head of a text about a target. The verdict is Markdown on one line.
pub(super) fn head(target: &Target, verdict: &str) -> String {
    let whom =
        format!("Account `{}`, Region `{}`, as {}", target.account, target.region, code(&caller(&target.caller)));
    format!("<!-- groundwork:{} -->\n### groundwork: {verdict}\n\n{whom}", target.environment)
}

/// The head of a text about many targets.
pub(super) fn rollout_head(verdict: &str) -> String {
    format!("<!-- groundwork rollout -->\n### groundwork: {verdict}")
}

/// The head of a text about a run that came to no target.
pub(super) fn nameless_head(verdict: &str) -> String {
    format!("<!-- groundwork -->\n### groundwork: {verdict}")
}
