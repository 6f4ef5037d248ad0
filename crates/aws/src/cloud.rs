//! The `Cloud` port: which module answers which question.

use std::fmt;
use std::net::Ipv4Addr;

use aws_config::SdkConfig;
use groundwork_engine::ports::{
    Access, ApiError, ChangeSet, ChangeSetHandle, ChangeSetRequest, Cloud, DetectionBegun, DetectionStatus, Drifts,
    Finding, OperationStatus, OptIn, Quotas, Roles, StackEvent, StackOperations, StackSetRequest, StackSets, Which,
};
use groundwork_model::detection::CheckedResource;
use groundwork_model::least_privilege::{CallerStatement, Refused, Rehearsal, Rehearsed};
use groundwork_model::quota::Quota;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::stack_set::{CallAs, MissingStacks, Preferences, StackInstance, StackSet};
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{
    Address, Caller, Cluster, InternetGateway, NatGateway, NetworkAcl, Observed, RouteTable, SecurityGroup, Stack,
    StackResource, Subnet, Vpc, VpcEndpoint, Zone,
};
use groundwork_model::{Arn, LogicalId, StackId, StackName, SubnetId, VpcId};

use crate::call::Connection;
use crate::cloudformation::operations::{self, Of};
use crate::cloudformation::{change_sets, drift, events, stack_sets, stacks};
use crate::custody::Custody;
use crate::ec2::{gateways, lookup, network, rehearsal, usage};
use crate::http::Transport;
use crate::limiter::Limiters;
use crate::renewal::Renewal;
use crate::{connect, ecs, iam, quotas, retry, simulation, sts};

/// A connection to AWS, in one account and Region.
pub struct Aws {
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) quotas: aws_sdk_servicequotas::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) profile: Option<String>,
    pub(crate) custody: Custody,
}

impl Aws {
    /// For a configuration that was made otherwise, as tests do. The transport, retries and deadlines
    /// are ours in any case; `profile` is only named in messages.
    pub fn from_config(http: &reqwest::Client, config: &SdkConfig, profile: Option<String>) -> Self {
        let identity = connect::cached();
        let config = connect::bounded(config, &identity);
        Self::new(&Transport::new(http.clone()), &config, &identity, &Limiters::of_one(), profile)
    }

    /// Each API has its limiter, and each a retry budget of its own. `identity` is what the configuration
    /// keeps its credentials in.
    pub(crate) fn new(
        transport: &Transport,
        config: &SdkConfig,
        identity: &Renewal,
        limiters: &Limiters,
        profile: Option<String>,
    ) -> Self {
        let cloudformation = aws_sdk_cloudformation::config::Builder::from(config)
            .http_client(transport.limited(&limiters.cloudformation))
            .retry_classifier(retry::QuotaIsFinal)
            .retry_classifier(identity.clone())
            .retry_partition(retry::partition())
            .build();
        let ec2 = aws_sdk_ec2::config::Builder::from(config)
            .http_client(transport.limited(&limiters.ec2))
            .retry_classifier(identity.clone())
            .retry_partition(retry::partition())
            .build();
        let ecs = aws_sdk_ecs::config::Builder::from(config)
            .http_client(transport.limited(&limiters.ecs))
            .retry_classifier(identity.clone())
            .retry_partition(retry::partition())
            .build();
        let iam = aws_sdk_iam::config::Builder::from(config)
            .http_client(transport.limited(&limiters.iam))
            .retry_classifier(identity.clone())
            .retry_partition(retry::partition())
            .build();
        let quotas = aws_sdk_servicequotas::config::Builder::from(config)
            .http_client(transport.limited(&limiters.quotas))
            .retry_classifier(identity.clone())
            .retry_partition(retry::partition())
            .build();
        let sts = aws_sdk_sts::config::Builder::from(config)
            .http_client(transport.limited(&limiters.sts))
            .retry_classifier(identity.clone())
            .retry_partition(retry::partition())
            .build();
        Self {
            cloudformation: aws_sdk_cloudformation::Client::from_conf(cloudformation),
            ec2: aws_sdk_ec2::Client::from_conf(ec2),
            ecs: aws_sdk_ecs::Client::from_conf(ecs),
            iam: aws_sdk_iam::Client::from_conf(iam),
            quotas: aws_sdk_servicequotas::Client::from_conf(quotas),
            sts: aws_sdk_sts::Client::from_conf(sts),
            profile,
            custody: Custody::default(),
        }
    }
}

impl Connection for Aws {
    fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    fn custody(&self) -> &Custody {
        &self.custody
    }
}

/// Says nothing: the SDK's clients show their whole configuration.
impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").finish_non_exhaustive()
    }
}

impl Roles for Aws {
    async fn role(&self, name: &str) -> Result<Observed<IamRole>, ApiError> {
        iam::role(self, name).await
    }

    async fn role_policies(&self, name: &str) -> Result<Vec<IamPolicy>, ApiError> {
        iam::role_policies(self, name).await
    }

    async fn inline_policies(&self, name: &str) -> Result<Vec<IamPolicy>, ApiError> {
        iam::inline_policies(self, name).await
    }

    async fn attached_policies(&self, name: &str) -> Result<Vec<Arn>, ApiError> {
        iam::attached_arns(self, name).await
    }

    async fn managed_policy(&self, arn: &Arn) -> Result<Observed<IamPolicy>, ApiError> {
        iam::managed_policy(self, arn).await
    }
}

impl Access for Aws {
    async fn refused(&self, principal: &Arn, statement: &CallerStatement) -> Result<Vec<Refused>, ApiError> {
        simulation::refused(self, principal, statement).await
    }

    async fn rehearse(&self, call: Rehearsed) -> Result<Rehearsal, ApiError> {
        rehearsal::rehearse(self, call).await
    }

    async fn opt_in(&self) -> Result<OptIn, ApiError> {
        rehearsal::opt_in(self).await
    }
}

impl Quotas for Aws {
    async fn quota(&self, quota: Quota) -> Result<usize, ApiError> {
        quotas::quota(self, quota).await
    }

    async fn count_addresses(&self) -> Result<usize, ApiError> {
        usage::addresses(self).await
    }

    async fn count_internet_gateways(&self) -> Result<usize, ApiError> {
        usage::internet_gateways(self).await
    }

    async fn nat_gateway_subnets(&self) -> Result<Vec<SubnetId>, ApiError> {
        usage::nat_gateway_subnets(self).await
    }

    async fn endpoints(&self) -> Result<Vec<VpcEndpoint>, ApiError> {
        usage::endpoints(self).await
    }
}

impl Drifts for Aws {
    async fn detect_drift(&self, stack: &StackId) -> Result<DetectionBegun, ApiError> {
        drift::detect(self, stack).await
    }

    async fn drift_detection(&self, detection: &str) -> Result<DetectionStatus, ApiError> {
        drift::status(self, detection).await
    }

    async fn checked_resources(&self, stack: &StackId) -> Result<Vec<CheckedResource>, ApiError> {
        drift::resources(self, stack).await
    }

    async fn internet_gateways(&self, ids: &[String]) -> Result<Vec<InternetGateway>, ApiError> {
        gateways::internet_gateways(self, ids).await
    }

    async fn addresses(&self, addresses: &[Ipv4Addr]) -> Result<Vec<Address>, ApiError> {
        gateways::addresses(self, addresses).await
    }

    async fn network_acls(&self, vpc: &VpcId) -> Result<Vec<NetworkAcl>, ApiError> {
        network::acls(self, vpc).await
    }
}

impl StackSets for Aws {
    async fn stack_set(&self, name: &StackName, call_as: CallAs) -> Result<Observed<StackSet>, ApiError> {
        stack_sets::describe(self, name, call_as).await
    }

    async fn stack_instances(&self, name: &StackName, call_as: CallAs) -> Result<Vec<StackInstance>, ApiError> {
        stack_sets::instances(self, name, call_as).await
    }

    async fn create_stack_set(&self, request: &StackSetRequest, token: &str) -> Result<(), ApiError> {
        stack_sets::create(self, request, token).await
    }

    async fn update_stack_set(
        &self,
        request: &StackSetRequest,
        preferences: Preferences,
        operation: &str,
    ) -> Result<String, ApiError> {
        stack_sets::update(self, request, preferences, operation).await
    }

    async fn create_stack_instances(
        &self,
        name: &StackName,
        call_as: CallAs,
        units: &[String],
        missing: &MissingStacks,
        operation: &str,
    ) -> Result<String, ApiError> {
        stack_sets::add(self, name, call_as, units, missing, operation).await
    }

    async fn stack_set_operation(
        &self,
        name: &StackName,
        call_as: CallAs,
        operation: &str,
    ) -> Result<OperationStatus, ApiError> {
        stack_sets::operation(self, name, call_as, operation).await
    }

    async fn stack_set_failures(
        &self,
        name: &StackName,
        call_as: CallAs,
        operation: &str,
    ) -> Result<Vec<String>, ApiError> {
        stack_sets::failures(self, name, call_as, operation).await
    }
}

impl StackOperations for Aws {
    async fn stack_resources(&self, name_or_id: &str) -> Result<Vec<StackResource>, ApiError> {
        operations::resources(self, name_or_id).await
    }

    async fn change_set_names(&self, id: &StackId) -> Result<Vec<String>, ApiError> {
        operations::change_set_names(self, id).await
    }

    async fn continue_rollback(&self, id: &StackId, skip: &[LogicalId], token: &str) -> Result<(), ApiError> {
        operations::continue_rollback(self, id, skip, token).await
    }

    async fn roll_back(&self, id: &StackId, token: &str) -> Result<(), ApiError> {
        operations::roll_back(self, id, token).await
    }

    async fn last_deleted(&self, name: &StackName) -> Result<Option<StackId>, ApiError> {
        operations::last_deleted(self, name).await
    }

    async fn change_set_findings(&self, change_set: &Arn) -> Result<Vec<Finding>, ApiError> {
        operations::findings(self, Of::ChangeSet(change_set)).await
    }

    async fn operation_findings(&self, operation: &str) -> Result<Vec<Finding>, ApiError> {
        operations::findings(self, Of::Operation(operation)).await
    }

    async fn hook_failures(&self, change_set: &Arn) -> Result<Vec<Finding>, ApiError> {
        operations::hook_failures(self, change_set).await
    }
}

impl Cloud for Aws {
    async fn caller(&self) -> Result<Caller, ApiError> {
        sts::caller(self).await
    }

    async fn zones(&self) -> Result<Vec<Zone>, ApiError> {
        network::zones(self).await
    }

    async fn stack(&self, name: &StackName) -> Result<Observed<Stack>, ApiError> {
        stacks::describe(self, name.as_str()).await
    }

    async fn stack_by_id(&self, id: &StackId) -> Result<Observed<Stack>, ApiError> {
        stacks::describe(self, id.as_str()).await
    }

    async fn template(&self, name: &StackName) -> Result<Observed<String>, ApiError> {
        stacks::template(self, name).await
    }

    async fn stack_events(&self, id: &StackId, until: Option<&str>) -> Result<Vec<StackEvent>, ApiError> {
        events::since(self, id, until).await
    }

    async fn newest_event(&self, name_or_id: &str) -> Result<Observed<StackEvent>, ApiError> {
        events::newest(self, name_or_id).await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<ChangeSetHandle, ApiError> {
        change_sets::create(self, request).await
    }

    async fn change_set(&self, handle: &ChangeSetHandle) -> Result<ChangeSet, ApiError> {
        change_sets::describe(self, handle).await
    }

    async fn execute_change_set(&self, handle: &ChangeSetHandle, token: &str) -> Result<(), ApiError> {
        change_sets::execute(self, handle, token).await
    }

    async fn delete_change_set(&self, handle: &ChangeSetHandle) -> Result<(), ApiError> {
        change_sets::delete(self, handle).await
    }

    async fn delete_stack(&self, id: &StackId, retain: &[LogicalId], token: &str) -> Result<(), ApiError> {
        stacks::delete(self, id, retain, token).await
    }

    async fn cluster(&self, name_or_arn: &str) -> Result<Observed<Cluster>, ApiError> {
        ecs::cluster(self, name_or_arn).await
    }

    async fn put_capacity_providers(&self, request: &PutCapacityProviders) -> Result<(), ApiError> {
        ecs::put_capacity_providers(self, request).await
    }

    async fn vpcs(&self, which: &Which) -> Result<Vec<Vpc>, ApiError> {
        lookup::vpcs(self, which).await
    }

    async fn subnets(&self, which: &Which) -> Result<Vec<Subnet>, ApiError> {
        lookup::subnets(self, which).await
    }

    async fn security_groups(&self, which: &Which) -> Result<Vec<SecurityGroup>, ApiError> {
        lookup::security_groups(self, which).await
    }

    async fn route_tables(&self, vpc: &VpcId) -> Result<Vec<RouteTable>, ApiError> {
        network::route_tables(self, vpc).await
    }

    async fn nat_gateways(&self, vpc: &VpcId) -> Result<Vec<NatGateway>, ApiError> {
        gateways::nat_gateways(self, vpc).await
    }

    async fn vpc_endpoints(&self, vpc: &VpcId) -> Result<Vec<VpcEndpoint>, ApiError> {
        gateways::vpc_endpoints(self, vpc).await
    }

    async fn vpc_dns(&self, vpc: &VpcId) -> Result<(bool, bool), ApiError> {
        network::dns(self, vpc).await
    }
}
