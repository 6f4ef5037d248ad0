//! Finds the parts of an existing network that the spec refers to, and all that decides what they reach.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use futures_util::join;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{ExistingNetwork, Network, OutputRef, Reference, Spec};
use groundwork_model::world::{
    ExistingNetworkState, NatGateway, Observed, RouteTable, SecurityGroup, Stack, Subnet, Vpc, VpcEndpoint,
};
use groundwork_model::{Code, StackName, VpcId};

use crate::discover::Trouble;
use crate::ports::{ApiError, Cloud, Which};

/// How many things that exist an error lists.
const LISTED: usize = 10;

type Stacks = BTreeMap<StackName, Observed<Stack>>;

/// The value of an output that the spec refers to.
pub(crate) fn output(stacks: &Stacks, output: &OutputRef) -> Result<String, Problem> {
    let Some(stack) = stacks.get(&output.stack).and_then(Observed::present) else {
        return Err(Problem::new(Code::ReferenceNotFound, format!("stack {} does not exist", output.stack)));
    };
    stack.outputs.get(&output.key).cloned().ok_or_else(|| {
        let has: Vec<&str> = stack.outputs.keys().map(AsRef::as_ref).collect();
        Problem::new(Code::ReferenceNotFound, format!("stack {} has no output {}", output.stack, output.key))
            .because(format!("it has {}", listed(has.iter().map(ToString::to_string))))
    })
}

/// Reads the network of a spec that uses one.
pub(crate) async fn read<C: Cloud>(
    cloud: &C,
    spec: &Spec,
    stacks: &Stacks,
) -> Result<Option<ExistingNetworkState>, Trouble> {
    let Network::Use(network) = &spec.network else { return Ok(None) };
    let wanted = Wanted::new(network, stacks)?;
    let (vpcs, subnets, groups) = join!(
        find::<C, Vpc>(cloud, &wanted.vpc),
        find::<C, Subnet>(cloud, &wanted.subnets),
        find::<C, SecurityGroup>(cloud, &wanted.security_groups)
    );
    let mut trouble = Trouble::default();
    let vpcs = trouble.absorb(vpcs).unwrap_or_default();
    let subnets = trouble.absorb(subnets).unwrap_or_default();
    let security_groups = trouble.absorb(groups).unwrap_or_default();
    let mut trouble = trouble.settled()?;
    let ids: BTreeSet<VpcId> = vpcs
        .iter()
        .map(|vpc: &Vpc| vpc.id.clone())
        .chain(subnets.iter().map(|subnet: &Subnet| subnet.vpc.clone()))
        .chain(security_groups.iter().map(|group: &SecurityGroup| group.vpc.clone()))
        .collect();
    let mut state = ExistingNetworkState {
        named_vpc: vpcs.first().map(|vpc| vpc.id.clone()),
        subnets,
        security_groups,
        ..ExistingNetworkState::default()
    };
    for surroundings in join_all(ids.iter().map(|id| surroundings(cloud, id))).await {
        if let Some(found) = trouble.note(surroundings) {
            state.vpcs.extend(found.vpc);
            state.route_tables.extend(found.route_tables);
            state.nat_gateways.extend(found.nat_gateways);
            state.endpoints.extend(found.endpoints);
        }
    }
    trouble.or(Some(Some(state)))
}

struct Surroundings {
    vpc: Option<Vpc>,
    route_tables: Vec<RouteTable>,
    nat_gateways: Vec<NatGateway>,
    endpoints: Vec<VpcEndpoint>,
}

async fn surroundings<C: Cloud>(cloud: &C, id: &VpcId) -> Result<Surroundings, ApiError> {
    let which = Which::Ids(vec![id.to_string()]);
    let (vpcs, dns, tables, gateways, endpoints) = join!(
        cloud.vpcs(&which),
        cloud.vpc_dns(id),
        cloud.route_tables(id),
        cloud.nat_gateways(id),
        cloud.vpc_endpoints(id)
    );
    let (dns_support, dns_hostnames) = dns?;
    let vpc = vpcs?.into_iter().find(|vpc| vpc.id == *id);
    Ok(Surroundings {
        vpc: vpc.map(|vpc| Vpc { dns_support: Some(dns_support), dns_hostnames: Some(dns_hostnames), ..vpc }),
        route_tables: tables?,
        nat_gateways: gateways?,
        endpoints: endpoints?,
    })
}

/// One thing to find, and where the spec asks for it.
#[derive(Clone, Debug)]
struct Sought {
    key: String,
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    Id(String),
    Name(String),
}

struct Wanted {
    vpc: Vec<Sought>,
    subnets: Vec<Sought>,
    security_groups: Vec<Sought>,
}

impl Wanted {
    fn new(network: &ExistingNetwork, stacks: &Stacks) -> Result<Self, Trouble> {
        let mut trouble = Trouble::default();
        let mut seek = |key: &str, references: &mut dyn Iterator<Item = (String, &Reference)>| {
            let mut sought = Vec::new();
            for (suffix, reference) in references {
                match seek(&format!("{key}{suffix}"), reference, stacks) {
                    Ok(found) => sought.extend(found),
                    Err(problem) => trouble.add(problem),
                }
            }
            sought
        };
        let indexed = |list: &'_ [Reference]| -> Vec<(String, Reference)> {
            list.iter().enumerate().map(|(at, reference)| (format!("[{at}]"), reference.clone())).collect()
        };
        let subnets = indexed(&network.subnets);
        let groups = indexed(&network.security_groups);
        let wanted = Self {
            vpc: seek("network.vpc", &mut network.vpc.iter().map(|vpc| (String::new(), vpc))),
            subnets: seek("network.subnets", &mut subnets.iter().map(|(at, subnet)| (at.clone(), subnet))),
            security_groups: seek("network.security_groups", &mut groups.iter().map(|(at, group)| (at.clone(), group))),
        };
        trouble.or(Some(wanted))
    }
}

/// A reference by output may stand for several things: the wizard's network lists its subnets in one.
fn seek(key: &str, reference: &Reference, stacks: &Stacks) -> Result<Vec<Sought>, Problem> {
    let one = |by| vec![Sought { key: key.to_owned(), by }];
    match reference {
        Reference::Id(id) => Ok(one(By::Id(id.clone()))),
        Reference::Name(name) => Ok(one(By::Name(name.clone()))),
        Reference::Output(reference) => {
            let value = output(stacks, reference).map_err(|problem| problem.at(key))?;
            let ids: Vec<&str> = value.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
            if ids.is_empty() {
                return Err(Problem::new(Code::ReferenceNotFound, format!("{reference} is empty")).at(key));
            }
            Ok(ids.into_iter().map(|id| Sought { key: key.to_owned(), by: By::Id(id.to_owned()) }).collect())
        }
    }
}

/// A kind of thing that can be referred to.
trait Findable<C: Cloud>: Clone {
    const WHAT: &'static str;
    async fn list(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError>;
    fn id(&self) -> &str;
    /// The names that it answers to.
    fn names(&self) -> Vec<&str>;
}

impl<C: Cloud> Findable<C> for Vpc {
    const WHAT: &'static str = "VPC";
    async fn list(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError> {
        cloud.vpcs(which).await
    }
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn names(&self) -> Vec<&str> {
        self.name.iter().map(String::as_str).collect()
    }
}

impl<C: Cloud> Findable<C> for Subnet {
    const WHAT: &'static str = "subnet";
    async fn list(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError> {
        cloud.subnets(which).await
    }
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn names(&self) -> Vec<&str> {
        self.name.iter().map(String::as_str).collect()
    }
}

impl<C: Cloud> Findable<C> for SecurityGroup {
    const WHAT: &'static str = "security group";
    async fn list(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError> {
        cloud.security_groups(which).await
    }
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn names(&self) -> Vec<&str> {
        self.name.iter().map(String::as_str).chain([self.group_name.as_str()]).collect()
    }
}

/// Finds all that is sought, in its order; or tells of each that is missing or not unique.
async fn find<C: Cloud, T: Findable<C>>(cloud: &C, sought: &[Sought]) -> Result<Vec<T>, Trouble> {
    let ids: Vec<String> = sought.iter().filter_map(|one| matching_id(&one.by)).collect();
    let names: Vec<String> = sought.iter().filter_map(|one| matching_name(&one.by)).collect();
    let (by_id, by_name) = crate::discover::pair(
        listed_or_none::<C, T>(cloud, ids, Which::Ids),
        listed_or_none::<C, T>(cloud, names, Which::Names),
    )
    .await?;
    let mut found = Vec::new();
    let mut missing = Vec::new();
    let mut trouble = Trouble::default();
    for one in sought {
        let fitting: Vec<&T> = match &one.by {
            By::Id(id) => by_id.iter().filter(|thing| thing.id() == id).collect(),
            By::Name(name) => by_name.iter().filter(|thing| thing.names().contains(&name.as_str())).collect(),
        };
        match fitting[..] {
            [] => missing.push(one),
            [only] => found.push(only.clone()),
            [..] => trouble.add(ambiguous::<C, T>(one, &fitting)),
        }
    }
    if !missing.is_empty() {
        let all = T::list(cloud, &Which::All).await?;
        missing.into_iter().for_each(|one| trouble.add(absent::<C, T>(one, &all)));
    }
    trouble.or(Some(found))
}

fn matching_id(by: &By) -> Option<String> {
    match by {
        By::Id(id) => Some(id.clone()),
        By::Name(_) => None,
    }
}

fn matching_name(by: &By) -> Option<String> {
    match by {
        By::Name(name) => Some(name.clone()),
        By::Id(_) => None,
    }
}

async fn listed_or_none<C: Cloud, T: Findable<C>>(
    cloud: &C,
    wanted: Vec<String>,
    which: fn(Vec<String>) -> Which,
) -> Result<Vec<T>, ApiError> {
    if wanted.is_empty() { Ok(Vec::new()) } else { T::list(cloud, &which(wanted)).await }
}

fn absent<C: Cloud, T: Findable<C>>(sought: &Sought, all: &[T]) -> Problem {
    let message = match &sought.by {
        By::Id(id) => format!("there is no {} {id} in this account and Region", T::WHAT),
        By::Name(name) => format!("there is no {} with the name {name:?} in this account and Region", T::WHAT),
    };
    Problem::new(Code::ReferenceNotFound, message)
        .at(&sought.key)
        .because(format!("there is {}", described::<C, T>(all)))
}

fn ambiguous<C: Cloud, T: Findable<C>>(sought: &Sought, fitting: &[&T]) -> Problem {
    let name = matching_name(&sought.by).unwrap_or_default();
    let things: Vec<T> = fitting.iter().map(|thing| (*thing).clone()).collect();
    Problem::new(Code::ReferenceAmbiguous, format!("{} {}s have the name {name:?}", fitting.len(), T::WHAT))
        .at(&sought.key)
        .because(format!("they are {}", described::<C, T>(&things)))
        .help("name the one that is meant by its id")
}

fn described<C: Cloud, T: Findable<C>>(things: &[T]) -> String {
    listed(things.iter().map(|thing| match thing.names().first() {
        Some(name) if !name.is_empty() => format!("{} ({name})", thing.id()),
        Some(_) | None => thing.id().to_owned(),
    }))
}

fn listed(things: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = things.collect();
    match all.len() {
        0 => "none".to_owned(),
        few if few <= LISTED => all.join(", "),
        many => format!("{} and {} more", all[..LISTED].join(", "), many - LISTED),
    }
}
