//! What a world looks like after a plan was carried out as it says: every resource gets an id from its
//! name, every output the value that its expression gives with those ids.

use groundwork_model::plan::Plan;
use groundwork_model::run_environment::{RunEnvironment, Settings, is_secret_parameter};
use groundwork_model::step::{DeployStack, Draft, Op, ParameterValue, RunEnvironmentDraft};
use groundwork_model::world::{Cluster, Observed, ObservedParameter, Settled, Stack, StackPhase, World};
use groundwork_model::{ParameterKey, Secret, StackName};
use groundwork_planner::run_environment::merge::{Merge, merge};
use serde_json::{Value, json};

use super::id;

/// Carries a plan out.
pub fn apply(plan: &Plan, world: &World) -> World {
    let mut world = world.clone();
    for step in &plan.steps {
        match &step.op {
            Op::DeployStack(deploy) => deploy_stack(deploy, &mut world),
            Op::DeployStackSet(_) => panic!("a target's plan has no stack set"),
            Op::ContinueRollback(_) | Op::RollBack(_) | Op::FollowStack(_) => {
                panic!("what is applied recovers nothing")
            }
            Op::DeleteStack(delete) => {
                let by = Some(delete.stack.as_str());
                if world.cluster.present().is_some_and(|cluster| cluster.stack.as_deref() == by) {
                    world.cluster = Observed::Absent;
                }
                world.stacks.insert(delete.stack.clone(), Observed::Absent);
            }
            Op::PutCapacityProviders(put) => {
                if let Observed::Present(cluster) = &mut world.cluster {
                    cluster.capacity_providers = put.providers.clone();
                    cluster.default_strategy = put.strategy.clone();
                }
            }
            Op::PutRunEnvironment(draft) => put_run_environment(draft, &mut world),
            Op::DeleteRunEnvironment { .. } => world.cloudreactor.run_environment = Observed::Absent,
        }
    }
    world
}

fn deploy_stack(deploy: &DeployStack, world: &mut World) {
    let template: Value = serde_json::from_str(&deploy.template).expect("a template is JSON");
    let previous = world.stack(&deploy.stack).cloned();
    let parameters =
        deploy.parameters.iter().map(|(key, value)| (key.clone(), parameter(key, value, previous.as_ref())));
    let outputs = template["Outputs"].as_object().into_iter().flatten();
    let stack = Stack {
        id: id(&format!("arn:aws:cloudformation:us-west-2:123456789012:stack/{}/1", deploy.stack)),
        name: deploy.stack.clone(),
        phase: StackPhase::Settled(Settled::CreateComplete),
        status_reason: None,
        parameters: parameters.collect(),
        tags: deploy.tags.clone(),
        outputs: outputs.map(|(key, output)| (id(key), evaluate(&output["Value"], &template))).collect(),
        template: Some(deploy.template.to_string()),
        termination_protection: false,
        updated: None,
        last_event: None,
        contents: None,
    };
    if let Some(arn) = stack.outputs.get(&id("ClusterArn")) {
        world.cluster = Observed::Present(Cluster {
            arn: id(arn),
            name: id(&stack.outputs[&id("ClusterName")]),
            capacity_providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
            default_strategy: Vec::new(),
            stack: Some(stack.name.to_string()),
            container_insights: None,
        });
    }
    world.stacks.insert(deploy.stack.clone(), Observed::Present(stack));
}

fn parameter(key: &ParameterKey, value: &ParameterValue, previous: Option<&Stack>) -> ObservedParameter {
    match value {
        ParameterValue::Literal(text) => ObservedParameter::Plain(text.clone()),
        ParameterValue::Generated(_) => {
            assert!(is_secret_parameter(key.as_str()), "{key} is generated, and would be shown");
            ObservedParameter::Secret(Secret::new(format!("generated-for-{key}")))
        }
        ParameterValue::Previous => {
            previous.and_then(|stack| stack.parameters.get(key)).expect("only what is there can be kept").clone()
        }
    }
}

/// An output's value.
fn evaluate(value: &Value, template: &Value) -> String {
    let parts = value["Fn::Join"][1].as_array();
    match (value.as_str(), value["Ref"].as_str(), value["Fn::GetAtt"].as_array(), parts) {
        (Some(text), ..) => text.to_owned(),
        (_, Some(name), ..) => physical_id(name, template),
        (_, _, Some(path), _) => attribute(&path[0], &path[1], template),
        (.., Some(parts)) => {
            let delimiter = value["Fn::Join"][0].as_str().unwrap_or_default();
            parts.iter().map(|part| evaluate(part, template)).collect::<Vec<_>>().join(delimiter)
        }
        _ => panic!("{value} should be an expression that outputs use"),
    }
}

fn kind<'a>(name: &str, template: &'a Value) -> &'a str {
    template["Resources"][name]["Type"].as_str().unwrap_or_else(|| panic!("{name} should be a resource"))
}

/// A number from the name, so that ids stay the same from one deployment to the next.
fn number(name: &str) -> u64 {
    name.bytes().fold(7, |sum, byte| (sum * 31 + u64::from(byte)) % 0xffff_ffff)
}

pub fn physical_id(name: &str, template: &Value) -> String {
    let resource = &template["Resources"][name]["Properties"];
    match kind(name, template) {
        "AWS::EC2::EIP" => format!("203.0.113.{}", number(name) % 250),
        "AWS::EC2::Subnet" => format!("subnet-{:08x}", number(name)),
        "AWS::EC2::SecurityGroup" => format!("sg-{:08x}", number(name)),
        "AWS::EC2::VPC" => format!("vpc-{:08x}", number(name)),
        "AWS::ECS::Cluster" => resource["ClusterName"].as_str().unwrap_or_default().to_owned(),
        _ => format!("{name}-{:08x}", number(name)),
    }
}

pub fn attribute(name: &Value, attribute: &Value, template: &Value) -> String {
    let name = name.as_str().unwrap_or_default();
    match (kind(name, template), attribute.as_str().unwrap_or_default()) {
        ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::123456789012:role/{}", physical_id(name, template)),
        ("AWS::Lambda::Function", "Arn") => {
            format!("arn:aws:lambda:us-west-2:123456789012:function:{}", physical_id(name, template))
        }
        ("AWS::ECS::Cluster", "Arn") => {
            format!("arn:aws:ecs:us-west-2:123456789012:cluster/{}", physical_id(name, template))
        }
        ("AWS::EC2::VPC", "CidrBlock") => {
            template["Resources"][name]["Properties"]["CidrBlock"].as_str().unwrap_or_default().to_owned()
        }
        ("AWS::EC2::SecurityGroup", "GroupId") => physical_id(name, template),
        (kind, attribute) => panic!("no test needed {attribute} of {kind} so far"),
    }
}

fn put_run_environment(draft: &RunEnvironmentDraft, world: &mut World) {
    let existing = world.cloudreactor.run_environment.present().cloned();
    let block = |existing: Option<&Settings>, drafts: &std::collections::BTreeMap<String, Draft>| {
        let existing = existing.cloned().unwrap_or_default();
        let ours = drafts.iter().map(|(path, draft)| (path.clone(), resolve(draft, world))).collect();
        match merge(&existing, &ours) {
            Merge::Unchanged => existing,
            Merge::Changed(settings) => settings,
        }
    };
    let aws = block(existing.as_ref().map(|environment| &environment.aws), &draft.aws);
    let ecs = block(existing.as_ref().map(|environment| &environment.ecs), &draft.ecs);
    world.cloudreactor.run_environment = Observed::Present(RunEnvironment {
        uuid: id("745fcdb7-fbab-4661-a07c-abcec263c956"),
        name: draft.name.clone(),
        dashboard_url: Some("https://dash.cloudreactor.io/run_environments/745fcdb7".to_owned()),
        group_id: Some(draft.group.id),
        aws,
        ecs,
        capabilities: ["MANUAL_START", "SCHEDULING", "SETUP_SERVICE"].map(str::to_owned).into(),
    });
}

fn resolve(draft: &Draft, world: &World) -> Value {
    let stack = |name: &StackName| world.stack(name).expect("a draft refers to a stack that is there");
    match draft {
        Draft::Known(value) => value.clone(),
        Draft::Output(output) => json!(stack(&output.stack).outputs[&output.key]),
        Draft::OutputList(output) => stack(&output.stack).outputs[&output.key].split(',').map(|id| json!(id)).collect(),
        Draft::Parameter { stack: name, key } => match &stack(name).parameters[key] {
            ObservedParameter::Secret(secret) => json!(secret.expose()),
            other => panic!("{key} should be a secret that can be read, and is {other:?}"),
        },
    }
}
