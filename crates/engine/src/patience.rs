//! Waits for what is under way in a target's stacks, so that a plan can be made that was refused because of it.

use std::time::Duration;

use groundwork_model::Code;
use groundwork_model::Exit;
use groundwork_model::problem::Problem;
use groundwork_model::report::Report;
use groundwork_model::spec::Spec;

use crate::approve::{Approved, Gates, approve};
use crate::discover;
use crate::ports::Cloud;
use crate::watching::{self, Moving};

/// So late a read of CloudFormation may be.
const LATE: Duration = Duration::from_secs(60);

/// For whom, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// What an earlier run of groundwork has begun is waited for so long.
    pub own: Option<Duration>,
    /// What somebody else has begun is waited for so long.
    pub others: Option<Duration>,
}

impl Patience {
    /// Waits for nobody.
    pub const NONE: Self = Self { own: None, others: None };

    /// How long it is worth waiting for something, by whether it is ours.
    fn of(self, ours: bool) -> Option<Duration> {
        if ours { self.own.max(self.others) } else { self.others }
    }
}

/// Whether a plan was refused because stacks are busy: waiting can help.
pub fn is_busy(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.code == Code::StackBusy)
}

/// What to do about a plan that was refused because stacks are busy.
#[derive(Debug)]
pub enum Next {
    /// Follow what is under way.
    Follow(Box<Follow>),
    /// Plan again: nothing is under way any more, though a late read may say so for a while.
    Plan,
    /// Give up: it is not worth waiting for, or was for too long.
    GiveUp,
}

/// What is under way, and how it is followed.
#[derive(Debug)]
pub struct Follow {
    /// The stacks.
    pub moving: Vec<Moving>,
    /// A plan that does nothing but follow them.
    pub plan: Approved,
    /// For so long at the most.
    pub left: Duration,
}

/// Finds out what to do after so long a time of waiting.
pub async fn next<C: Cloud>(
    cloud: &C,
    spec: &Spec,
    patience: Patience,
    waited: Duration,
) -> Result<Next, Vec<Problem>> {
    let estate = discover::estate(cloud, spec).await?;
    let moving = watching::moving(cloud, &estate).await.map_err(|problem| vec![problem])?;
    if moving.is_empty() {
        let is_late = waited < patience.of(true).unwrap_or_default() + LATE;
        return Ok(if is_late { Next::Plan } else { Next::GiveUp });
    }
    let limits: Option<Vec<Duration>> = moving.iter().map(|stack| patience.of(stack.is_ours)).collect();
    let shortest = limits.and_then(|limits| limits.into_iter().min()).unwrap_or_default();
    let left = shortest.saturating_sub(waited);
    if left.is_zero() {
        return Ok(Next::GiveUp);
    }
    let plan = approve(groundwork_planner::watch(spec, &estate, |_| true), &Gates::default())?;
    Ok(Next::Follow(Box::new(Follow { moving, plan, left })))
}

/// What kept from seeing how operations ended. However one ended, the next plan tells what that means.
pub fn unseen(report: &Report) -> Vec<Problem> {
    let is_unseen = |problem: &&Problem| !matches!(problem.code.exit(), Exit::RolledBack | Exit::NeedsRecovery);
    report.problems().filter(is_unseen).cloned().collect()
}
