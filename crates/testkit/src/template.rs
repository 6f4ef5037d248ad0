//! What a template makes: resources with ids, and the values of outputs.

use std::collections::BTreeMap;

use groundwork_engine::ports::{ObservedAction, ObservedChange};
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::world::ObservedParameter;
use groundwork_model::{LogicalId, OutputKey, ParameterKey};
use serde_json::{Map, Value};

use crate::build::id;
use crate::roles::RoleWithPolicies;

/// A parsed template.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    resources: Map<String, Value>,
    outputs: Map<String, Value>,
}

/// What values depend on beside the template.
pub(crate) struct Scope<'a> {
    pub account: &'a str,
    pub region: &'a str,
    /// What makes this stack's ids differ from those of another one.
    pub unique: &'a str,
    pub parameters: &'a BTreeMap<ParameterKey, ObservedParameter>,
}

impl Template {
    /// Parses a template; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(text).ok()?;
        let part = |name: &str| json.get(name).and_then(Value::as_object).cloned();
        Some(Self { resources: part("Resources")?, outputs: part("Outputs").unwrap_or_default() })
    }

    /// Resources and their types, in the order of the template.
    pub(crate) fn resources(&self) -> Vec<(String, String)> {
        self.resources.iter().map(|(id, resource)| (id.clone(), kind(resource).to_owned())).collect()
    }

    /// A property that is a plain text.
    pub(crate) fn text(&self, id: &str, property: &str) -> Option<&str> {
        self.resources.get(id)?.get("Properties")?.get(property)?.as_str()
    }

    /// The outputs' values.
    pub(crate) fn outputs(&self, scope: &Scope<'_>) -> BTreeMap<OutputKey, String> {
        let values = self
            .outputs
            .iter()
            .filter_map(|(key, output)| Some((key.parse().ok()?, self.evaluate(output.get("Value")?, scope))));
        values.collect()
    }

    /// The roles with the policies that the template gives them, as IAM shows them. AWS's own policies are left out.
    pub(crate) fn roles(&self, scope: &Scope<'_>) -> Vec<RoleWithPolicies> {
        let of_kind =
            |wanted: &'static str| self.resources.iter().filter(move |(_, resource)| kind(resource) == wanted);
        let policy = |policy: &Value| IamPolicy {
            name: self.evaluate(&policy["PolicyName"], scope),
            document: self.resolved(&policy["PolicyDocument"], scope),
        };
        let role = |(name, resource): (&String, &Value)| {
            let properties = &resource["Properties"];
            let inline = properties["Policies"].as_array().into_iter().flatten().map(policy);
            let own = |(_, other): &(&String, &Value)| {
                let roles = other["Properties"]["Roles"].as_array().into_iter().flatten();
                roles.into_iter().any(|role| role["Ref"] == name.as_str())
            };
            let attached = of_kind("AWS::IAM::Policy").filter(own).map(|(_, other)| policy(&other["Properties"]));
            RoleWithPolicies {
                role: IamRole {
                    arn: id(&self.attribute(name, "Arn", scope)),
                    trust: self.resolved(&properties["AssumeRolePolicyDocument"], scope),
                    boundary: None,
                },
                policies: inline.chain(attached).collect(),
            }
        };
        of_kind("AWS::IAM::Role").map(role).collect()
    }

    /// The names of roles and clusters in their own services.
    pub(crate) fn names(&self, scope: &Scope<'_>) -> BTreeMap<LogicalId, String> {
        let named = |resource: &Value| matches!(kind(resource), "AWS::IAM::Role" | "AWS::ECS::Cluster");
        let of_kind = self.resources.iter().filter(|(_, resource)| named(resource));
        of_kind.map(|(name, _)| (id(name), self.physical_id(name, scope))).collect()
    }

    /// A property with all expressions in it evaluated.
    fn resolved(&self, value: &Value, scope: &Scope<'_>) -> Value {
        match value {
            Value::Object(object) if object.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => {
                Value::String(self.evaluate(value, scope))
            }
            Value::Object(object) => {
                Value::Object(object.iter().map(|(key, value)| (key.clone(), self.resolved(value, scope))).collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(|item| self.resolved(item, scope)).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    fn evaluate(&self, value: &Value, scope: &Scope<'_>) -> String {
        if let Some(text) = value.as_str() {
            return text.to_owned();
        }
        if let Some(text) = value["Fn::Sub"].as_str() {
            return self.substituted(text, scope);
        }
        if let Some(name) = value["Ref"].as_str() {
            return self.reference(name, scope);
        }
        if let Some([name, attribute]) = value["Fn::GetAtt"].as_array().map(Vec::as_slice) {
            return self.attribute(name.as_str().unwrap_or_default(), attribute.as_str().unwrap_or_default(), scope);
        }
        if let Some([delimiter, Value::Array(parts)]) = value["Fn::Join"].as_array().map(Vec::as_slice) {
            let parts: Vec<String> = parts.iter().map(|part| self.evaluate(part, scope)).collect();
            return parts.join(delimiter.as_str().unwrap_or_default());
        }
        panic!("the fake does not know the expression {value}")
    }

    /// A text with every `${Name}` in it replaced.
    fn substituted(&self, text: &str, scope: &Scope<'_>) -> String {
        let mut pieces = text.split("${");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            whole += &self.reference(name, scope);
            whole += rest;
        }
        whole
    }

    fn reference(&self, name: &str, scope: &Scope<'_>) -> String {
        match name {
            "AWS::Partition" => return "aws".to_owned(),
            "AWS::AccountId" => return scope.account.to_owned(),
            "AWS::Region" => return scope.region.to_owned(),
            _ => {}
        }
        let parameter = name.parse::<ParameterKey>().ok().and_then(|key| scope.parameters.get(&key));
        match parameter {
            Some(ObservedParameter::Plain(text)) => text.clone(),
            Some(ObservedParameter::Secret(secret)) => secret.expose().to_owned(),
            Some(ObservedParameter::Masked) => "****".to_owned(),
            None => self.physical_id(name, scope),
        }
    }

    fn physical_id(&self, id: &str, scope: &Scope<'_>) -> String {
        let number = number(&format!("{}/{id}", scope.unique));
        match self.resources.get(id).map(kind).unwrap_or_default() {
            "AWS::EC2::VPC" => format!("vpc-{number:08x}"),
            "AWS::EC2::Subnet" => format!("subnet-{number:08x}"),
            "AWS::EC2::SecurityGroup" => format!("sg-{number:08x}"),
            "AWS::EC2::EIP" => format!("203.0.113.{}", number % 250),
            "AWS::ECS::Cluster" => self.text(id, "ClusterName").unwrap_or(id).to_owned(),
            _ => format!("{id}-{number:08x}"),
        }
    }

    fn attribute(&self, id: &str, attribute: &str, scope: &Scope<'_>) -> String {
        let physical = self.physical_id(id, scope);
        let (account, region) = (scope.account, scope.region);
        match (self.resources.get(id).map(kind).unwrap_or_default(), attribute) {
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{account}:role/{physical}"),
            ("AWS::Lambda::Function", "Arn") => format!("arn:aws:lambda:{region}:{account}:function:{physical}"),
            ("AWS::ECS::Cluster", "Arn") => format!("arn:aws:ecs:{region}:{account}:cluster/{physical}"),
            ("AWS::EC2::VPC", "CidrBlock") => self.text(id, "CidrBlock").unwrap_or_default().to_owned(),
            ("AWS::EC2::SecurityGroup", "GroupId") => physical,
            (_, attribute) => format!("{physical}.{attribute}"),
        }
    }

    /// What an update to another template does. A change of parameters or tags is not seen here.
    pub(crate) fn changes_to(&self, other: &Self) -> Vec<ObservedChange> {
        let mut changes = Vec::new();
        for (id, after) in &other.resources {
            match self.resources.get(id) {
                None => changes.push(change(id, after, ObservedAction::Add, Vec::new())),
                Some(before) if before == after => {}
                Some(before) => {
                    changes.push(change(id, after, ObservedAction::Modify, differing(before, after)));
                }
            }
        }
        let removed = self.resources.iter().filter(|(id, _)| !other.resources.contains_key(*id));
        changes.extend(removed.map(|(id, resource)| change(id, resource, ObservedAction::Remove, Vec::new())));
        changes
    }
}

fn kind(resource: &Value) -> &str {
    resource["Type"].as_str().unwrap_or_default()
}

fn change(id: &str, resource: &Value, action: ObservedAction, properties: Vec<String>) -> ObservedChange {
    let logical_id: LogicalId = id.parse().expect("a resource's name is a logical id");
    ObservedChange { logical_id, resource_type: kind(resource).to_owned(), action, properties }
}

fn differing(before: &Value, after: &Value) -> Vec<String> {
    let empty = Map::new();
    let properties = |resource: &Value| resource["Properties"].as_object().unwrap_or(&empty).clone();
    let (before, after) = (properties(before), properties(after));
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| before.get(name) != after.get(name));
    names
}

/// A number from a name, so that ids stay the same from one deployment to the next.
fn number(name: &str) -> u64 {
    name.bytes().fold(7, |sum, byte| (sum * 31 + u64::from(byte)) % 0xffff_ffff)
}
