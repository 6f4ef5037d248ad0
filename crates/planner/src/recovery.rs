//! The plan that leads stacks out of states in which they are stuck. It deletes nothing that it does not show.

use std::collections::BTreeSet;

use groundwork_model::plan::{
    Action, Component, ComponentPlan, Egress, Plan, Purpose, Reason, ResourceChange, Subject, Target,
};
use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;
use groundwork_model::step::{ContinueRollback, DeleteStack, Op, RollBack, Step, StepId};
use groundwork_model::world::{Estate, Observed, Stack, StackPhase, StackResource, Stuck};
use groundwork_model::{Code, LogicalId};

use crate::ownership::{ENVIRONMENT_TAG, owner};
use crate::part::untouched;
use crate::stack_table::{self, Claim, Recovery};
use crate::standing;
use crate::wish::{Wish, wishes};

/// What our change sets' names begin with: by it, a shell that they made is known as ours.
pub const CHANGE_SET_PREFIX: &str = "groundwork-";

/// Plans the recovery of every stack of the spec that is stuck; or tells everything that prevents it.
///
/// `skip` names resources that AWS shall leave as they are: those at which a rollback or a deletion failed.
pub fn recover(spec: &Spec, estate: &Estate, skip: &BTreeSet<LogicalId>) -> Result<Plan, Vec<Problem>> {
    let target = Target::of(&spec.environment, &estate.caller);
    let mut parts = Parts::new(estate, &target, skip);
    for wish in wishes(spec) {
        parts.add(wish);
    }
    parts.complain_of_unused();
    let Parts { components, steps, warnings, problems, .. } = parts;
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Plan {
        purpose: Purpose::Recover,
        target,
        components,
        egress: Egress::default(),
        cost: Default::default(),
        policy: spec.policy.clone(),
        warnings,
        steps,
    })
}

struct Parts<'a> {
    estate: &'a Estate,
    target: &'a Target,
    skip: &'a BTreeSet<LogicalId>,
    /// Of the resources to skip, those that no stack has been seen to have.
    unused: BTreeSet<LogicalId>,
    /// Resources that could have been skipped.
    skippable: BTreeSet<LogicalId>,
    components: Vec<ComponentPlan>,
    steps: Vec<Step>,
    warnings: Vec<Problem>,
    problems: Vec<Problem>,
}

impl<'a> Parts<'a> {
    fn new(estate: &'a Estate, target: &'a Target, skip: &'a BTreeSet<LogicalId>) -> Self {
        Self {
            estate,
            target,
            skip,
            unused: skip.clone(),
            skippable: BTreeSet::new(),
            components: Vec::new(),
            steps: Vec::new(),
            warnings: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn add(&mut self, wish: Wish<'_>) {
        let (component, id, name, adoption) = match wish {
            Wish::Managed { component, step, name, adoption } => (component, step, name, adoption),
            Wish::Untouched(component, subject, reason) => {
                return self.components.push(untouched(component, subject, reason));
            }
        };
        let still = |reason| untouched(component, Subject::Stack(name.clone()), reason);
        let Some(stack) = self.estate.stacks.get(name).and_then(Observed::present) else {
            return self.components.push(still(Reason::Missing));
        };
        let claim = match standing::claim(&owner(stack, &self.target.environment), adoption) {
            // The change set that made it may not have got as far as its tags.
            Claim::Theirs if is_our_shell(stack) => Claim::Ours,
            claim => claim,
        };
        match stack_table::permits(stack, claim).recovery {
            Recovery::Nothing => self.components.push(still(Reason::NotStuck)),
            Recovery::Refuse => self.components.push(still(Reason::NotOurs)),
            Recovery::Wait => self.problems.push(standing::busy(component, stack, &self.target.region)),
            Recovery::ByHand => self.problems.push(standing::stuck(component, stack, self.target)),
            Recovery::ContinueRollback => self.continue_rollback(component, id, stack),
            Recovery::RollBack => self.roll_back(component, id, stack),
            Recovery::Delete if stack.termination_protection => {
                self.problems.push(standing::protected(component, stack, &self.target.region));
            }
            Recovery::Delete => self.delete(component, id, stack),
        }
    }

    fn continue_rollback(&mut self, component: Component, id: StepId, stack: &Stack) {
        // The only ones that AWS takes for `ResourcesToSkip`.
        let failed = resources(stack).filter(|resource| resource.status == "UPDATE_FAILED");
        let (skip, again) = self.skipped(failed.collect());
        self.warn(component, &skip, |id| {
            let message = format!("{id} is left as it is, and CloudFormation takes it for rolled back");
            Problem::new(Code::ResourceLeftOut, message)
                .because("its stack's template and what is in AWS may differ from then on")
                .help("mend it in AWS, or let the next apply replace it")
        });
        let reason = Reason::RollbackStopped(stack.phase.status());
        let plan = led(component, stack, (Action::Update, reason), (&skip, &again));
        let op = Op::ContinueRollback(ContinueRollback { stack: stack.name.clone(), id: stack.id.clone(), skip });
        self.push(id, op, plan);
    }

    fn roll_back(&mut self, component: Component, id: StepId, stack: &Stack) {
        let reason = Reason::NotRolledBack(stack.phase.status());
        let plan = led(component, stack, (Action::Update, reason), (&BTreeSet::new(), &[]));
        self.push(id, Op::RollBack(RollBack { stack: stack.name.clone(), id: stack.id.clone() }), plan);
    }

    fn delete(&mut self, component: Component, id: StepId, stack: &Stack) {
        let held: Vec<&StackResource> = resources(stack).filter(|resource| resource.is_held()).collect();
        let (retain, deleted) = if stack.phase == StackPhase::Stuck(Stuck::DeleteFailed) {
            self.skipped(held)
        } else {
            // In any other status AWS does not let go of single resources.
            (BTreeSet::new(), held)
        };
        self.warn(component, &retain, |id| {
            let message = format!("{id} stays in the account, and belongs to no stack from then on");
            Problem::new(Code::ResourceLeftOut, message)
                .because("it may cost money, and keep a name or an address that a new stack needs")
                .help("delete it in its own service once nothing holds it")
        });
        let reason = Reason::Leftover(stack.phase.status());
        let plan = led(component, stack, (Action::Delete, reason), (&retain, &deleted));
        let op = Op::DeleteStack(DeleteStack {
            stack: stack.name.clone(),
            id: stack.id.clone(),
            only_in: Some(stack.phase.status()),
            retain,
        });
        self.push(id, op, plan);
    }

    fn warn(&mut self, component: Component, left_out: &BTreeSet<LogicalId>, problem: fn(&LogicalId) -> Problem) {
        self.warnings.extend(left_out.iter().map(|id| problem(id).at(component.as_str())));
    }

    fn push(&mut self, id: StepId, op: Op, plan: ComponentPlan) {
        self.steps.push(Step { id, component: plan.component, needs: BTreeSet::new(), op });
        self.components.push(plan);
    }

    /// Of resources that may be skipped, the names of those that shall be, and the others.
    fn skipped<'r>(&mut self, candidates: Vec<&'r StackResource>) -> (BTreeSet<LogicalId>, Vec<&'r StackResource>) {
        self.skippable.extend(candidates.iter().map(|resource| resource.logical_id.clone()));
        let (skipped, rest): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|resource| self.skip.contains(&resource.logical_id));
        let skipped: BTreeSet<LogicalId> = skipped.into_iter().map(|resource| resource.logical_id.clone()).collect();
        self.unused.retain(|id| !skipped.contains(id));
        (skipped, rest)
    }

    fn complain_of_unused(&mut self) {
        let can: Vec<&str> = self.skippable.iter().map(LogicalId::as_str).collect();
        let can = match can[..] {
            [] => "no stack is stuck at a resource that could be left out".to_owned(),
            _ => format!("those that can be: {}", can.join(", ")),
        };
        self.problems.extend(self.unused.iter().map(|id| {
            Problem::new(Code::InvalidArguments, format!("--skip {id}: this resource cannot be left out"))
                .because("AWS leaves out only resources at which a rollback or a deletion has failed")
                .help(can.clone())
        }));
    }
}

fn resources(stack: &Stack) -> impl Iterator<Item = &StackResource> {
    stack.contents.iter().flat_map(|contents| &contents.resources)
}

/// The plan of a stack that is led out of its status: what is done to which resources, and which are left out.
fn led(
    component: Component,
    stack: &Stack,
    (action, reason): (Action, Reason),
    (left_out, touched): (&BTreeSet<LogicalId>, &[&StackResource]),
) -> ComponentPlan {
    ComponentPlan {
        action,
        resources: touched.iter().map(|resource| change(resource, action)).collect(),
        kept: left_out.iter().map(ToString::to_string).collect(),
        ..untouched(component, Subject::Stack(stack.name.clone()), reason)
    }
}

fn change(resource: &StackResource, action: Action) -> ResourceChange {
    ResourceChange {
        logical_id: resource.logical_id.clone(),
        resource_type: resource.resource_type.clone(),
        action,
        conditional: false,
        note: resource.physical_id.clone(),
        fields: Vec::new(),
    }
}

/// Whether a stack is a shell that only change sets of ours have made. It may not carry our tags yet, but one
/// that carries another environment's is not ours.
fn is_our_shell(stack: &Stack) -> bool {
    let Some(contents) = &stack.contents else { return false };
    stack.phase == StackPhase::Shell
        && !stack.tags.contains_key(ENVIRONMENT_TAG)
        && !contents.change_sets.is_empty()
        && contents.change_sets.iter().all(|name| name.starts_with(CHANGE_SET_PREFIX))
}
