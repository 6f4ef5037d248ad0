//! What a network consists of, and what is done to each part: from the stack's template where the plan
//! has it, and from what changes.

use std::collections::BTreeMap;

use groundwork_model::plan::{Action, ComponentPlan, Plan};
use groundwork_model::step::Op;
use serde_json::Value;

/// A part of a network that is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thing {
    pub kind: Kind,
    /// The zone as it stands in logical ids, `Usw2Az3`; of an endpoint, the service as it stands there.
    pub suffix: String,
    pub action: Action,
    /// What tells it apart: `10.0.80.0/20 in us-west-2c`.
    pub note: String,
}

/// The kinds of things that are drawn, in the order in which they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    PublicSubnet,
    PrivateSubnet,
    NatGateway,
    Address,
    InternetGateway,
    Endpoint,
}

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::PublicSubnet,
        Self::PrivateSubnet,
        Self::NatGateway,
        Self::Address,
        Self::InternetGateway,
        Self::Endpoint,
    ];

    /// What one is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::PublicSubnet => "public subnet",
            Self::PrivateSubnet => "private subnet",
            Self::NatGateway => "NAT gateway",
            Self::Address => "Elastic IP",
            Self::InternetGateway => "internet gateway",
            Self::Endpoint => "endpoint",
        }
    }

    /// The type of resource, and how its logical id begins.
    fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::PublicSubnet => ("AWS::EC2::Subnet", "SubnetPublic"),
            Self::PrivateSubnet => ("AWS::EC2::Subnet", "SubnetPrivate"),
            Self::NatGateway => ("AWS::EC2::NatGateway", "NatGateway"),
            Self::Address => ("AWS::EC2::EIP", "Eip"),
            Self::InternetGateway => ("AWS::EC2::InternetGateway", "InternetGateway"),
            Self::Endpoint => ("AWS::EC2::VPCEndpoint", "Endpoint"),
        }
    }

    fn of(id: &str, resource_type: &str) -> Option<(Self, String)> {
        Self::ALL.into_iter().find_map(|kind| {
            let (wanted, prefix) = kind.marks();
            let suffix = id.strip_prefix(prefix).filter(|_| resource_type == wanted)?;
            Some((kind, suffix.to_owned()))
        })
    }
}

/// What a network consists of.
#[derive(Default)]
pub(super) struct Inventory {
    pub things: Vec<Thing>,
    /// The zone of the NAT gateway that a private subnet's route leads to, by the subnet's zone.
    pub routes: BTreeMap<String, String>,
}

impl Inventory {
    /// What is known of a component's stack.
    pub fn of(plan: &Plan, component: &ComponentPlan) -> Self {
        let template = template(plan, component);
        let deployed = template.get("Resources").and_then(Value::as_object);
        let mut inventory = Self::default();
        for (id, resource) in deployed.into_iter().flatten() {
            let change = component.resources.iter().find(|change| change.logical_id.as_str() == id);
            let note = change.and_then(|change| change.note.clone()).unwrap_or_else(|| note(resource));
            let action = change.map_or(Action::NoOp, |change| change.action);
            inventory.add(id, resource["Type"].as_str().unwrap_or_default(), action, note);
            inventory.add_route(id, resource);
        }
        let in_template = |id: &str| deployed.is_some_and(|resources| resources.contains_key(id));
        for change in component.resources.iter().filter(|change| !in_template(change.logical_id.as_str())) {
            let note = change.note.clone().unwrap_or_default();
            inventory.add(change.logical_id.as_str(), &change.resource_type, change.action, note);
        }
        inventory
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.things.iter().any(|thing| thing.kind == kind)
    }

    fn add(&mut self, id: &str, resource_type: &str, action: Action, note: String) {
        if let Some((kind, suffix)) = Kind::of(id, resource_type) {
            self.things.push(Thing { kind, suffix, action, note });
        }
    }

    fn add_route(&mut self, id: &str, resource: &Value) {
        let target = resource["Properties"]["NatGatewayId"]["Ref"].as_str();
        let target = target.and_then(|id| id.strip_prefix(Kind::NatGateway.marks().1));
        if let (Some(zone), Some(target)) = (id.strip_prefix("RoutePrivate"), target) {
            self.routes.insert(zone.to_owned(), target.to_owned());
        }
    }
}

/// The template that the component's stack is deployed from, if it is.
fn template(plan: &Plan, component: &ComponentPlan) -> Value {
    let steps = plan.steps.iter().filter(|step| step.component == component.component);
    let template = steps.filter_map(|step| match &step.op {
        Op::DeployStack(deploy) => serde_json::from_str(&deploy.template).ok(),
        Op::DeployStackSet(deploy) => serde_json::from_str(&deploy.template).ok(),
        Op::DeleteStack(_)
        | Op::ContinueRollback(_)
        | Op::RollBack(_)
        | Op::FollowStack(_)
        | Op::PutCapacityProviders(_)
        | Op::PutRunEnvironment(_)
        | Op::DeleteRunEnvironment { .. } => None,
    });
    template.into_iter().next().unwrap_or_default()
}

/// The note that a subnet or an endpoint would have if it changed.
fn note(resource: &Value) -> String {
    let properties = &resource["Properties"];
    let property = |name: &str| properties[name].as_str();
    match (property("CidrBlock"), property("AvailabilityZone"), properties["ServiceName"]["Fn::Sub"].as_str()) {
        (Some(cidr), Some(zone), _) => format!("{cidr} in {zone}"),
        (_, _, Some(service)) => service.to_owned(),
        _ => String::new(),
    }
}
