//! What the account's caller may do, and how much of what AWS limits: in memory.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_engine::ports::{Access, ApiError, OptIn, Quotas};
use groundwork_model::least_privilege::{CallerStatement, Refused, RefusedBy, Rehearsal, Rehearsed};
use groundwork_model::quota::Quota;
use groundwork_model::world::VpcEndpoint;
use groundwork_model::{Arn, SubnetId};

use crate::FakeCloud;

/// What is forbidden. Everything else is allowed.
#[derive(Clone, Debug)]
pub struct Forbidden {
    /// Actions that no policy allows to the caller, whoever makes them on its behalf.
    pub actions: BTreeSet<String>,
    /// Actions that a statement denies, with AWS's words.
    pub denied: BTreeMap<String, String>,
    /// Whether the account may use the Region.
    pub region: OptIn,
}

impl Default for Forbidden {
    fn default() -> Self {
        Self { actions: BTreeSet::new(), denied: BTreeMap::new(), region: OptIn::Enabled }
    }
}

/// How many there are and may be, beside what can be listed.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// What AWS permits, where it is not what it usually permits.
    pub limits: BTreeMap<Quota, usize>,
    /// Elastic IP addresses.
    pub addresses: usize,
    /// Internet gateways.
    pub internet_gateways: usize,
    /// The subnet of each NAT gateway.
    pub nat_gateway_subnets: Vec<SubnetId>,
}

impl Access for FakeCloud {
    async fn refused(&self, principal: &Arn, statement: &CallerStatement) -> Result<Vec<Refused>, ApiError> {
        let judge = |forbidden: &Forbidden| {
            let refused = statement.actions.iter().filter_map(|action| {
                let by = match (forbidden.denied.contains_key(action), forbidden.actions.contains(action)) {
                    (true, _) => RefusedBy::Statement,
                    (false, true) => RefusedBy::Nobody,
                    (false, false) => return None,
                };
                let of = move |resource: &String| Refused { action: action.clone(), resource: resource.clone(), by };
                Some(statement.resources.iter().map(of))
            });
            refused.flatten().collect()
        };
        self.call("SimulatePrincipalPolicy", principal.as_str(), |account, _| Ok(judge(&account.things.forbidden)))
            .await
    }

    async fn rehearse(&self, call: Rehearsed) -> Result<Rehearsal, ApiError> {
        let judge = |forbidden: &Forbidden| match forbidden.denied.get(call.action()) {
            Some(words) => Rehearsal::Denied(words.clone()),
            None if forbidden.actions.contains(call.action()) => Rehearsal::NotAllowed,
            None => Rehearsal::Allowed,
        };
        self.call("DryRun", call.action(), |account, _| Ok(judge(&account.things.forbidden))).await
    }

    async fn opt_in(&self) -> Result<OptIn, ApiError> {
        self.call("DescribeRegions", "", |account, _| Ok(account.things.forbidden.region)).await
    }
}

impl Quotas for FakeCloud {
    async fn quota(&self, quota: Quota) -> Result<usize, ApiError> {
        let find = |counted: &Counted| counted.limits.get(&quota).copied().unwrap_or_else(|| quota.usual());
        self.call("GetServiceQuota", quota.code(), |account, _| Ok(find(&account.things.counted))).await
    }

    async fn count_addresses(&self) -> Result<usize, ApiError> {
        self.call("DescribeAddresses", "", |account, _| Ok(account.things.counted.addresses)).await
    }

    async fn count_internet_gateways(&self) -> Result<usize, ApiError> {
        self.call("DescribeInternetGateways", "", |account, _| Ok(account.things.counted.internet_gateways)).await
    }

    async fn nat_gateway_subnets(&self) -> Result<Vec<SubnetId>, ApiError> {
        let find = |counted: &Counted| counted.nat_gateway_subnets.clone();
        self.call("DescribeNatGateways", "", |account, _| Ok(find(&account.things.counted))).await
    }

    async fn endpoints(&self) -> Result<Vec<VpcEndpoint>, ApiError> {
        self.call("DescribeVpcEndpoints", "", |account, _| Ok(account.things.endpoints.clone())).await
    }
}
