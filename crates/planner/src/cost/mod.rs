//! What a plan costs: the things that AWS bills by the hour, before and after.
//!
//! Of our stacks only the network's has such things. A network that the spec does not manage costs what
//! it costs, whatever the plan does.

mod alternatives;
mod count;
mod prices;

use groundwork_model::Region;
use groundwork_model::cost::{Billable, Cost, CostItem, UsagePrice};
use groundwork_model::plan::Component;
use groundwork_model::spec::{ManagedNetwork, Network};
use groundwork_model::step::{DeployStack, Op, Step};
use groundwork_model::world::{Stack, StackPhase, Stuck};
use serde_json::Value;

use crate::context::Context;
use crate::diff::resolve::Scope;
use crate::ownership::{Owner, owner};
use count::Count;
use prices::price;

/// Takes one number out of a count.
type Number = fn(&Count) -> u32;

/// What is billed by the hour.
const BY_HOUR: [(Billable, Number); 3] = [
    (Billable::NatGateway, |count| count.nat_gateways),
    (Billable::PublicAddress, |count| count.addresses),
    (Billable::InterfaceEndpoint, |count| count.endpoint_zones),
];

/// What is billed by use, and how many things there are that it goes through.
const BY_USE: [(Billable, Number); 2] =
    [(Billable::NatTraffic, |count| count.nat_gateways), (Billable::EndpointTraffic, |count| count.endpoint_zones)];

/// What it costs to make the world as the spec says, and what would cost less.
pub(crate) fn of_apply(context: &Context<'_>, steps: &[Step]) -> Cost {
    let Network::Create(network) = &context.spec.network else { return Cost::default() };
    let bill = Bill::new(context, network, steps);
    let alternatives = alternatives::of(context, network, bill.deployed.as_ref(), &bill.after);
    Cost { alternatives, ..between(&context.target.region, &bill.before, &bill.after) }
}

/// What it costs to remove what was made.
pub(crate) fn of_removal(context: &Context<'_>, steps: &[Step]) -> Cost {
    let Network::Create(network) = &context.spec.network else { return Cost::default() };
    let bill = Bill::new(context, network, steps);
    between(&context.target.region, &bill.before, &bill.after)
}

/// What there is of the network, and what there will be.
struct Bill {
    /// The template that is deployed.
    deployed: Option<Value>,
    before: Count,
    after: Count,
}

impl Bill {
    fn new(context: &Context<'_>, network: &ManagedNetwork, steps: &[Step]) -> Self {
        let op = steps.iter().find(|step| step.component == Component::Network).map(|step| &step.op);
        // What is not ours and stays as it is is not ours to count.
        let is_ours = |stack: &&Stack| op.is_some() || owner(stack, &context.target.environment) == Owner::Us;
        let stack = context.world.stack(&network.stack_name).filter(is_ours);
        let deployed = stack.and_then(template);
        let before = stack
            .zip(deployed.as_ref())
            .map(|(stack, template)| Count::of(template, &Scope::deployed(template, stack, &context.target)));
        let before = before.unwrap_or_default();
        let after = match op {
            Some(Op::DeployStack(deploy)) => desired(context, deploy, stack),
            Some(Op::DeleteStack(_)) => Count::default(),
            Some(
                Op::DeployStackSet(_)
                | Op::ContinueRollback(_)
                | Op::RollBack(_)
                | Op::FollowStack(_)
                | Op::PutCapacityProviders(_)
                | Op::PutRunEnvironment(_)
                | Op::DeleteRunEnvironment { .. },
            )
            | None => before,
        };
        Self { deployed, before, after }
    }
}

/// The template of a stack that has resources. Of one whose last operation failed in the middle, some
/// may be missing; which, only AWS knows.
fn template(stack: &Stack) -> Option<Value> {
    match &stack.phase {
        StackPhase::Shell
        | StackPhase::Stuck(Stuck::RollbackComplete | Stuck::RollbackFailed | Stuck::DeleteComplete) => None,
        StackPhase::Settled(_) | StackPhase::Moving(_) | StackPhase::Stuck(_) | StackPhase::Unrecognized(_) => {
            serde_json::from_str(stack.template.as_deref()?).ok()
        }
    }
}

fn desired(context: &Context<'_>, deploy: &DeployStack, previous: Option<&Stack>) -> Count {
    let template = serde_json::from_str(&deploy.template).expect("we wrote it as JSON");
    let scope = Scope::desired(&template, &deploy.parameters, previous, &deploy.stack, &context.target);
    Count::of(&template, &scope)
}

/// What so many things cost, and then so many.
fn between(region: &Region, before: &Count, after: &Count) -> Cost {
    let items = BY_HOUR.iter().map(|(what, number)| CostItem {
        what: *what,
        before: number(before),
        after: number(after),
        price: price(*what, region),
    });
    let used = BY_USE.iter().filter(|(_, through)| through(before) > 0 || through(after) > 0);
    Cost {
        items: items.filter(|item| item.before > 0 || item.after > 0).collect(),
        usage: used.map(|(what, _)| UsagePrice { what: *what, price: price(*what, region) }).collect(),
        alternatives: Vec::new(),
    }
}
