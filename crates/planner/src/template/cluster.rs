//! The ECS cluster's stack.

use groundwork_model::spec::{Environment, ManagedCluster};

use super::value::Expr;
use super::{Builder, Resource, Template, logical_id, outputs, tags};

/// The template of an ECS cluster that runs Fargate tasks.
pub fn cluster(env: &Environment, cluster: &ManagedCluster) -> Template {
    let id = logical_id("Cluster");
    let mut template = Builder::new("groundwork: the ECS cluster that CloudReactor runs tasks in");
    template.resource(
        &id,
        Resource::new(
            "AWS::ECS::Cluster",
            [
                ("ClusterName", cluster.name.as_str().into()),
                ("CapacityProviders", Expr::list(["FARGATE", "FARGATE_SPOT"])),
                // Spot can take a task away with two minutes' notice: only a task that asks for it gets it.
                ("DefaultCapacityProviderStrategy", Expr::list([strategy("FARGATE", 1), strategy("FARGATE_SPOT", 0)])),
                (
                    "ClusterSettings",
                    Expr::list([Expr::object([
                        ("Name", "containerInsights".into()),
                        ("Value", cluster.container_insights.as_str().into()),
                    ])]),
                ),
                ("Tags", tags([("Name", env.name.as_str().into())])),
            ],
        ),
    );
    template.output(
        &outputs::key(outputs::CLUSTER_ARN),
        "The cluster, as CloudReactor wants it",
        &Expr::Attribute(id.clone(), "Arn"),
    );
    template.output(&outputs::key(outputs::CLUSTER_NAME), "The cluster's name", &Expr::id_of(&id));
    template.build()
}

fn strategy(provider: &str, weight: i64) -> Expr {
    Expr::object([("CapacityProvider", provider.into()), ("Weight", weight.into())])
}
