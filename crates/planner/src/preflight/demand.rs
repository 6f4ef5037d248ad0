//! What a plan adds of things that AWS limits, and which of its calls AWS can be asked about beforehand.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::LogicalId;
use groundwork_model::least_privilege::Rehearsed;
use groundwork_model::plan::{Action, Plan, ResourceChange};
use groundwork_model::quota::Quota;
use groundwork_model::step::Op;
use serde_json::Value;

/// So many more of a kind, where the quota counts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The kind.
    pub quota: Quota,
    /// The zone's name, for what is counted in each zone.
    pub zone: Option<String>,
    /// How many more there are while the plan is carried out.
    pub adds: usize,
}

/// What a plan adds. A replacement counts: CloudFormation makes the new one before it deletes the old one.
pub fn demands(plan: &Plan) -> Vec<Demand> {
    let mut sums: BTreeMap<(Quota, Option<String>), usize> = BTreeMap::new();
    for (change, template) in additions(plan) {
        if let Some(key) = counted(change, &template) {
            *sums.entry(key).or_default() += 1;
        }
    }
    sums.into_iter().map(|((quota, zone), adds)| Demand { quota, zone, adds }).collect()
}

/// The calls of EC2 in a plan that AWS can be asked about before there is anything.
pub fn rehearsals(plan: &Plan) -> BTreeSet<Rehearsed> {
    let rehearsed = |(change, _): (&ResourceChange, Value)| match change.resource_type.as_str() {
        "AWS::EC2::VPC" => Some(Rehearsed::CreateVpc),
        "AWS::EC2::InternetGateway" => Some(Rehearsed::CreateInternetGateway),
        "AWS::EC2::EIP" => Some(Rehearsed::AllocateAddress),
        _ => None,
    };
    additions(plan).filter_map(rehearsed).collect()
}

/// The resources that a plan makes, each with its stack's template.
fn additions(plan: &Plan) -> impl Iterator<Item = (&ResourceChange, Value)> {
    plan.steps.iter().flat_map(|step| {
        let template: Value = match &step.op {
            Op::DeployStack(deploy) => serde_json::from_str(&deploy.template).unwrap_or_default(),
            _ => Value::Null,
        };
        let of_step = plan.components.iter().filter(|component| component.component == step.component);
        let changes = of_step.flat_map(|component| &component.resources);
        let made = changes.filter(|change| matches!(change.action, Action::Create | Action::Replace));
        made.map(move |change| (change, template.clone()))
    })
}

/// The quota that a new resource counts against, and the zone in which it does.
fn counted(change: &ResourceChange, template: &Value) -> Option<(Quota, Option<String>)> {
    let quota = match change.resource_type.as_str() {
        "AWS::EC2::VPC" => Quota::Vpcs,
        "AWS::EC2::InternetGateway" => Quota::InternetGateways,
        "AWS::EC2::EIP" => Quota::Addresses,
        "AWS::EC2::NatGateway" => return Some((Quota::NatGateways, zone_of_gateway(template, &change.logical_id))),
        "AWS::EC2::VPCEndpoint" => match property(template, change.logical_id.as_str(), "VpcEndpointType").as_str() {
            Some("Gateway") => Quota::GatewayEndpoints,
            _ => Quota::InterfaceEndpoints,
        },
        _ => return None,
    };
    Some((quota, None))
}

/// The zone of the subnet that a NAT gateway stands in, both of which are of one template.
fn zone_of_gateway(template: &Value, gateway: &LogicalId) -> Option<String> {
    let subnet = property(template, gateway.as_str(), "SubnetId")["Ref"].as_str()?;
    property(template, subnet, "AvailabilityZone").as_str().map(str::to_owned)
}

fn property<'a>(template: &'a Value, logical_id: &str, name: &str) -> &'a Value {
    &template["Resources"][logical_id]["Properties"][name]
}
