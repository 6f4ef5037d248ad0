//! ECS clusters.

use aws_sdk_ecs::types::{self, CapacityProviderStrategyItem, ClusterField, ClusterSettingName};
use groundwork_engine::ports::ApiError;
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{Cluster, Observed, StrategyItem};

use crate::call::Call;
use crate::cloud::Aws;

/// The tag that CloudFormation puts on what it makes.
const STACK_TAG: &str = "aws:cloudformation:stack-name";

/// `DescribeClusters` of one cluster. A missing one is reported in a list of failures, not as an error.
pub(crate) async fn cluster(aws: &Aws, name_or_arn: &str) -> Result<Observed<Cluster>, ApiError> {
    let call = Call::new(aws, "DescribeClusters");
    let request = aws.ecs.describe_clusters().clusters(name_or_arn);
    let request = [ClusterField::Settings, ClusterField::Tags, ClusterField::Configurations]
        .into_iter()
        .fold(request, |request, field| request.include(field));
    let answer = request.send().await.map_err(|error| call.failed(error))?;
    match (answer.clusters(), answer.failures()) {
        ([cluster], []) => read(&call, cluster),
        ([], [failure]) if failure.reason() == Some("MISSING") => Ok(Observed::Absent),
        ([], [failure]) => {
            let reason = failure.reason().unwrap_or("no reason given");
            Err(call.unexpected(format_args!("{name_or_arn}: {reason} {}", failure.detail().unwrap_or_default())))
        }
        (clusters, failures) => Err(call.unexpected(format_args!(
            "{} clusters and {} failures for {name_or_arn}",
            clusters.len(),
            failures.len()
        ))),
    }
}

/// `PutClusterCapacityProviders`, which replaces both lists.
pub(crate) async fn put_capacity_providers(aws: &Aws, request: &PutCapacityProviders) -> Result<(), ApiError> {
    let call = Call::new(aws, "PutClusterCapacityProviders");
    let strategy = request.strategy.iter().map(|item| strategy_item(&call, item)).collect::<Result<_, _>>()?;
    let put = aws
        .ecs
        .put_cluster_capacity_providers()
        .cluster(request.cluster.as_str())
        .set_capacity_providers(Some(request.providers.clone()))
        .set_default_capacity_provider_strategy(Some(strategy));
    put.send().await.map(drop).map_err(|error| call.failed(error))
}

fn strategy_item(call: &Call<'_>, item: &StrategyItem) -> Result<CapacityProviderStrategyItem, ApiError> {
    CapacityProviderStrategyItem::builder()
        .capacity_provider(&item.provider)
        .weight(item.weight)
        .base(item.base)
        .build()
        .map_err(|error| call.unexpected(error))
}

fn read(call: &Call<'_>, cluster: &types::Cluster) -> Result<Observed<Cluster>, ApiError> {
    match call.required("status", cluster.status())? {
        "ACTIVE" | "PROVISIONING" => {}
        "INACTIVE" => return Ok(Observed::Absent),
        // Neither usable nor gone: nothing can be planned on it.
        other => return Err(call.unexpected(format_args!("the cluster's status is {other}"))),
    }
    let strategy = cluster.default_capacity_provider_strategy().iter().map(|item| StrategyItem {
        provider: item.capacity_provider().to_owned(),
        weight: item.weight(),
        base: item.base(),
    });
    Ok(Observed::Present(Cluster {
        arn: call.id("clusterArn", cluster.cluster_arn())?,
        name: call.id("clusterName", cluster.cluster_name())?,
        capacity_providers: cluster.capacity_providers().to_vec(),
        default_strategy: strategy.collect(),
        stack: cluster
            .tags()
            .iter()
            .find(|tag| tag.key() == Some(STACK_TAG))
            .and_then(|tag| tag.value())
            .map(str::to_owned),
        container_insights: cluster
            .settings()
            .iter()
            .find(|setting| setting.name() == Some(&ClusterSettingName::ContainerInsights))
            .and_then(|setting| setting.value())
            .map(str::to_owned),
    }))
}
