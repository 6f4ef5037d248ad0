//! What things and actions are called, and the head of every text.

use groundwork_model::Arn;
use groundwork_model::plan::{Action, Component, Subject, Target};

use crate::line::{Ink, Line};
use crate::text::widest;
use crate::words::some_of;

/// So many columns are left to what becomes of a thing; its name is shortened to that end, but never below
/// what still tells something.
const NARROWEST_VERDICT: usize = 20;
const NARROWEST_SUBJECT: usize = 12;

/// The columns of the longest name of a component.
pub(super) fn component_columns() -> usize {
    widest(Component::ALL.map(Component::as_str))
}

/// The thing that a component is about.
pub(crate) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Stack(name) | Subject::StackSet(name) => name.to_string(),
        Subject::Cluster(name) => format!("cluster {name}"),
        // A list of subnets, as a rule.
        Subject::Network(words) => some_of(&words.split(", ").collect::<Vec<_>>(), 1),
        Subject::RunEnvironment { name, .. } => format!("Run Environment \"{name}\""),
        Subject::None => String::new(),
    }
}

/// The columns of things' names that begin in the given column, with what becomes of them behind.
pub(super) fn subject_columns(names: &[String], begin: usize, columns: usize) -> usize {
    let room = columns.saturating_sub(begin + 2 + NARROWEST_VERDICT);
    widest(names.iter().map(String::as_str)).min(room.max(NARROWEST_SUBJECT))
}

/// An action's sign, and the colour that repeats it.
pub(super) fn sign(action: Action) -> (&'static str, Ink) {
    match action {
        Action::NoOp => (" ", Ink::Plain),
        Action::Create => ("+", Ink::Green),
        Action::Update => ("~", Ink::Yellow),
        Action::Replace => ("±", Ink::Magenta),
        Action::Delete => ("-", Ink::Red),
    }
}

/// Whom a text concerns: `staging  123456789012  us-west-2  as role/deployer`.
pub(super) fn head(target: &Target, columns: usize) -> Vec<Line> {
    let whom = Line::new()
        .ink(Ink::Bold, target.environment.as_str())
        .plain(&format!("  {}  {}", target.account, target.region));
    let caller = format!("as {}", caller(&target.caller));
    let together = whom.clone().plain("  ").plain(&caller);
    if together.width() <= columns { vec![together] } else { vec![whom, Line::indented(2).plain(&caller)] }
}

/// A principal as its owner knows it: a session of a role is that role.
pub(crate) fn caller(arn: &Arn) -> String {
    match arn.resource().split('/').collect::<Vec<_>>()[..] {
        ["assumed-role", role, ..] => format!("role/{role}"),
        _ => arn.resource().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_shown_as_its_role() {
        for (arn, expected) in [
            ("arn:aws:sts::123456789012:assumed-role/deployer/session", "role/deployer"),
            ("arn:aws:iam::123456789012:role/ci/deployer", "role/ci/deployer"),
            ("arn:aws:iam::123456789012:user/ann", "user/ann"),
            ("arn:aws:iam::123456789012:root", "root"),
        ] {
            assert_eq!(caller(&arn.parse().expect("an ARN")), expected);
        }
    }
}
