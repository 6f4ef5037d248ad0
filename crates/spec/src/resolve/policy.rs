//! The rules for what may be done to what exists.

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::{Class, Component};
use groundwork_model::policy::{Policy, Rules};
use groundwork_model::problem::Problem;

use crate::key;
use crate::raw::{PolicySection, RulesSection};
use crate::read::{Field, Flag, List};
use crate::word::OneOf;

type Classes = Field<List<OneOf<Class>>>;

pub(super) fn resolve(section: PolicySection, problems: &mut Vec<Problem>) -> Policy {
    let everywhere = rules("policy", section.allow, section.deny, problems);
    let sections = [
        (Component::Role, section.role),
        (Component::Network, section.network),
        (Component::Cluster, section.cluster),
        (Component::CloudReactor, section.cloudreactor),
    ];
    let mut policy = Policy { everywhere, ..Policy::default() };
    for (component, field) in sections {
        let RulesSection { protect, allow, deny } = field.given().unwrap_or_default();
        let rules = rules(&format!("policy.{component}"), allow, deny, problems);
        // A table that sets no rule says the same as no table.
        if rules != Rules::default() {
            policy.components.insert(component, rules);
        }
        if matches!(protect, Field::Given(Flag(true))) {
            policy.protected.insert(component);
        }
    }
    policy
}

fn rules(table: &str, allow: Classes, deny: Classes, problems: &mut Vec<Problem>) -> Rules {
    let (allow, deny) = (classes(allow), classes(deny));
    for (index, class) in allow.iter().enumerate().filter(|(_, class)| deny.contains(class)) {
        let message = format!("\"{}\" is both allowed and denied", class.as_str());
        problems.push(
            Problem::new(Code::Duplicate, message)
                .at(key::item(&format!("{table}.allow"), index))
                .help(format!("take it out of {table}.allow, or out of {table}.deny")),
        );
    }
    let set = |classes: Vec<Class>| classes.into_iter().collect::<BTreeSet<Class>>();
    Rules { allow: set(allow), deny: set(deny) }
}

/// The classes in the order in which they are written.
fn classes(field: Classes) -> Vec<Class> {
    field.given().map_or_else(Vec::new, |List(words)| words.into_iter().map(|OneOf(class)| class).collect())
}
