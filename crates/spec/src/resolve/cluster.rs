//! The ECS cluster.

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Cluster, ClusterRef, ContainerInsights, ManagedCluster};
use groundwork_model::{Arn, Code};

use super::{Known, adoption, check_mode, missing, mode, stack_name};
use crate::raw::ClusterSection;
use crate::read::Field;
use crate::text::Text;
use crate::word::{Mode, OneOf};

pub(super) fn resolve(section: ClusterSection, known: &Known, problems: &mut Vec<Problem>) -> Option<Cluster> {
    let mode = mode(&section.mode, Mode::Create)?;
    check_mode("cluster", &section, mode, problems);
    match mode {
        Mode::Create => Some(Cluster::Create(create(section, known))),
        Mode::Use => existing(section, known, problems),
    }
}

fn create(section: ClusterSection, known: &Known) -> ManagedCluster {
    let default_name = || known.name.as_str().parse().expect("an environment's name is a cluster's name");
    ManagedCluster {
        stack_name: stack_name(&section.stack_name, known.stack_name("-cluster")),
        adoption: adoption(section.adopt),
        name: section.name.given().map_or_else(default_name, |Text(name)| name),
        // On, since without it nobody can tell afterwards why a task ran out of memory.
        container_insights: section.container_insights.given().map_or(ContainerInsights::Enabled, |OneOf(word)| word),
    }
}

fn existing(section: ClusterSection, known: &Known, problems: &mut Vec<Problem>) -> Option<Cluster> {
    match section.cluster {
        Field::Given(reference) => {
            if let ClusterRef::Arn(arn) = &reference.0 {
                problems.extend(elsewhere(arn, known));
            }
            Some(Cluster::Use { cluster: reference.0 })
        }
        Field::Broken => None,
        Field::Absent => {
            problems.push(missing("cluster.cluster", "mode = \"use\" needs the cluster's name or ARN"));
            None
        }
    }
}

/// An ARN that is no cluster's, or that of a cluster in another Region or account.
fn elsewhere(arn: &Arn, known: &Known) -> Option<Problem> {
    // An ARN may hold what a terminal obeys.
    let shown = arn.as_str().escape_debug().to_string();
    let parts: Vec<&str> = shown.splitn(6, ':').collect();
    let [_, _, service, region, account, resource] = parts[..] else { return None };
    let problem = |message: String| Some(Problem::new(Code::InvalidValue, message).at("cluster.cluster"));
    if service != "ecs" || !resource.starts_with("cluster/") {
        return problem(format!("{shown} is not the ARN of an ECS cluster"));
    }
    if let Some(own) = known.region.as_ref().filter(|own| own.as_str() != region) {
        return problem(format!("the cluster is in {region}, and the environment in {own}"));
    }
    if let Some(own) = known.account_id.as_ref().filter(|own| own.as_str() != account) {
        return problem(format!("the cluster is in account {account}, and the environment in {own}"));
    }
    None
}
