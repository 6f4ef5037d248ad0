//! Every target, side by side and bounded, until all are done or the user asks to stop.

use std::num::NonZeroUsize;
use std::pin::pin;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, stream};
use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Rollout, RolloutTarget, TargetId};

use crate::ports::Stop;

/// Reads every target, so many at the same time, and tells each outcome, with the target's place in the rollout, as
/// soon as it is there. The outcomes are in the order of the spec. Only a wish to stop makes it fail.
pub(super) async fn each<'a, F: Future, T: Stop>(
    rollout: &'a Rollout,
    stop: &T,
    parallelism: NonZeroUsize,
    read: impl Fn(TargetId, &'a RolloutTarget) -> F,
    mut tell: impl FnMut(usize, &F::Output),
) -> Result<Vec<F::Output>, Vec<Problem>> {
    let identified = |target| Ok((id(rollout, target)?, target));
    let targets = rollout.targets.iter().map(identified).collect::<Result<Vec<_>, Problem>>();
    let targets = targets.map_err(|problem| vec![problem])?;
    let all = targets.len();
    let read = |(at, (id, target))| {
        let outcome = read(id, target);
        async move { (at, outcome.await) }
    };
    let targets = stream::iter(targets.into_iter().enumerate());
    let mut reads = pin!(targets.map(read).buffer_unordered(parallelism.get()));
    let mut stopped = pin!(stop.wait());
    let mut outcomes = Vec::with_capacity(all);
    while outcomes.len() < all {
        if stop.requested() {
            return Err(vec![interrupted(outcomes.len(), all)]);
        }
        match select(reads.next(), stopped.as_mut()).await {
            Either::Left((Some((at, outcome)), _)) => {
                tell(at, &outcome);
                outcomes.push((at, outcome));
            }
            Either::Left((None, _)) => break,
            Either::Right(_) => return Err(vec![interrupted(outcomes.len(), all)]),
        }
    }
    // Whatever finished first, the order is the spec's.
    outcomes.sort_by_key(|(at, _)| *at);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
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

fn interrupted(read: usize, targets: usize) -> Problem {
    Problem::new(Code::Interrupted, format!("interrupted when {read} of {targets} targets were read"))
        .help("nothing was changed: run the same command again")
}
