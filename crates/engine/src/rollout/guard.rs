//! The account, asked for once more before anything is written there.

use std::pin::pin;

use futures_util::future::{Either, select};
use groundwork_model::AccountId;
use groundwork_model::problem::Problem;
use groundwork_model::world::Caller;

use crate::discover::wrong_account;
use crate::ports::{ApiError, Clock, Cloud, Stop};
use crate::run::{Ends, INSISTENCE, insist};

/// Makes sure that the credentials lead to this account. They did when the target was planned; but a profile can
/// have been changed since then, and a stack that is to be created has no id yet that would tell one account
/// from another. After a wish to stop nothing is made sure of: then nothing is begun either.
pub(super) async fn account<E: Ends>(ends: &E, expected: &AccountId) -> Result<(), Problem> {
    let caller = match select(pin!(caller(ends)), pin!(ends.stop().wait())).await {
        Either::Left((Ok(caller), _)) => caller,
        Either::Left((Err(error), _)) => return Err(Problem::from(error).help(RERUN)),
        Either::Right(_) => return Ok(()),
    };
    match wrong_account(&caller, expected) {
        None => Ok(()),
        Some(problem) => Err(problem.because("they belonged to the right one when the target was planned").help(RERUN)),
    }
}

const RERUN: &str = "nothing was changed in this target: run the same command again";

/// Insists as a step does: a rollout of hours meets disturbances that pass.
async fn caller<E: Ends>(ends: &E) -> Result<Caller, ApiError> {
    let wait = async |_: &ApiError, pause| {
        ends.clock().sleep(pause).await;
        Ok(())
    };
    insist(&INSISTENCE, || ends.cloud().caller(), wait).await
}
