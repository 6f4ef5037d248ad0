//! One side of a comparison: a template with its parameters put in.

use std::collections::BTreeMap;

use groundwork_model::LogicalId;
use serde_json::{Map, Value};

use super::resolve::Scope;
use super::{normal, show};

/// Attributes of a resource that stand beside its properties.
const ATTRIBUTES: [&str; 7] =
    ["Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "UpdatePolicy", "UpdateReplacePolicy"];

/// A template's resources and outputs, resolved and normalised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// The resources in the order of the template.
    pub resources: Vec<(LogicalId, Resource)>,
    /// The outputs' `Value` and `Export`, in the order of the template.
    pub outputs: Vec<(String, Map<String, Value>)>,
}

/// A resource, resolved and normalised.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its type.
    pub kind: String,
    /// Its properties.
    pub properties: BTreeMap<String, Value>,
    /// What stands beside them: `DependsOn`, `DeletionPolicy` ...
    pub attributes: BTreeMap<String, Value>,
}

impl Side {
    /// Takes a template apart. A resource whose name CloudFormation would not accept is left out: it
    /// cannot have been deployed.
    pub fn new(template: &Value, scope: &Scope) -> Self {
        let section = |name: &str| template.get(name).and_then(Value::as_object).into_iter().flatten();
        Self {
            resources: section("Resources")
                .filter_map(|(id, resource)| Some((id.parse().ok()?, Resource::new(resource, scope))))
                .collect(),
            outputs: section("Outputs").map(|(key, output)| (key.clone(), output_fields(output, scope))).collect(),
        }
    }

    /// A resource by name.
    pub fn resource(&self, id: &LogicalId) -> Option<&Resource> {
        self.resources.iter().find(|(name, _)| name == id).map(|(_, resource)| resource)
    }

    /// An output's fields by name.
    pub fn output(&self, key: &str) -> Option<&Map<String, Value>> {
        self.outputs.iter().find(|(name, _)| name == key).map(|(_, fields)| fields)
    }
}

/// `Description` is left out: it changes nothing and is written along with the next real change.
fn output_fields(output: &Value, scope: &Scope) -> Map<String, Value> {
    let kept = ["Value", "Export", "Condition"].into_iter().filter_map(|name| Some((name, output.get(name)?)));
    kept.map(|(name, value)| (name.to_owned(), normal::property(name, &scope.resolve(value)))).collect()
}

impl Resource {
    fn new(resource: &Value, scope: &Scope) -> Self {
        let properties = resource.get("Properties").and_then(Value::as_object).into_iter().flatten();
        let resolved = properties.map(|(name, value)| (name.clone(), normal::property(name, &scope.resolve(value))));
        let attributes = ATTRIBUTES.into_iter().filter_map(|name| {
            let value = resource.get(name)?;
            let value =
                if name == "DependsOn" { normal::set(value) } else { normal::property(name, &scope.resolve(value)) };
            Some((name.to_owned(), value))
        });
        Self {
            kind: resource.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned(),
            properties: resolved.filter(|(_, value)| !is_no_value(value)).collect(),
            attributes: attributes.collect(),
        }
    }

    /// What tells it apart for a reader: `10.0.80.0/20 in us-west-2c`.
    pub fn note(&self) -> Option<String> {
        let text = |name: &str| match show::readable(self.properties.get(name)?) {
            Value::String(text) => Some(text),
            _ => None,
        };
        match self.kind.as_str() {
            "AWS::EC2::Subnet" => Some(format!("{} in {}", text("CidrBlock")?, text("AvailabilityZone")?)),
            "AWS::EC2::VPC" => text("CidrBlock"),
            "AWS::EC2::NatGateway" => Some(format!("in {}", text("SubnetId")?.trim_matches(['$', '{', '}']))),
            "AWS::EC2::Route" => Some(format!("to {}", text("DestinationCidrBlock")?)),
            "AWS::EC2::VPCEndpoint" => text("ServiceName"),
            "AWS::EC2::SecurityGroup" => text("GroupDescription"),
            "AWS::ECS::Cluster" => text("ClusterName"),
            "AWS::IAM::Policy" => text("PolicyName"),
            _ => None,
        }
    }
}

fn is_no_value(value: &Value) -> bool {
    value.get("Ref").and_then(Value::as_str) == Some("AWS::NoValue")
}
