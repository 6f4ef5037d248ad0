//! The CloudFormation templates, built as typed values and written in a stable order: the same spec
//! gives the same bytes.
//!
//! Nothing here knows what is deployed. That a change of the spec leaves the rest of a template as it
//! was follows from the names: a resource is named after what it is for, and never after its place in
//! a list.

mod cluster;
mod iam;
pub mod names;
mod network;
pub mod outputs;
mod role;
mod value;

use groundwork_model::{LogicalId, OutputKey, ParameterKey};
use serde_json::{Map, Value, json};

pub use cluster::cluster;
pub use network::network;
pub use role::{
    CLOUDREACTOR_PRINCIPAL, EXECUTION_ROLE, LAMBDA_RUNTIME, SCHEDULING_ROLE, STARTER, Secrets, role, role_parameters,
};
use value::Expr;

/// What CloudFormation takes inline; a longer template would have to be uploaded to S3 first.
/// CloudFormation User Guide, "CloudFormation quotas".
pub const INLINE_LIMIT_BYTES: usize = 51_200;

/// A finished template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    json: Value,
}

impl Template {
    /// The template as JSON, its keys in the order in which they are sent.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The template as it is sent: indented, since people read it in CloudFormation's console, but by
    /// one blank a level, so that the largest network still fits inline.
    pub fn body(&self) -> String {
        let mut bytes = Vec::new();
        let style = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, style);
        serde::Serialize::serialize(&self.json, &mut serializer).expect("a JSON value can always be written");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }
}

/// A template in the making.
struct Builder {
    description: &'static str,
    parameters: Map<String, Value>,
    resources: Map<String, Value>,
    outputs: Map<String, Value>,
}

impl Builder {
    fn new(description: &'static str) -> Self {
        Self { description, parameters: Map::new(), resources: Map::new(), outputs: Map::new() }
    }

    fn parameter(&mut self, key: &ParameterKey, parameter: &Parameter) {
        self.parameters.insert(key.to_string(), parameter.to_json());
    }

    fn resource(&mut self, id: &LogicalId, resource: Resource) {
        let earlier = self.resources.insert(id.to_string(), resource.to_json());
        assert!(earlier.is_none(), "two resources are called {id}");
    }

    /// Adds an output. None is exported: an export can't be changed or removed while anybody imports
    /// it, and its name is taken for the whole account and Region.
    fn output(&mut self, key: &OutputKey, description: &str, value: &Expr) {
        self.outputs.insert(key.to_string(), json!({ "Description": description, "Value": value.to_json() }));
    }

    fn build(self) -> Template {
        let mut json = Map::new();
        json.insert("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"));
        json.insert("Description".to_owned(), json!(self.description));
        for (section, entries) in
            [("Parameters", self.parameters), ("Resources", self.resources), ("Outputs", self.outputs)]
        {
            if !entries.is_empty() {
                json.insert(section.to_owned(), Value::Object(entries));
            }
        }
        Template { json: Value::Object(json) }
    }
}

/// A parameter, always a text.
struct Parameter {
    description: &'static str,
    lengths: (u16, u16),
    pattern: Option<&'static str>,
    default: Option<&'static str>,
}

impl Parameter {
    fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("Type".to_owned(), json!("String"));
        json.insert("Description".to_owned(), json!(self.description));
        json.insert("MinLength".to_owned(), json!(self.lengths.0));
        json.insert("MaxLength".to_owned(), json!(self.lengths.1));
        if let Some(pattern) = self.pattern {
            json.insert("AllowedPattern".to_owned(), json!(pattern));
        }
        if let Some(default) = self.default {
            json.insert("Default".to_owned(), json!(default));
        }
        Value::Object(json)
    }
}

/// A resource.
struct Resource {
    kind: &'static str,
    depends_on: Option<LogicalId>,
    properties: Vec<(&'static str, Expr)>,
}

impl Resource {
    fn new<const N: usize>(kind: &'static str, properties: [(&'static str, Expr); N]) -> Self {
        Self { kind, depends_on: None, properties: properties.into() }
    }

    /// Makes it wait for a resource that no property of it refers to.
    fn after(mut self, resource: LogicalId) -> Self {
        self.depends_on = Some(resource);
        self
    }

    fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("Type".to_owned(), json!(self.kind));
        if let Some(id) = &self.depends_on {
            json.insert("DependsOn".to_owned(), json!(id));
        }
        let properties = self.properties.iter().map(|(name, value)| ((*name).to_owned(), value.to_json()));
        json.insert("Properties".to_owned(), Value::Object(properties.collect()));
        Value::Object(json)
    }
}

/// A logical id from words of this crate and zone ids, which are letters and digits.
fn logical_id(text: impl AsRef<str>) -> LogicalId {
    text.as_ref().parse().expect("logical ids are put together from letters and digits")
}

/// A `Tags` property.
fn tags<const N: usize>(tags: [(&str, Expr); N]) -> Expr {
    Expr::list(tags.map(|(key, value)| Expr::object([("Key", key.into()), ("Value", value)])))
}
