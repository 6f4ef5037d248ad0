//! A document of each target.

#![expect(async_fn_in_trait, reason = "the engine runs on one thread and never needs the futures to be Send")]

use std::num::NonZeroUsize;

use groundwork_model::found::{Found, FoundIn};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Rollout, RolloutTarget};

use super::each::each;
use super::identity::Asked;
use crate::ports::{Cloud, Saas, Stop};

/// What is looked for in each target. Whoever looks reads only.
pub trait Look {
    /// What is made of what was found.
    type Document;

    /// Looks in one target: what was found there and what is wrong with it, or why it could not be read.
    async fn look<C: Cloud, S: Saas>(
        &self,
        cloud: &C,
        saas: &S,
        target: &RolloutTarget,
    ) -> Result<(Self::Document, Vec<Problem>), Vec<Problem>>;
}

/// Looks in every target, so many at the same time, and tells each outcome, with the target's place in the rollout, as
/// soon as it is there. A target that cannot be read is an outcome too: only a wish to stop makes it fail.
pub async fn look<C: Cloud, S: Saas, T: Stop, L: Look>(
    rollout: &Rollout,
    connect: impl AsyncFn(&RolloutTarget) -> C,
    saas: &S,
    stop: &T,
    parallelism: NonZeroUsize,
    look: &L,
    mut tell: impl FnMut(usize, &FoundIn<L::Document>),
) -> Result<Found<L::Document>, Vec<Problem>> {
    let saas = Asked::new(saas);
    let read = |id, target| {
        let (connect, saas) = (&connect, &saas);
        async move {
            let cloud = connect(target).await;
            // On the heap: a target that waits for its connection needs no room for what comes then.
            match Box::pin(look.look(&cloud, saas, target)).await {
                Ok((document, problems)) => FoundIn { target: id, document: Some(document), problems },
                Err(problems) => FoundIn { target: id, document: None, problems },
            }
        }
    };
    let targets = each(rollout, stop, parallelism, read, |at, found| tell(at, found)).await?;
    Ok(Found { targets, notices: Vec::new() })
}
