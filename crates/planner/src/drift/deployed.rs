//! A stack as it was applied last, with the ids of what it made put in: what its objects should be.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use groundwork_model::drift::Object;
use groundwork_model::plan::{Component, Target};
use groundwork_model::problem::Problem;
use groundwork_model::world::{Address, Stack, StackResource};
use groundwork_model::{LogicalId, OutputKey};
use serde_json::Value;

use super::thing::Thing;
use crate::diff::resolve::{Known, Scope};
use crate::diff::{Resource, Side, get_att};
use crate::standing;

/// A stack as it was applied last.
pub(super) struct Deployed {
    pub side: Side,
    ids: BTreeMap<LogicalId, String>,
}

impl Deployed {
    /// Takes the template apart. Without `resources` nothing is known of its objects.
    pub(super) fn new(
        (component, target): (Component, &Target),
        stack: &Stack,
        resources: &[StackResource],
        addresses: &[Address],
    ) -> Result<Self, Problem> {
        let template = standing::template(component, stack)?;
        let held = resources.iter().filter(|resource| resource.is_held());
        let ids: BTreeMap<LogicalId, String> =
            held.filter_map(|held| Some((held.logical_id.clone(), held.physical_id.clone()?))).collect();
        let attributes = attributes(&template, stack, target, &ids, addresses);
        let scope = Scope::live(&template, stack, target, Known { ids: ids.clone(), attributes });
        Ok(Self { side: Side::new(&template, &scope), ids })
    }

    /// The id of an object in its own service.
    pub(super) fn id(&self, logical_id: &LogicalId) -> Option<&str> {
        self.ids.get(logical_id).map(String::as_str)
    }

    /// The objects of a type that have an id, to be looked at.
    pub(super) fn things(&self, kind: &str) -> impl Iterator<Item = Thing<'_>> {
        let of_kind = self.side.resources.iter().filter(move |(_, resource)| resource.kind == kind);
        of_kind.filter(|(id, _)| self.ids.contains_key(id)).map(|(id, resource)| Thing::new(self.object(id), resource))
    }

    /// The declarations of a type.
    pub(super) fn declared(&self, kind: &str) -> impl Iterator<Item = &Resource> {
        self.side.resources.iter().map(|(_, resource)| resource).filter(move |resource| resource.kind == kind)
    }

    /// An object by its name in the template.
    pub(super) fn object(&self, logical_id: &LogicalId) -> Object {
        Object {
            logical_id: Some(logical_id.clone()),
            resource_type: self.side.resource(logical_id).map(|resource| resource.kind.clone()),
            physical_id: self.id(logical_id).map(str::to_owned),
        }
    }

    /// The ids of all objects of a type.
    pub(super) fn ids_of(&self, kind: &str) -> Vec<&str> {
        let of_kind = self.side.resources.iter().filter(|(_, resource)| resource.kind == kind);
        of_kind.filter_map(|(id, _)| self.id(id)).collect()
    }
}

/// A property as a text; nothing if it is not set, or has a value that is not known.
pub(super) fn text<'a>(resource: &'a Resource, name: &str) -> Option<&'a str> {
    resource.properties.get(name).and_then(Value::as_str)
}

/// The address in the id of an Elastic IP: AWS has written it alone, and with the allocation behind a bar.
pub(super) fn address(physical_id: &str) -> Option<Ipv4Addr> {
    physical_id.split('|').find_map(|part| part.parse().ok())
}

/// The attributes of a stack's objects that are known: those that its outputs show, and those that follow from ids.
fn attributes(
    template: &Value,
    stack: &Stack,
    target: &Target,
    ids: &BTreeMap<LogicalId, String>,
    addresses: &[Address],
) -> BTreeMap<(String, String), String> {
    let mut known = BTreeMap::new();
    for (logical_id, physical) in ids {
        let kind = template["Resources"][logical_id.as_str()]["Type"].as_str().unwrap_or_default();
        let attribute = match kind {
            // Our roles have no path of their own.
            "AWS::IAM::Role" => {
                let (partition, account) = (target.region.partition(), &target.account);
                Some(("Arn", format!("arn:{}:iam::{account}:role/{physical}", partition.as_str())))
            }
            "AWS::EC2::SecurityGroup" => Some(("GroupId", physical.clone())),
            "AWS::EC2::EIP" => {
                let own = addresses.iter().find(|known| address(physical) == Some(known.address));
                own.map(|own| ("AllocationId", own.allocation.clone()))
            }
            _ => None,
        };
        known.extend(attribute.map(|(name, value)| ((logical_id.to_string(), name.to_owned()), value)));
    }
    for (key, output) in template.get("Outputs").and_then(Value::as_object).into_iter().flatten() {
        let attribute = output["Value"].get("Fn::GetAtt").and_then(get_att);
        let value = key.parse::<OutputKey>().ok().and_then(|key| stack.outputs.get(&key));
        known.extend(attribute.zip(value).map(|((id, name), value)| ((id.to_owned(), name.to_owned()), value.clone())));
    }
    known
}
