//! What the account has, and may have, of what the plan adds.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{FutureExt, LocalBoxFuture, Shared, join_all};
use futures_util::join;
use groundwork_model::problem::Problem;
use groundwork_model::quota::Quota;
use groundwork_model::world::{Vpc, VpcEndpoint};
use groundwork_model::{SubnetId, VpcId};
use groundwork_planner::preflight::{Demand, Measured};

use crate::ports::{ApiError, Cloud, Which};

/// A listing that several counts are made from, read once, when the first one asks for it.
type Listing<'a, T> = Shared<LocalBoxFuture<'a, Result<Vec<T>, ApiError>>>;

/// The listings of a Region.
pub(super) struct Listings<'a> {
    pub vpcs: Listing<'a, Vpc>,
    endpoints: Listing<'a, VpcEndpoint>,
}

impl<'a> Listings<'a> {
    /// Prepares them: each is read when somebody waits for it.
    pub fn new<C: Cloud>(cloud: &'a C) -> Self {
        Self {
            vpcs: async { cloud.vpcs(&Which::All).await }.boxed_local().shared(),
            endpoints: async { cloud.endpoints().await }.boxed_local().shared(),
        }
    }
}

/// How many there are: by zone, or under no zone.
type Counts = BTreeMap<Option<String>, usize>;

/// Measures everything that the plan adds. Interface endpoints are counted in our VPC, if it is there and stays.
pub(super) async fn all<C: Cloud>(
    cloud: &C,
    listings: &Listings<'_>,
    demands: Vec<Demand>,
    vpc: Option<&VpcId>,
) -> Vec<Measured> {
    let quotas: BTreeSet<Quota> = demands.iter().map(|demand| demand.quota).collect();
    let reads = quotas.into_iter().map(|quota| async move {
        let (limit, counts) = join!(cloud.quota(quota), counts(cloud, listings, quota, vpc));
        (quota, Reading { limit, counts })
    });
    let readings: BTreeMap<Quota, Reading> = join_all(reads).await.into_iter().collect();
    let measured = demands.into_iter().filter_map(|demand| Some(readings.get(&demand.quota)?.of(demand)));
    measured.collect()
}

/// What was read of a quota.
struct Reading {
    limit: Result<usize, ApiError>,
    counts: Result<Counts, ApiError>,
}

impl Reading {
    fn of(&self, demand: Demand) -> Measured {
        let unread = |error: &ApiError| vec![Problem::from(error)];
        let used = self.counts.as_ref().map(|counts| counts.get(&demand.zone).copied().unwrap_or_default());
        Measured { used: used.map_err(unread), limit: self.limit.as_ref().copied().map_err(unread), demand }
    }
}

async fn counts<C: Cloud>(
    cloud: &C,
    listings: &Listings<'_>,
    quota: Quota,
    vpc: Option<&VpcId>,
) -> Result<Counts, ApiError> {
    let total = |number: usize| Counts::from([(None, number)]);
    match quota {
        Quota::Vpcs => Ok(total(listings.vpcs.clone().await?.len())),
        Quota::InternetGateways => Ok(total(cloud.count_internet_gateways().await?)),
        Quota::Addresses => Ok(total(cloud.count_addresses().await?)),
        Quota::NatGateways => gateways_by_zone(cloud).await,
        // A VPC that is yet to be made has none.
        Quota::InterfaceEndpoints if vpc.is_none() => Ok(total(0)),
        Quota::InterfaceEndpoints => {
            let is_ours = |endpoint: &&VpcEndpoint| !endpoint.gateway && Some(&endpoint.vpc) == vpc;
            Ok(total(listings.endpoints.clone().await?.iter().filter(is_ours).count()))
        }
        Quota::GatewayEndpoints => {
            Ok(total(listings.endpoints.clone().await?.iter().filter(|endpoint| endpoint.gateway).count()))
        }
    }
}

/// A NAT gateway names its subnet, and only that its zone.
async fn gateways_by_zone<C: Cloud>(cloud: &C) -> Result<Counts, ApiError> {
    let gateways = cloud.nat_gateway_subnets().await?;
    let ids: BTreeSet<String> = gateways.iter().map(ToString::to_string).collect();
    let subnets = match ids.is_empty() {
        true => Vec::new(),
        false => cloud.subnets(&Which::Ids(ids.into_iter().collect())).await?,
    };
    let zone = |id: &SubnetId| subnets.iter().find(|subnet| subnet.id == *id).map(|subnet| subnet.zone.clone());
    let mut counts = Counts::new();
    for subnet in &gateways {
        *counts.entry(zone(subnet)).or_default() += 1;
    }
    Ok(counts)
}
