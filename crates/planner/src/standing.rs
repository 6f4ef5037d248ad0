//! How a stack stands: what can be done with it now, and, where nothing can, what helps.

use groundwork_model::plan::{Component, Target};
use groundwork_model::problem::Problem;
use groundwork_model::spec::Adoption;
use groundwork_model::world::{Operation, Stack, StackPhase, Stuck};
use groundwork_model::{Code, Region, StackName};
use serde_json::Value;

use crate::context::Context;
use crate::ownership::{Owner, owner};
use crate::stack_table::{self, Claim, Deployment};

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
    let target = &context.target;
    let owner = owner(stack, &target.environment);
    match stack_table::permits(stack, claim(&owner, adoption)).deployment {
        Deployment::Create => Ok(Standing::Absent),
        Deployment::Compare => {
            let adopted = owner != Owner::Us;
            Ok(Standing::Deployed { stack, template: template(component, stack)?, adopted })
        }
        Deployment::Recreate if stack.termination_protection => Err(protected(component, stack, &target.region)),
        Deployment::Recreate => Ok(Standing::Corpse(stack)),
        Deployment::Wait => Err(busy(component, stack, &target.region)),
        Deployment::Stuck => Err(stuck(component, stack, target)),
        Deployment::Refuse => Err(not_ours(component, stack, &owner)),
    }
}

/// Whose a stack is to be taken for.
pub(crate) fn claim(owner: &Owner, adoption: Adoption) -> Claim {
    match (owner, adoption) {
        (Owner::Us, _) | (Owner::Unmarked, Adoption::Adopt) => Claim::Ours,
        (Owner::Unmarked, Adoption::Refuse) | (Owner::OtherEnvironment(_), _) => Claim::Theirs,
    }
}

/// The stack is not ours, and the spec does not claim it, or cannot.
fn not_ours(component: Component, stack: &Stack, owner: &Owner) -> Problem {
    let problem = Problem::new(Code::StackNotOurs, format!("stack {} exists and is not ours", stack.name))
        .at(format!("{component}.stack_name"));
    match owner {
        Owner::OtherEnvironment(other) => problem
            .because(format!("its tag groundwork:environment says that it belongs to {other:?}"))
            .help(format!("set another {component}.stack_name")),
        Owner::Us | Owner::Unmarked => problem
            .because("it does not carry the tag groundwork:environment")
            .help(format!("if it may be taken over, set adopt = true in [{component}]"))
            .help(format!("or set another {component}.stack_name")),
    }
}

/// A deployed template, if it can be compared.
pub(crate) fn template(component: Component, stack: &Stack) -> Result<Value, Problem> {
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
pub(crate) fn busy(component: Component, stack: &Stack, region: &Region) -> Problem {
    let status = stack.phase.status();
    let problem = Problem::new(Code::StackBusy, format!("stack {} has an operation under way: {status}", stack.name))
        .at(component.as_str())
        .help("wait for its end: --wait-for-stack 30m, or run the same command again later");
    match &stack.phase {
        // The only status in which CloudFormation takes this call.
        StackPhase::Moving(Operation::UpdateInProgress) => {
            problem.help(format!("or undo the update: {}", aws("cancel-update-stack", stack, region)))
        }
        _ => problem,
    }
}

/// No update leads out of the stack's status.
pub(crate) fn stuck(component: Component, stack: &Stack, target: &Target) -> Problem {
    let problem = stuck_in(component, stack);
    match &stack.phase {
        StackPhase::Stuck(Stuck::ImportRollbackFailed) => problem
            .help("an import that cannot be undone is nothing that a program should mend: look at it")
            .help(format!("see what happened: {}", aws("describe-stack-events", stack, &target.region))),
        StackPhase::Unrecognized(_) => problem
            .help(format!("see what it means: {}", aws("describe-stacks", stack, &target.region)))
            .help("and use a newer version of groundwork"),
        _ => problem
            .help("see why: groundwork diagnose")
            .help("see what leads out of it, then do that: groundwork recover"),
    }
}

fn stuck_in(component: Component, stack: &Stack) -> Problem {
    let status = stack.phase.status();
    let message = match &stack.phase {
        StackPhase::Unrecognized(_) => {
            format!("stack {} is in {status}, which this version does not know", stack.name)
        }
        _ => format!("stack {} is in {status}, and cannot be updated", stack.name),
    };
    let problem = Problem::new(Code::StackStuck, message).at(component.as_str());
    let problem = match &stack.status_reason {
        Some(reason) => problem.because(format!("AWS said: {reason}")),
        None => problem,
    };
    let resources = stack.contents.iter().flat_map(|contents| &contents.resources);
    match resources.filter(|resource| resource.is_held()).count() {
        0 => problem,
        1 => problem.because("a resource of it still exists"),
        number => problem.because(format!("{number} resources of it still exist")),
    }
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
