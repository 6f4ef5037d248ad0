//! ECS clusters.

use aws_sdk_ecs::types::{CapacityProviderStrategyItem, Cluster as Described, ClusterField, Failure};
use groundwork_engine::ports::{ApiError, ErrorClass};
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{Cluster, Observed, StrategyItem};

use crate::call::Call;
use crate::cloud::Aws;

/// CloudFormation's own tag on what it made.
const STACK_TAG: &str = "aws:cloudformation:stack-name";

/// `DescribeClusters` of one cluster, which tells a missing one as a failure inside its answer.
pub(crate) async fn cluster(aws: &Aws, name_or_arn: &str) -> Result<Observed<Cluster>, ApiError> {
    let call = Call::new(aws, "DescribeClusters");
    let include = [ClusterField::Settings, ClusterField::Tags, ClusterField::Configurations];
    let request = aws.ecs.describe_clusters().clusters(name_or_arn).set_include(Some(include.into()));
    let answer = request.send().await.map_err(|error| call.failed(error))?;
    match (answer.clusters(), answer.failures()) {
        ([described], []) => observed(&call, described),
        ([], [failure]) if failure.reason() == Some("MISSING") => Ok(Observed::Absent),
        ([], [failure]) => Err(call.unexpected(told(failure))),
        (clusters, _) => Err(call.unexpected(format_args!("{} clusters for {name_or_arn}", clusters.len()))),
    }
}

fn told(failure: &Failure) -> String {
    let reason = failure.reason().unwrap_or("a failure without a reason");
    failure.detail().map_or_else(|| reason.to_owned(), |detail| format!("{reason}: {detail}"))
}

/// ECS shows an `INACTIVE` cluster for a while after its deletion, but takes its name as free.
fn observed(call: &Call<'_>, described: &Described) -> Result<Observed<Cluster>, ApiError> {
    match call.required("status", described.status())? {
        "ACTIVE" => Ok(Observed::Present(active(call, described)?)),
        "INACTIVE" => Ok(Observed::Absent),
        status @ ("PROVISIONING" | "DEPROVISIONING") => {
            Err(ApiError { class: ErrorClass::Unavailable, ..call.unexpected(format_args!("the cluster is {status}")) })
        }
        status => Err(call.unexpected(format_args!("the cluster is {status}"))),
    }
}

fn active(call: &Call<'_>, described: &Described) -> Result<Cluster, ApiError> {
    let item = |item: &CapacityProviderStrategyItem| StrategyItem {
        provider: item.capacity_provider().to_owned(),
        weight: item.weight(),
        base: item.base(),
    };
    let stack = described.tags().iter().find(|tag| tag.key() == Some(STACK_TAG));
    Ok(Cluster {
        arn: call.id("clusterArn", described.cluster_arn())?,
        name: call.id("clusterName", described.cluster_name())?,
        capacity_providers: described.capacity_providers().to_vec(),
        default_strategy: described.default_capacity_provider_strategy().iter().map(item).collect(),
        stack: stack.and_then(|tag| tag.value()).map(str::to_owned),
    })
}

/// `PutClusterCapacityProviders`, which replaces: both lists have to be there, even if empty.
pub(crate) async fn put_capacity_providers(aws: &Aws, request: &PutCapacityProviders) -> Result<(), ApiError> {
    let call = Call::new(aws, "PutClusterCapacityProviders");
    let item = |item: &StrategyItem| {
        CapacityProviderStrategyItem::builder()
            .capacity_provider(&item.provider)
            .weight(item.weight)
            .base(item.base)
            .build()
            .map_err(|error| call.unexpected(error))
    };
    let strategy = request.strategy.iter().map(item).collect::<Result<_, _>>()?;
    let request = aws
        .ecs
        .put_cluster_capacity_providers()
        .cluster(request.cluster.as_str())
        .set_capacity_providers(Some(request.providers.clone()))
        .set_default_capacity_provider_strategy(Some(strategy));
    request.send().await.map_err(|error| call.failed(error))?;
    Ok(())
}
