//! A spec that makes things, as one that refers to what was made: so they are read, and judged, as things that
//! somebody else keeps are.

use groundwork_model::OutputKey;
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::{
    Cluster, ClusterRef, ExistingNetwork, ManagedNetwork, Network, OutputRef, Reference, Role, Spec, Tier,
};
use serde_json::Value;

use crate::run_environment::merge::get;
use crate::template::outputs;

/// The spec with references to the outputs of the stacks that it makes.
pub fn referring(spec: &Spec) -> Spec {
    let mut asked = spec.clone();
    if let Role::Create(role) = &spec.role {
        asked.role = Role::Use { stack_name: role.stack_name.clone() };
    }
    if let Network::Create(network) = &spec.network {
        asked.network = Network::Use(of_stack(network));
    }
    if let Cluster::Create(cluster) = &spec.cluster {
        let output = OutputRef { stack: cluster.stack_name.clone(), key: outputs::key(outputs::CLUSTER_ARN) };
        asked.cluster = Cluster::Use { cluster: ClusterRef::Output(output) };
    }
    asked
}

fn of_stack(network: &ManagedNetwork) -> ExistingNetwork {
    let key = |name: &str| -> OutputKey { outputs::key(name) };
    let output = |name| Reference::Output(OutputRef { stack: network.stack_name.clone(), key: key(name) });
    let subnets = match network.tasks_in {
        Tier::Public => outputs::SUBNETS_PUBLIC,
        Tier::Private => outputs::SUBNETS_PRIVATE,
    };
    ExistingNetwork {
        vpc: Some(output(outputs::VPC)),
        subnets: vec![output(subnets)],
        security_groups: vec![output(outputs::DEFAULT_TASK_SECURITY_GROUP)],
        assign_public_ip: Some(network.tasks_in == Tier::Public),
    }
}

/// The network that stands in a Run Environment, where the spec leaves it to others; `None` if there is none.
pub fn network_of(environment: &RunEnvironment) -> Option<ExistingNetwork> {
    let ids = |path: &str| -> Vec<Reference> {
        let list = get(&environment.aws.0, path).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(|id| Reference::Id(id.to_owned())).collect()
    };
    let subnets = ids("network.subnets");
    (!subnets.is_empty()).then(|| ExistingNetwork {
        vpc: None,
        subnets,
        security_groups: ids("network.security_groups"),
        assign_public_ip: get(&environment.aws.0, "network.assign_public_ip").and_then(Value::as_bool),
    })
}
