//! What exists of each target.

use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Rollout, RolloutTarget, TargetId};
use groundwork_model::status::{RolloutStatus, TargetStatus};

use super::each::each;
use super::identity::Asked;
use super::{Settings, discovered};
use crate::ports::{Cloud, Saas, Stop};

/// What is asked of each target.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// What exists.
    Existing,
    /// And what apply would do, with the version of groundwork that would do it.
    Pending(&'a str),
}

/// Reads every target, and tells each outcome, with the target's place in the rollout, as soon as it is there. A target
/// that cannot be read is an outcome too: only a wish to stop makes it fail.
pub async fn statuses<C: Cloud, S: Saas, T: Stop>(
    rollout: &Rollout,
    connect: impl AsyncFn(&RolloutTarget) -> C,
    saas: &S,
    stop: &T,
    settings: Settings,
    question: Question<'_>,
    mut tell: impl FnMut(usize, &TargetStatus),
) -> Result<RolloutStatus, Vec<Problem>> {
    let saas = Asked::new(saas);
    let read = |id, target| {
        let (connect, saas) = (&connect, &saas);
        async move { status(id, &connect(target).await, saas, target, settings, question).await }
    };
    let targets = each(rollout, stop, settings.parallelism, read, |at, status| tell(at, status)).await?;
    Ok(RolloutStatus { targets, notices: Vec::new() })
}

async fn status<C: Cloud, S: Saas>(
    id: TargetId,
    cloud: &C,
    saas: &S,
    target: &RolloutTarget,
    settings: Settings,
    question: Question<'_>,
) -> TargetStatus {
    let world = match discovered(cloud, saas, target, settings.depth).await {
        Ok(world) => world,
        Err(problems) => return TargetStatus { target: id, status: None, is_pending: false, problems },
    };
    let mut status = groundwork_planner::status(&target.spec, &world);
    let plan = match question {
        Question::Existing => None,
        Question::Pending(tool_version) => Some(groundwork_planner::plan(&target.spec, &world, tool_version)),
    };
    let (is_pending, problems) = match plan {
        None => (false, Vec::new()),
        Some(Ok(plan)) => {
            status.pending = Some(plan.tally());
            (!plan.is_empty(), Vec::new())
        }
        Some(Err(problems)) => (false, problems),
    };
    TargetStatus { target: id, status: Some(status), is_pending, problems }
}
