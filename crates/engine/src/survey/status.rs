//! What exists of each target.

use groundwork_model::problem::Problem;
use groundwork_model::rollout::RolloutTarget;
use groundwork_model::status::TargetStatus;

use super::discovered;
use super::look::Look;
use crate::discover::Depth;
use crate::ports::{Cloud, Saas};

/// What is asked of each target.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// What exists.
    Existing,
    /// And what apply would do, with the version of groundwork that would do it.
    Pending(&'a str),
}

impl Look for Question<'_> {
    type Document = TargetStatus;

    /// What is wrong with a target is that no plan leads from what exists to what the spec wants.
    async fn look<C: Cloud, S: Saas>(
        &self,
        cloud: &C,
        saas: &S,
        target: &RolloutTarget,
    ) -> Result<(TargetStatus, Vec<Problem>), Vec<Problem>> {
        let world = discovered(cloud, saas, target, Depth::Plan).await?;
        let mut status = groundwork_planner::status(&target.spec, &world);
        let plan = match self {
            Self::Existing => None,
            Self::Pending(tool_version) => Some(groundwork_planner::plan(&target.spec, &world, tool_version)),
        };
        let (is_pending, problems) = match plan {
            None => (false, Vec::new()),
            Some(Ok(plan)) => {
                status.pending = Some(plan.tally());
                (!plan.is_empty(), Vec::new())
            }
            Some(Err(problems)) => (false, problems),
        };
        Ok((TargetStatus { status, is_pending }, problems))
    }
}
