//! The Run Environment: whether it says what AWS has.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::drift::{ComponentDrift, Difference, DifferenceKind, Object, Source};
use groundwork_model::plan::{Action, Component, Egress, FieldChange, Plan, Shown};
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::{Cluster as ClusterWish, ManagedRole, Network, OutputRef, Role, Tier};
use groundwork_model::world::{CloudReactorState, Group, Observed, Stack, World};
use groundwork_model::{OutputKey, StackName};
use serde_json::json;

use super::{Live, empty, noted, pending, remedy};
use crate::context::Context;
use crate::network::{Ids, NetworkFacts, Places};
use crate::reach;
use crate::role::{self, RoleFacts};
use crate::run_environment::{differences, subject};
use crate::stack::Output;
use crate::template::outputs;

/// As much of a world as was read, where some of it was not.
pub(super) fn partial_world(live: &Live) -> World {
    let unread = CloudReactorState {
        user: String::new(),
        group: Group { id: 0, name: String::new() },
        access_level: 0,
        run_environment: Observed::Absent,
    };
    let stacks = live.stacks.values().filter_map(|stack| stack.stack.as_ref().ok());
    let named = stacks.filter_map(|stack| Some((stack.present()?.name.clone(), stack.clone())));
    World {
        caller: live.caller.clone(),
        zones: Vec::new(),
        stacks: named.collect(),
        network: None,
        cluster: live.cluster.clone().unwrap_or(Observed::Absent),
        cloudreactor: live.cloudreactor.clone().unwrap_or(unread),
    }
}

/// Compares the Run Environment with what AWS has, and with what it will have after what is planned.
pub(super) fn compare(context: &Context<'_>, live: &Live, plan: Option<&Plan>) -> ComponentDrift {
    let mut found = empty(Component::CloudReactor, subject(context));
    let Some(state) = noted(&live.cloudreactor, &mut found.problems) else { return found };
    found.compared = 1;
    let Observed::Present(existing) = &state.run_environment else {
        found.differences.push(missing(context));
        return found;
    };
    let now = now(context, live, existing);
    let planned = plan.and_then(|plan| plan.components.iter().find(|own| own.component == Component::CloudReactor));
    let later = planned.filter(|planned| planned.action != Action::NoOp).map_or(&[][..], |planned| &planned.fields);
    found.differences.extend(now.iter().map(changed));
    let is_new = |change: &&FieldChange| !now.iter().any(|known| known.path == change.path);
    found.differences.extend(later.iter().filter(is_new).map(pending::of_field));
    found
}

fn missing(context: &Context<'_>) -> Difference {
    Difference {
        kind: DifferenceKind::Missing,
        object: Object::WHOLE,
        field: None,
        expected: Shown::Json(json!(context.spec.cloudreactor.run_environment)),
        actual: Shown::Absent,
        found_by: BTreeSet::from([Source::Groundwork]),
        note: None,
        way_back: Some(remedy::APPLY.to_owned()),
    }
}

fn changed(change: &FieldChange) -> Difference {
    Difference {
        kind: DifferenceKind::of(&change.after, &change.before),
        object: Object::WHOLE,
        field: Some(change.path.clone()),
        expected: change.after.clone(),
        actual: change.before.clone(),
        found_by: BTreeSet::from([Source::Groundwork]),
        note: None,
        way_back: Some(remedy::APPLY.to_owned()),
    }
}

/// The fields that are other than what AWS has now says, as far as that is known.
fn now(context: &Context<'_>, live: &Live, existing: &RunEnvironment) -> Vec<FieldChange> {
    let outputs = Outputs(live);
    let role = role_facts(context, &outputs);
    let network = NetworkFacts { places: places(context, &outputs), egress: Egress::default() };
    let cluster = match &context.spec.cluster {
        ClusterWish::Create(cluster) => outputs.of(Component::Cluster, &cluster.stack_name, outputs::CLUSTER_ARN),
        ClusterWish::Use { .. } => match live.cluster.as_ref().ok().and_then(Observed::present) {
            Some(cluster) => Output::Known(cluster.arn.to_string()),
            None => unknown(outputs::CLUSTER_ARN),
        },
    };
    differences(context, existing, (&role, &network), &cluster)
}

/// A role that a spec refers to is read with the world.
fn role_facts(context: &Context<'_>, outputs: &Outputs<'_>) -> RoleFacts {
    match &context.spec.role {
        Role::Create(role) if outputs.stack(Component::Role).is_none() => role::unread(&role.stack_name),
        Role::Create(ManagedRole { stack_name, .. }) | Role::Use { stack_name } => {
            role::refer(context, stack_name).map_or_else(|_| role::unread(stack_name), |part| part.facts)
        }
    }
}

fn places(context: &Context<'_>, outputs: &Outputs<'_>) -> Option<Places> {
    match &context.spec.network {
        Network::Create(network) => {
            let subnets = match network.tasks_in {
                Tier::Public => outputs::SUBNETS_PUBLIC,
                Tier::Private => outputs::SUBNETS_PRIVATE,
            };
            let of = |key| Ids::Output(outputs.of(Component::Network, &network.stack_name, key));
            Some(Places {
                subnets: of(subnets),
                security_groups: of(outputs::DEFAULT_TASK_SECURITY_GROUP),
                assign_public_ip: network.tasks_in == Tier::Public,
            })
        }
        Network::Use(wish) => {
            let state = context.world.network.as_ref()?;
            let reach = reach::analyse(wish, state, &context.world.caller.account).ok()?;
            let ids = |ids: Vec<String>| Ids::Known(ids);
            Some(Places {
                subnets: ids(state.subnets.iter().map(|subnet| subnet.id.to_string()).collect()),
                security_groups: ids(state.security_groups.iter().map(|group| group.id.to_string()).collect()),
                assign_public_ip: reach.assign_public_ip,
            })
        }
        Network::Skip => None,
    }
}

/// The outputs of the stacks that were compared.
struct Outputs<'a>(&'a Live);

impl Outputs<'_> {
    fn stack(&self, component: Component) -> Option<&Stack> {
        self.0.stacks.get(&component)?.stack.as_ref().ok()?.present()
    }

    fn of(&self, component: Component, stack: &StackName, key: &str) -> Output {
        let key: OutputKey = outputs::key(key);
        let known = self.stack(component).map(|stack: &Stack| &stack.outputs).map(|all: &BTreeMap<_, _>| all.get(&key));
        match known.flatten() {
            Some(value) => Output::Known(value.clone()),
            None => Output::Later(OutputRef { stack: stack.clone(), key }),
        }
    }
}

fn unknown(key: &str) -> Output {
    let stack = "unknown".parse().expect("letters are a stack's name");
    Output::Later(OutputRef { stack, key: outputs::key(key) })
}
