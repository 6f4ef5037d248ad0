//! Who may do more or less after an update: permissions and trusts, found by comparing the statements
//! of policies.
//!
//! All policies of a role are taken together, so it means nothing in which of them a statement stands.
//! A statement is gained as far as no statement that was there before contains it, and a denial that
//! goes is a gain, too. Where containment is in doubt, it is a gain: a false alarm is a nuisance, a
//! missed one is a hole.
//!
//! What guards a network (security groups, the policies of VPC endpoints) is no permission of anybody
//! and is left out, and so are the policies of things that no template of ours has: buckets, queues,
//! keys, and who is in which group of users. References are equal to themselves alone; the templates
//! that are put in place are ours and have neither mappings nor conditions, of which the same words
//! could come to mean something else.

mod condition;
mod coverage;
mod grants;
mod pattern;
mod principal;
mod request;
mod statement;

use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::spec::Role;

use crate::diff::Side;
use crate::template::{CLOUDREACTOR_PRINCIPAL, EXECUTION_ROLE};
use coverage::Part;
use grants::{Grant, Party, PartyKind};
use pattern::{Pattern, text};
pub(crate) use request::{Asker, Decision, Request, by_policies, by_trust};
use statement::{Effect, Statement};

/// Everything that is gained or lost, gains first, each in the order of the templates.
pub(crate) fn changes(deployed: &Side, desired: &Side, role: &Role) -> Vec<PermissionChange> {
    let own = match role {
        Role::Create(role) => role.principal.as_ref().map(|arn| arn.as_str()),
        Role::Use { .. } => None,
    };
    let cloudreactor: Vec<&str> = [CLOUDREACTOR_PRINCIPAL].into_iter().chain(own).collect();
    between(deployed, desired, &cloudreactor)
}

/// The same, with the ARNs by which CloudReactor is known.
fn between(deployed: &Side, desired: &Side, cloudreactor: &[&str]) -> Vec<PermissionChange> {
    let before = Holdings::new(deployed);
    let after = Holdings::new(desired);
    let words = Words { cloudreactor, trusting: trusting(&before, &after, cloudreactor) };
    let mut changes = towards(Direction::Gained, &before, &after, &words);
    changes.extend(towards(Direction::Lost, &after, &before, &words));
    changes
}

/// What one side permits.
struct Holdings<'a> {
    side: &'a Side,
    grants: Vec<Grant>,
}

impl<'a> Holdings<'a> {
    fn new(side: &'a Side) -> Self {
        Self { side, grants: grants::collect(side) }
    }

    fn of_effect(&self, effect: Effect) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.statement.effect == effect)
    }

    /// The parts of a grant that nothing here contains.
    fn uncovered(&self, grant: &Grant) -> Vec<Part> {
        let alike = self.of_effect(grant.statement.effect);
        let alike = alike.filter(|other| other.party == grant.party && other.kind == grant.kind);
        let others: Vec<&Statement> = alike.map(|other| &other.statement).collect();
        coverage::uncovered(&grant.statement, &others)
    }

    fn has(&self, party: &Party) -> bool {
        party.resource().is_some_and(|name| self.side.resources.iter().any(|(id, _)| id.as_str() == name))
    }

    /// Whether deleting the party here would leave the thing itself in place.
    fn retains(&self, party: &Party) -> bool {
        let resource = self.side.resources.iter().find(|(id, _)| party.resource() == Some(id.as_str()));
        let policy = resource.and_then(|(_, resource)| resource.attributes.get("DeletionPolicy"));
        policy.is_some_and(|policy| policy != "Delete")
    }
}

/// What the second side permits and the first one does not. For losses, the sides are the other way
/// round.
fn towards(direction: Direction, from: &Holdings<'_>, to: &Holdings<'_>, words: &Words<'_>) -> Vec<PermissionChange> {
    let allowed = to.of_effect(Effect::Allow).flat_map(|grant| {
        let parts = from.uncovered(grant);
        parts.into_iter().map(move |part| words.change(direction, grant, &part))
    });
    // Whoever goes for good gains nothing by it, and whoever is new loses nothing.
    let stays = |grant: &&Grant| {
        let party = &grant.party;
        !from.has(party) || to.has(party) || from.retains(party) || party.kind == PartyKind::Policy
    };
    let no_longer_denied = from.of_effect(Effect::Deny).filter(stays).flat_map(|grant| {
        let parts = to.uncovered(grant);
        parts.into_iter().map(move |part| words.change(direction, grant, &part))
    });
    allowed.chain(no_longer_denied).collect()
}

/// The roles that trust CloudReactor, before or after.
fn trusting(before: &Holdings<'_>, after: &Holdings<'_>, cloudreactor: &[&str]) -> Vec<Party> {
    let all = before.of_effect(Effect::Allow).chain(after.of_effect(Effect::Allow));
    let trusts = |grant: &&Grant| {
        grant.kind == PermissionKind::Assume
            && grant.statement.principals.iter().any(|principal| principal.is_one_of(cloudreactor))
    };
    all.filter(trusts).map(|grant| grant.party.clone()).collect()
}

/// Says who has a permission, and what it is.
struct Words<'a> {
    cloudreactor: &'a [&'a str],
    /// The roles that trust CloudReactor.
    trusting: Vec<Party>,
}

impl Words<'_> {
    fn change(&self, direction: Direction, grant: &Grant, part: &Part) -> PermissionChange {
        let texts = |patterns: &[Pattern]| {
            let texts = patterns.iter().map(Pattern::text).filter(|text| !text.is_empty());
            texts.map(str::to_owned).collect()
        };
        let mut conditions: Vec<String> = part.conditions.iter().map(condition::Condition::words).collect();
        match (grant.statement.effect, direction) {
            (Effect::Allow, Direction::Gained) => {
                conditions.extend(part.limits.iter().map(|limit| format!("so far {limit}")))
            }
            (Effect::Allow, Direction::Lost) => {
                conditions.extend(part.limits.iter().map(|limit| format!("from now on {limit}")));
            }
            (Effect::Deny, Direction::Gained) => conditions.insert(0, "no longer denied".to_owned()),
            (Effect::Deny, Direction::Lost) => conditions.insert(0, "denied from now on".to_owned()),
        }
        PermissionChange {
            logical_id: grant.logical_id.clone(),
            direction,
            kind: grant.kind,
            holder: principal::words_of_all(&part.principals, &self.holder(&grant.party), self.cloudreactor),
            actions: texts(&part.actions),
            resources: texts(&part.resources),
            conditions,
        }
    }

    fn holder(&self, party: &Party) -> String {
        let name = party.resource().map_or_else(|| text(&party.name), str::to_owned);
        match party.kind {
            PartyKind::Role if self.trusting.contains(party) => "CloudReactor".to_owned(),
            PartyKind::Role if name == EXECUTION_ROLE => format!("tasks and the workflow starter (role {name})"),
            PartyKind::Role => format!("role {name}"),
            PartyKind::User => format!("user {name}"),
            PartyKind::Group => format!("group {name}"),
            PartyKind::Policy => format!("whoever the policy {name} is attached to"),
            PartyKind::Function => format!("function {name}"),
        }
    }
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
