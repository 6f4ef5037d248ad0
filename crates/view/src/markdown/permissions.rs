//! Who may do more or less than before: in the open where something that exists changes, folded where it
//! comes with something new.

use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{Action, ComponentPlan, Plan};

use super::changes::elsewhere;
use super::document::{Block, Rank, details};
use super::escape::{code, codes};
use crate::human::permissions::in_order;
use crate::words::count;

/// So many actions, resources or conditions of a permission that changes are named: a reviewer needs them.
const MOST: usize = 100;

/// So many of one that comes with something new.
const MOST_OF_NEW: usize = 12;

/// The permissions that change, then those that come with something new. What is deleted takes its own
/// with it, and nobody has to judge that.
pub(super) fn blocks(plan: &Plan) -> Vec<Block> {
    let of = |wanted: fn(Action) -> bool| -> Vec<String> {
        let components = plan.components.iter().filter(|component| wanted(component.action));
        components.flat_map(lines).collect()
    };
    let changed = of(|action| !matches!(action, Action::Create | Action::Delete));
    let new = of(|action| action == Action::Create);
    let title = format!("{} of what is made", count(new.len(), "permission"));
    let list = |before: &str, pieces, rank| Block {
        before: before.to_owned(),
        pieces,
        after: String::new(),
        omitted: 0,
        noun: ("permission", String::new()),
        elsewhere: elsewhere(plan.purpose).to_owned(),
        rank,
    };
    vec![list("**Permissions**\n\n", changed, Rank::First), details(&title, list("", new, Rank::Second))]
}

fn lines(component: &ComponentPlan) -> impl Iterator<Item = String> {
    let is_new = component.action == Action::Create;
    in_order(&component.permissions).into_iter().map(move |change| format!("- {}\n", sentence(change, is_new)))
}

/// `**CloudReactor** may now `ecs:RunTask` on `*``.
fn sentence(change: &PermissionChange, is_new: bool) -> String {
    let most = if is_new { MOST_OF_NEW } else { MOST };
    let may = match (change.direction, is_new) {
        (Direction::Gained, true) => "may",
        (Direction::Gained, false) => "may now",
        (Direction::Lost, _) => "may no longer",
    };
    let object = match change.resources.as_slice() {
        [] => code(change.logical_id.as_str()),
        resources => codes(resources, most),
    };
    let conditions = match change.conditions.as_slice() {
        [] => String::new(),
        conditions => format!(", {}", codes(conditions, most)),
    };
    let trust = match change.kind {
        PermissionKind::Act => "",
        PermissionKind::Assume => "Trust: ",
    };
    format!("{trust}{} {may} {} on {object}{conditions}", holder(&change.holder), codes(&change.actions, most))
}

/// `**CloudReactor** (`arn:...`)` where the name is one that means nothing in Markdown.
fn holder(text: &str) -> String {
    let (name, rest) = text.split_once(" (").map_or((text, ""), |(name, rest)| (name, rest));
    let is_plain = name.len() <= 60 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
    match rest.strip_suffix(')') {
        Some(arn) if is_plain && !arn.is_empty() => format!("**{}** ({})", name.trim(), code(arn)),
        _ if is_plain && rest.is_empty() && !name.trim().is_empty() => format!("**{}**", name.trim()),
        _ => format!("**{}**", code(text)),
    }
}
