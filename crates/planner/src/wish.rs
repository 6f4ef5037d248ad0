//! The stacks that a spec asks for, and what it only refers to.

use groundwork_model::StackName;
use groundwork_model::plan::{Component, Reason, Subject};
use groundwork_model::spec::{Adoption, Cluster, Network, Role, Spec};
use groundwork_model::step::StepId;

use crate::{cluster, network, role};

/// A component, as far as its stack goes.
pub(crate) enum Wish<'a> {
    /// It has a stack that we keep.
    Managed { component: Component, step: StepId, name: &'a StackName, adoption: Adoption },
    /// It is somebody else's, or there is none.
    Untouched(Component, Subject, Reason),
}

/// The components that may have stacks, in the order of the plan.
pub(crate) fn wishes(spec: &Spec) -> [Wish<'_>; 3] {
    [
        match &spec.role {
            Role::Create(role) => managed(Component::Role, role::STEP, &role.stack_name, role.adoption),
            Role::Use { stack_name } => {
                Wish::Untouched(Component::Role, Subject::Stack(stack_name.clone()), Reason::OnlyReferred)
            }
        },
        match &spec.network {
            Network::Create(network) => {
                managed(Component::Network, network::STEP, &network.stack_name, network.adoption)
            }
            Network::Use(network) => {
                let subnets: Vec<String> = network.subnets.iter().map(ToString::to_string).collect();
                Wish::Untouched(Component::Network, Subject::Network(subnets.join(", ")), Reason::OnlyReferred)
            }
            Network::Skip => Wish::Untouched(Component::Network, Subject::None, Reason::Skipped),
        },
        match &spec.cluster {
            Cluster::Create(cluster) => {
                managed(Component::Cluster, cluster::STEP, &cluster.stack_name, cluster.adoption)
            }
            Cluster::Use { .. } => Wish::Untouched(Component::Cluster, Subject::None, Reason::OnlyReferred),
        },
    ]
}

fn managed(component: Component, step: StepId, name: &StackName, adoption: Adoption) -> Wish<'_> {
    Wish::Managed { component, step, name, adoption }
}
