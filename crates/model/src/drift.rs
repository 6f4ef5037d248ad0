//! What differs between what is declared and what is live: the report of `groundwork drift`, and the rules by which
//! differences are ignored.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::LogicalId;
use crate::plan::{Component, Shown, Subject, Target};
use crate::problem::Problem;

/// The version of the report's form. The first number grows when a reader of the old form would be wrong, the second
/// when something is added.
pub const DRIFT_FORMAT: &str = "1.0";

/// What differs in one environment.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Drift {
    /// The version of this document's form: `1.0`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"))]
    pub format_version: String,
    /// Whom it concerns.
    pub target: Target,
    /// The day by which it was decided what is still ignored.
    pub day: Day,
    /// One entry for each component, in the order role, network, cluster, CloudReactor.
    pub components: Vec<ComponentDrift>,
    /// Entries of `drift.ignore` that ignore nothing any more, since their last day is over.
    pub warnings: Vec<Problem>,
    /// The keys of entries of `drift.ignore` that match no difference: they can be deleted.
    pub idle_ignores: Vec<String>,
    /// What prevented that the spec was compared with what was applied last.
    pub problems: Vec<Problem>,
}

impl Drift {
    /// Every difference that is not ignored.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.components.iter().flat_map(|component| &component.differences)
    }

    /// How many objects were compared.
    pub fn compared(&self) -> usize {
        self.components.iter().map(|component| component.compared).sum()
    }

    /// Everything that prevented comparisons, each problem once: several components may hang on one thing.
    pub fn all_problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        let of_components = self.components.iter().flat_map(|component| &component.problems);
        for problem in of_components.chain(&self.problems) {
            let is_same = |known: &Problem| (known.code, &known.message) == (problem.code, &problem.message);
            if !problems.iter().any(is_same) {
                problems.push(problem.clone());
            }
        }
        problems
    }
}

/// What differs in one component.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ComponentDrift {
    /// The component.
    pub component: Component,
    /// The thing.
    pub subject: Subject,
    /// How many objects were compared, by whomever.
    pub compared: usize,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What differs and is ignored.
    pub ignored: Vec<IgnoredDifference>,
    /// What nobody compares.
    pub not_compared: Vec<NotCompared>,
    /// What leads back where a difference does not say it itself: a command.
    pub way_back: Option<String>,
    /// What could not be compared although it should have been, and why.
    pub problems: Vec<Problem>,
}

/// Something that is not as it is declared.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Difference {
    /// In what way.
    pub kind: DifferenceKind,
    /// The thing that differs.
    #[serde(flatten)]
    pub object: Object,
    /// The field that differs, dotted: `MapPublicIpOnLaunch`, `Tags[Name]`. `None` for the object as a whole.
    pub field: Option<String>,
    /// What is declared.
    pub expected: Shown,
    /// What is there.
    pub actual: Shown,
    /// Who found it.
    pub found_by: BTreeSet<Source>,
    /// What else there is to say of it.
    pub note: Option<String>,
    /// What leads back: a command, or a sentence.
    pub way_back: Option<String>,
}

/// A thing that is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Object {
    /// Its name in the stack's template; `None` for the component's stack or Run Environment itself.
    pub logical_id: Option<LogicalId>,
    /// Its type, if it is a resource of a stack.
    pub resource_type: Option<String>,
    /// Its id in its own service.
    pub physical_id: Option<String>,
}

impl Object {
    /// The component's stack, cluster or Run Environment itself.
    pub const WHOLE: Self = Self { logical_id: None, resource_type: None, physical_id: None };
}

/// In what way something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// It is declared, and is something else.
    Changed,
    /// It is declared, and is not there.
    Missing,
    /// It is there, and is not declared.
    Undeclared,
    /// The spec says something that was not applied yet.
    Pending,
}

impl DifferenceKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Changed, Self::Missing, Self::Undeclared, Self::Pending];

    /// Its name in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Undeclared => "undeclared",
            Self::Pending => "pending",
        }
    }

    /// The kind that follows from what is declared and what is there.
    pub fn of(expected: &Shown, actual: &Shown) -> Self {
        match (expected, actual) {
            (Shown::Absent, _) => Self::Undeclared,
            (_, Shown::Absent) => Self::Missing,
            (_, _) => Self::Changed,
        }
    }
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Who found a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// CloudFormation's drift detection.
    #[serde(rename = "cloudformation")]
    CloudFormation,
    /// What groundwork read of the object itself.
    Groundwork,
    /// The plan, which compares the spec with what was applied last.
    Plan,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::CloudFormation, Self::Groundwork, Self::Plan];

    /// What it is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CloudFormation => "CloudFormation",
            Self::Groundwork => "groundwork",
            Self::Plan => "plan",
        }
    }
}

/// A difference that is ignored.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct IgnoredDifference {
    /// What differs.
    pub difference: Difference,
    /// The last day on which it is ignored.
    pub until: Day,
    /// Why.
    pub reason: String,
}

/// Something that nobody compares.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct NotCompared {
    /// The thing.
    #[serde(flatten)]
    pub object: Object,
    /// The field, if the rest of it is compared.
    pub field: Option<String>,
    /// Why not.
    pub why: String,
}

/// The spec's rules for differences.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct DriftRules {
    /// What is ignored, in the order in which it is written.
    pub ignore: Vec<Ignore>,
}

impl DriftRules {
    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.ignore.is_empty()
    }
}

/// A difference that is known, and no drift until some day.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Ignore {
    /// The component that it is in.
    pub component: Component,
    /// The object in the component's stack; `None` for every object of the component.
    pub logical_id: Option<LogicalId>,
    /// The field, or what it begins with; `None` for every field.
    pub field: Option<String>,
    /// The last day on which it is ignored.
    pub until: Day,
    /// Why.
    pub reason: String,
}

impl Ignore {
    /// Whether it means a difference. What the spec says and nobody has applied is never meant: whoever can ignore it
    /// can change the spec as well.
    pub fn means(&self, component: Component, difference: &Difference) -> bool {
        self.component == component
            && difference.kind != DifferenceKind::Pending
            && (self.logical_id.is_none() || self.logical_id == difference.object.logical_id)
            && self.field.as_ref().is_none_or(|field| difference.field.as_deref().is_some_and(|own| begins(own, field)))
    }
}

/// Whether a path is another one, or lies below it.
fn begins(path: &str, with: &str) -> bool {
    path.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_meant_whole_or_from_its_beginning_at_a_boundary() {
        for (path, with, expected) in [
            ("Tags[Name]", "Tags", true),
            ("Tags[Name]", "Tags[Name]", true),
            ("Tags[Name]", "Tag", false),
            ("Policies[a].PolicyDocument", "Policies[a]", true),
            ("Policies[ab]", "Policies[a", false),
            ("Tags", "Tags[Name]", false),
        ] {
            assert_eq!(begins(path, with), expected, "{path} {with}");
        }
    }

    #[test]
    fn what_nobody_has_applied_is_never_ignored() {
        let ignore = Ignore {
            component: Component::Network,
            logical_id: None,
            field: None,
            until: "2027-01-31".parse().expect("a day"),
            reason: "known".to_owned(),
        };
        let mut difference = Difference {
            kind: DifferenceKind::Undeclared,
            object: Object { logical_id: "Vpc".parse().ok(), ..Object::WHOLE },
            field: Some("Tags[Name]".to_owned()),
            expected: Shown::Absent,
            actual: Shown::Secret,
            found_by: BTreeSet::new(),
            note: None,
            way_back: None,
        };
        assert!(ignore.means(Component::Network, &difference) && !ignore.means(Component::Role, &difference));
        let other = Ignore { logical_id: "Eip".parse().ok(), ..ignore.clone() };
        assert!(!other.means(Component::Network, &difference));
        difference.kind = DifferenceKind::Pending;
        assert!(!ignore.means(Component::Network, &difference));
    }
}
