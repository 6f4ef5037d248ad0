//! Which part of a statement no others cover.

use super::condition::{self, Condition};
use super::pattern::Pattern;
use super::principal::Principal;
use super::statement::Statement;

/// A part of a statement: each action on each resource, by each principal, under all conditions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub principals: Vec<Principal>,
    pub actions: Vec<Pattern>,
    pub resources: Vec<Pattern>,
    pub conditions: Vec<Condition>,
    /// Within which limits others cover it, in words; empty if they don't cover it at all.
    pub limits: Vec<String>,
}

/// What is open for one principal and one action on some resource.
#[derive(PartialEq)]
struct Cell<'a> {
    principal: &'a Principal,
    action: &'a Pattern,
    conditions: Vec<Condition>,
    limits: Vec<String>,
}

/// The parts of a statement that none of the others covers.
pub(super) fn uncovered(statement: &Statement, others: &[&Statement]) -> Vec<Part> {
    let mut cells = Vec::new();
    for principal in &statement.principals {
        for action in &statement.actions {
            let near: Vec<&Statement> =
                others.iter().copied().filter(|other| names(other, principal, action)).collect();
            for resource in &statement.resources {
                let Some(conditions) = open(statement, resource, &near) else { continue };
                let limits = limits(&conditions, resource, &near);
                cells.push((Cell { principal, action, conditions, limits }, resource.clone()));
            }
        }
    }
    parts(cells)
}

fn names(statement: &Statement, principal: &Principal, action: &Pattern) -> bool {
    statement.principals.iter().any(|own| own.contains(principal))
        && statement.actions.iter().any(|own| own.contains(action))
}

fn reaches(statement: &Statement, resource: &Pattern) -> bool {
    statement.resources.iter().any(|own| own.contains_arn(resource))
}

/// The conditions under which a resource is open, of statements that name the principal and the action.
fn open(statement: &Statement, resource: &Pattern, near: &[&Statement]) -> Option<Vec<Condition>> {
    let covers = |other: &&Statement, conditions: &[Condition]| {
        reaches(other, resource) && condition::imply(conditions, &other.conditions)
    };
    condition::uncovered(&statement.conditions, |conditions| near.iter().any(|other| covers(other, conditions)))
}

/// The limits within which one of the others covers what is open: by further conditions, or on some of
/// the resources only.
fn limits(open: &[Condition], resource: &Pattern, near: &[&Statement]) -> Vec<String> {
    let of_statement = |other: &&Statement| {
        if !condition::imply(&other.conditions, open) {
            return None;
        }
        if reaches(other, resource) {
            let further = other.conditions.iter().filter(|condition| !open.contains(condition));
            return Some(further.map(Condition::words).collect());
        }
        let within: Vec<&str> =
            other.resources.iter().filter(|own| resource.contains_arn(own)).map(Pattern::text).collect();
        (condition::imply(open, &other.conditions) && !within.is_empty())
            .then(|| vec![format!("only on {}", within.join(" and "))])
    };
    near.iter().find_map(of_statement).unwrap_or_default()
}

/// Puts together what differs in one respect only: resources first, then actions, then services.
fn parts(cells: Vec<(Cell<'_>, Pattern)>) -> Vec<Part> {
    let by_action = gather(
        gather(cells)
            .into_iter()
            .map(|(cell, resources)| ((cell.principal, cell.conditions, cell.limits, resources), cell.action.clone())),
    );
    let by_principal = gather(by_action.into_iter().map(|((principal, conditions, limits, resources), actions)| {
        let alone = (!matches!(principal, Principal::Service(_))).then_some(principal);
        ((alone, conditions, limits, resources, actions), principal.clone())
    }));
    let part = |((_, conditions, limits, resources, actions), principals)| Part {
        principals,
        actions,
        resources,
        conditions,
        limits,
    };
    by_principal.into_iter().map(part).collect()
}

/// Collects the values of each key, in the order in which the keys first come.
fn gather<K: PartialEq, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: Vec<(K, Vec<V>)> = Vec::new();
    for (key, value) in pairs {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => groups.push((key, vec![value])),
        }
    }
    groups
}
