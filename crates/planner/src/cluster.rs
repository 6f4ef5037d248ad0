//! The plan of the cluster, and what the Run Environment takes from it.

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Component, ComponentPlan, FieldChange, Reason, Shown, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Cluster as Wish, ClusterRef, ManagedCluster};
use groundwork_model::step::{Op, PutCapacityProviders, Step, StepId};
use groundwork_model::world::{Cluster, Observed, StrategyItem};
use serde_json::json;

use crate::context::Context;
use crate::part::{Part, untouched};
use crate::stack::{self, Output, Wanted};
use crate::standing::{Standing, standing};
use crate::template::{self, outputs};

pub(crate) const STEP: StepId = StepId::Cluster;
pub(crate) const PROVIDERS_STEP: StepId = StepId::ClusterProviders;

/// The providers that Fargate tasks use.
pub(crate) const FARGATE: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

/// Plans the cluster; its fact is the cluster's ARN.
pub(crate) fn plan(context: &Context<'_>, version: &str) -> Result<Part<Output>, Vec<Problem>> {
    match &context.spec.cluster {
        Wish::Create(cluster) => create(context, cluster, version),
        Wish::Use { cluster } => refer(context, cluster).map_err(|problem| vec![problem]),
    }
}

fn create(context: &Context<'_>, cluster: &ManagedCluster, version: &str) -> Result<Part<Output>, Vec<Problem>> {
    let standing = standing(context, Component::Cluster, &cluster.stack_name, cluster.adoption).map_err(|p| vec![p])?;
    if let Some(existing) = context.world.cluster.present().filter(|existing| !belongs(existing, cluster, &standing)) {
        return Err(vec![exists(existing, cluster)]);
    }
    let template = template::cluster(&context.spec.environment, cluster);
    let wanted = Wanted {
        component: Component::Cluster,
        step: STEP,
        name: &cluster.stack_name,
        template: &template,
        parameters: Default::default(),
    };
    let plan = stack::plan(context, wanted, &standing, version);
    let arn = plan.output(outputs::CLUSTER_ARN);
    Ok(Part { component: plan.component, steps: plan.step.into_iter().collect(), warnings: Vec::new(), facts: arn })
}

/// Whether a cluster that exists is the one of our stack.
fn belongs(existing: &Cluster, wanted: &ManagedCluster, standing: &Standing<'_>) -> bool {
    let by_tag = existing.stack.as_deref() == Some(wanted.stack_name.as_str());
    let output = standing.deployed().and_then(|stack| stack.outputs.get(&outputs::key(outputs::CLUSTER_NAME)));
    by_tag || output.map(String::as_str) == Some(existing.name.as_str())
}

/// ECS answers the creation of a cluster that exists with that cluster: the stack would take it over,
/// and delete it some day.
fn exists(existing: &Cluster, wanted: &ManagedCluster) -> Problem {
    let problem = Problem::new(
        Code::ClusterExists,
        format!("cluster {} exists outside of stack {}", existing.name, wanted.stack_name),
    )
    .at("cluster.name")
    .help("to run tasks in it, set cluster.mode = \"use\"")
    .help("or set another cluster.name");
    match &existing.stack {
        Some(stack) => problem.because(format!("it belongs to stack {stack}")),
        None => problem,
    }
}

fn refer(context: &Context<'_>, wanted: &ClusterRef) -> Result<Part<Output>, Problem> {
    let Observed::Present(cluster) = &context.world.cluster else {
        return Err(not_found(context, wanted));
    };
    let facts = Output::Known(cluster.arn.as_str().to_owned());
    let subject = Subject::Cluster(cluster.name.clone());
    let Some(put) = providers(cluster) else {
        let component = untouched(Component::Cluster, subject, Reason::OnlyReferred);
        return Ok(Part { component, steps: Vec::new(), warnings: Vec::new(), facts });
    };
    let component = ComponentPlan {
        component: Component::Cluster,
        subject,
        action: Action::Update,
        reason: Reason::Differs,
        resources: Vec::new(),
        fields: provider_changes(cluster, &put),
        kept: Vec::new(),
        permissions: Vec::new(),
    };
    let step = Step {
        id: PROVIDERS_STEP,
        component: Component::Cluster,
        needs: BTreeSet::new(),
        op: Op::PutCapacityProviders(put),
    };
    Ok(Part { component, steps: vec![step], warnings: Vec::new(), facts })
}

fn not_found(context: &Context<'_>, wanted: &ClusterRef) -> Problem {
    let name = match wanted {
        ClusterRef::Name(name) => name.to_string(),
        ClusterRef::Arn(arn) => arn.to_string(),
        ClusterRef::Output(output) => output.to_string(),
    };
    Problem::new(Code::ReferenceNotFound, format!("there is no active cluster {name} in {}", context.target.region))
        .at("cluster.name")
        .help(format!("see which there are: aws ecs list-clusters --region {}", context.target.region))
        .help("or let groundwork make one: cluster.mode = \"create\"")
}

/// All providers and the strategy that the cluster shall have; `None` if it lacks nothing. The call
/// replaces both, so what is there has to be in it too.
fn providers(cluster: &Cluster) -> Option<PutCapacityProviders> {
    let missing: Vec<&str> =
        FARGATE.into_iter().filter(|name| !cluster.capacity_providers.iter().any(|has| has == name)).collect();
    if missing.is_empty() {
        return None;
    }
    let mut providers = cluster.capacity_providers.clone();
    providers.extend(missing.into_iter().map(str::to_owned));
    let strategy =
        if cluster.default_strategy.is_empty() { default_strategy() } else { cluster.default_strategy.clone() };
    Some(PutCapacityProviders { cluster: cluster.arn.clone(), providers, strategy })
}

/// Spot can take a task away with two minutes' notice: only a task that asks for it gets it.
fn default_strategy() -> Vec<StrategyItem> {
    let item = |(provider, weight): (&str, i32)| StrategyItem { provider: provider.to_owned(), weight, base: 0 };
    [("FARGATE", 1), ("FARGATE_SPOT", 0)].into_iter().map(item).collect()
}

fn provider_changes(cluster: &Cluster, put: &PutCapacityProviders) -> Vec<FieldChange> {
    let field = |path: &str, before: serde_json::Value, after: serde_json::Value| FieldChange {
        path: path.to_owned(),
        before: Shown::Json(before),
        after: Shown::Json(after),
        create_only: false,
    };
    let mut fields = vec![field("capacityProviders", json!(cluster.capacity_providers), json!(put.providers))];
    if put.strategy != cluster.default_strategy {
        fields.push(field("defaultCapacityProviderStrategy", json!(cluster.default_strategy), json!(put.strategy)));
    }
    fields
}
