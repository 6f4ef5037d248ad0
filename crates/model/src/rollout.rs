//! One spec for many accounts and Regions: the targets, what is planned for each, and what became of it.
//!
//! The words follow the single target's: [`RolloutPlan`] holds a [`Plan`] a target, [`RolloutReport`] a
//! [`Report`], and beside the [`Event`](crate::event::Event)s of each target there are [`TargetEvent`]s and
//! [`RolloutEvent`]s.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::basis::Basis;
use crate::ids::{AccountId, Arn, Region, TargetName, WaveName};
use crate::plan::{Class, Plan};
use crate::problem::Problem;
use crate::report::{Report, Span};
use crate::secret::Secret;
use crate::spec::Spec;
use crate::stack_set::RoleStackSet;
use crate::verification::Link;

/// A valid spec with targets. Nothing of it is written anywhere: the external ids stay in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// The targets, in the order of the spec. Never empty.
    pub targets: Vec<RolloutTarget>,
    /// The waves, in the order in which they run. Never empty.
    pub waves: Vec<Wave>,
    /// What becomes of a target that cannot be read.
    pub on_unreachable: OnUnreachable,
    /// The stack set that the role stacks are of, unless each is groundwork's own.
    pub role_stack_set: Option<RoleStackSet>,
}

/// One account and Region of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutTarget {
    /// Its name, unique in the rollout.
    pub name: TargetName,
    /// The account, which `spec` names too: no other one is touched.
    pub account: AccountId,
    /// How the account is reached.
    pub access: Access,
    /// The place of its wave in [`Rollout::waves`].
    pub wave: usize,
    /// What it can be selected by.
    pub labels: BTreeMap<String, String>,
    /// Its spec: the common part with what the target says on top.
    pub spec: Spec,
}

/// How an account is reached: from a profile or the ambient credentials, and from there perhaps by a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// A profile of the AWS configuration files; without one, the SDK's default chain.
    pub profile: Option<String>,
    /// The role that is assumed with these credentials.
    pub assume_role: Option<AssumeRole>,
}

/// A role that is assumed in a target's account (`sts:AssumeRole`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role.
    pub role: Arn,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<Secret>,
    /// The session's name, as CloudTrail shows it; without one, groundwork's own.
    pub session_name: Option<String>,
    /// Session tags, which the trust policy has to permit (`sts:TagSession`).
    pub tags: BTreeMap<String, String>,
}

/// Targets that are worked on together, before those of the next wave.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Wave {
    /// Its name.
    pub name: WaveName,
    /// How many of its targets are changed at the same time.
    pub max_concurrent: NonZeroUsize,
    /// How many of its targets may fail before no further target is started, in this wave or a later one.
    pub max_failures: MaxFailures,
    /// What has to come between it and the next wave.
    pub pause: Pause,
}

/// What has to come between a wave and the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pause {
    /// Nothing.
    #[default]
    None,
    /// Every target that was changed is verified once more: its links have to hold, and nothing may be left to do. One
    /// of which that is not so has failed.
    Verify,
    /// Somebody's approval: the rollout ends, with a saved plan for the rest.
    StopForApproval,
}

/// A limit for failures. More than that stop the rollout; so many do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaxFailures {
    /// So many targets.
    Count(usize),
    /// So many percent of the wave's targets, rounded down.
    Percent(u8),
}

impl MaxFailures {
    /// The limit for a wave of so many targets.
    pub fn of(self, targets: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => targets * usize::from(percent) / 100,
        }
    }
}

/// What becomes of a target that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnUnreachable {
    /// The rollout is refused before anything is changed.
    #[default]
    Fail,
    /// The others are rolled out.
    Skip,
}

/// What would be done in each target.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutPlan {
    /// The waves that have targets, in the order in which they run.
    pub waves: Vec<Wave>,
    /// The targets, in the order of the spec.
    pub targets: Vec<PlannedTarget>,
    /// What is worth knowing beside the plans.
    pub notices: Vec<Problem>,
}

impl RolloutPlan {
    /// The classes of change that somebody has to allow, for any target.
    pub fn approvals_needed(&self) -> Vec<Class> {
        let plans = self.targets.iter().filter_map(|target| target.planned.plan());
        let classes: BTreeSet<Class> = plans.flat_map(Plan::approvals_needed).collect();
        classes.into_iter().collect()
    }

    /// Whether there is something to do in any target.
    pub fn has_work(&self) -> bool {
        self.targets.iter().filter_map(|target| target.planned.plan()).any(|plan| !plan.is_empty())
    }
}

/// What would be done in a target.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedTarget {
    /// Which target.
    pub target: TargetId,
    /// What would be done there, or why that is not known.
    pub planned: Planned,
    /// What the plan was made from, where it is to be saved.
    pub basis: Option<Basis>,
}

/// Which target, in the words that people know it by.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TargetId {
    /// Its name.
    pub name: TargetName,
    /// Its account.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// Its wave.
    pub wave: WaveName,
}

/// The outcome of planning for a target.
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// A plan, perhaps with nothing to do.
    Plan(Box<Plan>),
    /// What there is could be read, and no plan leads from it to what the spec wants, for these reasons.
    Blocked(Vec<Problem>),
    /// What there is could not be read, for these reasons.
    Unreachable(Vec<Problem>),
}

impl Planned {
    /// The plan, if there is one.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Plan(plan) => Some(plan),
            Self::Blocked(_) | Self::Unreachable(_) => None,
        }
    }

    /// Why there is no plan.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Plan(_) => &[],
            Self::Blocked(problems) | Self::Unreachable(problems) => problems,
        }
    }
}

/// Something that happened to a rollout as a whole.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum RolloutEvent {
    /// A wave began.
    WaveStarted {
        /// The wave.
        wave: WaveName,
        /// How many targets it changes.
        targets: usize,
    },
    /// The targets of a wave that were changed were verified once more.
    WaveVerified {
        /// The wave.
        wave: WaveName,
        /// How many targets were verified.
        targets: usize,
        /// Those that are not as their specs want them: they have failed.
        failed: Vec<TargetName>,
    },
    /// No further target is started: those under way go on.
    StartsStopped {
        /// The wave that was running.
        wave: WaveName,
        /// Why.
        reason: NotStarted,
    },
}

/// Something that happened to the plan of a target as a whole: whoever tells it names the target. What happens within
/// the plan is an [`Event`](crate::event::Event).
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum TargetEvent {
    /// A target's plan began to be executed.
    #[serde(rename = "target-started")]
    Started,
    /// Every step of a target's plan was done, and what it made was verified.
    #[serde(rename = "target-verified")]
    Verified {
        /// The links of the chain that tasks need; empty if not even the account could be told.
        links: Vec<Link>,
    },
    /// A target's plan ended.
    #[serde(rename = "target-finished")]
    Finished {
        /// Whether everything in it succeeded, and what it made was found to hold.
        succeeded: bool,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
    },
}

/// Why a target was not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotStarted {
    /// More targets of a wave failed than it permits.
    TooManyFailures,
    /// The user asked to stop.
    Interrupted,
    /// A wave before it waits for approval.
    AwaitsApproval,
}

/// What became of a rollout.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct RolloutReport {
    /// The targets, in the order of the spec.
    pub targets: Vec<TargetReport>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What became of a target.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct TargetReport {
    /// Which target.
    #[serde(flatten)]
    pub target: TargetId,
    /// When it was worked on, from the beginning of the rollout; without these, it was not begun.
    #[serde(flatten)]
    pub span: Option<Span>,
    /// What became of it.
    pub end: TargetEnd,
}

/// What became of a target.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum TargetEnd {
    /// There was nothing to do.
    Unchanged,
    /// Everything in its plan was done, and what it made was found to hold.
    Done {
        /// What became of its plan.
        report: Report,
    },
    /// Something in its plan failed, or what it made was verified and found wanting.
    Failed {
        /// What became of its plan.
        report: Report,
    },
    /// It could not be read or planned, and the rollout went on without it.
    Skipped {
        /// Why.
        problems: Vec<Problem>,
    },
    /// Its plan was not begun.
    NotStarted {
        /// Why.
        reason: NotStarted,
    },
}

/// The targets of a report by what became of them, in the order of the spec.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists<'a> {
    /// There was nothing to do, or all of it was done.
    pub done: Vec<&'a TargetReport>,
    /// Something failed.
    pub failed: Vec<&'a TargetReport>,
    /// The rollout went on without them.
    pub skipped: Vec<&'a TargetReport>,
    /// They were not begun.
    pub not_started: Vec<&'a TargetReport>,
}

impl RolloutReport {
    /// The targets by what became of them.
    pub fn lists(&self) -> Lists<'_> {
        let mut lists = Lists::default();
        for target in &self.targets {
            match target.end {
                TargetEnd::Unchanged | TargetEnd::Done { .. } => lists.done.push(target),
                TargetEnd::Failed { .. } => lists.failed.push(target),
                TargetEnd::Skipped { .. } => lists.skipped.push(target),
                TargetEnd::NotStarted { .. } => lists.not_started.push(target),
            }
        }
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_wave_is_rounded_down() {
        for (limit, targets, expected) in [
            (MaxFailures::Count(3), 10, 3),
            (MaxFailures::Percent(10), 10, 1),
            (MaxFailures::Percent(10), 19, 1),
            (MaxFailures::Percent(10), 9, 0),
            (MaxFailures::Percent(0), 1000, 0),
            (MaxFailures::Percent(100), 7, 7),
        ] {
            assert_eq!(limit.of(targets), expected, "{limit:?} of {targets}");
        }
    }
}
