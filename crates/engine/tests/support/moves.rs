//! What others do between a plan and its execution.

use groundwork_engine::ports::Random;
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::{Cluster, ClusterRef, Network, Role, Zones};
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{ObservedParameter, Stack, StackPhase, StrategyItem, Stuck};
use groundwork_model::{Secret, StackId};
use groundwork_testkit::build::{CLUSTER_STACK, NETWORK_STACK, ROLE_STACK, cluster, id, stack};
use serde_json::{Value, json};

use super::Target;

/// A way in which a target stands when it is planned, with its name.
pub type Start = (&'static str, fn() -> Target);

/// Every way.
pub const STARTS: [Start; 9] = [
    ("an empty account", Target::new),
    ("everything out of date", outdated),
    ("another network", reshaped),
    ("another role", restricted),
    ("a corpse of the role", corpse),
    ("a cluster of somebody else", lent),
    ("the Run Environment gone", || altered(|all| all.clear())),
    ("the Run Environment changed", || altered(|all| put(&mut all[0], "region", json!("eu-west-1")))),
    ("the Run Environment without an account", || altered(|all| put(&mut all[0], "account_id", Value::Null))),
];

fn outdated() -> Target {
    let mut target = Target::applied();
    target.spec.tags.insert("team".to_owned(), "web".to_owned());
    target.saas().change(|all| put(&mut all[0], "region", json!("eu-west-1")));
    target
}

/// Resources come, go and change.
fn reshaped() -> Target {
    let mut target = Target::applied();
    let Network::Create(network) = &mut target.spec.network else { panic!("the spec creates a network") };
    network.private_zones = Zones::Count(3);
    network.endpoints.clear();
    target
}

/// The role's stack is updated, and its tags stay.
fn restricted() -> Target {
    let mut target = Target::applied();
    let Role::Create(role) = &mut target.spec.role else { panic!("the spec creates a role") };
    role.log_group_pattern = "tasks-*".to_owned();
    target
}

fn corpse() -> Target {
    let target = Target::new();
    let mut corpse = stack(ROLE_STACK, &[]);
    corpse.phase = StackPhase::Stuck(Stuck::RollbackComplete);
    corpse.tags.insert("groundwork:environment".to_owned(), "staging".to_owned());
    target.cloud().put_stack(corpse);
    target
}

fn lent() -> Target {
    let mut target = Target::new();
    target.cloud().things(|things| things.clusters.push(cluster("shared")));
    target.spec.cluster = Cluster::Use { cluster: ClusterRef::Name(id("shared")) };
    target
}

fn altered(change: impl FnOnce(&mut Vec<RunEnvironment>)) -> Target {
    let target = Target::applied();
    target.saas().change(change);
    target
}

/// Something that somebody does, with its name. Where it cannot be done, nothing is.
pub type Move = (&'static str, fn(&Target));

/// Every such thing.
pub const MOVES: [Move; 37] = [
    ("role stack deleted", |target| delete(target, ROLE_STACK)),
    ("network stack deleted", |target| delete(target, NETWORK_STACK)),
    ("cluster stack deleted", |target| delete(target, CLUSTER_STACK)),
    ("role stack replaced", |target| replace(target, ROLE_STACK)),
    ("network stack replaced", |target| replace(target, NETWORK_STACK)),
    ("cluster stack replaced", |target| replace(target, CLUSTER_STACK)),
    ("role stack in review", |target| review(target, ROLE_STACK)),
    ("a resource of the role changed", |target| resource(target, ROLE_STACK, "taskExecutionRole")),
    ("a resource of the network changed", |target| resource(target, NETWORK_STACK, "Vpc")),
    ("a resource of the cluster changed", |target| resource(target, CLUSTER_STACK, "Cluster")),
    ("a resource of the network added", |target| resource(target, NETWORK_STACK, "Mine")),
    ("a tag added to the network", |target| tag(target, NETWORK_STACK, "owner", "web")),
    ("a tag of the role changed", |target| tag(target, ROLE_STACK, "team", "ops")),
    ("the cluster stack given to another environment", |target| {
        tag(target, CLUSTER_STACK, "groundwork:environment", "production");
    }),
    ("a parameter of the role changed", |target| {
        parameter(target, "LambdaPathPrefix", ObservedParameter::Plain("mine-".to_owned()));
    }),
    ("the external id changed", |target| {
        parameter(target, "ExternalID", ObservedParameter::Secret(Secret::new("somebody-elses")));
    }),
    ("the role leads to another account", |target| {
        with(target, ROLE_STACK, |stack| {
            let elsewhere = "arn:aws:iam::999999999999:role/elsewhere".to_owned();
            stack.outputs.insert(id("CloudreactorRoleARN"), elsewhere);
        });
    }),
    ("the network stack busy", |target| phase(target, NETWORK_STACK, "UPDATE_IN_PROGRESS")),
    ("the role stack stuck", |target| phase(target, ROLE_STACK, "UPDATE_ROLLBACK_FAILED")),
    ("the cluster stack updated to the same", |target| phase(target, CLUSTER_STACK, "UPDATE_COMPLETE")),
    ("the role stack protected", |target| with(target, ROLE_STACK, |stack| stack.termination_protection = true)),
    ("a cluster of our name made", |target| target.cloud().things(|things| things.clusters.push(cluster("staging")))),
    ("the clusters of others deleted", |target| target.cloud().things(|things| things.clusters.clear())),
    ("a provider added", |target| provider(target, |put| put.providers.push("mine".to_owned()))),
    ("the providers set", |target| {
        provider(target, |put| put.providers = ["FARGATE", "FARGATE_SPOT"].map(str::to_owned).into());
    }),
    ("a strategy set", |target| {
        let item = StrategyItem { provider: "FARGATE_SPOT".to_owned(), weight: 1, base: 0 };
        provider(target, |put| put.strategy.push(item.clone()));
    }),
    ("the Run Environment deleted", |target| target.saas().change(Vec::clear)),
    ("the Run Environment replaced", |target| {
        environment(target, |found| found.uuid = id("00000000-0000-0000-0000-000000000000"));
    }),
    ("the Run Environment made", made),
    ("the Run Environment moved to another group", |target| environment(target, |found| found.group_id = Some(3))),
    ("its account changed", |target| environment(target, |found| put(found, "account_id", json!("999999999999")))),
    ("its region changed", |target| environment(target, |found| put(found, "region", json!("ap-south-1")))),
    ("its role changed", |target| environment(target, |found| put(found, "events_role_arn", json!("mine")))),
    ("its subnets changed", |target| {
        environment(target, |found| put(found, "network", json!({"region": "us-west-2", "subnets": ["subnet-9"]})));
    }),
    ("a field of others added", |target| environment(target, |found| put(found, "xray", json!({"enabled": true})))),
    ("an access key added", |target| environment(target, |found| put(found, "access_key", json!("AKIA")))),
    ("its launch type changed", |target| {
        environment(target, |found| drop(found.ecs.0.insert("launch_type".to_owned(), json!("EC2"))));
    }),
];

fn put(environment: &mut RunEnvironment, key: &str, value: Value) {
    environment.aws.0.insert(key.to_owned(), value);
}

fn environment(target: &Target, change: impl Fn(&mut RunEnvironment)) {
    target.saas().change(|all| all.iter_mut().for_each(change));
}

fn made(target: &Target) {
    target.saas().change(|all| {
        let made = RunEnvironment {
            uuid: id("11111111-1111-1111-1111-111111111111"),
            name: id("staging"),
            dashboard_url: None,
            group_id: Some(2),
            aws: Default::default(),
            ecs: Default::default(),
            capabilities: Vec::new(),
        };
        if all.is_empty() {
            all.push(made);
        }
    });
}

fn with(target: &Target, name: &str, change: impl FnOnce(&mut Stack)) {
    if target.cloud().stack_named(name).is_some() {
        target.cloud().change_stack(name, change);
    }
}

fn phase(target: &Target, name: &str, status: &str) {
    with(target, name, |stack| stack.phase = StackPhase::from_status(status));
}

fn delete(target: &Target, name: &str) {
    phase(target, name, "DELETE_COMPLETE");
}

/// The id of a stack that was not there before.
fn fresh(target: &Target, name: &str) -> StackId {
    let unique = target.ports.random.text(12);
    id(&format!("arn:aws:cloudformation:us-west-2:123456789012:stack/{name}/{}", unique.expose()))
}

/// Another stack of that name with the same content; a foreign one where there was none.
fn replace(target: &Target, name: &str) {
    let was = target.cloud().stack_named(name).unwrap_or_else(|| stack(name, &[]));
    delete(target, name);
    target.cloud().put_stack(Stack {
        id: fresh(target, name),
        phase: StackPhase::from_status("CREATE_COMPLETE"),
        ..was
    });
}

/// The shell of somebody's change set, where there is no stack.
fn review(target: &Target, name: &str) {
    if target.cloud().stack_named(name).is_none() {
        let shell = Stack { id: fresh(target, name), phase: StackPhase::Shell, template: None, ..stack(name, &[]) };
        target.cloud().put_stack(shell);
    }
}

/// When somebody updated a stack.
const LATER: &str = "2099-01-01T00:00:00Z";

/// Changes a resource, or adds one.
fn resource(target: &Target, name: &str, resource: &str) {
    with(target, name, |stack| {
        let text = stack.template.as_deref().unwrap_or_default();
        let Ok(mut template) = serde_json::from_str::<Value>(text) else { return };
        let entry = &mut template["Resources"][resource];
        if entry.is_null() {
            *entry = json!({"Type": "AWS::SNS::Topic"});
        }
        entry["Properties"]["Description"] = json!("somebody was here");
        stack.template = Some(template.to_string());
        stack.updated = Some(LATER.to_owned());
    });
}

fn tag(target: &Target, name: &str, key: &str, value: &str) {
    with(target, name, |stack| drop(stack.tags.insert(key.to_owned(), value.to_owned())));
}

fn parameter(target: &Target, key: &str, value: ObservedParameter) {
    with(target, ROLE_STACK, |stack| drop(stack.parameters.insert(id(key), value)));
}

/// Sets the capacity providers of the clusters that no stack of ours made.
fn provider(target: &Target, change: impl Fn(&mut PutCapacityProviders)) {
    target.cloud().things(|things| {
        for cluster in &mut things.clusters {
            let mut put = PutCapacityProviders {
                cluster: cluster.arn.clone(),
                providers: std::mem::take(&mut cluster.capacity_providers),
                strategy: std::mem::take(&mut cluster.default_strategy),
            };
            change(&mut put);
            (cluster.capacity_providers, cluster.default_strategy) = (put.providers, put.strategy);
        }
    });
}
