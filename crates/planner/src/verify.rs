//! Judges the chain that tasks need, from what AWS and CloudReactor show now: the role that CloudReactor
//! assumes, what it may pass on, the network, the cluster, and the Run Environment that names them all.
//!
//! No template is asked: what was changed behind CloudFormation's back does not show in one. What could not be
//! read makes its links unknown, and is never taken for broken or whole.

mod cluster;
mod referring;
mod roles;
mod run_environment;

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::plan::Target;
use groundwork_model::problem::Problem;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::{ExistingNetwork, Network, Role, Spec};
use groundwork_model::verification::{Link, LinkName, VERIFICATION_FORMAT, Verdict, Verification};
use groundwork_model::world::{
    Caller, CloudReactorState, Cluster, ExistingNetworkState, Observed, SecurityGroup, Stack, World,
};

use crate::context::Context;
use crate::{reach, role};
pub use referring::{network_of, referring};

/// What was read, or what prevented it.
pub type Read<T> = Result<T, Vec<Problem>>;

/// What AWS and CloudReactor show of an environment.
#[derive(Clone, Debug)]
pub struct Live {
    /// Who reads.
    pub caller: Caller,
    /// The stack that has the roles.
    pub role_stack: Read<Observed<Stack>>,
    /// The role that CloudReactor assumes.
    pub role: Read<Observed<IamRole>>,
    /// Its policies, inline and attached.
    pub policies: Read<Vec<IamPolicy>>,
    /// Its permissions boundary, if it has one.
    pub boundary: Read<Option<IamPolicy>>,
    /// The role that ECS starts tasks with.
    pub execution_role: Read<Observed<IamRole>>,
    /// The network that tasks run in; `None` if the spec leaves it out and the Run Environment has none.
    pub network: Read<Option<(ExistingNetwork, ExistingNetworkState)>>,
    /// The security groups of the network's interface endpoints.
    pub endpoint_groups: Read<Vec<SecurityGroup>>,
    /// The cluster.
    pub cluster: Read<Observed<Cluster>>,
    /// The Run Environment and who asked for it.
    pub cloudreactor: Read<CloudReactorState>,
}

impl Live {
    /// The Run Environment, if it was read and is there.
    fn run_environment(&self) -> Option<&RunEnvironment> {
        self.cloudreactor.as_ref().ok().and_then(|state| state.run_environment.present())
    }
}

/// Makes of what discovery says about a missing part what a verification says: it found it missing.
pub fn missing(spec: &Spec, problem: Problem) -> Problem {
    if problem.code != Code::ReferenceNotFound && problem.code != Code::StackIncomplete {
        return problem;
    }
    let key = problem.key.as_deref().map(|key| own_key(spec, key));
    let help = vec!["see what is missing, and make it: groundwork apply -f PATH".to_owned()];
    Problem { code: Code::PartMissing, key, help, ..problem }
}

/// The key by which the user's spec is about something that was read by a reference of ours.
fn own_key(spec: &Spec, key: &str) -> String {
    let refers = match key.split(['.', '[']).next() {
        Some("role") => matches!(spec.role, Role::Use { .. }),
        Some("network") => matches!(spec.network, Network::Use(_)),
        Some("cluster") => matches!(spec.cluster, groundwork_model::spec::Cluster::Use { .. }),
        Some(_) | None => true,
    };
    let first = key.split(['.', '[']).next().unwrap_or_default();
    if refers { key.to_owned() } else { first.to_owned() }
}

/// Judges every link of the chain.
pub fn verify(spec: &Spec, live: &Live) -> Verification {
    let asked = referring(spec);
    let world = world(&asked, live);
    let context = Context::new(&asked, &world);
    let Role::Use { stack_name } = &asked.role else { return nothing(context.target) };
    let facts = match &live.role_stack {
        Ok(_) => {
            role::refer(&context, stack_name).map(|part| part.facts).map_err(|problem| vec![missing(spec, problem)])
        }
        Err(problems) => Err(problems.clone()),
    };
    let mut links: Vec<Link> = roles::links(spec, live, &facts).into();
    let (network, assign) = network(live, &context);
    links.extend(network);
    links.extend(cluster::links(spec, live));
    links.extend(run_environment::links(&context, live, &facts, assign));
    for problem in links.iter_mut().flat_map(|link| match &mut link.verdict {
        Verdict::Broken { problems } | Verdict::Unknown { problems } => problems.iter_mut(),
        Verdict::Ok | Verdict::Skipped => [].iter_mut(),
    }) {
        problem.key = problem.key.as_deref().map(|key| own_key(spec, key));
    }
    Verification { format_version: VERIFICATION_FORMAT.to_owned(), target: context.target, links }
}

/// A spec that refers has a role that is used: see [`referring`].
fn nothing(target: Target) -> Verification {
    Verification { format_version: VERIFICATION_FORMAT.to_owned(), target, links: Vec::new() }
}

/// As much of a world as was read.
fn world(spec: &Spec, live: &Live) -> World {
    let mut stacks = BTreeMap::new();
    if let (Role::Use { stack_name }, Ok(stack)) = (&spec.role, &live.role_stack) {
        stacks.insert(stack_name.clone(), stack.clone());
    }
    let unread = CloudReactorState {
        user: String::new(),
        group: groundwork_model::world::Group { id: 0, name: String::new() },
        access_level: 0,
        run_environment: Observed::Absent,
    };
    World {
        caller: live.caller.clone(),
        zones: Vec::new(),
        stacks,
        network: live.network.as_ref().ok().and_then(|found| found.as_ref()).map(|(_, state)| state.clone()),
        cluster: live.cluster.clone().unwrap_or(Observed::Absent),
        cloudreactor: live.cloudreactor.clone().unwrap_or(unread),
    }
}

const OF_NETWORK: [LinkName; 4] = [LinkName::Subnets, LinkName::SecurityGroups, LinkName::Endpoints, LinkName::Dns];

fn network(live: &Live, context: &Context<'_>) -> (Vec<Link>, Option<bool>) {
    let all = |read: &str, verdict: Verdict| {
        OF_NETWORK.map(|name| Link { name, read: read.to_owned(), verdict: verdict.clone() }).into()
    };
    match &live.network {
        Ok(Some((wish, state))) => reach::prove(&reach::Network {
            wish,
            state,
            account: &context.target.account,
            endpoint_groups: &live.endpoint_groups,
        }),
        Ok(None) => (all("the spec leaves the network out, and none is set", Verdict::Skipped), None),
        Err(problems) => (all("the network", Verdict::of(problems.clone())), None),
    }
}
