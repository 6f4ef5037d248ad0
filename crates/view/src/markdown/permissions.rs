//! Who may do more or less than before: in the open where something that exists changes, folded where it
//! comes with something new.

use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{Action, Plan};

use super::changes::elsewhere;
use super::document::{Block, Rank, details};
use super::escape::{code, codes};
use crate::human::permissions::in_order;
use crate::words::count;

/// So many actions, resources or conditions of a permission that changes are named: a reviewer needs them.
const MOST: usize = 100;

/// So many of one that comes with something new.
const MOST_OF_NEW: usize = 12;

/// More permissions than these are counted and not shown.
const MOST_PERMISSIONS: usize = 300;

/// The permissions that change, then those that come with something new. What is deleted takes its own
/// with it, and nobody has to judge that.
pub(super) fn blocks(plan: &Plan) -> [Block; 2] {
    let of = |wanted: fn(Action) -> bool| -> Vec<&PermissionChange> {
        let components = plan.components.iter().filter(|component| wanted(component.action));
        components.flat_map(|component| in_order(&component.permissions)).collect()
    };
    let changed = of(|action| !matches!(action, Action::Create | Action::Delete));
    let new = of(|action| action == Action::Create);
    let list = |before: &str, changes: &[&PermissionChange], age| Block {
        before: before.to_owned(),
        pieces: changes.iter().take(MOST_PERMISSIONS).map(|change| format!("- {}\n", sentence(change, age))).collect(),
        after: String::new(),
        omitted: changes.len().saturating_sub(MOST_PERMISSIONS),
        noun: ("permission", String::new()),
        elsewhere: elsewhere(plan.purpose).to_owned(),
        rank: Rank::Second,
    };
    let title = format!("{} of what is made", count(new.len(), "permission"));
    let changed = Block { rank: Rank::First, ..list("**Permissions**\n\n", &changed, Age::Old) };
    [changed, details(&title, list("", &new, Age::New))]
}

/// Whether what a permission belongs to is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    Old,
    New,
}

/// `**CloudReactor** may now `ecs:RunTask` on `*``.
fn sentence(change: &PermissionChange, age: Age) -> String {
    let most = if age == Age::New { MOST_OF_NEW } else { MOST };
    let may = match (change.direction, age) {
        (Direction::Gained, Age::New) => "may",
        (Direction::Gained, Age::Old) => "may now",
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
