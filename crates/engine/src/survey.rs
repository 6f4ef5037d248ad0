//! Reads all targets of a rollout, side by side and bounded, and plans for them or makes a document of each. Reads
//! only.
//!
//! It is what is done for a single target, for each, and nothing else: what is refused for one account is refused for
//! each of many. A target's world is let go as soon as its plan is made, and so is its AWS.

mod busy;
mod each;
mod identity;
mod links;
mod look;
mod made;
mod status;
mod texts;

use std::cell::RefCell;
use std::num::NonZeroUsize;

use groundwork_model::basis::Basis;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, PlannedTarget, Rollout, RolloutPlan, RolloutTarget, Wave};
use groundwork_model::world::World;

use crate::discover::{Depth, discover, wrong_account};
use crate::ports::{Cloud, Saas, Stop};
use each::each;
use identity::Asked;
use texts::Texts;

pub use busy::{WaitSink, wait_for_busy};
pub use links::Links;
pub use look::{Look, look};
pub use made::{Made, basis_key, fresh, to_be_saved};
pub use status::Question;

/// How a survey is made.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many targets are read at the same time.
    pub parallelism: NonZeroUsize,
    /// How much is read of each.
    pub depth: Depth,
}

/// Plans for every target as `make` does from what was read of it, and tells each outcome, with the target's
/// place in the rollout, as soon as it is there. A target without a plan is an outcome too: only a wish to stop makes the survey fail.
pub async fn survey<C: Cloud, S: Saas, T: Stop>(
    rollout: &Rollout,
    connect: impl AsyncFn(&RolloutTarget) -> C,
    saas: &S,
    stop: &T,
    settings: Settings,
    make: impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>>,
    mut tell: impl FnMut(usize, &Planned),
) -> Result<RolloutPlan, Vec<Problem>> {
    let saas = Asked::new(saas);
    let texts = RefCell::new(Texts::default());
    let read = |id, target| {
        let (connect, saas, make, texts) = (&connect, &saas, &make, &texts);
        async move {
            let cloud = connect(target).await;
            // On the heap: a target that waits for its connection needs no room for what comes then.
            let (mut planned, basis) = Box::pin(planned(&cloud, saas, target, settings.depth, make)).await;
            texts.borrow_mut().share(&mut planned);
            PlannedTarget { target: id, planned, basis }
        }
    };
    let tell = |at, target: &PlannedTarget| tell(at, &target.planned);
    let targets = each(rollout, stop, settings.parallelism, read, tell).await?;
    Ok(RolloutPlan { waves: waves(rollout), targets, notices: Vec::new() })
}

/// Plans for one target.
pub(crate) async fn planned<C: Cloud, S: Saas>(
    cloud: &C,
    saas: &S,
    target: &RolloutTarget,
    depth: Depth,
    make: impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>>,
) -> (Planned, Option<Basis>) {
    let world = match discovered(cloud, saas, target, depth).await {
        Ok(world) => world,
        Err(problems) => return (Planned::Unreachable(problems), None),
    };
    match make(target, &world) {
        Ok(made) => (Planned::Plan(Box::new(made.plan)), made.basis),
        Err(problems) => (Planned::Blocked(problems), None),
    }
}

/// Reads what exists of one target.
async fn discovered<C: Cloud, S: Saas>(
    cloud: &C,
    saas: &S,
    target: &RolloutTarget,
    depth: Depth,
) -> Result<World, Vec<Problem>> {
    let world = discover(cloud, saas, &target.spec, depth).await?;
    // Discovery refuses what the spec does not name. That the spec names the target's account is somebody
    // else's promise, and too much hangs on it.
    match wrong_account(&world.caller, &target.account) {
        Some(problem) => Err(vec![problem]),
        None => Ok(world),
    }
}

/// The waves that have targets: a selection may leave some empty.
fn waves(rollout: &Rollout) -> Vec<Wave> {
    let has_targets = |at: usize| rollout.targets.iter().any(|target| target.wave == at);
    let waves = rollout.waves.iter().enumerate().filter(|(at, _)| has_targets(*at));
    waves.map(|(_, wave)| wave.clone()).collect()
}
