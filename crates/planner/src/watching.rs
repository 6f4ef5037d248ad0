//! The plan that only follows what AWS is doing.

use std::collections::BTreeSet;

use groundwork_model::StackName;
use groundwork_model::plan::{Egress, Plan, Purpose, Reason, Subject, Target};
use groundwork_model::spec::Spec;
use groundwork_model::step::{FollowStack, Op, Step};
use groundwork_model::world::{Estate, Observed, Stack, StackPhase};

use crate::part::untouched;
use crate::wish::{Wish, wishes};

/// Plans to follow the operation of every stack of the spec that has one under way, as far as `chosen` picks it.
/// It changes nothing, so it needs nobody's permission, whosever the stacks are.
pub fn watch(spec: &Spec, estate: &Estate, chosen: impl Fn(&Stack) -> bool) -> Plan {
    let mut components = Vec::new();
    let mut steps = Vec::new();
    for wish in wishes(spec) {
        let (component, id, name) = match wish {
            Wish::Managed { component, step, name, .. } => (component, step, name),
            Wish::Untouched(component, subject, reason) => {
                components.push(untouched(component, subject, reason));
                continue;
            }
        };
        let stack = estate.stacks.get(name).and_then(Observed::present);
        components.push(untouched(component, Subject::Stack(name.clone()), reason(stack)));
        if let Some(stack) = stack.filter(|stack| is_moving(stack) && chosen(stack)) {
            let op = Op::FollowStack(follow(stack, name));
            steps.push(Step { id, component, needs: BTreeSet::new(), op });
        }
    }
    Plan {
        purpose: Purpose::Watch,
        target: Target::of(&spec.environment, &estate.caller),
        components,
        egress: Egress::default(),
        cost: Default::default(),
        policy: spec.policy.clone(),
        warnings: Vec::new(),
        steps,
    }
}

fn is_moving(stack: &Stack) -> bool {
    matches!(stack.phase, StackPhase::Moving(_))
}

fn follow(stack: &Stack, name: &StackName) -> FollowStack {
    FollowStack { stack: name.clone(), id: stack.id.clone() }
}

fn reason(stack: Option<&Stack>) -> Reason {
    match stack {
        None => Reason::Missing,
        Some(stack) if is_moving(stack) => Reason::UnderWay(stack.phase.status()),
        Some(_) => Reason::AtRest,
    }
}
