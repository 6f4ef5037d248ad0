//! Reads and plans all targets of a rollout, side by side and bounded. Reads only.
//!
//! It is discovery and the planner for each target, and nothing else: what they refuse for one account they
//! refuse for each of many. A target's world is let go as soon as its plan is made, and so is its AWS.

mod identity;
mod made;
mod texts;

use std::num::NonZeroUsize;
use std::pin::pin;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, stream};
use groundwork_model::Code;
use groundwork_model::basis::Basis;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, PlannedTarget, Rollout, RolloutPlan, RolloutTarget, TargetId, Wave};
use groundwork_model::world::World;

use crate::discover::{Depth, discover, wrong_account};
use crate::ports::{Cloud, Saas, Stop};
use identity::Asked;
use texts::Texts;

pub use made::{Made, basis_key, fresh, to_be_saved};

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
    let ids = rollout.targets.iter().map(|target| id(rollout, target)).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|problem| vec![problem])?;
    let saas = Asked::new(saas);
    let read = |(at, target)| {
        let (connect, saas, make) = (&connect, &saas, &make);
        async move {
            let cloud = connect(target).await;
            // On the heap: a target that waits for its connection needs no room for what comes then.
            (at, Box::pin(planned(&cloud, saas, target, settings.depth, make)).await)
        }
    };
    let targets = stream::iter(rollout.targets.iter().enumerate());
    let mut reads = pin!(targets.map(read).buffer_unordered(settings.parallelism.get()));
    let mut stopped = pin!(stop.wait());
    let mut outcomes = Vec::with_capacity(ids.len());
    let mut texts = Texts::default();
    while outcomes.len() < ids.len() {
        if stop.requested() {
            return Err(vec![interrupted(outcomes.len(), ids.len())]);
        }
        match select(reads.next(), stopped.as_mut()).await {
            Either::Left((Some((at, mut outcome)), _)) => {
                texts.share(&mut outcome.0);
                tell(at, &outcome.0);
                outcomes.push((at, outcome));
            }
            Either::Left((None, _)) => break,
            Either::Right(_) => return Err(vec![interrupted(outcomes.len(), ids.len())]),
        }
    }
    // Whatever finished first, the order is the spec's.
    outcomes.sort_by_key(|(at, _)| *at);
    let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
    let targets =
        ids.into_iter().zip(outcomes).map(|(target, (planned, basis))| PlannedTarget { target, planned, basis });
    Ok(RolloutPlan { waves: waves(rollout), targets: targets.collect() })
}

/// Plans for one target.
pub(crate) async fn planned<C: Cloud, S: Saas>(
    cloud: &C,
    saas: &S,
    target: &RolloutTarget,
    depth: Depth,
    make: impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>>,
) -> (Planned, Option<Basis>) {
    let world = match discover(cloud, saas, &target.spec, depth).await {
        Ok(world) => world,
        Err(problems) => return (Planned::Unreachable(problems), None),
    };
    // Discovery refuses what the spec does not name. That the spec names the target's account is somebody
    // else's promise, and too much hangs on it.
    if let Some(problem) = wrong_account(&world.caller, &target.account) {
        return (Planned::Unreachable(vec![problem]), None);
    }
    match make(target, &world) {
        Ok(made) => (Planned::Plan(Box::new(made.plan)), made.basis),
        Err(problems) => (Planned::Blocked(problems), None),
    }
}

fn id(rollout: &Rollout, target: &RolloutTarget) -> Result<TargetId, Problem> {
    let wave = rollout.waves.get(target.wave).ok_or_else(|| {
        Problem::new(Code::Internal, format!("target {} is in a wave that the rollout does not have", target.name))
    })?;
    Ok(TargetId {
        name: target.name.clone(),
        account: target.account.clone(),
        region: target.spec.environment.region.clone(),
        wave: wave.name.clone(),
    })
}

/// The waves that have targets: a selection may leave some empty.
fn waves(rollout: &Rollout) -> Vec<Wave> {
    let has_targets = |at: usize| rollout.targets.iter().any(|target| target.wave == at);
    let waves = rollout.waves.iter().enumerate().filter(|(at, _)| has_targets(*at));
    waves.map(|(_, wave)| wave.clone()).collect()
}

fn interrupted(read: usize, targets: usize) -> Problem {
    Problem::new(Code::Interrupted, format!("interrupted when {read} of {targets} targets were read"))
        .help("nothing was changed: run the same command again")
}
