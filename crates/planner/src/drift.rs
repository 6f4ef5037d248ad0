//! Compares what is live with the full desired model: what CloudFormation's drift detection found, what was read of
//! the objects themselves, and what the spec says and nobody has applied.
//!
//! What was not read is unknown, and is never taken for the same or for different.

mod acls;
mod cloudreactor;
mod cluster;
mod deployed;
mod endpoints;
mod formation;
mod groups;
mod ignored;
mod network;
mod pending;
mod remedy;
mod roles;
mod routes;
mod secrets;
mod sought;
mod stack;
mod thing;

use std::collections::BTreeMap;

use groundwork_model::Day;
use groundwork_model::detection::Detection;
use groundwork_model::drift::{ComponentDrift, DRIFT_FORMAT, Drift};
use groundwork_model::plan::{Component, Plan, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::spec::Spec;
use groundwork_model::world::{
    Address, Caller, CloudReactorState, Cluster, InternetGateway, NatGateway, NetworkAcl, Observed, RouteTable,
    SecurityGroup, Settled, Stack, StackPhase, StackResource, Stuck, Subnet, Vpc, VpcEndpoint, World,
};
use groundwork_model::{Arn, EnvironmentName};

use crate::context::Context;
use crate::ownership::owner;
use crate::planning;
use crate::stack_table::Claim;
use crate::standing::claim;
use crate::verify::Read;
use crate::wish::{Wish, wishes};
pub use sought::{Sought, sought};

/// What AWS and CloudReactor show of an environment.
#[derive(Clone, Debug)]
pub struct Live {
    /// Who reads.
    pub caller: Caller,
    /// What a plan is made from.
    pub world: Read<World>,
    /// What is in the stacks of ours that can be compared.
    pub stacks: BTreeMap<Component, LiveStack>,
    /// The cluster that the spec names.
    pub cluster: Read<Observed<Cluster>>,
    /// The Run Environment and who asked for it.
    pub cloudreactor: Read<CloudReactorState>,
}

/// A stack of ours and what is in it.
#[derive(Clone, Debug)]
pub struct LiveStack {
    /// The stack.
    pub stack: Read<Observed<Stack>>,
    /// Its resources, as it knows them.
    pub resources: Read<Vec<StackResource>>,
    /// What CloudFormation's drift detection found; `None` if none was made, since the stack's status takes none.
    pub detection: Option<Read<Detection>>,
    /// The objects themselves.
    pub things: Things,
}

/// The objects of a stack, read from their own services.
#[derive(Clone, Debug)]
pub enum Things {
    /// Roles, by name.
    Roles(BTreeMap<String, LiveRole>),
    /// The parts of a network.
    Network(Box<LiveNetwork>),
    /// A cluster.
    Cluster(Read<Observed<Cluster>>),
    /// Nothing was read.
    Unread,
}

/// A role with all that is its own.
#[derive(Clone, Debug)]
pub struct LiveRole {
    /// The role.
    pub role: Read<Observed<IamRole>>,
    /// Its inline policies.
    pub inline: Read<Vec<IamPolicy>>,
    /// The managed policies that are attached to it.
    pub attached: Read<Vec<Arn>>,
}

/// The parts of a network. Of VPCs, subnets, security groups, internet gateways and addresses those of the stack; of
/// all others those of the VPC.
#[derive(Clone, Debug)]
pub struct LiveNetwork {
    /// The VPC, with its DNS attributes.
    pub vpcs: Read<Vec<Vpc>>,
    /// The subnets.
    pub subnets: Read<Vec<Subnet>>,
    /// The security groups.
    pub security_groups: Read<Vec<SecurityGroup>>,
    /// The internet gateways.
    pub internet_gateways: Read<Vec<InternetGateway>>,
    /// The public addresses.
    pub addresses: Read<Vec<Address>>,
    /// The NAT gateways.
    pub nat_gateways: Read<Vec<NatGateway>>,
    /// The route tables.
    pub route_tables: Read<Vec<RouteTable>>,
    /// The endpoints.
    pub endpoints: Read<Vec<VpcEndpoint>>,
    /// The network ACLs.
    pub acls: Read<Vec<NetworkAcl>>,
}

/// How a stack can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approach {
    /// Not at all: it is not there, not ours, or on its way.
    None,
    /// By what is read of its objects.
    Reads,
    /// By that, and by CloudFormation's drift detection.
    ReadsAndDetection,
}

/// How a stack of the spec can be compared. CloudFormation detects drift in four statuses only (CloudFormation User
/// Guide, "Detect drift on an entire CloudFormation stack").
pub fn approach(spec: &Spec, component: Component, stack: &Stack) -> Approach {
    if !is_ours(spec, component, stack) {
        return Approach::None;
    }
    match &stack.phase {
        StackPhase::Settled(Settled::CreateComplete | Settled::UpdateComplete | Settled::UpdateRollbackComplete)
        | StackPhase::Stuck(Stuck::UpdateRollbackFailed) => Approach::ReadsAndDetection,
        StackPhase::Settled(Settled::ImportComplete | Settled::ImportRollbackComplete) => Approach::Reads,
        StackPhase::Shell | StackPhase::Moving(_) | StackPhase::Stuck(_) | StackPhase::Unrecognized(_) => {
            Approach::None
        }
    }
}

fn is_ours(spec: &Spec, component: Component, stack: &Stack) -> bool {
    let name: &EnvironmentName = &spec.environment.name;
    wishes(spec).iter().any(|wish| match wish {
        Wish::Managed { component: own, adoption, .. } => {
            *own == component && claim(&owner(stack, name), *adoption) == Claim::Ours
        }
        Wish::Untouched(..) => false,
    })
}

/// Compares everything. `day` is the one by which entries of the spec expire.
pub fn drift(spec: &Spec, live: &Live, day: Day, tool_version: &str) -> Drift {
    let world = cloudreactor::partial_world(live);
    let context = Context::new(spec, live.world.as_ref().unwrap_or(&world));
    let plan = match &live.world {
        Ok(world) => planning::plan(spec, world, tool_version),
        Err(problems) => Err(problems.clone()),
    };
    let planned = plan.as_ref().ok();
    let mut components: Vec<ComponentDrift> = wishes(spec)
        .iter()
        .map(|wish| match wish {
            Wish::Managed { component, name, .. } => {
                let found = live.stacks.get(component).map(|stack| stack::compare(&context, (*component, name), stack));
                let empty = || empty(*component, Subject::Stack((*name).clone()));
                with_pending(found.unwrap_or_else(empty), planned)
            }
            Wish::Untouched(Component::Cluster, ..) => cluster::referred(live),
            Wish::Untouched(component, subject, _) => empty(*component, subject.clone()),
        })
        .collect();
    components.push(cloudreactor::compare(&context, live, planned));
    secrets::hide(&mut components, live);
    let (warnings, idle_ignores) = ignored::set_apart(&mut components, &spec.drift, day);
    Drift {
        format_version: DRIFT_FORMAT.to_owned(),
        target: context.target.clone(),
        day,
        components,
        warnings,
        idle_ignores,
        problems: plan.err().unwrap_or_default(),
    }
}

/// A component of which nothing is compared.
fn empty(component: Component, subject: Subject) -> ComponentDrift {
    ComponentDrift {
        component,
        subject,
        compared: 0,
        differences: Vec::new(),
        ignored: Vec::new(),
        not_compared: Vec::new(),
        way_back: None,
        problems: Vec::new(),
    }
}

fn with_pending(mut found: ComponentDrift, plan: Option<&Plan>) -> ComponentDrift {
    let planned = plan.and_then(|plan| plan.components.iter().find(|planned| planned.component == found.component));
    found.differences.extend(planned.map(pending::of_stack).unwrap_or_default());
    found
}

/// What was read, or nothing; what prevented it is taken down.
fn noted<'a, T>(read: &'a Read<T>, problems: &mut Vec<Problem>) -> Option<&'a T> {
    read.as_ref().map_err(|found| problems.extend(found.iter().cloned())).ok()
}
