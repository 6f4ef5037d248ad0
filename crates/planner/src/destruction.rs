//! The plan that removes what was made: nothing but what carries our mark.

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::{Action, Component, ComponentPlan, Egress, Plan, Purpose, Reason, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::Spec;
use groundwork_model::step::{DeleteStack, Op, Step, StepId};
use groundwork_model::world::{Stack, StackPhase, Stuck, World};
use serde_json::Value;

use crate::context::Context;
use crate::diff::resolve::Scope;
use crate::diff::{self, Side};
use crate::ownership::{Owner, owner};
use crate::part::untouched;
use crate::wish::{Wish, wishes};
use crate::{cost, network, run_environment, standing};

/// What becomes of the Run Environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnvironmentFate {
    /// It stays, with its tasks and their history.
    Keep,
    /// It is deleted, with its tasks and their history.
    Delete,
}

/// Plans the removal of everything that is ours; or tells everything that prevents it.
pub fn destroy(spec: &Spec, world: &World, fate: RunEnvironmentFate) -> Result<Plan, Vec<Problem>> {
    let context = Context::new(spec, world);
    let mut removal = Removal::default();
    let environment = removal.run_environment(&context, fate);
    for wish in wishes(spec) {
        removal.stack(&context, wish);
    }
    removal.components.push(environment);
    if !removal.problems.is_empty() {
        return Err(removal.problems);
    }
    removal.warn(&context);
    let cost = cost::of_removal(&context, &removal.steps);
    Ok(Plan {
        purpose: Purpose::Destroy,
        target: context.target,
        components: removal.components,
        egress: removal.egress,
        cost,
        policy: spec.policy.clone(),
        warnings: removal.warnings,
        steps: removal.steps,
    })
}

#[derive(Default)]
struct Removal {
    components: Vec<ComponentPlan>,
    steps: Vec<Step>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    egress: Egress,
}

impl Removal {
    /// Before the stacks: CloudReactor takes schedules down through the role.
    fn run_environment(&mut self, context: &Context<'_>, fate: RunEnvironmentFate) -> ComponentPlan {
        let subject = run_environment::subject(context);
        let still = |reason| untouched(Component::CloudReactor, subject.clone(), reason);
        match (context.world.cloudreactor.run_environment.present(), fate) {
            (None, _) => still(Reason::Missing),
            (Some(_), RunEnvironmentFate::Keep) => still(Reason::Kept),
            (Some(environment), RunEnvironmentFate::Delete) => {
                self.problems.extend(run_environment::access_problem_of(context));
                self.problems.extend(run_environment::elsewhere_problem(context, environment));
                self.steps.push(delete_run_environment(environment));
                ComponentPlan { action: Action::Delete, ..still(Reason::Destroy) }
            }
        }
    }

    fn stack(&mut self, context: &Context<'_>, wish: Wish<'_>) {
        let (component, step, name) = match wish {
            Wish::Managed { component, step, name, .. } => (component, step, name),
            Wish::Untouched(component, subject, reason) => {
                self.components.push(untouched(component, subject, reason));
                return;
            }
        };
        let still = |reason| untouched(component, Subject::Stack(name.clone()), reason);
        let Some(stack) = context.world.stack(name).filter(|stack| !is_gone(stack)) else {
            self.components.push(still(Reason::Missing));
            return;
        };
        if owner(stack, &context.target.environment) != Owner::Us {
            self.components.push(still(Reason::NotOurs));
            return;
        }
        if let Some(problem) = obstacle(context, component, stack) {
            self.problems.push(problem);
            return;
        }
        let plan = deletion(context, component, stack);
        if component == Component::Network {
            self.egress = network::egress(Some(stack), template(stack).as_ref(), &plan.resources);
        }
        self.components.push(plan);
        let needs: BTreeSet<StepId> =
            self.steps.iter().map(|step| step.id).filter(|id| *id == run_environment::STEP).collect();
        let op = Op::DeleteStack(DeleteStack {
            stack: name.clone(),
            id: stack.id.clone(),
            only_in: None,
            retain: BTreeSet::new(),
        });
        self.steps.push(Step { id: step, component, needs, op });
    }

    fn warn(&mut self, context: &Context<'_>) {
        let removed =
            |component| self.components.iter().any(|plan| plan.component == component && plan.action == Action::Delete);
        let stacks = [Component::Role, Component::Network, Component::Cluster].into_iter().any(removed);
        let kept = context.world.cloudreactor.run_environment.present();
        let mut warnings = Vec::new();
        if let Some(environment) = kept.filter(|_| stacks && !removed(Component::CloudReactor)) {
            warnings.push(left_behind(environment));
        }
        if removed(Component::Cluster) {
            warnings.push(running_tasks());
        }
        self.warnings.extend(warnings);
    }
}

fn delete_run_environment(environment: &RunEnvironment) -> Step {
    let op = Op::DeleteRunEnvironment { uuid: environment.uuid.clone(), name: environment.name.clone() };
    Step { id: run_environment::STEP, component: Component::CloudReactor, needs: BTreeSet::new(), op }
}

fn is_gone(stack: &Stack) -> bool {
    matches!(stack.phase, StackPhase::Stuck(Stuck::DeleteComplete))
}

/// What keeps a stack of ours from being deleted. AWS deletes a stack in any status in which nothing is
/// under way.
fn obstacle(context: &Context<'_>, component: Component, stack: &Stack) -> Option<Problem> {
    let region = &context.target.region;
    match &stack.phase {
        StackPhase::Moving(_) => Some(standing::busy(component, stack, region)),
        StackPhase::Unrecognized(_) => Some(standing::stuck(component, stack, &context.target)),
        StackPhase::Shell | StackPhase::Settled(_) | StackPhase::Stuck(_) => {
            stack.termination_protection.then(|| standing::protected(component, stack, region))
        }
    }
}

fn deletion(context: &Context<'_>, component: Component, stack: &Stack) -> ComponentPlan {
    let resources = template(stack).map(|template| {
        let scope = Scope::deployed(&template, stack, &context.target);
        diff::deletion(&Side::new(&template, &scope)).resources
    });
    ComponentPlan {
        action: Action::Delete,
        resources: resources.unwrap_or_default(),
        ..untouched(component, Subject::Stack(stack.name.clone()), Reason::Destroy)
    }
}

/// The template, where there is one: a corpse or shell can be deleted without.
fn template(stack: &Stack) -> Option<Value> {
    serde_json::from_str(stack.template.as_deref()?).ok()
}

fn left_behind(environment: &RunEnvironment) -> Problem {
    let message = format!("Run Environment {:?} stays, and refers to what is removed", environment.name.as_str());
    Problem::new(Code::LeftBehind, message)
        .at("cloudreactor.run_environment")
        .because("its tasks can no longer be started, and their schedules in AWS can no longer be taken down")
        .help("delete it too with --run-environment, or disable its schedules before")
}

fn running_tasks() -> Problem {
    Problem::new(Code::NotChecked, "whether tasks still run in the cluster was not checked")
        .at("cluster")
        .because("ECS refuses to delete a cluster in which tasks or services run")
}
