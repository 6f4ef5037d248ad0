//! Reads everything that a target needs, side by side: what does not depend on something else never
//! waits for it. A read that fails is a problem, never an absence.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join_all, try_join};
use futures_util::join;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Cluster as ClusterSpec, ClusterRef, GroupRef, Network, OutputRef, Reference, Role, Spec};
use groundwork_model::world::{CloudReactorState, Cluster, Group, Observed, Stack, StackPhase, World};
use groundwork_model::{Code, StackName};

use crate::network;
use crate::ports::{ApiError, Cloud, Identity, Saas};

/// What prevents a discovery: failed calls, which are told together where they fail alike, and
/// problems with what was found.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    errors: Vec<ApiError>,
    problems: Vec<Problem>,
}

impl Trouble {
    /// Takes a failed call's error, or passes on its value.
    pub(crate) fn note<T>(&mut self, outcome: Result<T, ApiError>) -> Option<T> {
        outcome.map_err(|error| self.errors.push(error)).ok()
    }

    /// Takes what another part could not do, or passes on its value.
    pub(crate) fn absorb<T>(&mut self, outcome: Result<T, Trouble>) -> Option<T> {
        outcome
            .map_err(|other| {
                self.errors.extend(other.errors);
                self.problems.extend(other.problems);
            })
            .ok()
    }

    /// Takes a problem.
    pub(crate) fn add(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Itself, if there is no trouble so far.
    pub(crate) fn settled(self) -> Result<Self, Trouble> {
        if self.errors.is_empty() && self.problems.is_empty() { Ok(self) } else { Err(self) }
    }

    /// The value, if there is no trouble.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T, Trouble> {
        match value {
            Some(value) if self.errors.is_empty() && self.problems.is_empty() => Ok(value),
            Some(_) | None => Err(self),
        }
    }

    /// One problem for all calls that failed for the same reason: eight calls without credentials are
    /// one problem, not eight.
    fn into_problems(self) -> Vec<Problem> {
        let mut grouped: Vec<(ApiError, Vec<String>)> = Vec::new();
        for error in self.errors {
            let alike = |(other, _): &&mut (ApiError, Vec<String>)| {
                (other.service, other.class, &other.message) == (error.service, error.class, &error.message)
            };
            match grouped.iter_mut().find(alike) {
                Some((_, operations)) if operations.contains(&error.operation) => {}
                Some((_, operations)) => operations.push(error.operation),
                None => grouped.push((error, Vec::new())),
            }
        }
        let told = grouped.into_iter().map(|(error, others)| {
            let mut problem = Problem::from(error);
            if !others.is_empty() {
                problem.causes.push(format!("the same for {}", others.join(", ")));
            }
            problem
        });
        told.chain(self.problems).collect()
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self { errors: Vec::new(), problems: vec![problem] }
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self { errors: vec![error], problems: Vec::new() }
    }
}

/// Reads the world of a spec, or tells everything that prevented it.
pub async fn discover<C: Cloud, S: Saas>(cloud: &C, saas: &S, spec: &Spec) -> Result<World, Vec<Problem>> {
    let (caller, zones, infrastructure, cloudreactor) =
        join!(cloud.caller(), cloud.zones(), infrastructure(cloud, spec), cloudreactor(saas, spec));
    let mut trouble = Trouble::default();
    let caller = trouble.note(caller);
    // What was read of the wrong account is of no interest, nor is what failed there.
    if let (Some(caller), Some(expected)) = (&caller, &spec.environment.account_id)
        && caller.account != *expected
    {
        return Err(vec![wrong_account(expected.as_str(), caller.account.as_str(), caller.arn.as_str())]);
    }
    let zones = trouble.note(zones);
    let infrastructure = trouble.absorb(infrastructure);
    let cloudreactor = trouble.absorb(cloudreactor);
    let world = caller.zip(zones).zip(infrastructure).zip(cloudreactor).map(
        |(((caller, zones), (stacks, cluster, network)), cloudreactor)| World {
            caller,
            zones,
            stacks,
            network,
            cluster,
            cloudreactor,
        },
    );
    trouble.or(world).map_err(Trouble::into_problems)
}

fn wrong_account(expected: &str, found: &str, caller: &str) -> Problem {
    Problem::new(Code::WrongAccount, format!("these credentials belong to account {found}, not {expected}"))
        .at("environment.account_id")
        .because(format!("the caller is {caller}"))
        .help(format!("use credentials of account {expected}, or correct environment.account_id"))
}

type Stacks = BTreeMap<StackName, Observed<Stack>>;
type Infrastructure = (Stacks, Observed<Cluster>, Option<groundwork_model::world::ExistingNetworkState>);

/// Stacks, cluster and network. The latter two wait for the stacks only if they are named by outputs.
async fn infrastructure<C: Cloud>(cloud: &C, spec: &Spec) -> Result<Infrastructure, Trouble> {
    if refers_to_outputs(spec) {
        let stacks = stacks(cloud, spec).await?;
        let (cluster, network) = join!(cluster(cloud, spec, &stacks), network::read(cloud, spec, &stacks));
        both(stacks, cluster, network)
    } else {
        let none = Stacks::new();
        let (stacks, cluster, network) =
            join!(stacks(cloud, spec), cluster(cloud, spec, &none), network::read(cloud, spec, &none));
        let mut trouble = Trouble::default();
        let stacks = trouble.absorb(stacks);
        let rest = trouble.absorb(both(Stacks::new(), cluster, network));
        trouble.or(stacks.zip(rest).map(|(stacks, (_, cluster, network))| (stacks, cluster, network)))
    }
}

fn both(
    stacks: Stacks,
    cluster: Result<Observed<Cluster>, Trouble>,
    network: Result<Option<groundwork_model::world::ExistingNetworkState>, Trouble>,
) -> Result<Infrastructure, Trouble> {
    let mut trouble = Trouble::default();
    let cluster = trouble.absorb(cluster);
    let network = trouble.absorb(network);
    trouble.or(cluster.zip(network).map(|(cluster, network)| (stacks, cluster, network)))
}

fn references(spec: &Spec) -> Vec<&OutputRef> {
    let mut found = Vec::new();
    if let Network::Use(network) = &spec.network {
        let all = network.vpc.iter().chain(&network.subnets).chain(&network.security_groups);
        found.extend(all.filter_map(|reference| match reference {
            Reference::Output(output) => Some(output),
            Reference::Id(_) | Reference::Name(_) => None,
        }));
    }
    if let ClusterSpec::Use { cluster: ClusterRef::Output(output) } = &spec.cluster {
        found.push(output);
    }
    found
}

fn refers_to_outputs(spec: &Spec) -> bool {
    !references(spec).is_empty()
}

/// The stacks that we would deploy: their templates are compared.
fn managed(spec: &Spec) -> BTreeSet<&StackName> {
    let role = match &spec.role {
        Role::Create(role) => Some(&role.stack_name),
        Role::Use { .. } => None,
    };
    let network = match &spec.network {
        Network::Create(network) => Some(&network.stack_name),
        Network::Use(_) | Network::Skip => None,
    };
    let cluster = match &spec.cluster {
        ClusterSpec::Create(cluster) => Some(&cluster.stack_name),
        ClusterSpec::Use { .. } => None,
    };
    [role, network, cluster].into_iter().flatten().collect()
}

async fn stacks<C: Cloud>(cloud: &C, spec: &Spec) -> Result<Stacks, Trouble> {
    let managed = managed(spec);
    let mut referred: BTreeSet<&StackName> = references(spec).into_iter().map(|output| &output.stack).collect();
    if let Role::Use { stack_name } = &spec.role {
        referred.insert(stack_name);
    }
    let names: BTreeSet<&StackName> = managed.union(&referred).copied().collect();
    let reads = names.into_iter().map(|name| async {
        let stack = if managed.contains(name) { with_template(cloud, name).await } else { cloud.stack(name).await };
        (name.clone(), stack)
    });
    let mut trouble = Trouble::default();
    let mut found = Stacks::new();
    for (name, stack) in join_all(reads).await {
        found.extend(trouble.note(stack).map(|stack| (name, stack)));
    }
    trouble.or(Some(found))
}

/// A stack and its template, read side by side. A stack that is not there, or is only a shell, has no
/// template to miss.
async fn with_template<C: Cloud>(cloud: &C, name: &StackName) -> Result<Observed<Stack>, ApiError> {
    let (stack, template) = join!(cloud.stack(name), cloud.template(name));
    match stack? {
        Observed::Present(mut stack) if stack.phase != StackPhase::Shell => {
            stack.template = template?.present().cloned();
            Ok(Observed::Present(stack))
        }
        other => Ok(other),
    }
}

async fn cluster<C: Cloud>(cloud: &C, spec: &Spec, stacks: &Stacks) -> Result<Observed<Cluster>, Trouble> {
    let name = match &spec.cluster {
        ClusterSpec::Create(cluster) => cluster.name.as_str().to_owned(),
        ClusterSpec::Use { cluster: ClusterRef::Name(name) } => name.as_str().to_owned(),
        ClusterSpec::Use { cluster: ClusterRef::Arn(arn) } => arn.as_str().to_owned(),
        ClusterSpec::Use { cluster: ClusterRef::Output(output) } => {
            network::output(stacks, output).map_err(|problem| problem.at("cluster.cluster"))?
        }
    };
    Ok(cloud.cluster(&name).await?)
}

async fn cloudreactor<S: Saas>(saas: &S, spec: &Spec) -> Result<CloudReactorState, Trouble> {
    let identity = saas.identity().await?;
    let (group, access_level) = choose_group(&identity, spec.cloudreactor.group.as_ref())?;
    let run_environment = saas.run_environment(&group, &spec.cloudreactor.run_environment).await?;
    Ok(CloudReactorState { user: identity.user, group, access_level, run_environment })
}

/// The group that the spec names, or the only one.
pub(crate) fn choose_group(identity: &Identity, wanted: Option<&GroupRef>) -> Result<(Group, u32), Problem> {
    let matches = |group: &Group| match wanted {
        None => true,
        Some(GroupRef::Id(id)) => group.id == *id,
        Some(GroupRef::Name(name)) => group.name == *name,
    };
    let mut fitting = identity.groups.iter().filter(|(group, _)| matches(group));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err(group_problem(identity, "is in several groups, and the spec names none".to_owned())
            .help("name one: [cloudreactor] group = \"...\"")),
        (None, _) => Err(group_problem(
            identity,
            wanted.map_or_else(|| "is in no group".to_owned(), |group| format!("cannot use group {group}")),
        )),
    }
}

fn group_problem(identity: &Identity, what: String) -> Problem {
    let groups: Vec<String> =
        identity.groups.iter().map(|(group, _)| format!("{:?} ({})", group.name, group.id)).collect();
    let known = if groups.is_empty() { "none".to_owned() } else { groups.join(", ") };
    Problem::new(Code::GroupNotFound, format!("CloudReactor user {} {what}", identity.user))
        .at("cloudreactor.group")
        .because(format!("the groups that can be used: {known}"))
}

/// Two reads side by side, the first failure wins: for the callers in [`crate::network`].
pub(crate) async fn pair<A, B>(
    one: impl Future<Output = Result<A, ApiError>>,
    other: impl Future<Output = Result<B, ApiError>>,
) -> Result<(A, B), ApiError> {
    try_join(one, other).await
}
