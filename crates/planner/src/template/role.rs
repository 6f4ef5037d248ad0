//! The stack with CloudReactor's cross-account role.
//!
//! Logical ids, parameters and outputs are those of the template that CloudReactor publishes, so that
//! a stack made from it is updated in place. The grants are the published ones or narrower, as far as
//! CloudReactor keeps working with them.

use std::collections::BTreeMap;

use groundwork_model::ParameterKey;
use groundwork_model::run_environment::{EXTERNAL_ID, STARTER_KEY};
use groundwork_model::spec::{Environment, ManagedRole};
use groundwork_model::step::{ParameterValue, SecretKind};

use super::iam::{
    allow, allow_pass_role, inline_policy, policy, trust_principal, trust_principal_with_external_id, trust_services,
    trust_services_for_this_account,
};
use super::value::{ACCOUNT_ID, Expr};
use super::{Builder, Parameter, Resource, Template, logical_id, outputs, tags};

/// Who assumes the role: CloudReactor's own role, which exists in the partition `aws` only.
pub const CLOUDREACTOR_PRINCIPAL: &str = "arn:aws:iam::549277324696:role/customer_invoker";

/// The workflow starter's runtime. AWS deprecates it on 2029-06-30 and blocks its creation a month
/// later (AWS Lambda Developer Guide, "Lambda runtimes"; cfn-lint's check W2531 warns before). Move to
/// the then current one in the year before; the code uses nothing but the standard library.
pub const LAMBDA_RUNTIME: &str = "python3.13";

/// How much source CloudFormation has always taken in `ZipFile`; documented as larger since.
const INLINE_CODE_LIMIT: usize = 4096;

const WORKFLOW_STARTER: &str = include_str!("workflow_starter.py");
const _: () = assert!(WORKFLOW_STARTER.len() <= INLINE_CODE_LIMIT, "the workflow starter has to fit inline");

const ENVIRONMENT: &str = "DeploymentEnvironment";
const LAMBDA_PREFIX: &str = "LambdaPathPrefix";
const LOG_GROUPS: &str = "CloudwatchLogGroupPattern";
const SECRETS_PREFIX: &str = "SecretsPathPrefix";

/// The role that CloudReactor assumes, and that EventBridge starts scheduled tasks with.
pub const SCHEDULING_ROLE: &str = "executionSchedulingRole";
/// The role that ECS starts tasks with, and that the workflow starter runs as.
pub const EXECUTION_ROLE: &str = "taskExecutionRole";
/// The function that starts workflows.
pub const STARTER: &str = "cloudreactorWorkflowStarterLambda";

/// Where a stack's two secret parameters get their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Made at creation.
    Fresh,
    /// Kept from the stack that exists.
    Kept,
}

/// The values of the role stack's parameters: always all of them, since one that an update leaves out
/// falls back to its default.
pub fn role_parameters(
    env: &Environment,
    role: &ManagedRole,
    secrets: Secrets,
) -> BTreeMap<ParameterKey, ParameterValue> {
    let secret = |kind| match secrets {
        Secrets::Fresh => ParameterValue::Generated(kind),
        Secrets::Kept => ParameterValue::Previous,
    };
    let literal = |text: &str| ParameterValue::Literal(text.to_owned());
    BTreeMap::from([
        (parameter_key(ENVIRONMENT), literal(env.name.as_str())),
        (parameter_key(LAMBDA_PREFIX), literal(&role.lambda_path_prefix)),
        (parameter_key(EXTERNAL_ID), secret(SecretKind::ExternalId)),
        (parameter_key(STARTER_KEY), secret(SecretKind::StarterKey)),
        (parameter_key(LOG_GROUPS), literal(&role.log_group_pattern)),
        (parameter_key(SECRETS_PREFIX), literal(&role.secrets_path_prefix)),
    ])
}

/// The template of the role stack. What differs between environments is in the parameters, except the
/// trusted principal and the hosts that the workflow starter may call: whoever may only set parameters
/// can change neither.
pub fn role(_env: &Environment, role: &ManagedRole) -> Template {
    let mut template = Builder::new("groundwork: the role with which CloudReactor runs tasks in this account");
    for (key, parameter) in parameters() {
        template.parameter(&parameter_key(key), &parameter);
    }
    let principal = role.principal.as_ref().map_or(CLOUDREACTOR_PRINCIPAL, |arn| arn.as_str());
    template.resource(&logical_id(SCHEDULING_ROLE), scheduling_role(principal));
    template.resource(&logical_id(EXECUTION_ROLE), execution_role());
    template.resource(&logical_id("passRolePolicyUnmanaged"), pass_role_policy());
    template.resource(&logical_id(STARTER), workflow_starter(&role.domain_suffix));
    template.resource(&logical_id("workflowStartLambdaInvokePermission"), starter_permission());
    for (key, description, resource) in [
        (outputs::CLOUDREACTOR_ROLE_ARN, "Run Environment: the role that CloudReactor assumes", SCHEDULING_ROLE),
        (outputs::TASK_EXECUTION_ROLE_ARN, "Run Environment: the execution role of tasks", EXECUTION_ROLE),
        (outputs::WORKFLOW_STARTER_ARN, "Run Environment: the workflow starter", STARTER),
    ] {
        template.output(&outputs::key(key), description, &arn_of(resource));
    }
    template.build()
}

/// The parameters with the published template's rules. The two secrets are not `NoEcho`: they have to
/// be read back for the Run Environment.
fn parameters() -> [(&'static str, Parameter); 6] {
    let path = Some("[a-zA-Z0-9_/+=.@-]*");
    let new = |description, lengths, pattern, default| Parameter { description, lengths, pattern, default };
    [
        (ENVIRONMENT, new("Name of the environment", (1, 128), Some("[a-zA-Z0-9]+"), None)),
        (LAMBDA_PREFIX, new("Prefix of the Lambda functions that may be invoked", (0, 128), path, Some(""))),
        (EXTERNAL_ID, new("What CloudReactor shows when it assumes the role", (8, 128), None, None)),
        (STARTER_KEY, new("What CloudReactor shows when it starts a workflow", (8, 128), None, None)),
        (LOG_GROUPS, new("Log groups that tasks may make and write to", (1, 512), None, Some("*"))),
        (SECRETS_PREFIX, new("Where the secrets of tasks stand", (0, 128), path, Some("CloudReactor/"))),
    ]
}

/// The role that CloudReactor assumes, and that EventBridge starts scheduled tasks with.
fn scheduling_role(principal: &str) -> Resource {
    Resource::new(
        "AWS::IAM::Role",
        [
            ("Path", "/".into()),
            (
                "AssumeRolePolicyDocument",
                policy([
                    trust_principal_with_external_id(principal, Expr::parameter(EXTERNAL_ID)),
                    // EventBridge User Guide, "Cross-service confused deputy prevention".
                    trust_services_for_this_account(["events.amazonaws.com"]),
                ]),
            ),
            (
                "ManagedPolicyArns",
                Expr::list([Expr::sub("arn:${AWS::Partition}:iam::aws:policy/AWSCodeBuildDeveloperAccess")]),
            ),
            ("Policies", Expr::list([run_tasks_policy()])),
            ("Tags", environment_tags()),
        ],
    )
}

fn run_tasks_policy() -> Expr {
    let ecs_and_events = [
        "ecs:CreateService",
        "ecs:DeleteService",
        "ecs:DescribeServices",
        "ecs:DeregisterTaskDefinition",
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:ListTaskDefinitions",
        "ecs:ListTaskDefinitionFamilies",
        "ecs:RunTask",
        "ecs:StartTask",
        "ecs:StopTask",
        "ecs:TagResource",
        "ecs:UpdateService",
        "ecs:UntagResource",
        "events:DeleteRule",
        "events:DescribeRule",
        "events:DisableRule",
        "events:EnableRule",
        "events:ListRules",
        "events:ListTargetsByRule",
        "events:PutEvents",
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
    ];
    inline_policy(
        "CloudreactorRunTasksPolicy-${AWS::Region}-${DeploymentEnvironment}",
        [
            allow("RunTasks", ecs_and_events, "*".into()),
            // Tasks bring roles of their own, whose names nobody knows beforehand.
            allow_pass_role(
                "PassRolesToTasks",
                "ecs-tasks.amazonaws.com",
                Expr::sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"),
            ),
            allow(
                "InvokeFunctions",
                ["lambda:InvokeFunction"],
                Expr::sub(
                    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${LambdaPathPrefix}*",
                ),
            ),
        ],
    )
}

/// The role that ECS starts tasks with, and that the workflow starter runs as.
fn execution_role() -> Resource {
    let managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    Resource::new(
        "AWS::IAM::Role",
        [
            ("Path", "/".into()),
            (
                "AssumeRolePolicyDocument",
                policy([
                    trust_principal(arn_of(SCHEDULING_ROLE)),
                    // ECS Developer Guide, "Amazon ECS task IAM role", and EventBridge as above.
                    trust_services_for_this_account(["ecs-tasks.amazonaws.com", "events.amazonaws.com"]),
                    // Neither service documents that it names its source account when it assumes a role:
                    // if it does not, the condition would shut it out.
                    trust_services(["apigateway.amazonaws.com", "lambda.amazonaws.com"]),
                ]),
            ),
            ("ManagedPolicyArns", Expr::list([Expr::sub(managed)])),
            ("Policies", Expr::list([task_execution_policy()])),
            ("Tags", environment_tags()),
        ],
    )
}

fn task_execution_policy() -> Expr {
    let log_actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"];
    let log_group =
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${CloudwatchLogGroupPattern}";
    // The streams of a group: a pattern that does not end with `*` would leave them out.
    let log_streams =
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${CloudwatchLogGroupPattern}:*";
    let secrets = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:\
                   ${SecretsPathPrefix}${DeploymentEnvironment}/common/*";
    inline_policy(
        "CloudreactorDefaultTaskExecutionPolicy-${AWS::Region}-${DeploymentEnvironment}",
        [
            allow("WriteLogs", log_actions, Expr::list([Expr::sub(log_group), Expr::sub(log_streams)])),
            allow("ReadSecrets", ["secretsmanager:GetSecretValue"], Expr::sub(secrets)),
        ],
    )
}

/// Lets CloudReactor pass the two roles on to whichever service starts its tasks. A policy of its own,
/// since a role's inline policy cannot name the role itself.
fn pass_role_policy() -> Resource {
    let roles = Expr::list([arn_of(EXECUTION_ROLE), arn_of(SCHEDULING_ROLE)]);
    Resource::new(
        "AWS::IAM::Policy",
        [
            ("PolicyName", Expr::sub("CloudreactorPassRolePolicy-${AWS::Region}-${DeploymentEnvironment}")),
            ("PolicyDocument", policy([allow("PassOwnRoles", ["iam:PassRole"], roles)])),
            ("Roles", Expr::list([Expr::id_of(&logical_id(SCHEDULING_ROLE))])),
        ],
    )
}

fn workflow_starter(domain_suffix: &str) -> Resource {
    let variables = Expr::object([
        ("URL_REQUESTER_ACCESS_KEY", Expr::parameter(STARTER_KEY)),
        ("DOMAIN_SUFFIX", domain_suffix.into()),
    ]);
    Resource::new(
        "AWS::Lambda::Function",
        [
            ("Description", "Asks CloudReactor to start a workflow".into()),
            ("Handler", "index.handler".into()),
            ("Runtime", LAMBDA_RUNTIME.into()),
            ("Role", arn_of(EXECUTION_ROLE)),
            ("Timeout", 60.into()),
            ("Environment", Expr::object([("Variables", variables)])),
            ("Code", Expr::object([("ZipFile", WORKFLOW_STARTER.into())])),
            ("Tags", environment_tags()),
        ],
    )
}

fn starter_permission() -> Resource {
    Resource::new(
        "AWS::Lambda::Permission",
        [
            ("Action", "lambda:InvokeFunction".into()),
            ("FunctionName", arn_of(STARTER)),
            ("Principal", "events.amazonaws.com".into()),
            // Without it, anybody's EventBridge rule could invoke the function.
            ("SourceAccount", Expr::parameter(ACCOUNT_ID)),
        ],
    )
}

fn environment_tags() -> Expr {
    tags([("Environment", Expr::parameter(ENVIRONMENT)), ("ManagedBy", "CloudReactor".into())])
}

fn arn_of(resource: &str) -> Expr {
    Expr::Attribute(logical_id(resource), "Arn")
}

fn parameter_key(name: &str) -> ParameterKey {
    name.parse().expect("parameter names are letters and digits")
}
