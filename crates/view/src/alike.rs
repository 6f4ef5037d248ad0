//! Which targets of a rollout are alike: a reviewer who has read one plan has read all of its group.
//!
//! # The rule
//!
//! Two plans are alike if they do the same to the same things. The same are, component for component:
//!
//! - what is done to the whole, and why;
//! - every resource that changes: its name in the template, its type, what is done to it, and of each of its
//!   fields that change the path, whether it was there before, and whether it forces a replacement;
//! - every field of the stack, the cluster or the Run Environment that changes, likewise;
//! - every permission that is gained or lost, word for word;
//!
//! and of the plan as a whole what somebody has to permit, what the spec's rules refuse, how many addresses tasks
//! gain and lose, and how many things are billed by the hour before and after.
//!
//! Names and words are compared without what differs by nature: accounts, Regions, zones, ids, names of targets
//! and environments. A zone's resources are the same in any zone, so it matters how many zones there are, and
//! not which.
//!
//! Not compared are the values of fields, prices, the addresses themselves, what others have set and is kept, and
//! warnings. Values that differ within a group are named, by their fields: a tag or an address block of each
//! target's own is no reason to read its plan, but somebody may want to know.
//!
//! Everything is compared by hashes, so that a thousand targets take a thousand times as long as one.

use std::collections::{BTreeSet, HashMap};

use groundwork_model::plan::{Component, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, RolloutPlan, RolloutReport, TargetEnd, TargetId};

mod difference;
mod found;
mod nature;
mod shape;
mod standings;
mod values;
mod verdicts;

pub use difference::Difference;
pub use found::Same;
pub use standings::Standings;
pub use verdicts::Verdicts;

use nature::Nature;
use shape::Shape;
use values::Values;

/// The targets of a rollout, those together that are alike.
#[derive(Clone, Debug, Default)]
pub struct Groups<'a> {
    /// Those with something to do, the largest group first.
    pub changing: Vec<Group<'a>>,
    /// Those with nothing to do.
    pub converged: Vec<&'a TargetId>,
    /// Those of which no plan could be made, the largest group first.
    pub blocked: Vec<Trouble<'a>>,
    /// Those that could not be read, the largest group first.
    pub unreachable: Vec<Trouble<'a>>,
}

/// Targets whose plans are alike.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The first of them, in the order of the spec: it stands for all.
    pub first: &'a TargetId,
    /// Its plan.
    pub plan: &'a Plan,
    /// All of them, in the order of the spec.
    pub targets: Vec<&'a TargetId>,
    /// The fields whose values are not the same in all of them.
    pub varying: BTreeSet<(Component, String)>,
}

/// Targets without a plan, for the same reasons.
#[derive(Clone, Debug)]
pub struct Trouble<'a> {
    /// Which, in the order of the spec. Never empty.
    pub targets: Vec<&'a TargetId>,
    /// The reasons, in the words of the first of them.
    pub problems: &'a [Problem],
}

impl<'a> Groups<'a> {
    /// Groups the targets of a plan.
    pub fn of(plan: &'a RolloutPlan) -> Self {
        let mut groups = Self::default();
        let mut changing = Changing::default();
        let (mut blocked, mut unreachable) = (Troubles::default(), Troubles::default());
        for planned in &plan.targets {
            let target = &planned.target;
            match &planned.planned {
                Planned::Plan(plan) if plan.is_empty() => groups.converged.push(target),
                Planned::Plan(plan) => changing.add(target, plan),
                Planned::Blocked(problems) => blocked.add(target, problems),
                Planned::Unreachable(problems) => unreachable.add(target, problems),
            }
        }
        // Groups of the same size stay in the order of the spec.
        groups.changing = changing.groups.into_iter().map(|(group, _)| group).collect();
        groups.changing.sort_by_key(|group| std::cmp::Reverse(group.targets.len()));
        (groups.blocked, groups.unreachable) = (blocked.sorted(), unreachable.sorted());
        groups
    }

    /// How many targets have something to do.
    pub fn targets_to_change(&self) -> usize {
        self.changing.iter().map(|group| group.targets.len()).sum()
    }
}

impl<'a> Group<'a> {
    /// What is done otherwise than in another group, component for component.
    pub fn differences(&self, other: &Self) -> Vec<Difference<'a>> {
        difference::differences((self.first, self.plan), (other.first, other.plan))
    }
}

/// The groups that were found so far, each with the values of its first target.
#[derive(Default)]
struct Changing<'a> {
    groups: Vec<(Group<'a>, Option<Values<'a>>)>,
    known: HashMap<Shape, usize>,
}

impl<'a> Changing<'a> {
    fn add(&mut self, target: &'a TargetId, plan: &'a Plan) {
        let new = self.groups.len();
        let at = *self.known.entry(Shape::of(plan, &nature(target, plan))).or_insert(new);
        if at == new {
            let group = Group { first: target, plan, targets: vec![target], varying: BTreeSet::new() };
            self.groups.push((group, None));
            return;
        }
        let (group, values) = &mut self.groups[at];
        group.targets.push(target);
        // A group of one never needs them.
        let first = values.get_or_insert_with(|| Values::of(group.plan, nature(group.first, group.plan)));
        group.varying.extend(first.differing(&Values::of(plan, nature(target, plan))));
    }
}

fn nature<'a>(target: &'a TargetId, plan: &'a Plan) -> Nature<'a> {
    Nature::of(target, Some(plan.target.environment.as_str()))
}

#[derive(Default)]
struct Troubles<'a> {
    groups: Vec<Trouble<'a>>,
    known: HashMap<Vec<(u16, String)>, usize>,
}

impl<'a> Troubles<'a> {
    fn add(&mut self, target: &'a TargetId, problems: &'a [Problem]) {
        let nature = Nature::of(target, None);
        let key = problems.iter().map(|problem| (problem.code.number(), nature.common(&problem.message))).collect();
        let new = self.groups.len();
        let at = *self.known.entry(key).or_insert(new);
        if at == new {
            self.groups.push(Trouble { targets: Vec::new(), problems });
        }
        self.groups[at].targets.push(target);
    }

    fn sorted(mut self) -> Vec<Trouble<'a>> {
        self.groups.sort_by_key(|trouble| std::cmp::Reverse(trouble.targets.len()));
        self.groups
    }
}

/// Warnings of several plans, those together that say the same, the most frequent first.
pub fn warnings(plan: &RolloutPlan) -> Vec<Trouble<'_>> {
    let mut troubles = Troubles::default();
    for planned in &plan.targets {
        for warning in planned.planned.plan().into_iter().flat_map(|plan| &plan.warnings) {
            troubles.add(&planned.target, std::slice::from_ref(warning));
        }
    }
    troubles.sorted()
}

/// Targets that a rollout went on without, those together that have the same reasons, the most frequent first.
pub fn skipped(report: &RolloutReport) -> Vec<Trouble<'_>> {
    let mut troubles = Troubles::default();
    for target in &report.targets {
        if let TargetEnd::Skipped { problems } = &target.end {
            troubles.add(&target.target, problems);
        }
    }
    troubles.sorted()
}
