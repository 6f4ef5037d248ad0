//! How a stack stands: what can be done with it now, and, where nothing can, what helps.

use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::spec::Adoption;
use groundwork_model::world::{Operation, Stack, StackPhase, Stuck};
use groundwork_model::{Code, Region, StackName};
use serde_json::Value;

use crate::context::Context;
use crate::ownership::{Owner, owner};

/// How a stack stands that we mean to deploy.
#[derive(Clone, Debug)]
pub(crate) enum Standing<'a> {
    /// There is none: it is created.
    Absent,
    /// A creation failed; what is left has to be deleted before it can be created again.
    Corpse(&'a Stack),
    /// It can be updated.
    Deployed {
        /// The stack.
        stack: &'a Stack,
        /// Its template.
        template: Value,
        /// Whether it was not ours so far.
        adopted: bool,
    },
}

impl<'a> Standing<'a> {
    /// The stack that parameters can be kept from.
    pub(crate) fn deployed(&self) -> Option<&'a Stack> {
        match self {
            Self::Deployed { stack, .. } => Some(stack),
            Self::Absent | Self::Corpse(_) => None,
        }
    }

    /// The template that is deployed.
    pub(crate) fn template(&self) -> Option<&Value> {
        match self {
            Self::Deployed { template, .. } => Some(template),
            Self::Absent | Self::Corpse(_) => None,
        }
    }
}

/// Finds out how a stack stands that we mean to deploy.
pub(crate) fn standing<'a>(
    context: &Context<'a>,
    component: Component,
    name: &StackName,
    adoption: Adoption,
) -> Result<Standing<'a>, Problem> {
    let Some(stack) = context.world.stack(name) else { return Ok(Standing::Absent) };
    if matches!(stack.phase, StackPhase::Shell | StackPhase::Stuck(Stuck::DeleteComplete)) {
        return Ok(Standing::Absent);
    }
    let adopted = claim(context, component, stack, adoption)?;
    let region = &context.target.region;
    match &stack.phase {
        StackPhase::Settled(_) => Ok(Standing::Deployed { stack, template: template(component, stack)?, adopted }),
        StackPhase::Stuck(Stuck::RollbackComplete | Stuck::RollbackFailed) if stack.termination_protection => {
            Err(protected(component, stack, region))
        }
        StackPhase::Stuck(Stuck::RollbackComplete | Stuck::RollbackFailed) => Ok(Standing::Corpse(stack)),
        StackPhase::Stuck(stuck) => Err(stuck_problem(component, stack, *stuck, region)),
        StackPhase::Moving(operation) => Err(busy(component, stack, *operation, region)),
        StackPhase::Unrecognized(status) => Err(unrecognized(component, stack, status, region)),
        StackPhase::Shell => Ok(Standing::Absent),
    }
}

/// Checks that a stack is ours or claimed; returns whether it is taken over.
fn claim(context: &Context<'_>, component: Component, stack: &Stack, adoption: Adoption) -> Result<bool, Problem> {
    match (owner(stack, &context.target.environment), adoption) {
        (Owner::Us, _) => Ok(false),
        (Owner::Unmarked, Adoption::Adopt) => Ok(true),
        (Owner::Unmarked, Adoption::Refuse) => Err(not_ours(component, stack)
            .because("it does not carry the tag groundwork:environment")
            .help(format!("if it may be taken over, set adopt = true in [{component}]"))
            .help(format!("or set another {component}.stack_name"))),
        (Owner::OtherEnvironment(other), _) => Err(not_ours(component, stack)
            .because(format!("its tag groundwork:environment says that it belongs to {other:?}"))
            .help(format!("set another {component}.stack_name"))),
    }
}

fn not_ours(component: Component, stack: &Stack) -> Problem {
    Problem::new(Code::StackNotOurs, format!("stack {} exists and is not ours", stack.name))
        .at(format!("{component}.stack_name"))
}

fn template(component: Component, stack: &Stack) -> Result<Value, Problem> {
    let unreadable = |cause: String| {
        Problem::new(Code::TemplateUnreadable, format!("the template of stack {} cannot be compared", stack.name))
            .at(format!("{component}.stack_name"))
            .because(cause)
            .help("only templates in JSON can be compared: update the stack with the same template written in JSON")
            .help(format!("or leave the stack to its owner and set another {component}.stack_name"))
    };
    let text = stack.template.as_deref().ok_or_else(|| unreadable("AWS showed no template".to_owned()))?;
    match serde_json::from_str::<Value>(text) {
        Ok(template) if template.get("Resources").is_some_and(Value::is_object) => Ok(template),
        Ok(_) => Err(unreadable("it has no Resources".to_owned())),
        Err(error) => Err(unreadable(format!("it is not JSON: {error}"))),
    }
}

/// A command of AWS's own client on a stack.
fn aws(command: &str, stack: &Stack, region: &Region) -> String {
    format!("aws cloudformation {command} --stack-name {} --region {region}", stack.name)
}

/// Termination protection forbids the deletion.
pub(crate) fn protected(component: Component, stack: &Stack, region: &Region) -> Problem {
    Problem::new(Code::StackProtected, format!("stack {} is protected against deletion", stack.name))
        .at(component.as_str())
        .because("termination protection is on")
        .help(aws("update-termination-protection --no-enable-termination-protection", stack, region))
}

/// An operation is under way.
pub(crate) fn busy(component: Component, stack: &Stack, operation: Operation, region: &Region) -> Problem {
    let problem = Problem::new(
        Code::StackBusy,
        format!("stack {} has an operation under way: {}", stack.name, stack.phase.status()),
    )
    .at(component.as_str())
    .help("wait for its end, then run the same command again");
    match operation {
        // The only status in which CloudFormation takes this call.
        Operation::UpdateInProgress => {
            problem.help(format!("or undo the update: {}", aws("cancel-update-stack", stack, region)))
        }
        Operation::CreateInProgress
        | Operation::RollbackInProgress
        | Operation::UpdateCompleteCleanupInProgress
        | Operation::UpdateRollbackInProgress
        | Operation::UpdateRollbackCompleteCleanupInProgress
        | Operation::DeleteInProgress
        | Operation::ImportInProgress
        | Operation::ImportRollbackInProgress => problem,
    }
}

fn stuck_problem(component: Component, stack: &Stack, stuck: Stuck, region: &Region) -> Problem {
    let problem = stuck_in(component, stack);
    match stuck {
        Stuck::CreateFailed => problem
            .help(format!("delete what is left of it: {}", aws("delete-stack", stack, region)))
            .help("then run the same command again"),
        Stuck::UpdateFailed => problem
            .help(format!("undo the failed update: {}", aws("rollback-stack", stack, region)))
            .help("then run the same command again"),
        Stuck::UpdateRollbackFailed => problem
            .help(format!("remove the cause, then go on: {}", aws("continue-update-rollback", stack, region)))
            .help("a resource that cannot be rolled back is left out by --resources-to-skip LOGICAL_ID"),
        Stuck::DeleteFailed => problem
            .help(format!("remove the cause, then try again: {}", aws("delete-stack", stack, region)))
            .help("a resource that cannot be deleted is left over by --retain-resources LOGICAL_ID"),
        Stuck::ImportRollbackFailed => {
            problem.help(format!("see what happened: {}", aws("describe-stack-events", stack, region)))
        }
        Stuck::RollbackComplete | Stuck::RollbackFailed | Stuck::DeleteComplete => {
            problem.help(aws("delete-stack", stack, region))
        }
    }
}

fn stuck_in(component: Component, stack: &Stack) -> Problem {
    let message = format!("stack {} is in {}, and cannot be updated", stack.name, stack.phase.status());
    let problem = Problem::new(Code::StackStuck, message).at(component.as_str());
    match &stack.status_reason {
        Some(reason) => problem.because(format!("AWS said: {reason}")),
        None => problem,
    }
}

/// A status that this version does not know.
pub(crate) fn unrecognized(component: Component, stack: &Stack, status: &str, region: &Region) -> Problem {
    Problem::new(Code::StackStuck, format!("stack {} is in {status}, which this version does not know", stack.name))
        .at(component.as_str())
        .help(format!("see what it means: {}", aws("describe-stacks", stack, region)))
        .help("and use a newer version of groundwork")
}

/// Whether an update could start, or has just ended well: what a stack needs to be referred to.
pub(crate) fn is_usable(phase: &StackPhase) -> bool {
    matches!(
        phase,
        StackPhase::Settled(_)
            | StackPhase::Moving(
                Operation::UpdateCompleteCleanupInProgress | Operation::UpdateRollbackCompleteCleanupInProgress
            )
    )
}
