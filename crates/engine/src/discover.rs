//! Reads everything that a target needs, side by side: what does not depend on something else never
//! waits for it. A read that fails is a problem, never an absence.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use futures_util::join;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Cluster as Wish, ClusterRef, Spec};
use groundwork_model::world::{
    Caller, CloudReactorState, Cluster, Estate, ExistingNetworkState, Observed, Stack, World, Zone,
};
use groundwork_model::{AccountId, Code, StackId, StackName};
use groundwork_planner::run_environment::access_problem;

use crate::ports::{ApiError, Cloud, Saas};
use crate::stacks::Stacks;
use crate::trouble::Trouble;
use crate::{group, network};

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What a plan is made from.
    Plan,
    /// Also what tells that nothing happened since: the newest event of every stack.
    Basis,
    /// Stacks only, without templates, and what is in those that are stuck: what a recovery is planned from.
    Estate,
}

/// Reads the stacks of a spec and nothing else: what there is to recover. CloudReactor is not asked.
pub async fn estate<C: Cloud>(cloud: &C, spec: &Spec) -> Result<Estate, Vec<Problem>> {
    let stacks = Stacks::new(cloud, spec, Depth::Estate);
    let (caller, stacks) = join!(cloud.caller(), stacks.all());
    let mut trouble = Trouble::default();
    let caller = known_caller(&mut trouble, caller, spec)?;
    let stacks = trouble.absorb(stacks);
    let estate = caller.zip(stacks).map(|(caller, stacks)| Estate { caller, stacks });
    trouble.or(estate).map_err(Trouble::into_problems)
}

/// Reads stacks by their ids and nothing else: those, and no others that have got their names since. One that AWS has
/// forgotten is absent.
pub async fn estate_of<C: Cloud>(cloud: &C, spec: &Spec, ids: &[StackId]) -> Result<Estate, Vec<Problem>> {
    let (caller, found) = join!(cloud.caller(), join_all(ids.iter().map(|id| cloud.stack_by_id(id))));
    let mut trouble = Trouble::default();
    let caller = known_caller(&mut trouble, caller, spec)?;
    let found: Vec<Observed<Stack>> = found.into_iter().filter_map(|stack| trouble.note(stack)).collect();
    let named = found.into_iter().filter_map(|stack| Some((stack.present()?.name.clone(), stack)));
    let estate = caller.map(|caller| Estate { caller, stacks: named.collect() });
    trouble.or(estate).map_err(Trouble::into_problems)
}

/// Who calls, unless that is unknown; an error if it is somebody of another account than the spec's. What was read
/// of the wrong account is of no interest, nor is what failed there.
pub(crate) fn known_caller(
    trouble: &mut Trouble,
    caller: Result<Caller, ApiError>,
    spec: &Spec,
) -> Result<Option<Caller>, Vec<Problem>> {
    let caller = trouble.note(caller);
    let expected = caller.as_ref().zip(spec.environment.account_id.as_ref());
    match expected.and_then(|(caller, expected)| wrong_account(caller, expected)) {
        Some(problem) => Err(vec![problem]),
        None => Ok(caller),
    }
}

/// Reads the world of a spec, or tells everything that prevented it.
pub async fn discover<C: Cloud, S: Saas>(
    cloud: &C,
    saas: &S,
    spec: &Spec,
    depth: Depth,
) -> Result<World, Vec<Problem>> {
    read(cloud, saas, spec, depth).await.world(spec)
}

/// What was read of a target, part by part.
pub(crate) struct Parts {
    pub caller: Result<Caller, ApiError>,
    pub zones: Result<Vec<Zone>, ApiError>,
    pub stacks: Result<BTreeMap<StackName, Observed<Stack>>, Trouble>,
    pub cluster: Result<Observed<Cluster>, Trouble>,
    pub network: Result<Option<ExistingNetworkState>, Trouble>,
    pub cloudreactor: Result<CloudReactorState, Trouble>,
}

/// Reads everything side by side.
pub(crate) async fn read<C: Cloud, S: Saas>(cloud: &C, saas: &S, spec: &Spec, depth: Depth) -> Parts {
    read_with(cloud, saas, spec, &Stacks::new(cloud, spec, depth)).await
}

/// The same with stacks that somebody else waits for, too.
pub(crate) async fn read_with<C: Cloud, S: Saas>(cloud: &C, saas: &S, spec: &Spec, found: &Stacks<'_>) -> Parts {
    let (caller, zones, stacks, cluster, network, cloudreactor) = join!(
        cloud.caller(),
        cloud.zones(),
        found.all(),
        cluster(cloud, spec, found),
        network::read(cloud, spec, found),
        cloudreactor(saas, spec)
    );
    Parts { caller, zones, stacks, cluster, network, cloudreactor }
}

impl Parts {
    /// The world, if all of it was read and it is the spec's account's.
    pub(crate) fn world(self, spec: &Spec) -> Result<World, Vec<Problem>> {
        let mut trouble = Trouble::default();
        let caller = known_caller(&mut trouble, self.caller, spec)?;
        let zones = trouble.note(self.zones);
        let stacks = trouble.absorb(self.stacks);
        let cluster = trouble.absorb(self.cluster);
        let network = trouble.absorb(self.network);
        let cloudreactor = trouble.absorb(self.cloudreactor);
        let world = (|| {
            Some(World {
                caller: caller?,
                zones: zones?,
                stacks: stacks?,
                network: network?,
                cluster: cluster?,
                cloudreactor: cloudreactor?,
            })
        })();
        trouble.or(world).map_err(Trouble::into_problems)
    }
}

/// The guard of the account: what is wrong if the credentials belong to another one than expected.
pub(crate) fn wrong_account(caller: &Caller, expected: &AccountId) -> Option<Problem> {
    if caller.account == *expected {
        return None;
    }
    let message = format!("these credentials belong to account {}, not {expected}", caller.account);
    Some(
        Problem::new(Code::WrongAccount, message)
            .at("environment.account_id")
            .because(format!("the caller is {}", caller.arn))
            .help(format!("use credentials of account {expected}, or correct environment.account_id")),
    )
}

pub(crate) async fn cluster<C: Cloud>(
    cloud: &C,
    spec: &Spec,
    stacks: &Stacks<'_>,
) -> Result<Observed<Cluster>, Trouble> {
    let name = match &spec.cluster {
        Wish::Create(cluster) => cluster.name.to_string(),
        Wish::Use { cluster: ClusterRef::Name(name) } => name.to_string(),
        Wish::Use { cluster: ClusterRef::Arn(arn) } => arn.to_string(),
        Wish::Use { cluster: ClusterRef::Output(output) } => stacks.output("cluster.cluster", output).await?,
    };
    Ok(cloud.cluster(&name).await?)
}

pub(crate) async fn cloudreactor<S: Saas>(saas: &S, spec: &Spec) -> Result<CloudReactorState, Trouble> {
    let identity = saas.identity().await?;
    let (group, access_level) = group::choose(&identity, spec.cloudreactor.group.as_ref())?;
    // Below it the Run Environment comes without its settings, which must not be taken for none.
    if let Some(problem) = access_problem(&identity.user, &group, access_level) {
        return Err(problem.into());
    }
    let run_environment = saas.run_environment(&group, &spec.cloudreactor.run_environment).await?;
    group::check_scope(&identity, &run_environment)?;
    Ok(CloudReactorState { user: identity.user, group, access_level, run_environment })
}
