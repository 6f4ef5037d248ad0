//! Ways in which a converged world moves between a plan and its execution, each with the words that
//! have to name it.

use groundwork_model::Secret;
use groundwork_model::world::{Observed, ObservedParameter, World};
use serde_json::json;

use super::{CLUSTER_STACK, NETWORK_STACK, ROLE_STACK, environment_mut, id, set, set_status, stack_mut};

/// One way.
pub type Move = (&'static str, fn(&mut World));

/// Every way, by what has to be said of it.
pub const MOVES: [Move; 24] = [
    ("stack CloudReactor-staging-network: it is gone", |world| gone(world, NETWORK_STACK)),
    ("stack CloudReactor-staging: it is another one of the same name", |world| {
        let other = "arn:aws:cloudformation:us-west-2:123456789012:stack/CloudReactor-staging/2";
        stack_mut(world, ROLE_STACK).id = id(other);
    }),
    ("stack CloudReactor-staging: status was CREATE_COMPLETE, and is UPDATE_COMPLETE", |world| {
        set_status(world, ROLE_STACK, "UPDATE_COMPLETE");
    }),
    ("stack CloudReactor-staging-network: last update was unknown, and is 2026-11-24T09:00:00Z", |world| {
        stack_mut(world, NETWORK_STACK).updated = Some("2026-11-24T09:00:00Z".to_owned());
    }),
    ("stack CloudReactor-staging-cluster: it has newer events", |world| {
        stack_mut(world, CLUSTER_STACK).last_event = Some("event-9".to_owned());
    }),
    ("stack CloudReactor-staging: template has changed", |world| {
        stack_mut(world, ROLE_STACK).template = Some("{}".to_owned());
    }),
    ("stack CloudReactor-staging: parameter ExternalID has changed", |world| {
        parameter(world, "ExternalID", Some(ObservedParameter::Secret(Secret::new("somebody-elses"))));
    }),
    ("stack CloudReactor-staging: parameter ExternalID has changed", |world| {
        parameter(world, "ExternalID", Some(ObservedParameter::Masked));
    }),
    ("stack CloudReactor-staging: parameter LambdaPathPrefix is gone", |world| {
        parameter(world, "LambdaPathPrefix", None);
    }),
    ("stack CloudReactor-staging-network: tag team has changed", |world| {
        stack_mut(world, NETWORK_STACK).tags.insert("team".to_owned(), "web".to_owned());
    }),
    ("stack CloudReactor-staging-network: tag owner is new", |world| {
        stack_mut(world, NETWORK_STACK).tags.insert("owner".to_owned(), "web".to_owned());
    }),
    ("stack CloudReactor-staging: output CloudreactorRoleARN has changed", |world| {
        stack_mut(world, ROLE_STACK).outputs.insert(id("CloudreactorRoleARN"), "elsewhere".to_owned());
    }),
    ("stack CloudReactor-staging: termination protection was switched on", |world| {
        stack_mut(world, ROLE_STACK).termination_protection = true;
    }),
    ("the account was 123456789012, and is 210987654321", |world| world.caller.account = id("210987654321")),
    ("zone usw2-az1 has changed", |world| world.zones[0].available = false),
    ("zone usw2-az4 is gone", |world| drop(world.zones.pop())),
    ("cluster staging is gone", |world| world.cluster = Observed::Absent),
    ("cluster staging: capacity providers have changed", |world| {
        if let Observed::Present(cluster) = &mut world.cluster {
            cluster.capacity_providers.push("own".to_owned());
        }
    }),
    ("cluster staging belongs to another stack", |world| {
        if let Observed::Present(cluster) = &mut world.cluster {
            cluster.stack = None;
        }
    }),
    ("the CloudReactor group was 2, and is 3", |world| world.cloudreactor.group.id = 3),
    ("the Run Environment is gone", |world| world.cloudreactor.run_environment = Observed::Absent),
    ("the Run Environment is another one of the same name", |world| {
        environment_mut(world).uuid = id("00000000-0000-0000-0000-000000000000");
    }),
    ("Run Environment: field aws.region has changed", |world| {
        set(&mut environment_mut(world).aws, "region", json!("eu-west-1"));
    }),
    ("Run Environment: field aws.logging.driver is new", |world| {
        set(&mut environment_mut(world).aws, "logging", json!({"driver": "awslogs"}));
    }),
];

fn gone(world: &mut World, stack: &str) {
    world.stacks.insert(id(stack), Observed::Absent);
}

fn parameter(world: &mut World, key: &str, value: Option<ObservedParameter>) {
    let parameters = &mut stack_mut(world, ROLE_STACK).parameters;
    match value {
        Some(value) => drop(parameters.insert(id(key), value)),
        None => drop(parameters.remove(&id::<groundwork_model::ParameterKey>(key))),
    }
}
