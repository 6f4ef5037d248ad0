//! Which stacks have an operation under way, and who began it.

use futures_util::future::join_all;
use groundwork_model::problem::Problem;
use groundwork_model::world::{Estate, Observed, Stack, StackPhase};
use groundwork_model::{StackId, StackName};

use crate::ports::{ApiError, Cloud};
use crate::run::TOKEN_PREFIX;

/// A stack with an operation under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moving {
    /// The stack.
    pub name: StackName,
    /// Its id.
    pub id: StackId,
    /// CloudFormation's status of it.
    pub status: String,
    /// Whether a run of groundwork has begun the operation: its events carry a token of ours.
    pub is_ours: bool,
}

/// The stacks that have an operation under way. Who began each takes another read of it.
pub async fn moving<C: Cloud>(cloud: &C, estate: &Estate) -> Result<Vec<Moving>, Problem> {
    let stacks = estate.stacks.values().filter_map(Observed::present);
    let moving = stacks.filter(|stack| matches!(stack.phase, StackPhase::Moving(_)));
    let reads = join_all(moving.map(|stack| read(cloud, stack))).await;
    Ok(reads.into_iter().collect::<Result<_, _>>()?)
}

async fn read<C: Cloud>(cloud: &C, stack: &Stack) -> Result<Moving, ApiError> {
    let newest = cloud.newest_event(stack.id.as_str()).await?.into_present();
    let token = newest.as_ref().and_then(|newest| newest.token.as_deref());
    Ok(Moving {
        name: stack.name.clone(),
        id: stack.id.clone(),
        status: stack.phase.status(),
        is_ours: token.is_some_and(|token| token.starts_with(TOKEN_PREFIX)),
    })
}
