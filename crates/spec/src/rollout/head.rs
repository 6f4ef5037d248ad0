//! The root's tables about targets: what they say, and whether it can be told apart.

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::OnUnreachable;

use super::field;
use super::waves::Waves;
use crate::key;
use crate::places::Places;
use crate::raw::{AssumeRoleSection, RolloutRoleSection, RolloutSection, TARGET, TargetSection};
use crate::read::{Field, Node};
use crate::resolve::missing;
use crate::tables::Tables;
use crate::text::Text;
use crate::word::OneOf;

/// What a document says about its targets.
pub(super) struct Head {
    pub(super) on_unreachable: OnUnreachable,
    pub(super) assume_role: Option<AssumeRoleSection>,
    pub(super) role: RolloutRoleSection,
    pub(super) waves: Waves,
    pub(super) targets: Vec<Field<TargetSection>>,
}

impl Head {
    pub(super) fn read(document: &Places, problems: &mut Vec<Problem>) -> Self {
        let root = Node::root(document.merged());
        let rollout: Field<RolloutSection> = field(&root, "rollout", problems);
        let rollout = rollout.given().unwrap_or_default();
        let waves = Waves::new(field(&root, "wave", problems), problems);
        let targets: Field<Tables<TargetSection>> = field(&root, TARGET, problems);
        let targets = targets.given().map(|Tables(targets)| targets);
        problems.extend(targets.as_deref().map(needed).unwrap_or_default());
        Self {
            on_unreachable: rollout.on_unreachable.given().map_or_else(OnUnreachable::default, |OneOf(word)| word),
            assume_role: rollout.assume_role.given(),
            role: rollout.role.given().unwrap_or_default(),
            waves,
            targets: targets.unwrap_or_default(),
        }
    }
}

/// What targets need and lack.
fn needed(targets: &[Field<TargetSection>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if targets.is_empty() {
        problems.push(no_targets());
    }
    for (index, section) in targets.iter().enumerate() {
        let Field::Given(section) = section else { continue };
        let at = key::item(TARGET, index);
        if section.name.is_absent() {
            problems.push(missing(&format!("{at}.name"), "for example name = \"payments\""));
        }
        if section.account_id.is_absent() {
            let help = "it is the only account that the target may touch: 12 digits in quotes";
            problems.push(missing(&format!("{at}.account_id"), help));
        }
    }
    problems
}

/// A list without any.
pub(super) fn no_targets() -> Problem {
    let problem = Problem::new(Code::InvalidValue, "the list of targets is empty").at(TARGET);
    problem.help("add a [[target]], or take the list out")
}

/// Targets with the name of an earlier one. Those from `found_from` on have theirs from a pattern.
pub(super) fn same_names(targets: &[Field<TargetSection>], found_from: usize) -> Vec<Problem> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, section) in targets.iter().enumerate() {
        let Some(Text(name)) = section.value().and_then(|section| section.name.value()) else { continue };
        if first.insert(name, index).is_some() {
            let problem = Problem::new(Code::Duplicate, format!("\"{name}\" is the name of another target, too"));
            let help = if index < found_from {
                "give each a name of its own"
            } else {
                "accounts differ in their ids: name = \"{account_id}-{region}\""
            };
            problems.push(problem.at(format!("{}.name", key::item(TARGET, index))).help(help));
        }
    }
    problems
}

/// Variables and arguments win over targets. That is refused where it would move a target to another
/// account or Region than its table says: nothing of what was reviewed would hold.
pub(super) fn overridden(document: &Places, targets: &[Field<TargetSection>]) -> Vec<Problem> {
    let own_region =
        |section: &Field<TargetSection>| section.value().is_some_and(|section| !section.region.is_absent());
    let keys = [("environment.account_id", true), ("environment.region", targets.iter().any(own_region))];
    let found = keys.into_iter().filter(|(key, of_target)| *of_target && document.is_above(key));
    found
        .map(|(key, _)| {
            let problem = Problem::new(Code::KeyOutOfPlace, format!("{key} would win over what targets say"));
            problem.at(key).help("take it out: where a target is stands in its [[target]]")
        })
        .collect()
}
