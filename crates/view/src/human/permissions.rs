//! Who may do more or less than before, in sentences.

use std::cmp::Reverse;

use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{Action, ComponentPlan};

use crate::line::{Ink, Line, flowing};
use crate::words::{all_of, count, some_of};

/// Where the sentences' signs stand.
const INDENT: usize = 6;

/// So many lines tell of what comes with something new; the template is new as a whole.
const LINES_OF_NEW: usize = 8;

/// So many actions of a new permission are named.
const ACTIONS_OF_NEW: usize = 6;

/// Shows the permissions of a component that change; in short for one that is new. What is deleted takes
/// its permissions with it.
pub(crate) fn lines(component: &ComponentPlan, indent: usize, columns: usize) -> Vec<Line> {
    let mut lines = match component.action {
        Action::Create => of_new(&component.permissions, columns),
        Action::Update | Action::Replace | Action::NoOp => of_changed(&component.permissions, columns),
        Action::Delete => Vec::new(),
    };
    if !lines.is_empty() {
        lines.insert(0, Line::indented(indent).plain("permissions:"));
    }
    lines
}

/// All of them, since each needs a reviewer.
fn of_changed(permissions: &[PermissionChange], columns: usize) -> Vec<Line> {
    let line = |change: &PermissionChange| {
        let (sign, ink) = match change.direction {
            Direction::Gained => ("+", Ink::Yellow),
            Direction::Lost => ("-", Ink::Plain),
        };
        let begin = Line::indented(INDENT).ink(ink, sign).plain(" ");
        flowing(begin, Ink::Plain, &sentence(change, Tense::Change, usize::MAX), INDENT + 4, columns)
    };
    in_order(permissions).into_iter().flat_map(line).collect()
}

fn of_new(permissions: &[PermissionChange], columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let permissions = in_order(permissions);
    for (at, change) in permissions.iter().enumerate() {
        let text = sentence(change, Tense::State, ACTIONS_OF_NEW);
        let more = flowing(Line::indented(INDENT), Ink::Plain, &text, INDENT + 2, columns);
        if at > 0 && lines.len() + more.len() > LINES_OF_NEW {
            let rest = count(permissions.len() - at, "more statement");
            lines.push(Line::indented(INDENT).plain(&format!("and {rest}")));
            break;
        }
        lines.extend(more);
    }
    lines
}

/// Trust first, what is lost last.
pub(crate) fn in_order(permissions: &[PermissionChange]) -> Vec<&PermissionChange> {
    let mut permissions: Vec<&PermissionChange> = permissions.iter().collect();
    permissions.sort_by_key(|change| (change.direction, Reverse(change.kind)));
    permissions
}

/// Whether a sentence tells of a change or of what is so from the beginning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tense {
    Change,
    State,
}

/// `CloudReactor may now: ecs:RunTask on *`.
fn sentence(change: &PermissionChange, tense: Tense, most_actions: usize) -> String {
    let may = match (change.direction, tense) {
        (Direction::Gained, Tense::Change) => "may now",
        (Direction::Gained, Tense::State) => "may",
        (Direction::Lost, _) => "may no longer",
    };
    let conditions: String = change.conditions.iter().map(|condition| format!(", {condition}")).collect();
    let itself = change.logical_id.as_str();
    if change.kind == PermissionKind::Assume && change.actions.iter().all(|action| action == "sts:AssumeRole") {
        return format!("{} {may} assume role {itself}{conditions}", change.holder);
    }
    let object = if change.resources.is_empty() { itself.to_owned() } else { all_of(&change.resources) };
    let actions = some_of(&change.actions, most_actions);
    format!("{} {may}: {actions} on {object}{conditions}", change.holder)
}
