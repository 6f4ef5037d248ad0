//! The gates of a rollout: every plan passes them before any is executed.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{OnUnreachable, Planned, PlannedTarget, Rollout, RolloutPlan, RolloutTarget, TargetId};

use super::{Approved, Gates, approve, rollout_too_expensive};
use crate::alike::alike;

/// A rollout that passed the gates: each of its plans did.
#[derive(Debug)]
pub struct ApprovedRollout<'a> {
    pub(crate) rollout: &'a Rollout,
    pub(crate) targets: Vec<ApprovedTarget<'a>>,
}

/// A target of a rollout that passed the gates.
#[derive(Debug)]
pub(crate) struct ApprovedTarget<'a> {
    pub target: &'a RolloutTarget,
    pub id: TargetId,
    pub work: Work,
}

/// What is to be done in a target.
#[derive(Debug)]
pub(crate) enum Work {
    /// Nothing.
    Nothing,
    /// This.
    Plan(Box<Approved>),
    /// The rollout goes on without it, for these reasons.
    Skip(Vec<Problem>),
}

/// Approves a rollout, if every plan in it passes the gates. A target without a plan, whether it could not be
/// read or no plan leads to what the spec wants there, is for [`Rollout::on_unreachable`] to decide.
///
/// Otherwise all refusals are returned at once, those that are alike together. What the plans cost more a month
/// is held against the limit as a sum.
pub fn approve_rollout<'a>(
    rollout: &'a Rollout,
    plan: RolloutPlan,
    gates: &Gates,
) -> Result<ApprovedRollout<'a>, Vec<Problem>> {
    belongs(rollout, &plan).map_err(|problem| vec![problem])?;
    let mut targets = Vec::with_capacity(plan.targets.len());
    let mut refusals = Vec::new();
    let costs = rollout_too_expensive(&plan, gates);
    let each = Gates { max_monthly_increase: None, ..gates.clone() };
    for (target, PlannedTarget { target: id, planned, basis: _ }) in rollout.targets.iter().zip(plan.targets) {
        let work = match planned {
            Planned::Plan(plan) => {
                let work = if plan.is_empty() { |_| Work::Nothing } else { |approved| Work::Plan(Box::new(approved)) };
                approve(*plan, &each).map(work)
            }
            Planned::Blocked(problems) | Planned::Unreachable(problems) => match rollout.on_unreachable {
                OnUnreachable::Fail => Err(problems),
                OnUnreachable::Skip => Ok(Work::Skip(problems)),
            },
        };
        match work {
            Ok(work) => targets.push(ApprovedTarget { target, id, work }),
            Err(problems) => refusals.extend(problems.into_iter().map(|problem| (&target.name, problem))),
        }
    }
    let mut refusals = alike(refusals);
    refusals.extend(costs);
    if refusals.is_empty() { Ok(ApprovedRollout { rollout, targets }) } else { Err(refusals) }
}

/// Makes sure that a plan is one of this rollout: each target's of that target and its account.
fn belongs(rollout: &Rollout, plan: &RolloutPlan) -> Result<(), Problem> {
    let fits = |(target, planned): (&RolloutTarget, &PlannedTarget)| {
        let account = planned.planned.plan().map_or(&target.account, |plan| &plan.target.account);
        let wave = rollout.waves.get(target.wave).map(|wave| &wave.name);
        planned.target.name == target.name && *account == target.account && wave == Some(&planned.target.wave)
    };
    let paired = || rollout.targets.iter().zip(&plan.targets);
    match paired().find(|pair| !fits(*pair)) {
        None if rollout.targets.len() == plan.targets.len() => Ok(()),
        stranger => {
            let problem = Problem::new(Code::Internal, "the plan was not made for this rollout");
            Err(stranger.into_iter().fold(problem, |problem, (target, planned)| {
                problem.because(format!("target {} was planned as {}", target.name, planned.target.name))
            }))
        }
    }
}
