//! The links of the cluster.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{Cluster as Wish, ClusterRef, Spec};
use groundwork_model::verification::{Link, LinkName, Verdict};
use groundwork_model::world::{Cluster, Observed};

use super::Live;
use crate::cluster::FARGATE;

const KEY: &str = "cluster.name";

/// Whether the cluster is active, and runs Fargate tasks.
pub(super) fn links(spec: &Spec, live: &Live) -> [Link; 2] {
    let (read, active, providers) = match &live.cluster {
        Err(problems) => ("the cluster".to_owned(), Verdict::of(problems.clone()), Verdict::of(problems.clone())),
        Ok(Observed::Absent) => {
            let gone = Verdict::of(vec![inactive(&name(spec))]);
            (name(spec), gone.clone(), gone)
        }
        Ok(Observed::Present(cluster)) => {
            (cluster.name.to_string(), Verdict::Ok, Verdict::of(without_fargate(cluster).into_iter().collect()))
        }
    };
    let has = match &live.cluster {
        Ok(Observed::Present(cluster)) if !cluster.capacity_providers.is_empty() => {
            cluster.capacity_providers.join(", ")
        }
        Ok(Observed::Present(_)) => "no capacity provider".to_owned(),
        Ok(Observed::Absent) | Err(_) => read.clone(),
    };
    [
        Link { name: LinkName::Cluster, read, verdict: active },
        Link { name: LinkName::CapacityProviders, read: has, verdict: providers },
    ]
}

/// What the spec calls the cluster.
fn name(spec: &Spec) -> String {
    match &spec.cluster {
        Wish::Create(cluster) => cluster.name.to_string(),
        Wish::Use { cluster: ClusterRef::Name(name) } => name.to_string(),
        Wish::Use { cluster: ClusterRef::Arn(arn) } => arn.last_segment().to_owned(),
        Wish::Use { cluster: ClusterRef::Output(output) } => output.to_string(),
    }
}

fn inactive(name: &str) -> Problem {
    Problem::new(Code::ClusterInactive, format!("there is no active cluster {name}"))
        .at(KEY)
        .because("ECS lists it as missing or inactive, whatever its stack says")
        .help(format!(
            "make it again: aws ecs create-cluster --cluster-name {name} --capacity-providers FARGATE FARGATE_SPOT"
        ))
}

fn without_fargate(cluster: &Cluster) -> Option<Problem> {
    let has = |name: &&str| cluster.capacity_providers.iter().any(|own| own == name);
    let missing: Vec<&str> = FARGATE.into_iter().filter(|name| !has(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let mut all = cluster.capacity_providers.clone();
    all.extend(missing.iter().map(|&name| name.to_owned()));
    let strategy = match &cluster.default_strategy[..] {
        [] => "capacityProvider=FARGATE,weight=1".to_owned(),
        items => {
            let words = items
                .iter()
                .map(|item| format!("capacityProvider={},weight={},base={}", item.provider, item.weight, item.base));
            words.collect::<Vec<_>>().join(" ")
        }
    };
    let message = format!("cluster {} has no capacity provider {}", cluster.name, missing.join(" and "));
    Some(
        Problem::new(Code::FargateMissing, message)
            .at(KEY)
            .because(format!(
                "it has {}",
                match &cluster.capacity_providers[..] {
                    [] => "none".to_owned(),
                    some => some.join(", "),
                }
            ))
            .help(format!(
                "add them: aws ecs put-cluster-capacity-providers --cluster {} --capacity-providers {} \
                 --default-capacity-provider-strategy {strategy}",
                cluster.name,
                all.join(" ")
            )),
    )
}
