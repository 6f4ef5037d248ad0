//! The plan of the network, and what the Run Environment takes from it.

use std::net::Ipv4Addr;

use groundwork_model::plan::{Action, Component, Egress, Reason, ResourceChange, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::spec::{ExistingNetwork, ManagedNetwork, Network, Tier};
use groundwork_model::step::StepId;
use groundwork_model::world::Stack;
use groundwork_model::{Code, LogicalId};
use serde_json::Value;

use crate::context::Context;
use crate::layout::layout;
use crate::part::{Part, untouched};
use crate::stack::{self, Output, Wanted};
use crate::standing::{Standing, standing};
use crate::template::{self, outputs};
use crate::{diff, reach};

pub(crate) const STEP: StepId = StepId::Network;

/// The type of a resource that is a public address.
const EIP: &str = "AWS::EC2::EIP";
const NAT_GATEWAY: &str = "AWS::EC2::NatGateway";

/// What the Run Environment takes from the network.
#[derive(Clone, Debug)]
pub(crate) struct NetworkFacts {
    /// `None` if the Run Environment keeps whatever network it has.
    pub places: Option<Places>,
    pub egress: Egress,
}

/// Where tasks run.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub subnets: Ids,
    pub security_groups: Ids,
    pub assign_public_ip: bool,
}

/// A list of ids.
#[derive(Clone, Debug)]
pub(crate) enum Ids {
    /// Known now.
    Known(Vec<String>),
    /// In a stack's output, comma-separated.
    Output(Output),
}

/// Plans the network.
pub(crate) fn plan(context: &Context<'_>, version: &str) -> Result<Part<NetworkFacts>, Vec<Problem>> {
    match &context.spec.network {
        Network::Create(network) => create(context, network, version),
        Network::Use(network) => refer(context, network),
        Network::Skip => Ok(Part {
            component: untouched(Component::Network, Subject::None, Reason::Skipped),
            steps: Vec::new(),
            warnings: Vec::new(),
            facts: NetworkFacts { places: None, egress: Egress::default() },
        }),
    }
}

fn create(context: &Context<'_>, network: &ManagedNetwork, version: &str) -> Result<Part<NetworkFacts>, Vec<Problem>> {
    let standing = standing(context, Component::Network, &network.stack_name, network.adoption);
    let deployed = standing.as_ref().ok().and_then(Standing::template);
    let laid_out = layout(network, &context.world.zones, deployed);
    let (standing, (layout, mut warnings)) = both(standing, laid_out)?;
    let template = template::network(&context.spec.environment, network, &layout);
    let wanted = Wanted {
        component: Component::Network,
        step: STEP,
        name: &network.stack_name,
        template: &template,
        parameters: Default::default(),
    };
    let plan = stack::plan(context, wanted, &standing, version);
    let subnets = match network.tasks_in {
        Tier::Public => outputs::SUBNETS_PUBLIC,
        Tier::Private => outputs::SUBNETS_PRIVATE,
    };
    let places = Places {
        subnets: Ids::Output(plan.output(subnets)),
        security_groups: Ids::Output(plan.output(outputs::DEFAULT_TASK_SECURITY_GROUP)),
        assign_public_ip: network.tasks_in == Tier::Public,
    };
    let egress = egress(standing.deployed(), standing.template(), &plan.component.resources);
    warnings.extend(nat_with_kept_address(&plan.component.resources));
    let facts = NetworkFacts { places: Some(places), egress };
    Ok(Part { component: plan.component, steps: plan.step.into_iter().collect(), warnings, facts })
}

/// Both, or the problems of both.
fn both<A, B>(one: Result<A, Problem>, other: Result<B, Vec<Problem>>) -> Result<(A, B), Vec<Problem>> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Ok(_), Err(problems)) => Err(problems),
        (Err(problem), Ok(_)) => Err(vec![problem]),
        (Err(problem), Err(problems)) => Err([vec![problem], problems].concat()),
    }
}

/// CloudFormation makes a replacement before it deletes what is replaced, and an address serves one NAT
/// gateway at a time.
fn nat_with_kept_address(changes: &[ResourceChange]) -> Option<Problem> {
    let replaced = |kind: &'static str| {
        changes.iter().filter(move |change| change.resource_type == kind && change.action == Action::Replace)
    };
    let gateways: Vec<&str> = replaced(NAT_GATEWAY).map(|change| change.logical_id.as_str()).collect();
    (gateways.len() > replaced(EIP).count()).then(|| {
        Problem::new(Code::NotChecked, format!("AWS may refuse to replace {}", gateways.join(", ")))
            .at("network")
            .because("its address stays, and the old gateway still holds it when the new one is made")
            .help("if it does, the stack is rolled back: apply with nat = \"none\" first, then with the wanted value")
    })
}

/// What becomes of the public addresses of a network stack, given what is done to its resources.
pub(crate) fn egress(stack: Option<&Stack>, template: Option<&Value>, changes: &[ResourceChange]) -> Egress {
    let mut egress = Egress::default();
    let action = |id: &LogicalId| {
        changes.iter().find(|change| change.logical_id == *id).map_or(Action::NoOp, |change| change.action)
    };
    for (id, address) in stack.zip(template).map(|(stack, template)| addresses(stack, template)).unwrap_or_default() {
        match action(&id) {
            Action::NoOp | Action::Create | Action::Update => egress.kept.push(address),
            Action::Replace | Action::Delete => egress.lost.push(address),
        }
    }
    let comes = |change: &&ResourceChange| {
        change.resource_type == EIP && matches!(change.action, Action::Create | Action::Replace)
    };
    egress.gained = changes.iter().filter(comes).count();
    egress
}

/// The stack's public addresses with the resources that they belong to: the output lists the values
/// in the order in which its expression lists the resources.
fn addresses(stack: &Stack, template: &Value) -> Vec<(LogicalId, Ipv4Addr)> {
    let pointer = format!("/Outputs/{}/Value", outputs::NAT_ADDRESSES);
    let resources = template.pointer(&pointer).map(diff::resolve::references_in_order).unwrap_or_default();
    let value = stack.outputs.get(&outputs::key(outputs::NAT_ADDRESSES)).map(String::as_str).unwrap_or_default();
    let parsed = resources.into_iter().zip(value.split(','));
    parsed.filter_map(|(id, address)| Some((id.parse().ok()?, address.trim().parse().ok()?))).collect()
}

fn refer(context: &Context<'_>, network: &ExistingNetwork) -> Result<Part<NetworkFacts>, Vec<Problem>> {
    let Some(state) = &context.world.network else {
        return Err(vec![Problem::new(Code::Internal, "the network that the spec refers to was not looked at")]);
    };
    let reach = reach::analyse(network, state, &context.world.caller.account)?;
    let ids = |list: Vec<&str>| Ids::Known(list.into_iter().map(str::to_owned).collect());
    let places = Places {
        subnets: ids(state.subnets.iter().map(|subnet| subnet.id.as_str()).collect()),
        security_groups: ids(state.security_groups.iter().map(|group| group.id.as_str()).collect()),
        assign_public_ip: reach.assign_public_ip,
    };
    let subnets: Vec<&str> = state.subnets.iter().map(|subnet| subnet.id.as_str()).collect();
    let component = untouched(Component::Network, Subject::Network(subnets.join(", ")), Reason::OnlyReferred);
    let egress = Egress { kept: reach.addresses, ..Egress::default() };
    let facts = NetworkFacts { places: Some(places), egress };
    Ok(Part { component, steps: Vec::new(), warnings: reach.warnings, facts })
}
