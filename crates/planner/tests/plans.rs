//! Whole plans, as snapshots and by what they must and must not do.

mod support;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Class, Component, Plan, Reason, Shown, Unknown};
use groundwork_model::spec::{Adoption, Cluster, ClusterRef, Nat, Network, Role};
use groundwork_model::step::{DeployKind, DeployStack, Op, ParameterValue, StepId};
use groundwork_model::world::{Cluster as ObservedCluster, Observed, StrategyItem};
use serde_json::{Value, json};
use support::{
    NETWORK_STACK, ROLE_STACK, converged, environment_mut, id, networks, plan, problems, resource_lines, set, spec,
    spec_with_network, spec_with_role, stack_mut, wizard, world, zones,
};

/// The plan without its templates, which have snapshots of their own.
fn shown(plan: &Plan) -> Value {
    let mut json = serde_json::to_value(plan).expect("a plan can be written");
    for step in json["steps"].as_array_mut().into_iter().flatten() {
        if let Some(deploy) = step["op"].get_mut("deploy-stack") {
            deploy["template"] = json!("(template)");
            deploy["tags"]["groundwork:digest"] = json!("(digest)");
        }
    }
    json
}

fn deploy(plan: &Plan, step: StepId) -> DeployStack {
    let found = plan.steps.iter().find(|found| found.id == step);
    match found.map(|step| &step.op) {
        Some(Op::DeployStack(deploy)) => deploy.clone(),
        other => panic!("{step} should deploy a stack, and is {other:?}"),
    }
}

fn step_ids(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.id.as_str()).collect()
}

fn component(plan: &Plan, component: Component) -> &groundwork_model::plan::ComponentPlan {
    plan.components.iter().find(|found| found.component == component).expect("every component is in a plan")
}

#[test]
fn the_first_plan_creates_everything() {
    let plan = plan(&spec(), &world());
    assert_eq!(step_ids(&plan), ["role", "network", "cluster", "run-environment"]);
    assert_eq!(plan.egress.gained, 1);
    insta::assert_json_snapshot!("first_create", shown(&plan));
}

#[test]
fn a_converged_world_needs_nothing() {
    let plan = plan(&spec(), &converged(&spec()));
    assert!(plan.is_empty());
    assert_eq!(plan.egress.kept.len(), 1);
    insta::assert_json_snapshot!("converged", shown(&plan));
}

#[test]
fn another_version_of_groundwork_is_no_change() {
    let world = converged(&spec());
    let plan = groundwork_planner::plan(&spec(), &world, "9.9.9").expect("the plan should be possible");
    assert!(plan.is_empty());
}

/// The wizard renumbers live subnets when a zone is added.
#[test]
fn a_zone_added_touches_no_other_zone() {
    let wider = spec_with_network(|network| {
        network.private_zones = zones(&["us-west-2a", "us-west-2b", "us-west-2c"]);
    });
    let plan = plan(&wider, &converged(&spec()));
    let network = component(&plan, Component::Network);
    assert_eq!(
        resource_lines(network),
        [
            "+ RouteTablePrivateUsw2Az3",
            "+ RoutePrivateUsw2Az3",
            "+ SubnetPrivateUsw2Az3",
            "+ RouteTableAssociationPrivateUsw2Az3",
            "~ EndpointS3",
            "~ EndpointDynamodb",
            "~ EndpointLogs",
        ]
    );
    assert_eq!(step_ids(&plan), ["network", "run-environment"]);
    insta::assert_json_snapshot!("zone_added", shown(&plan));
}

#[test]
fn nat_in_each_zone_replaces_nothing() {
    let more = spec_with_network(|network| network.nat = Nat::PerZone);
    let plan = plan(&more, &converged(&spec()));
    let network = component(&plan, Component::Network);
    assert_eq!(resource_lines(network), ["+ EipUsw2Az2", "+ NatGatewayUsw2Az2", "~ RoutePrivateUsw2Az2"],);
    assert_eq!((plan.egress.kept.len(), plan.egress.lost.len(), plan.egress.gained), (1, 0, 1));
    assert!(plan.classes().contains(&Class::EgressAddress) && !plan.classes().contains(&Class::Replace));
}

#[test]
fn another_address_block_replaces_nearly_everything() {
    let moved = spec_with_network(|network| network.cidr = id("10.1.0.0/16"));
    let plan = plan(&moved, &converged(&spec()));
    let network = component(&plan, Component::Network);
    let stays: Vec<_> = network.resources.iter().filter(|change| change.action != Action::Replace).collect();
    assert!(stays.is_empty(), "{stays:?}");
    // The gateway and the public address hang on no VPC.
    for unchanged in ["InternetGateway", "EipUsw2Az1"] {
        assert!(network.resources.iter().all(|change| change.logical_id.as_str() != unchanged), "{unchanged}");
    }
    let attachment = network.resources.iter().find(|change| change.resource_type == "AWS::EC2::VPCGatewayAttachment");
    let field = &attachment.expect("the attachment is replaced with its VPC").fields[0];
    assert_eq!((field.path.as_str(), field.create_only), ("VpcId", true));
    assert_eq!(field.after, Shown::Unknown(Unknown::Resource(id("Vpc"))));
    assert_eq!(plan.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [Code::NotChecked]);
    insta::assert_json_snapshot!("cidr_changed", shown(&plan)["components"][1]);
}

#[test]
fn another_tag_changes_stacks_in_place() {
    let mut tagged = spec();
    tagged.tags.insert("cost-centre".to_owned(), "42".to_owned());
    let plan = plan(&tagged, &converged(&spec()));
    assert_eq!(step_ids(&plan), ["role", "network", "cluster"]);
    let network = component(&plan, Component::Network);
    assert_eq!((network.action, network.resources.len(), network.fields.len()), (Action::Update, 0, 1));
    assert_eq!(network.fields[0].path, "Tags[cost-centre]");
    assert_eq!(plan.tally().update, 3);
    // CloudFormation hands stack tags on to resources, so each may be touched, in place.
    let announced = deploy(&plan, StepId::Network).announced;
    assert!(announced.values().all(|announced| announced.action == Action::Update) && announced.len() > 20);
    assert!(announced[&id("NatGatewayUsw2Az1")].dynamic, "its AllocationId is an attribute of the address");
    assert!(!announced[&id("SubnetPrivateUsw2Az1")].dynamic);
}

fn with_wizards_role(adoption: Adoption) -> (groundwork_model::spec::Spec, groundwork_model::world::World) {
    let spec = spec_with_role(|role| {
        role.adoption = adoption;
        role.lambda_path_prefix = "jobs-".to_owned();
    });
    let mut world = world();
    world.stacks.insert(id(ROLE_STACK), Observed::Present(wizard::role_stack()));
    (spec, world)
}

#[test]
fn the_wizards_role_is_adopted_in_place() {
    let (spec, world) = with_wizards_role(Adoption::Adopt);
    let plan = plan(&spec, &world);
    let role = component(&plan, Component::Role);
    assert_eq!(role.reason, Reason::Adopted);
    let replaced: Vec<_> = role.resources.iter().filter(|change| change.action == Action::Replace).collect();
    assert_eq!(replaced.len(), 1);
    assert_eq!(replaced[0].logical_id.as_str(), "workflowStartLambdaInvokePermission");
    assert!(role.resources.iter().all(|change| change.action != Action::Delete && change.action != Action::Create));
    let deploy = deploy(&plan, StepId::Role);
    for key in ["ExternalID", "WorkflowStarterAccessKey"] {
        assert_eq!(deploy.parameters[&id(key)], ParameterValue::Previous, "{key}");
    }
    // The wizard's update forgets these, and they fall back to their defaults.
    assert_eq!(deploy.parameters[&id("LambdaPathPrefix")], ParameterValue::Literal("jobs-".to_owned()));
    assert_eq!(deploy.parameters[&id("SecretsPathPrefix")], ParameterValue::Literal("CloudReactor/".to_owned()));
    assert!(matches!(deploy.kind, DeployKind::Update { .. }));
    let text = shown(&plan).to_string();
    assert!(!text.contains(wizard::EXTERNAL_ID) && !text.contains(wizard::STARTER_KEY), "{text}");
    insta::assert_json_snapshot!("adopted_role", shown(&plan)["components"][0]);
}

#[test]
fn the_wizards_role_is_left_alone_unless_the_spec_claims_it() {
    let (spec, world) = with_wizards_role(Adoption::Refuse);
    let problems = problems(&spec, &world);
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::StackNotOurs]);
    assert!(problems[0].help[0].contains("adopt = true in [role]"));
}

#[test]
fn a_lost_parameter_is_restored() {
    let mut world = converged(&spec());
    let stack = stack_mut(&mut world, ROLE_STACK);
    stack
        .parameters
        .insert(id("SecretsPathPrefix"), groundwork_model::world::ObservedParameter::Plain("Other/".to_owned()));
    let plan = plan(&spec(), &world);
    let role = component(&plan, Component::Role);
    assert_eq!(resource_lines(role), ["~ taskExecutionRole"]);
    assert_eq!(role.fields[0].path, "Parameters.SecretsPathPrefix");
    assert_eq!(role.fields[0].after, Shown::Json(json!("CloudReactor/")));
}

fn observed_cluster(providers: &[&str], strategy: Vec<StrategyItem>) -> ObservedCluster {
    ObservedCluster {
        arn: id("arn:aws:ecs:us-west-2:123456789012:cluster/shared"),
        name: id("shared"),
        capacity_providers: providers.iter().map(|name| (*name).to_owned()).collect(),
        default_strategy: strategy,
        stack: None,
        container_insights: None,
    }
}

#[test]
fn a_used_cluster_gets_what_it_lacks_and_keeps_what_it_has() {
    let mut spec = spec();
    spec.cluster = Cluster::Use { cluster: ClusterRef::Name(id("shared")) };
    let mut world = world();
    assert_eq!(problems(&spec, &world)[0].code, Code::ReferenceNotFound);

    let own = vec![StrategyItem { provider: "mine".to_owned(), weight: 1, base: 0 }];
    world.cluster = Observed::Present(observed_cluster(&["mine", "FARGATE"], own.clone()));
    let with_strategy = plan(&spec, &world);
    let Op::PutCapacityProviders(put) = &with_strategy.steps[2].op else { panic!("{:?}", with_strategy.steps[2]) };
    assert_eq!((put.providers.join(" ").as_str(), &put.strategy), ("mine FARGATE FARGATE_SPOT", &own));
    assert!(with_strategy.steps[3].needs.contains(&StepId::ClusterProviders));

    world.cluster = Observed::Present(observed_cluster(&[], Vec::new()));
    let without = plan(&spec, &world);
    let Op::PutCapacityProviders(put) = &without.steps[2].op else { panic!("{:?}", without.steps[2]) };
    let weights: Vec<_> = put.strategy.iter().map(|item| (item.provider.as_str(), item.weight)).collect();
    assert_eq!(weights, [("FARGATE", 1), ("FARGATE_SPOT", 0)]);

    world.cluster = Observed::Present(observed_cluster(&["FARGATE_SPOT", "FARGATE"], Vec::new()));
    assert_eq!(step_ids(&plan(&spec, &world)), ["role", "network", "run-environment"]);
}

#[test]
fn a_cluster_outside_of_our_stack_is_not_taken_over() {
    let mut world = world();
    world.cluster = Observed::Present(ObservedCluster { name: id("staging"), ..observed_cluster(&[], Vec::new()) });
    let problems = problems(&spec(), &world);
    assert_eq!(problems[0].code, Code::ClusterExists);
    assert!(problems[0].help[0].contains("cluster.mode = \"use\""));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let (mut spec, mut world) = with_wizards_role(Adoption::Refuse);
    spec.network = spec_with_network(|network| network.private_zones = zones(&["us-west-2a", "us-west-2x"])).network;
    spec.cluster = Cluster::Use { cluster: ClusterRef::Name(id("shared")) };
    world.cloudreactor.access_level = 100;
    let codes: Vec<Code> = problems(&spec, &world).iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::StackNotOurs, Code::ZoneUnavailable, Code::ReferenceNotFound, Code::AccessLevelTooLow]);
}

#[test]
fn a_used_network_goes_into_the_run_environment() {
    let mut spec = spec();
    spec.network = Network::Use(networks::wish());
    let mut world = world();
    world.network = Some(networks::public());
    let plan = plan(&spec, &world);
    assert_eq!(step_ids(&plan), ["role", "cluster", "run-environment"]);
    let Op::PutRunEnvironment(draft) = &plan.steps[2].op else { panic!("{:?}", plan.steps[2]) };
    let known = |value| groundwork_model::step::Draft::Known(value);
    assert_eq!(draft.aws["network.subnets"], known(json!(["subnet-1", "subnet-2"])));
    assert_eq!(draft.aws["network.assign_public_ip"], known(json!(true)));
    assert_eq!(draft.aws["account_id"], known(json!("123456789012")));
}

#[test]
fn a_skipped_network_is_kept_as_it_is() {
    let mut world = converged(&spec());
    let mut skipping = spec();
    skipping.network = Network::Skip;
    set(&mut environment_mut(&mut world).aws, "region", json!("eu-west-1"));
    let plan = plan(&skipping, &world);
    let Op::PutRunEnvironment(draft) = &plan.steps[0].op else { panic!("{:?}", plan.steps[0]) };
    assert!(draft.aws.keys().all(|path| !path.starts_with("network")), "{:?}", draft.aws);
    assert!(component(&plan, Component::CloudReactor).kept.contains(&"network".to_owned()));
}

#[test]
fn a_role_of_somebody_else_has_to_be_complete() {
    let mut spec = spec();
    spec.role = Role::Use { stack_name: id(ROLE_STACK) };
    let mut world = world();
    assert_eq!(problems(&spec, &world)[0].code, Code::ReferenceNotFound);
    let mut stack = wizard::role_stack();
    world.stacks.insert(id(ROLE_STACK), Observed::Present(stack.clone()));
    assert_eq!(step_ids(&plan(&spec, &world)), ["network", "cluster", "run-environment"]);
    stack.outputs.remove(&id("WorkflowStarterARN"));
    world.stacks.insert(id(ROLE_STACK), Observed::Present(stack));
    let problem = &problems(&spec, &world)[0];
    assert_eq!(problem.code, Code::StackIncomplete);
    assert!(problem.message.contains("WorkflowStarterARN") && problem.causes[0].contains("CloudreactorRoleARN"));
}

/// The wizard's PATCH wipes what somebody set in the dashboard.
#[test]
fn what_the_dashboard_set_is_kept() {
    let mut world = converged(&spec());
    let environment = environment_mut(&mut world);
    set(&mut environment.aws, "tags", json!({ "team": "data" }));
    set(&mut environment.aws, "xray", Value::Null);
    set(&mut environment.aws, "events_role_infrastructure_website_url", json!("https://console"));
    set(&mut environment.ecs, "task_role_arn", json!("arn:aws:iam::123456789012:role/task"));
    set(&mut environment.ecs, "platform_version", json!("LATEST"));
    set(&mut environment.ecs, "supported_launch_types", json!(["EC2", "FARGATE"]));
    environment.aws.0["network"]["vpc_id"] = json!("vpc-1");
    assert!(plan(&spec(), &world).is_empty(), "nothing of ours differs");

    set(&mut environment_mut(&mut world).aws, "region", json!("eu-west-1"));
    let plan = plan(&spec(), &world);
    let cloudreactor = component(&plan, Component::CloudReactor);
    assert_eq!(cloudreactor.fields.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["region"]);
    assert_eq!(cloudreactor.kept, ["network.vpc_id", "tags", "platform_version", "task_role_arn"]);
    let after = support::applied::apply(&plan, &world);
    let environment = after.cloudreactor.run_environment.present().expect("it was updated");
    assert_eq!(environment.aws.0["tags"], json!({ "team": "data" }));
    assert_eq!(environment.aws.0["network"]["vpc_id"], "vpc-1");
    assert_eq!(environment.aws.0["region"], "us-west-2");
    assert_eq!(environment.ecs.0["supported_launch_types"], json!(["EC2", "FARGATE"]));
}

#[test]
fn a_differing_secret_is_never_shown() {
    let mut world = converged(&spec());
    set(&mut environment_mut(&mut world).aws, "assumed_role_external_id", json!("old-external-id"));
    let plan = plan(&spec(), &world);
    let field = &component(&plan, Component::CloudReactor).fields[0];
    assert_eq!((&field.before, &field.after), (&Shown::Secret, &Shown::Secret));
    let text = format!("{plan:?} {}", serde_json::to_string(&plan).expect("a plan can be written"));
    assert!(!text.contains("old-external-id") && !text.contains("generated-for-"));
}

#[test]
fn a_secret_key_that_is_withheld_is_not_erased() {
    let mut world = converged(&spec());
    set(&mut environment_mut(&mut world).aws, "access_key", json!("AKIA"));
    assert!(plan(&spec(), &world).is_empty(), "nothing has to be sent");
    set(&mut environment_mut(&mut world).ecs, "launch_type", json!("EC2"));
    assert_eq!(step_ids(&plan(&spec(), &world)), ["run-environment"], "the ECS block can be sent by itself");
    set(&mut environment_mut(&mut world).aws, "region", json!("eu-west-1"));
    assert_eq!(problems(&spec(), &world)[0].code, Code::RunEnvironmentHidesKey);
}

#[test]
fn a_run_environment_of_another_account_is_refused_unless_claimed() {
    let mut world = converged(&spec());
    set(&mut environment_mut(&mut world).aws, "account_id", json!("999999999999"));
    assert_eq!(problems(&spec(), &world)[0].code, Code::RunEnvironmentElsewhere);
    let mut claiming = spec();
    claiming.cloudreactor.adoption = Adoption::Adopt;
    let plan = plan(&claiming, &world);
    let fields: Vec<_> = component(&plan, Component::CloudReactor).fields.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(fields, ["account_id"]);
}

#[test]
fn a_deleted_nat_gateway_loses_its_address() {
    let per_zone = spec_with_network(|network| network.nat = Nat::PerZone);
    let plan = plan(&spec(), &converged(&per_zone));
    assert_eq!((plan.egress.kept.len(), plan.egress.lost.len(), plan.egress.gained), (1, 1, 0));
    assert!(plan.classes().contains(&Class::Delete) && plan.classes().contains(&Class::EgressAddress));
}

#[test]
fn a_secret_parameter_with_no_value_to_keep_is_made() {
    let (spec, mut world) = with_wizards_role(Adoption::Adopt);
    stack_mut(&mut world, ROLE_STACK).parameters.remove(&id("WorkflowStarterAccessKey"));
    let plan = plan(&spec, &world);
    let deploy = deploy(&plan, StepId::Role);
    assert!(matches!(deploy.parameters[&id("WorkflowStarterAccessKey")], ParameterValue::Generated(_)));
    assert_eq!(deploy.parameters[&id("ExternalID")], ParameterValue::Previous);
    let lambda =
        component(&plan, Component::Role).resources.iter().find(|c| c.resource_type == "AWS::Lambda::Function");
    let field = lambda.expect("the Lambda changes").fields.iter().find(|field| field.path.ends_with("ACCESS_KEY"));
    assert_eq!(field.expect("its key changes").after, Shown::Unknown(Unknown::Generated));
}

#[test]
fn a_stack_that_vanished_makes_its_outputs_unknown() {
    let mut world = converged(&spec());
    world.stacks.insert(id(NETWORK_STACK), Observed::Absent);
    let plan = plan(&spec(), &world);
    assert_eq!(step_ids(&plan), ["network", "run-environment"]);
    let changing: Vec<_> = component(&plan, Component::CloudReactor).fields.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(changing, ["network.security_groups", "network.subnets"]);
}

#[test]
fn a_template_that_is_not_json_is_not_guessed_at() {
    let mut world = converged(&spec());
    stack_mut(&mut world, ROLE_STACK).template = Some("Resources:\n  Role:\n    Type: AWS::IAM::Role\n".to_owned());
    let problems = problems(&spec(), &world);
    assert_eq!(problems[0].code, Code::TemplateUnreadable);
    assert!(problems[0].help[0].contains("JSON"));
}
