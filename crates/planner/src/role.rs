//! The plan of the role, and what the Run Environment takes from it.

use std::collections::BTreeMap;

use groundwork_model::plan::{Component, Reason, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::{EXTERNAL_ID, STARTER_KEY};
use groundwork_model::spec::{Environment, ManagedRole, OutputRef, Role};
use groundwork_model::step::{ParameterValue, StepId};
use groundwork_model::world::{ObservedParameter, Stack, StackPhase, Stuck};
use groundwork_model::{Code, ParameterKey, Secret, StackName};

use crate::context::Context;
use crate::part::{Part, untouched};
use crate::stack::{self, Output, Wanted};
use crate::standing::{self, Standing, standing};
use crate::template::{self, Secrets, outputs};

pub(crate) const STEP: StepId = StepId::Role;

/// What the Run Environment takes from the role stack.
#[derive(Clone, Debug)]
pub(crate) struct RoleFacts {
    pub role: Output,
    pub execution_role: Output,
    pub workflow_starter: Output,
    pub external_id: SecretFact,
    pub starter_key: SecretFact,
}

/// A secret parameter of a stack.
#[derive(Clone, Debug)]
pub(crate) struct SecretFact {
    pub stack: StackName,
    pub key: ParameterKey,
    /// Its value, unless apply makes it or AWS hides it.
    pub value: Option<Secret>,
}

/// Plans the role.
pub(crate) fn plan(context: &Context<'_>, version: &str) -> Result<Part<RoleFacts>, Problem> {
    match &context.spec.role {
        Role::Create(role) => create(context, role, version),
        Role::Use { stack_name } => refer(context, stack_name),
    }
}

fn create(context: &Context<'_>, role: &ManagedRole, version: &str) -> Result<Part<RoleFacts>, Problem> {
    let environment = &context.spec.environment;
    let standing = standing(context, Component::Role, &role.stack_name, role.adoption)?;
    let template = template::role(environment, role);
    let wanted = Wanted {
        component: Component::Role,
        step: STEP,
        name: &role.stack_name,
        template: &template,
        parameters: parameters(context, role, &standing),
    };
    let plan = stack::plan(context, wanted, &standing, version);
    let facts = RoleFacts {
        role: plan.output(outputs::CLOUDREACTOR_ROLE_ARN),
        execution_role: plan.output(outputs::TASK_EXECUTION_ROLE_ARN),
        workflow_starter: plan.output(outputs::WORKFLOW_STARTER_ARN),
        external_id: secret(&role.stack_name, standing.deployed(), EXTERNAL_ID),
        starter_key: secret(&role.stack_name, standing.deployed(), STARTER_KEY),
    };
    let warnings = if plan.step.is_some() { trust_notes() } else { Vec::new() };
    Ok(Part { component: plan.component, steps: plan.step.into_iter().collect(), warnings, facts })
}

/// The stack's parameters: secrets that it has are kept, others are made.
fn parameters(
    context: &Context<'_>,
    role: &ManagedRole,
    standing: &Standing<'_>,
) -> BTreeMap<ParameterKey, ParameterValue> {
    let environment = &context.spec.environment;
    let mut parameters = template::role_parameters(environment, role, Secrets::Fresh);
    for (key, value) in template::role_parameters(environment, role, Secrets::Kept) {
        if value != ParameterValue::Previous || stack::has_parameter(standing.deployed(), &key) {
            parameters.insert(key, value);
        }
    }
    parameters
}

/// The parameters of the secrets, as they are where a stack has them.
pub(crate) fn kept_secrets(environment: &Environment, role: &ManagedRole) -> BTreeMap<ParameterKey, ParameterValue> {
    let kept = template::role_parameters(environment, role, Secrets::Kept);
    kept.into_iter().filter(|(_, value)| *value == ParameterValue::Previous).collect()
}

fn secret(name: &StackName, stack: Option<&Stack>, key: &str) -> SecretFact {
    let key: ParameterKey = key.parse().expect("the secret parameters' names are letters and digits");
    let value = stack.and_then(|stack| match stack.parameters.get(&key)? {
        ObservedParameter::Plain(text) => Some(Secret::new(text.clone())),
        ObservedParameter::Secret(secret) => Some(secret.clone()),
        ObservedParameter::Masked => None,
    });
    SecretFact { stack: name.clone(), key, value }
}

/// What a reviewer of the role should know, and what we leave as CloudReactor needs it.
fn trust_notes() -> Vec<Problem> {
    [
        (
            "CloudReactor may pass any role of this account to ECS tasks",
            "tasks bring roles of their own, whose names nobody knows beforehand",
        ),
        (
            "CloudReactor may run, stop and schedule tasks in every cluster of this account and Region",
            "clusters are chosen in CloudReactor, task by task",
        ),
    ]
    .into_iter()
    .map(|(message, cause)| Problem::new(Code::TrustNote, message).at("role").because(cause))
    .collect()
}

/// What a role is known to be of which nothing could be read.
pub(crate) fn unread(name: &StackName) -> RoleFacts {
    let output = |key: &str| Output::Later(OutputRef { stack: name.clone(), key: outputs::key(key) });
    RoleFacts {
        role: output(outputs::CLOUDREACTOR_ROLE_ARN),
        execution_role: output(outputs::TASK_EXECUTION_ROLE_ARN),
        workflow_starter: output(outputs::WORKFLOW_STARTER_ARN),
        external_id: secret(name, None, EXTERNAL_ID),
        starter_key: secret(name, None, STARTER_KEY),
    }
}

/// A role that the spec refers to.
pub(crate) fn refer(context: &Context<'_>, name: &StackName) -> Result<Part<RoleFacts>, Problem> {
    let stack = referred(context, name)?;
    let output = |key: &str| Output::Known(stack.outputs.get(&outputs::key(key)).cloned().unwrap_or_default());
    let facts = RoleFacts {
        role: output(outputs::CLOUDREACTOR_ROLE_ARN),
        execution_role: output(outputs::TASK_EXECUTION_ROLE_ARN),
        workflow_starter: output(outputs::WORKFLOW_STARTER_ARN),
        external_id: secret(name, Some(stack), EXTERNAL_ID),
        starter_key: secret(name, Some(stack), STARTER_KEY),
    };
    complete(stack, &facts)?;
    let component = untouched(Component::Role, Subject::Stack(name.clone()), Reason::OnlyReferred);
    Ok(Part { component, steps: Vec::new(), warnings: Vec::new(), facts })
}

/// A role stack that the spec refers to.
fn referred<'a>(context: &Context<'a>, name: &StackName) -> Result<&'a Stack, Problem> {
    let missing = || {
        Problem::new(Code::ReferenceNotFound, format!("there is no stack {name} in {}", context.target.region))
            .at("role.stack_name")
            .help("name the stack that made the role, or let groundwork make one: role.mode = \"create\"")
    };
    let stack = context.world.stack(name).ok_or_else(missing)?;
    match &stack.phase {
        StackPhase::Shell | StackPhase::Stuck(Stuck::DeleteComplete) => Err(missing()),
        StackPhase::Moving(_) if !standing::is_usable(&stack.phase) => {
            Err(standing::busy(Component::Role, stack, &context.target.region))
        }
        StackPhase::Unrecognized(_) => Err(standing::stuck(Component::Role, stack, &context.target)),
        StackPhase::Settled(_) | StackPhase::Moving(_) | StackPhase::Stuck(_) => Ok(stack),
    }
}

fn complete(stack: &Stack, facts: &RoleFacts) -> Result<(), Problem> {
    let wanted = [outputs::CLOUDREACTOR_ROLE_ARN, outputs::TASK_EXECUTION_ROLE_ARN, outputs::WORKFLOW_STARTER_ARN];
    let mut missing: Vec<String> = wanted
        .into_iter()
        .filter(|key| !stack.outputs.contains_key(&outputs::key(key)))
        .map(|key| format!("output {key}"))
        .collect();
    let secrets = [&facts.external_id, &facts.starter_key].into_iter().filter(|fact| fact.value.is_none());
    missing.extend(secrets.map(|fact| format!("readable parameter {}", fact.key)));
    if missing.is_empty() {
        return Ok(());
    }
    let has: Vec<&str> = stack.outputs.keys().map(|key| key.as_str()).collect();
    let has = if has.is_empty() { "no outputs".to_owned() } else { format!("the outputs {}", has.join(", ")) };
    Err(Problem::new(Code::StackIncomplete, format!("stack {} lacks {}", stack.name, missing.join(", ")))
        .at("role.stack_name")
        .because(format!("it has {has}"))
        .help("name a stack that was made from CloudReactor's role template or by groundwork"))
}
