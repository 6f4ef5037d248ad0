//! AWS as the engine sees it: the port's calls, each in the module of its service.

use aws_config::SdkConfig;
use groundwork_engine::ports::{
    ApiError, ChangeSet, ChangeSetHandle, ChangeSetRequest, Cloud, StackEvent, Which,
};
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{
    Caller, Cluster, NatGateway, Observed, RouteTable, SecurityGroup, Stack, Subnet, Vpc, VpcEndpoint, Zone,
};
use groundwork_model::{StackId, StackName, VpcId};

use crate::cloudformation::{change_set, deletion, events, stack};
use crate::custody::Custody;
use crate::ec2::{network, routing, security_group, zone};
use crate::retry::{self, QuotaIsFinal};
use crate::{ecs, sts};

/// AWS, in one account and Region.
#[derive(Debug)]
pub struct Aws {
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    /// The profile that was asked for, for messages.
    pub(crate) profile: Option<String>,
    pub(crate) custody: Custody,
}

impl Aws {
    /// AWS by a configuration that is complete: credentials, Region, HTTP client. Retries and
    /// deadlines are set here, whatever the configuration says of them.
    pub fn new(config: &SdkConfig, profile: Option<String>) -> Self {
        let config = config.to_builder().retry_config(retry::config()).timeout_config(retry::timeouts()).build();
        let cloudformation = aws_sdk_cloudformation::config::Builder::from(&config)
            .retry_partition(retry::partition())
            .retry_classifier(QuotaIsFinal);
        let ec2 = aws_sdk_ec2::config::Builder::from(&config).retry_partition(retry::partition());
        let ecs = aws_sdk_ecs::config::Builder::from(&config).retry_partition(retry::partition());
        let sts = aws_sdk_sts::config::Builder::from(&config).retry_partition(retry::partition());
        Self {
            cloudformation: aws_sdk_cloudformation::Client::from_conf(cloudformation.build()),
            ec2: aws_sdk_ec2::Client::from_conf(ec2.build()),
            ecs: aws_sdk_ecs::Client::from_conf(ecs.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            profile,
            custody: Custody::default(),
        }
    }
}

impl Cloud for Aws {
    async fn caller(&self) -> Result<Caller, ApiError> {
        sts::caller(self).await
    }

    async fn zones(&self) -> Result<Vec<Zone>, ApiError> {
        zone::all(self).await
    }

    async fn stack(&self, name: &StackName) -> Result<Observed<Stack>, ApiError> {
        stack::one(self, name.as_str()).await
    }

    async fn stack_by_id(&self, id: &StackId) -> Result<Observed<Stack>, ApiError> {
        stack::one(self, id.as_str()).await
    }

    async fn template(&self, name: &StackName) -> Result<Observed<String>, ApiError> {
        stack::template(self, name).await
    }

    async fn stack_events(&self, id: &StackId, until: Option<&str>) -> Result<Vec<StackEvent>, ApiError> {
        events::since(self, id, until).await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<ChangeSetHandle, ApiError> {
        change_set::create(self, request).await
    }

    async fn change_set(&self, handle: &ChangeSetHandle) -> Result<ChangeSet, ApiError> {
        change_set::describe(self, handle).await
    }

    async fn execute_change_set(&self, handle: &ChangeSetHandle, token: &str) -> Result<(), ApiError> {
        change_set::execute(self, handle, token).await
    }

    async fn delete_change_set(&self, handle: &ChangeSetHandle) -> Result<(), ApiError> {
        deletion::change_set(self, handle).await
    }

    async fn delete_stack(&self, id: &StackId, token: &str) -> Result<(), ApiError> {
        deletion::stack(self, id, token).await
    }

    async fn cluster(&self, name_or_arn: &str) -> Result<Observed<Cluster>, ApiError> {
        ecs::cluster(self, name_or_arn).await
    }

    async fn put_capacity_providers(&self, request: &PutCapacityProviders) -> Result<(), ApiError> {
        ecs::put_capacity_providers(self, request).await
    }

    async fn vpcs(&self, which: &Which) -> Result<Vec<Vpc>, ApiError> {
        network::vpcs(self, which).await
    }

    async fn subnets(&self, which: &Which) -> Result<Vec<Subnet>, ApiError> {
        network::subnets(self, which).await
    }

    async fn security_groups(&self, which: &Which) -> Result<Vec<SecurityGroup>, ApiError> {
        security_group::all(self, which).await
    }

    async fn route_tables(&self, vpc: &VpcId) -> Result<Vec<RouteTable>, ApiError> {
        routing::tables(self, vpc).await
    }

    async fn nat_gateways(&self, vpc: &VpcId) -> Result<Vec<NatGateway>, ApiError> {
        routing::nat_gateways(self, vpc).await
    }

    async fn vpc_endpoints(&self, vpc: &VpcId) -> Result<Vec<VpcEndpoint>, ApiError> {
        routing::endpoints(self, vpc).await
    }

    async fn vpc_dns(&self, vpc: &VpcId) -> Result<(bool, bool), ApiError> {
        network::dns(self, vpc).await
    }
}
