//! Role stacks that are a stack set's: what that needs, and what it cannot do.

use groundwork_model::problem::Problem;
use groundwork_model::spec::Role;
use groundwork_model::stack_set::{CallAs, RoleStackSet};
use groundwork_model::{Code, StackName};

use super::organization::{self, Found};
use super::{Complete, RolloutRoleSection};
use crate::raw::{ORGANIZATION, ReaderSection};
use crate::read::{Field, Flag, Section};
use crate::tags::SessionTags;
use crate::text::Text;
use crate::word::{OneOf, RoleEngine};

/// The table that says how the role stack comes into the accounts.
const TABLE: &str = "rollout.role";

/// The stack set, if the document asks for one.
pub(super) fn resolve(
    section: &RolloutRoleSection,
    found: Option<&Found<'_>>,
    targets: &[Complete],
    problems: &mut Vec<Problem>,
) -> Option<RoleStackSet> {
    match section.engine.value() {
        Some(OneOf(RoleEngine::StackSets)) => {}
        Some(OneOf(RoleEngine::ChangeSets)) | None => {
            if !matches!(section.engine, Field::Broken) {
                problems.extend(out_of_place(section));
            }
            return None;
        }
    }
    let Some(found) = found else {
        let message = "a stack set is brought to the accounts of an organization, and none is named";
        let problem = Problem::new(Code::KeyOutOfPlace, message).at(format!("{TABLE}.engine"));
        problems.push(problem.help(format!("name its units in [{ORGANIZATION}], or leave the engine out")));
        return None;
    };
    let automatic = section.auto_deployment.value().is_some_and(|Flag(automatic)| *automatic);
    if automatic {
        problems.extend(more_than_units(found));
    }
    problems.extend(differing(targets));
    let first = targets.first()?;
    let environment = &first.target.spec.environment;
    let default_name = || format!("CloudReactor-{}", environment.name).parse().expect("it is a stack's name, too");
    let name: StackName = section.stack_set.value().map_or_else(default_name, |Text(name)| name.clone());
    let access = access(section.administrator.value(), found, problems);
    Some(RoleStackSet {
        name,
        call_as: section.call_as.value().map_or_else(CallAs::default, |OneOf(call_as)| *call_as),
        auto_deployment: automatic,
        access,
        region: environment.region.clone(),
    })
}

/// Keys that say something of a stack set, where there is none.
fn out_of_place(section: &RolloutRoleSection) -> Vec<Problem> {
    let keys = section.given().into_iter().filter(|key| *key != "engine");
    keys.map(|key| {
        let message = format!("{key} is for a stack set, and the role stacks are made one by one");
        let problem = Problem::new(Code::KeyOutOfPlace, message).at(format!("{TABLE}.{key}"));
        problem.help("take it out, or set engine = \"stack-sets\"")
    })
    .collect()
}

/// By itself, AWS brings the stack to every account of the units.
fn more_than_units(found: &Found<'_>) -> Option<Problem> {
    let tags = found.section.tags.value().is_some_and(|SessionTags(tags)| !tags.is_empty());
    let exclude = found.section.exclude.value().is_some_and(|list| !list.0.is_empty());
    let what = match (tags, exclude) {
        (false, false) => return None,
        (true, _) => "tags",
        (false, true) => "exclude",
    };
    let message = format!("auto_deployment takes in every account of the units, whatever {what} says");
    let problem = Problem::new(Code::InvalidValue, message).at(format!("{TABLE}.auto_deployment"));
    Some(problem.help(format!("leave it out, or {ORGANIZATION}.{what}")))
}

/// What one template and one set of parameters cannot give to each.
fn differing(targets: &[Complete]) -> Vec<Problem> {
    let Some((first, others)) = targets.split_first() else { return Vec::new() };
    if let Role::Use { .. } = first.target.spec.role {
        let problem =
            Problem::new(Code::KeyOutOfPlace, "a stack set makes the role, and role.mode says that it exists");
        return vec![problem.at("role.mode").help("take one of them out")];
    }
    let one = &first.target.spec;
    let differs = |other: &&Complete| {
        let spec = &other.target.spec;
        spec.role != one.role || spec.tags != one.tags || spec.environment.name != one.environment.name
    };
    let Some(other) = others.iter().find(differs) else { return Vec::new() };
    let spec = &other.target.spec;
    let what = match () {
        () if spec.environment.name != one.environment.name => "environment.name",
        () if spec.tags != one.tags => "tags",
        () => "role",
    };
    let (one, other) = (&first.target.name, &other.target.name);
    let message = format!("a stack set has the same {what} for all, and \"{other}\" differs from \"{one}\" in it");
    let problem = Problem::new(Code::InvalidValue, message).at(format!("{TABLE}.engine"));
    vec![problem.help("give all of them the same, or leave the engine out: each role stack is then made by itself")]
}

fn access(
    administrator: Option<&ReaderSection>,
    found: &Found<'_>,
    problems: &mut Vec<Problem>,
) -> groundwork_model::rollout::Access {
    match administrator {
        Some(section) => organization::access(Some(section), &format!("{TABLE}.administrator"), problems),
        // What is wrong with the reader is told where the organization is read.
        None => organization::access(found.section.reader.value(), "", &mut Vec::new()),
    }
}
