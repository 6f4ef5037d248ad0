//! ECS clusters.

use groundwork_engine::ports::{Cloud, ErrorClass};
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{Observed, StrategyItem};

use crate::replay::{Exchange, on, replay};

fn asked() -> Exchange {
    on("DescribeClusters")
        .with("clusters.0", "staging")
        .with("include.0", "SETTINGS")
        .with("include.1", "TAGS")
        .with("include.2", "CONFIGURATIONS")
}

#[tokio::test]
async fn an_active_cluster_is_read() {
    let replay = replay([asked().answers("cluster.json")]).await;
    let Observed::Present(cluster) = replay.aws.cluster("staging").await.expect("an answer") else {
        panic!("the cluster is there")
    };
    replay.finish();
    assert_eq!(cluster.arn.as_str(), "arn:aws:ecs:us-west-2:123456789012:cluster/staging");
    assert_eq!(cluster.capacity_providers, ["FARGATE", "FARGATE_SPOT"]);
    assert_eq!(cluster.default_strategy, [StrategyItem { provider: "FARGATE".to_owned(), weight: 1, base: 2 }]);
    assert_eq!(cluster.stack.as_deref(), Some("CloudReactor-staging-cluster"));
}

#[tokio::test]
async fn missing_and_inactive_are_absent_and_nothing_else_is() {
    for file in ["cluster-missing.json", "cluster-inactive.json"] {
        let replay = replay([asked().answers(file)]).await;
        assert_eq!(replay.aws.cluster("staging").await.expect("an answer"), Observed::Absent, "{file}");
        replay.finish();
    }
    for file in ["cluster-failure.json", "cluster-nothing.json", "cluster-deprovisioning.json"] {
        let replay = replay([asked().answers(file)]).await;
        let error = replay.aws.cluster("staging").await.expect_err("an error, not absence");
        assert_eq!(error.class, ErrorClass::Unexpected, "{file}: {error}");
        replay.finish();
    }
    let replay = replay([asked().refuses(400, "AccessDeniedException", "not authorized")]).await;
    assert_eq!(replay.aws.cluster("staging").await.expect_err("a refusal").class, ErrorClass::Denied);
    replay.finish();
}

fn put() -> PutCapacityProviders {
    PutCapacityProviders {
        cluster: "arn:aws:ecs:us-west-2:123456789012:cluster/staging".parse().expect("an ARN"),
        providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
        strategy: vec![StrategyItem { provider: "FARGATE".to_owned(), weight: 1, base: 2 }],
    }
}

#[tokio::test]
async fn both_lists_of_capacity_providers_are_put() {
    let asked = on("PutClusterCapacityProviders")
        .with("cluster", "arn:aws:ecs:us-west-2:123456789012:cluster/staging")
        .with("capacityProviders.1", "FARGATE_SPOT")
        .with("defaultCapacityProviderStrategy.0.capacityProvider", "FARGATE")
        .with("defaultCapacityProviderStrategy.0.weight", "1")
        .with("defaultCapacityProviderStrategy.0.base", "2");
    let replay = replay([asked.answers("capacity-providers-put.json")]).await;
    replay.aws.put_capacity_providers(&put()).await.expect("a change");
    replay.finish();
}

#[tokio::test]
async fn what_passes_is_told_from_what_stays() {
    let role = "Unable to assume the service linked role. Please verify that the ECS service linked role exists.";
    for (code, message, class) in [
        ("UpdateInProgressException", "an update is in progress", ErrorClass::Unavailable),
        ("InvalidParameterException", role, ErrorClass::Unavailable),
        ("InvalidParameterException", "unknown provider", ErrorClass::Invalid),
        ("ResourceInUseException", "in use", ErrorClass::Invalid),
        ("ClusterNotFoundException", "Cluster not found.", ErrorClass::Gone),
    ] {
        let replay = replay([on("PutClusterCapacityProviders").refuses(400, code, message)]).await;
        let error = replay.aws.put_capacity_providers(&put()).await.expect_err("a refusal");
        assert_eq!(error.class, class, "{error}");
        replay.finish();
    }
}
