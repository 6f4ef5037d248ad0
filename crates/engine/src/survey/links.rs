//! Whether tasks can run in each target.

use groundwork_model::problem::Problem;
use groundwork_model::rollout::RolloutTarget;
use groundwork_model::verification::Verification;
use groundwork_model::world::Caller;

use super::look::Look;
use crate::discover::wrong_account;
use crate::ports::{Cloud, Saas};
use crate::verify::verify;

/// The links of the chain that tasks need.
#[derive(Clone, Copy, Debug)]
pub struct Links;

impl Look for Links {
    type Document = Verification;

    /// What is wrong with a target is every link that is broken or could not be read.
    async fn look<C: Cloud, S: Saas>(
        &self,
        cloud: &C,
        saas: &S,
        target: &RolloutTarget,
    ) -> Result<(Verification, Vec<Problem>), Vec<Problem>> {
        let found = verify(cloud, saas, &target.spec).await?;
        // As for a plan: that the spec names the target's account is somebody else's promise.
        let caller = Caller { account: found.target.account.clone(), arn: found.target.caller.clone() };
        if let Some(problem) = wrong_account(&caller, &target.account) {
            return Err(vec![problem]);
        }
        let problems = found.problems();
        Ok((found, problems))
    }
}
