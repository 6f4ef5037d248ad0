//! Plans, reports and what they consist of.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::diagnosis::{Condition, Diagnosis, Failure, StackDiagnosis, Story};
use groundwork_model::plan::{
    Action, Component, ComponentPlan, Egress, FieldChange, Plan, Purpose, Reason, ResourceChange, Shown, Subject,
    Target, Unknown,
};
use groundwork_model::problem::Problem;
use groundwork_model::spec::OutputRef;
use groundwork_model::step::{DeleteStack, DeployKind, DeployStack, Op, RunEnvironmentDraft, Step, StepId};
use groundwork_model::world::Group;
use groundwork_model::{Code, StackId, StackName};
use serde_json::{Value, json};

/// Parses an identifier of any kind.
pub fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?} should be valid"))
}

pub fn target() -> Target {
    Target {
        environment: id("staging"),
        account: id("123456789012"),
        region: id("us-west-2"),
        caller: id("arn:aws:sts::123456789012:assumed-role/deployer/ci-4711"),
    }
}

pub const ROLE: StepId = StepId::Role;
pub const NETWORK: StepId = StepId::Network;
pub const CLUSTER: StepId = StepId::Cluster;
pub const RUN_ENVIRONMENT: StepId = StepId::RunEnvironment;

pub fn json_value(value: Value) -> Shown {
    Shown::Json(value)
}

pub fn output(stack: &str, key: &str) -> Shown {
    Shown::Unknown(Unknown::Output(OutputRef { stack: id(stack), key: id(key) }))
}

pub fn new_resource(name: &str) -> Shown {
    Shown::Unknown(Unknown::Resource(id(name)))
}

pub fn field(path: &str, before: Shown, after: Shown) -> FieldChange {
    FieldChange { path: path.to_owned(), before, after, create_only: false }
}

pub fn forcing(path: &str, before: Shown, after: Shown) -> FieldChange {
    FieldChange { create_only: true, ..field(path, before, after) }
}

/// A resource: `+ Vpc EC2::VPC 10.0.0.0/16`.
pub fn resource(line: &str) -> ResourceChange {
    let mut words = line.splitn(4, ' ');
    let mut word = || words.next().map(str::to_owned);
    let action = match word().as_deref() {
        Some("+") => Action::Create,
        Some("~") => Action::Update,
        Some("±") => Action::Replace,
        Some("-") => Action::Delete,
        other => panic!("{other:?} is no sign"),
    };
    ResourceChange {
        logical_id: id(&word().expect("a name")),
        resource_type: format!("AWS::{}", word().expect("a type")),
        action,
        conditional: false,
        note: word(),
        fields: Vec::new(),
    }
}

pub fn changed(line: &str, fields: Vec<FieldChange>) -> ResourceChange {
    ResourceChange { fields, ..resource(line) }
}

pub fn stack_name(component: Component) -> StackName {
    match component {
        Component::Role | Component::CloudReactor => id("CloudReactor-staging"),
        Component::Network | Component::Cluster => id(&format!("CloudReactor-staging-{component}")),
    }
}

pub fn subject(component: Component) -> Subject {
    match component {
        Component::CloudReactor => Subject::RunEnvironment { name: id("staging"), group: "example".to_owned() },
        stack => Subject::Stack(stack_name(stack)),
    }
}

pub fn part(component: Component, action: Action, reason: Reason) -> ComponentPlan {
    ComponentPlan {
        component,
        subject: subject(component),
        action,
        reason,
        resources: Vec::new(),
        fields: Vec::new(),
        kept: Vec::new(),
        permissions: Vec::new(),
    }
}

pub fn converged(component: Component) -> ComponentPlan {
    part(component, Action::NoOp, Reason::Converged)
}

/// A plan of these parts, with a step for each that changes.
pub fn plan(purpose: Purpose, components: Vec<ComponentPlan>) -> Plan {
    let steps = components.iter().filter(|part| part.action != Action::NoOp).map(step).collect();
    Plan {
        purpose,
        target: target(),
        components,
        egress: Egress::default(),
        cost: Default::default(),
        policy: Default::default(),
        warnings: Vec::new(),
        steps,
    }
}

fn step(part: &ComponentPlan) -> Step {
    let (step, op) = match (part.component, part.action) {
        (Component::CloudReactor, Action::Delete) => (
            RUN_ENVIRONMENT,
            Op::DeleteRunEnvironment { uuid: id("745fcdb7-fbab-4661-a07c-abcec263c956"), name: id("staging") },
        ),
        (Component::CloudReactor, action) => {
            let existing = (action != Action::Create).then(|| id("745fcdb7-fbab-4661-a07c-abcec263c956"));
            let group = Group { id: 2, name: "example".to_owned() };
            let (aws, ecs) = (BTreeMap::new(), BTreeMap::new());
            let (announced_aws, announced_ecs) = Default::default();
            let draft =
                RunEnvironmentDraft { name: id("staging"), group, existing, announced_aws, announced_ecs, aws, ecs };
            (RUN_ENVIRONMENT, Op::PutRunEnvironment(draft))
        }
        (component, action) => {
            let stack = stack_name(component);
            let op = match action {
                Action::Delete => {
                    Op::DeleteStack(DeleteStack { stack, id: stack_id(), only_in: None, retain: Default::default() })
                }
                action => Op::DeployStack(DeployStack {
                    stack,
                    kind: match action {
                        Action::Create => DeployKind::Create,
                        _ => DeployKind::Update { id: stack_id(), updated: Some("2026-11-24T12:00:00Z".to_owned()) },
                    },
                    template: "".into(),
                    parameters: BTreeMap::new(),
                    tags: BTreeMap::new(),
                    announced: BTreeMap::new(),
                }),
            };
            let step = match component {
                Component::Role => ROLE,
                Component::Network => NETWORK,
                Component::Cluster | Component::CloudReactor => CLUSTER,
            };
            (step, op)
        }
    };
    Step { id: step, component: part.component, needs: BTreeSet::new(), op }
}

/// The role stack's resources.
const ROLE_RESOURCES: [&str; 5] = [
    "+ executionSchedulingRole IAM::Role",
    "+ taskExecutionRole IAM::Role",
    "+ passRolePolicyUnmanaged IAM::Policy CloudreactorPassRolePolicy-us-west-2-staging",
    "+ cloudreactorWorkflowStarterLambda Lambda::Function",
    "+ workflowStartLambdaInvokePermission Lambda::Permission",
];

/// A network of two zones.
const NETWORK_RESOURCES: [&str; 32] = [
    "+ Vpc EC2::VPC 10.0.0.0/16",
    "+ InternetGateway EC2::InternetGateway",
    "+ InternetGatewayAttachment EC2::VPCGatewayAttachment",
    "+ RouteTablePublic EC2::RouteTable",
    "+ RoutePublic EC2::Route to 0.0.0.0/0",
    "+ SubnetPublicUsw2Az1 EC2::Subnet 10.0.0.0/20 in us-west-2a",
    "+ RouteTableAssociationPublicUsw2Az1 EC2::SubnetRouteTableAssociation",
    "+ SubnetPublicUsw2Az2 EC2::Subnet 10.0.32.0/20 in us-west-2b",
    "+ RouteTableAssociationPublicUsw2Az2 EC2::SubnetRouteTableAssociation",
    "+ EipUsw2Az1 EC2::EIP",
    "+ NatGatewayUsw2Az1 EC2::NatGateway in SubnetPublicUsw2Az1",
    "+ EipUsw2Az2 EC2::EIP",
    "+ NatGatewayUsw2Az2 EC2::NatGateway in SubnetPublicUsw2Az2",
    "+ RouteTablePrivateUsw2Az1 EC2::RouteTable",
    "+ RoutePrivateUsw2Az1 EC2::Route to 0.0.0.0/0",
    "+ SubnetPrivateUsw2Az1 EC2::Subnet 10.0.16.0/20 in us-west-2a",
    "+ RouteTableAssociationPrivateUsw2Az1 EC2::SubnetRouteTableAssociation",
    "+ RouteTablePrivateUsw2Az2 EC2::RouteTable",
    "+ RoutePrivateUsw2Az2 EC2::Route to 0.0.0.0/0",
    "+ SubnetPrivateUsw2Az2 EC2::Subnet 10.0.48.0/20 in us-west-2b",
    "+ RouteTableAssociationPrivateUsw2Az2 EC2::SubnetRouteTableAssociation",
    "+ TaskSecurityGroup EC2::SecurityGroup Tasks of CloudReactor",
    "+ EndpointSecurityGroup EC2::SecurityGroup Endpoints of AWS services",
    "+ EndpointS3 EC2::VPCEndpoint com.amazonaws.us-west-2.s3",
    "+ EndpointDynamodb EC2::VPCEndpoint com.amazonaws.us-west-2.dynamodb",
    "+ EndpointEcrApi EC2::VPCEndpoint com.amazonaws.us-west-2.ecr.api",
    "+ EndpointEcrDkr EC2::VPCEndpoint com.amazonaws.us-west-2.ecr.dkr",
    "+ EndpointLogs EC2::VPCEndpoint com.amazonaws.us-west-2.logs",
    "+ EndpointSecretsmanager EC2::VPCEndpoint com.amazonaws.us-west-2.secretsmanager",
    "+ EndpointSsm EC2::VPCEndpoint com.amazonaws.us-west-2.ssm",
    "+ EndpointSts EC2::VPCEndpoint com.amazonaws.us-west-2.sts",
    "+ EndpointKms EC2::VPCEndpoint com.amazonaws.us-west-2.kms",
];

fn resources(lines: &[&str], action: Action) -> Vec<ResourceChange> {
    lines.iter().map(|line| ResourceChange { action, ..resource(line) }).collect()
}

/// Everything, from nothing.
pub fn first_create() -> Plan {
    let made = |component| part(component, Action::Create, Reason::Missing);
    let later = |path: &str, stack: &str, key: &str| field(path, Shown::Absent, output(stack, key));
    let known = |path: &str, value: Value| field(path, Shown::Absent, Shown::Json(value));
    let secret = |path: &str| field(path, Shown::Absent, Shown::Unknown(Unknown::Generated));
    let network = "CloudReactor-staging-network";
    let components = vec![
        ComponentPlan { resources: resources(&ROLE_RESOURCES, Action::Create), ..made(Component::Role) },
        ComponentPlan { resources: resources(&NETWORK_RESOURCES, Action::Create), ..made(Component::Network) },
        ComponentPlan { resources: vec![resource("+ Cluster ECS::Cluster staging")], ..made(Component::Cluster) },
        ComponentPlan {
            fields: vec![
                known("account_id", json!("123456789012")),
                secret("assumed_role_external_id"),
                later("events_role_arn", "CloudReactor-staging", "CloudreactorRoleARN"),
                later("execution_role_arn", "CloudReactor-staging", "TaskExecutionRoleARN"),
                known("network.assign_public_ip", json!(false)),
                later("network.security_groups", network, "DefaultTaskSecurityGroup"),
                later("network.subnets", network, "SubnetsPrivate"),
                known("region", json!("us-west-2")),
                secret("workflow_starter_access_key"),
                later("workflow_starter_lambda_arn", "CloudReactor-staging", "WorkflowStarterARN"),
                later("cluster_arn", "CloudReactor-staging-cluster", "ClusterArn"),
                later("execution_role_arn", "CloudReactor-staging", "TaskExecutionRoleARN"),
                known("launch_type", json!("FARGATE")),
                known("platform_version", json!("1.4.0")),
                known("supported_launch_types", json!(["FARGATE"])),
            ],
            ..made(Component::CloudReactor)
        },
    ];
    Plan { egress: Egress { gained: 2, ..Egress::default() }, ..plan(Purpose::Apply, components) }
}

/// A zone is added, and a NAT gateway replaced.
pub fn zone_added() -> Plan {
    let list = |names: &[&str]| json_value(json!(names));
    let network = ComponentPlan {
        resources: vec![
            resource("+ RouteTablePrivateUsw2Az3 EC2::RouteTable"),
            resource("+ SubnetPrivateUsw2Az3 EC2::Subnet 10.0.80.0/20 in us-west-2c"),
            resource("+ RouteTableAssociationPrivateUsw2Az3 EC2::SubnetRouteTableAssociation"),
            changed(
                "± NatGatewayUsw2Az1 EC2::NatGateway in SubnetPublicUsw2Az1",
                vec![forcing("AllocationId", json_value(json!("eipalloc-0a1b")), json_value(json!("eipalloc-77f0")))],
            ),
            changed(
                "~ EndpointS3 EC2::VPCEndpoint com.amazonaws.us-west-2.s3",
                vec![field(
                    "RouteTableIds",
                    list(&["${RouteTablePrivateUsw2Az1}", "${RouteTablePublic}"]),
                    list(&["${RouteTablePrivateUsw2Az1}", "${RouteTablePrivateUsw2Az3}", "${RouteTablePublic}"]),
                )],
            ),
        ],
        fields: vec![
            field("Outputs.SubnetsPrivate", json_value(json!("a,b")), json_value(json!("a,b,c"))),
            field("Outputs.RouteTablesPrivate", json_value(json!("a,b")), json_value(json!("a,b,c"))),
            field("Outputs.SubnetPrivateUsw2Az3", Shown::Absent, new_resource("SubnetPrivateUsw2Az3")),
        ],
        ..part(Component::Network, Action::Update, Reason::Differs)
    };
    let environment = ComponentPlan {
        fields: vec![field(
            "network.subnets",
            list(&["subnet-65f6db7f", "subnet-65f6db80"]),
            output("CloudReactor-staging-network", "SubnetsPrivate"),
        )],
        kept: vec!["tags".to_owned(), "logging".to_owned()],
        permissions: Vec::new(),
        ..part(Component::CloudReactor, Action::Update, Reason::Differs)
    };
    let components = vec![converged(Component::Role), network, converged(Component::Cluster), environment];
    let egress = Egress { kept: vec![id("203.0.113.7")], lost: vec![id("203.0.113.9")], gained: 1 };
    let warning = Problem::new(Code::NotChecked, "AWS may refuse to replace NatGatewayUsw2Az1")
        .at("network")
        .because("its address stays, and the old gateway still holds it when the new one is made")
        .help("if it does, the stack is rolled back: apply with nat = \"none\" first, then with the wanted value");
    Plan { egress, warnings: vec![warning], ..plan(Purpose::Apply, components) }
}

/// Another address block replaces the network, and what lies in it follows.
pub fn network_replaced() -> Plan {
    let text = |text: &str| json_value(json!(text));
    let network = ComponentPlan {
        resources: vec![
            changed("± Vpc EC2::VPC 10.1.0.0/16", vec![forcing("CidrBlock", text("10.0.0.0/16"), text("10.1.0.0/16"))]),
            changed(
                "± SubnetPublicUsw2Az1 EC2::Subnet 10.1.0.0/20 in us-west-2a",
                vec![
                    forcing("CidrBlock", text("10.0.0.0/20"), text("10.1.0.0/20")),
                    forcing("VpcId", text("${Vpc}"), new_resource("Vpc")),
                ],
            ),
            changed(
                "± RouteTableAssociationPublicUsw2Az1 EC2::SubnetRouteTableAssociation",
                vec![
                    forcing("SubnetId", text("${SubnetPublicUsw2Az1}"), new_resource("SubnetPublicUsw2Az1")),
                    forcing("RouteTableId", text("rtb-0a1b2c3d"), new_resource("RouteTablePublic")),
                ],
            ),
        ],
        ..part(Component::Network, Action::Update, Reason::Differs)
    };
    let environment = ComponentPlan {
        fields: vec![field(
            "network.security_groups",
            json_value(json!(["sg-3b8b8889"])),
            output("CloudReactor-staging-network", "DefaultTaskSecurityGroup"),
        )],
        ..part(Component::CloudReactor, Action::Update, Reason::Differs)
    };
    plan(Purpose::Apply, vec![converged(Component::Role), network, converged(Component::Cluster), environment])
}

/// A stack of the old wizard is taken over.
pub fn role_adopted() -> Plan {
    let actions: Vec<String> = (0..24).map(|number| format!("ecs:Action{number}")).collect();
    let policies = json!([{
        "PolicyName": "CloudreactorRunTasksPolicy-us-west-2-staging",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Sid": "RunTasks", "Effect": "Allow", "Action": actions, "Resource": ["*"] }]
        }
    }]);
    let trust =
        |accounts: Value| json!([{ "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" } }, accounts]);
    let role = ComponentPlan {
        resources: vec![
            changed(
                "~ executionSchedulingRole IAM::Role",
                vec![
                    field(
                        "AssumeRolePolicyDocument.Statement",
                        json_value(trust(json!({ "Effect": "Allow" }))),
                        json_value(trust(json!({ "Effect": "Allow", "Condition": { "StringEquals": {
                            "aws:SourceAccount": ["123456789012"] } } }))),
                    ),
                    field("Policies", Shown::Absent, json_value(policies)),
                ],
            ),
            changed(
                "~ cloudreactorWorkflowStarterLambda Lambda::Function",
                vec![
                    field(
                        "Code.ZipFile",
                        json_value(json!("text of 4 lines, sha256 c11bc7d5374613ba")),
                        json_value(json!("text of 73 lines, sha256 b60e576aadeac660")),
                    ),
                    field("Description", Shown::Absent, json_value(json!("Asks CloudReactor to start a workflow"))),
                    field("Environment.Variables.URL_REQUESTER_ACCESS_KEY", Shown::Secret, Shown::Secret),
                    field("Runtime", json_value(json!("python3.11")), json_value(json!("python3.13"))),
                ],
            ),
            changed(
                "± workflowStartLambdaInvokePermission Lambda::Permission",
                vec![forcing("SourceAccount", Shown::Absent, json_value(json!("123456789012")))],
            ),
            ResourceChange {
                conditional: true,
                ..changed("± Flow EC2::FlowLog", vec![field("X", json_value(json!(1)), json_value(json!(2)))])
            },
            resource("- oldPolicy IAM::Policy"),
        ],
        fields: vec![
            field("Parameters.ExternalID", Shown::Absent, Shown::Unknown(Unknown::Generated)),
            field("Parameters.LambdaPathPrefix", json_value(json!("")), json_value(json!("jobs-"))),
            field("Tags[groundwork:environment]", Shown::Absent, json_value(json!("staging"))),
        ],
        ..part(Component::Role, Action::Update, Reason::Adopted)
    };
    let network = ComponentPlan {
        subject: Subject::Network("subnet-0a1b2c3d4e5f60718, subnet-0a1b2c3d4e5f60719".to_owned()),
        ..part(Component::Network, Action::NoOp, Reason::OnlyReferred)
    };
    let cluster = ComponentPlan {
        subject: Subject::Cluster(id("shared")),
        fields: vec![field(
            "capacityProviders",
            json_value(json!(["FARGATE"])),
            json_value(json!(["FARGATE", "FARGATE_SPOT"])),
        )],
        ..part(Component::Cluster, Action::Update, Reason::Differs)
    };
    plan(Purpose::Apply, vec![role, network, cluster, converged(Component::CloudReactor)])
}

/// Nothing differs.
pub fn nothing_to_do() -> Plan {
    plan(Purpose::Apply, Component::ALL.map(converged).to_vec())
}

/// What a failed creation left goes, and the stack is made again.
pub fn corpse() -> Plan {
    let cluster = ComponentPlan {
        resources: vec![resource("+ Cluster ECS::Cluster staging")],
        ..part(Component::Cluster, Action::Create, Reason::Corpse("ROLLBACK_COMPLETE".to_owned()))
    };
    let skipped = ComponentPlan { subject: Subject::None, ..part(Component::Network, Action::NoOp, Reason::Skipped) };
    plan(Purpose::Apply, vec![converged(Component::Role), skipped, cluster, converged(Component::CloudReactor)])
}

/// Everything goes.
pub fn destroy() -> Plan {
    let gone = |component| part(component, Action::Delete, Reason::Destroy);
    let components = vec![
        ComponentPlan { resources: resources(&ROLE_RESOURCES, Action::Delete), ..gone(Component::Role) },
        ComponentPlan { resources: resources(&NETWORK_RESOURCES[..6], Action::Delete), ..gone(Component::Network) },
        part(Component::Cluster, Action::NoOp, Reason::NotOurs),
        gone(Component::CloudReactor),
    ];
    let egress = Egress { lost: vec![id("203.0.113.9")], ..Egress::default() };
    Plan { egress, ..plan(Purpose::Destroy, components) }
}

/// There is nothing to remove.
pub fn nothing_to_destroy() -> Plan {
    let missing = |component| part(component, Action::NoOp, Reason::Missing);
    let mut components: Vec<ComponentPlan> = Component::ALL[..3].iter().copied().map(missing).collect();
    components.push(part(Component::CloudReactor, Action::NoOp, Reason::Kept));
    plan(Purpose::Destroy, components)
}

/// Every plan.
pub fn plans() -> Vec<Plan> {
    vec![first_create(), zone_added(), role_adopted(), nothing_to_do(), corpse(), destroy(), nothing_to_destroy()]
}

pub fn stack_id() -> StackId {
    id("arn:aws:cloudformation:us-west-2:123456789012:stack/CloudReactor-staging/1")
}

/// A diagnosis with one stack of each condition.
pub fn diagnosis() -> Diagnosis {
    let failure = |logical_id: &str, kind: &str, status: &str, reasons: &[&str], remedies: &[&str]| Failure {
        logical_id: logical_id.to_owned(),
        resource_type: kind.to_owned(),
        physical_id: (status == "DELETE_FAILED").then(|| "vpc-0a1b".to_owned()),
        status: status.to_owned(),
        at_ms: 1_795_509_720_123,
        reasons: reasons.iter().map(|text| (*text).to_owned()).collect(),
        code: Some("AddressLimitExceeded".to_owned()),
        remedies: remedies.iter().map(|text| (*text).to_owned()).collect(),
    };
    let full = "The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400)";
    let cause = failure(
        "EipUsw2Az2",
        "AWS::EC2::EIP",
        "CREATE_FAILED",
        &[full],
        &["free an Elastic IP address, or use nat = \"single\", which needs only one"],
    );
    let undoing = failure(
        "NatGatewayUsw2Az1",
        "AWS::EC2::NatGateway",
        "UPDATE_FAILED",
        &["Resource is not in the state available", "Acme::Guard::Hook: no gateway without an owner tag"],
        &[],
    );
    let orphan = failure("Vpc", "AWS::EC2::VPC", "DELETE_FAILED", &["has dependencies and cannot be deleted"], &[]);
    let story = |cause, undoing, orphans| Story {
        began_ms: 1_795_509_600_000,
        last_ms: 1_795_509_720_123,
        cause,
        others: vec![failure("EipUsw2Az3", "AWS::EC2::EIP", "CREATE_FAILED", &[full], &[])],
        undoing,
        orphans,
    };
    let stack = |component, status: Option<&str>, condition, story, next: &[&str]| StackDiagnosis {
        component,
        stack: stack_name(component),
        id: status.map(|_| stack_id()),
        status: status.map(str::to_owned),
        condition,
        story,
        next: next.iter().map(|text| (*text).to_owned()).collect(),
    };
    let recover = "remove the cause, then roll it back: groundwork recover, with the same spec";
    let gone = "delete vpc-0a1b by hand: it belongs to no stack any more, and may cost money";
    Diagnosis {
        format_version: "1.0".to_owned(),
        target: target(),
        stacks: vec![
            stack(
                Component::Role,
                Some("UPDATE_COMPLETE"),
                Condition::Well,
                Some(Story { others: Vec::new(), ..story(None, None, vec![orphan]) }),
                &[gone],
            ),
            stack(
                Component::Network,
                Some("UPDATE_ROLLBACK_FAILED"),
                Condition::Stuck,
                Some(story(Some(cause), Some(undoing), Vec::new())),
                &[recover, "then run the same command again"],
            ),
            stack(Component::Cluster, None, Condition::Absent, None, &[]),
        ],
    }
}
