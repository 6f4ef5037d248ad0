//! Reads an existing network: the parts that the spec refers to, and all that decides what they reach.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use futures_util::join;
use groundwork_model::VpcId;
use groundwork_model::spec::{ExistingNetwork, Network, Reference, Spec};
use groundwork_model::world::{ExistingNetworkState, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint};

use crate::ports::{ApiError, Cloud, Which};
use crate::references::{choose, look_up};
use crate::stacks::Stacks;
use crate::trouble::Trouble;

/// Reads the network of a spec that uses one.
pub(crate) async fn read<C: Cloud>(
    cloud: &C,
    spec: &Spec,
    stacks: &Stacks<'_>,
) -> Result<Option<ExistingNetworkState>, Trouble> {
    match &spec.network {
        Network::Use(network) => Ok(Some(existing(cloud, network, stacks).await?)),
        Network::Create(_) | Network::Skip => Ok(None),
    }
}

/// Reads an existing network.
pub(crate) async fn existing<C: Cloud>(
    cloud: &C,
    network: &ExistingNetwork,
    stacks: &Stacks<'_>,
) -> Result<ExistingNetworkState, Trouble> {
    let early = early(network);
    let (parts, surroundings) = join!(parts(cloud, network, stacks), all_surroundings(cloud, early.iter().cloned()));
    let mut state = parts?;
    let of_subnets = state.subnets.iter().map(|subnet| &subnet.vpc);
    let of_groups = state.security_groups.iter().map(|group| &group.vpc);
    let vpcs: BTreeSet<VpcId> = state.named_vpc.iter().chain(of_subnets).chain(of_groups).cloned().collect();
    let late = all_surroundings(cloud, vpcs.into_iter().filter(|vpc| !early.contains(vpc))).await;
    let mut trouble = Trouble::default();
    for found in surroundings.into_iter().chain(late) {
        if let Some(found) = trouble.note(found) {
            add(&mut state, found);
        }
    }
    trouble.or(Some(state))
}

/// VPCs that are known without looking anything up, so that their surroundings can be read at once.
fn early(network: &ExistingNetwork) -> Vec<VpcId> {
    match &network.vpc {
        Some(Reference::Id(id)) => id.parse().into_iter().collect(),
        Some(Reference::Name(_) | Reference::Output(_)) | None => Vec::new(),
    }
}

/// The parts that the spec names. If one is missing, what surrounds the others is of no interest.
async fn parts<C: Cloud>(
    cloud: &C,
    network: &ExistingNetwork,
    stacks: &Stacks<'_>,
) -> Result<ExistingNetworkState, Trouble> {
    let vpc: Vec<_> = network.vpc.iter().map(|vpc| ("network.vpc".to_owned(), vpc)).collect();
    let subnets = indexed("network.subnets", &network.subnets);
    let groups = indexed("network.security_groups", &network.security_groups);
    let (vpcs, subnets, groups) = join!(
        look_up::<C, Vpc>(cloud, stacks, &vpc),
        look_up::<C, Subnet>(cloud, stacks, &subnets),
        look_up::<C, SecurityGroup>(cloud, stacks, &groups)
    );
    let mut trouble = Trouble::default();
    let vpcs = trouble.absorb(vpcs).unwrap_or_default();
    let vpcs = trouble.absorb(choose(cloud, vpcs, None).await).unwrap_or_default();
    let named_vpc = vpcs.first().map(|vpc| vpc.id.clone());
    let subnets = trouble.absorb(subnets).unwrap_or_default();
    let groups = trouble.absorb(groups).unwrap_or_default();
    let (subnets, groups) =
        join!(choose(cloud, subnets, named_vpc.as_ref()), choose(cloud, groups, named_vpc.as_ref()));
    let subnets = trouble.absorb(subnets).unwrap_or_default();
    let security_groups = trouble.absorb(groups).unwrap_or_default();
    trouble.or(Some(ExistingNetworkState { named_vpc, subnets, security_groups, ..ExistingNetworkState::default() }))
}

fn indexed<'a>(key: &str, references: &'a [Reference]) -> Vec<(String, &'a Reference)> {
    references.iter().enumerate().map(|(at, reference)| (format!("{key}[{at}]"), reference)).collect()
}

struct Surroundings {
    vpc: Option<Vpc>,
    route_tables: Vec<RouteTable>,
    nat_gateways: Vec<NatGateway>,
    endpoints: Vec<VpcEndpoint>,
}

async fn all_surroundings<C: Cloud>(
    cloud: &C,
    vpcs: impl Iterator<Item = VpcId>,
) -> Vec<Result<Surroundings, ApiError>> {
    join_all(vpcs.map(|vpc| surroundings(cloud, vpc))).await
}

async fn surroundings<C: Cloud>(cloud: &C, id: VpcId) -> Result<Surroundings, ApiError> {
    let which = Which::Ids(vec![id.to_string()]);
    let (vpcs, dns, tables, gateways, endpoints) = join!(
        cloud.vpcs(&which),
        cloud.vpc_dns(&id),
        cloud.route_tables(&id),
        cloud.nat_gateways(&id),
        cloud.vpc_endpoints(&id)
    );
    let (dns_support, dns_hostnames) = dns?;
    let vpc = vpcs?.into_iter().find(|vpc| vpc.id == id);
    Ok(Surroundings {
        vpc: vpc.map(|vpc| Vpc { dns_support: Some(dns_support), dns_hostnames: Some(dns_hostnames), ..vpc }),
        route_tables: tables?,
        nat_gateways: gateways?,
        endpoints: endpoints?,
    })
}

/// Adds what surrounds the parts.
fn add(state: &mut ExistingNetworkState, found: Surroundings) {
    state.vpcs.extend(found.vpc);
    state.route_tables.extend(found.route_tables);
    state.nat_gateways.extend(found.nat_gateways);
    state.endpoints.extend(found.endpoints);
}
