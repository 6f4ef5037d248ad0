//! What exists of an environment, for `groundwork status`.

use std::collections::BTreeMap;

use groundwork_model::StackName;
use groundwork_model::plan::{Component, Subject};
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::{Cluster as ClusterWish, ClusterRef, Network, Role, Spec};
use groundwork_model::status::{ComponentStatus, STATUS_FORMAT, State, Status};
use groundwork_model::world::{Cluster, StackPhase, Stuck, World};

use crate::context::Context;
use crate::ownership::{Owner, owner};
use crate::run_environment;

/// Tells what exists.
pub fn status(spec: &Spec, world: &World) -> Status {
    let context = Context::new(spec, world);
    let environment = world.cloudreactor.run_environment.present();
    Status {
        format_version: STATUS_FORMAT.to_owned(),
        components: vec![role(&context), network(&context), cluster(&context), cloudreactor(&context, environment)],
        dashboard_url: environment.and_then(|environment| environment.dashboard_url.clone()),
        pending: None,
        secrets_path: spec.secrets_path(),
        target: context.target,
    }
}

fn role(context: &Context<'_>) -> ComponentStatus {
    match &context.spec.role {
        Role::Create(role) => stack(context, Component::Role, &role.stack_name, Claim::Managed),
        Role::Use { stack_name } => stack(context, Component::Role, stack_name, Claim::Referred),
    }
}

fn network(context: &Context<'_>) -> ComponentStatus {
    match &context.spec.network {
        Network::Create(network) => stack(context, Component::Network, &network.stack_name, Claim::Managed),
        Network::Use(_) => used_network(context),
        Network::Skip => plain(Component::Network, Subject::None, State::Skipped),
    }
}

fn cluster(context: &Context<'_>) -> ComponentStatus {
    match &context.spec.cluster {
        ClusterWish::Create(cluster) => stack(context, Component::Cluster, &cluster.stack_name, Claim::Managed),
        ClusterWish::Use { cluster } => used_cluster(cluster, context.world.cluster.present()),
    }
}

/// Whether a stack has to be ours to be ready.
#[derive(Clone, Copy)]
enum Claim {
    Managed,
    Referred,
}

fn plain(component: Component, subject: Subject, state: State) -> ComponentStatus {
    ComponentStatus { component, subject, state, status: None, outputs: BTreeMap::new() }
}

fn stack(context: &Context<'_>, component: Component, name: &StackName, claim: Claim) -> ComponentStatus {
    let subject = Subject::Stack(name.clone());
    let Some(stack) = context.world.stack(name) else { return plain(component, subject, State::Absent) };
    let is_ours = owner(stack, &context.target.environment) == Owner::Us;
    let state = match (&stack.phase, claim) {
        (StackPhase::Shell | StackPhase::Stuck(Stuck::DeleteComplete), _) => State::Absent,
        (_, Claim::Managed) if !is_ours => State::NotOurs,
        (StackPhase::Settled(_), _) => State::Ready,
        (StackPhase::Moving(_), _) => State::Busy,
        (StackPhase::Stuck(_) | StackPhase::Unrecognized(_), _) => State::Stuck,
    };
    let outputs = stack.outputs.iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
    ComponentStatus { component, subject, state, status: Some(stack.phase.status()), outputs }
}

fn used_network(context: &Context<'_>) -> ComponentStatus {
    let Some(state) = &context.world.network else {
        return plain(Component::Network, Subject::None, State::Absent);
    };
    let subnets: Vec<&str> = state.subnets.iter().map(|subnet| subnet.id.as_str()).collect();
    let groups: Vec<&str> = state.security_groups.iter().map(|group| group.id.as_str()).collect();
    let subnets = subnets.join(", ");
    let outputs = [("subnets", subnets.clone()), ("security_groups", groups.join(", "))];
    ComponentStatus {
        outputs: outputs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        ..plain(Component::Network, Subject::Network(subnets), State::Ready)
    }
}

fn used_cluster(wanted: &ClusterRef, cluster: Option<&Cluster>) -> ComponentStatus {
    let Some(cluster) = cluster else {
        let subject = match wanted {
            ClusterRef::Name(name) => Subject::Cluster(name.clone()),
            ClusterRef::Arn(_) | ClusterRef::Output(_) => Subject::None,
        };
        return plain(Component::Cluster, subject, State::Absent);
    };
    let outputs = [("arn", cluster.arn.to_string()), ("capacity_providers", cluster.capacity_providers.join(", "))];
    ComponentStatus {
        // Discovery counts every other cluster as absent.
        status: Some("ACTIVE".to_owned()),
        outputs: outputs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        ..plain(Component::Cluster, Subject::Cluster(cluster.name.clone()), State::Ready)
    }
}

fn cloudreactor(context: &Context<'_>, environment: Option<&RunEnvironment>) -> ComponentStatus {
    let subject = run_environment::subject(context);
    let Some(environment) = environment else { return plain(Component::CloudReactor, subject, State::Absent) };
    let state = if run_environment::elsewhere_problem(context, environment).is_some() {
        State::NotOurs
    } else if environment.capabilities.is_empty() {
        // CloudReactor's only sign that it cannot use the settings.
        State::Stuck
    } else {
        State::Ready
    };
    let outputs = [("uuid", environment.uuid.to_string()), ("capabilities", environment.capabilities.join(", "))];
    ComponentStatus {
        outputs: outputs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        ..plain(Component::CloudReactor, subject, state)
    }
}
