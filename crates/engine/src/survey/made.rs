//! How a survey makes plans.

use groundwork_model::Secret;
use groundwork_model::basis::Basis;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::RolloutTarget;
use groundwork_model::world::World;
use groundwork_planner::basis::basis;

use crate::ports::Random;

/// The letters of a basis's key: as many as the secrets have that groundwork makes.
const KEY_LENGTH: usize = 32;

/// A plan that was made for a target.
#[derive(Debug)]
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// What it was made from, where it is to be saved.
    pub basis: Option<Basis>,
}

/// Makes the plan that the spec and the world lead to.
pub fn fresh(tool_version: &str) -> impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>> {
    move |target, world| Ok(Made { plan: groundwork_planner::plan(&target.spec, world, tool_version)?, basis: None })
}

/// The same, with what it was made from: for worlds of [`Depth::Basis`](crate::discover::Depth::Basis).
pub fn to_be_saved<R: Random>(
    tool_version: &str,
    random: &R,
) -> impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>> {
    let fresh = fresh(tool_version);
    move |target, world| {
        let made = fresh(target, world)?;
        Ok(Made { basis: Some(basis(&target.spec, world, basis_key(random).expose())), ..made })
    }
}

/// A new key for a basis.
pub fn basis_key<R: Random>(random: &R) -> Secret {
    random.text(KEY_LENGTH)
}
