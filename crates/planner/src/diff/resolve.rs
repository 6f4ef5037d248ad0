//! Puts values in place of a template's references to parameters and pseudo parameters, and writes
//! what is left (references to resources) in one canonical form, so that `Fn::Sub` and `Fn::Join`
//! that say the same compare as the same.
//!
//! Functions that need more than that (`Fn::If`, `Fn::FindInMap`, `Fn::GetAZs` ...) stay as they are
//! and so differ from any plain value: better a difference too many than one hidden.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::plan::Target;
use groundwork_model::step::ParameterValue;
use groundwork_model::world::{ObservedParameter, Stack};
use groundwork_model::{LogicalId, StackName};
use serde_json::{Map, Value, json};

const NO_VALUE: &str = "AWS::NoValue";

/// Stands in for a secret that apply makes.
pub const GENERATED: &str = "Groundwork::Generated";

/// What the names of a template stand for: of its parameters, and where they are known, of its resources.
#[derive(Clone, Default)]
pub struct Scope {
    names: BTreeMap<String, Binding>,
    /// Attributes of resources, by resource and attribute.
    attributes: BTreeMap<(String, String), String>,
}

/// What is known of the resources of a stack that is deployed.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Their ids in their own services, which `Ref` stands for.
    pub ids: BTreeMap<LogicalId, String>,
    /// Their attributes, by resource and attribute.
    pub attributes: BTreeMap<(String, String), String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Binding {
    Text(String),
    List(Vec<String>),
    /// A value that nobody may see, or that nobody can: it stays a reference by name.
    Hidden,
    /// Secret text that apply makes: like nothing that is there.
    Generated,
}

impl Scope {
    /// The parameters that a stack has.
    pub fn deployed(template: &Value, stack: &Stack, target: &Target) -> Self {
        let mut scope = Self::pseudo(&stack.name, target);
        for (key, default) in defaults(template) {
            scope.bind(template, key, default);
        }
        for (key, value) in &stack.parameters {
            scope.bind_observed(template, key.as_str(), value);
        }
        scope
    }

    /// The parameters that a stack has, secret ones in clear, and what is known of its resources: for comparisons
    /// with what is live, of which no value is shown without being looked at.
    pub fn live(template: &Value, stack: &Stack, target: &Target, known: Known) -> Self {
        let mut scope = Self::deployed(template, stack, target);
        for (key, value) in &stack.parameters {
            if let ObservedParameter::Secret(secret) = value {
                scope.bind(template, key.as_str(), secret.expose().to_owned());
            }
        }
        let ids = known.ids.into_iter().map(|(id, physical)| (id.to_string(), Binding::Text(physical)));
        scope.names.extend(ids);
        scope.attributes = known.attributes;
        scope
    }

    /// The parameters that a stack will have.
    pub fn desired(
        template: &Value,
        parameters: &BTreeMap<groundwork_model::ParameterKey, ParameterValue>,
        previous: Option<&Stack>,
        name: &StackName,
        target: &Target,
    ) -> Self {
        let mut scope = Self::pseudo(name, target);
        for (key, value) in parameters {
            match (value, previous.and_then(|stack| stack.parameters.get(key))) {
                (ParameterValue::Literal(text), _) => scope.bind(template, key.as_str(), text.clone()),
                (ParameterValue::Previous, Some(observed)) => scope.bind_observed(template, key.as_str(), observed),
                (ParameterValue::Previous, None) | (ParameterValue::Generated(_), _) => {
                    scope.names.insert(key.as_str().to_owned(), Binding::Generated);
                }
            }
        }
        scope
    }

    fn pseudo(stack: &StackName, target: &Target) -> Self {
        let partition = target.region.partition();
        let suffix = if partition.as_str() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        let known = [
            ("AWS::Region", target.region.as_str()),
            ("AWS::AccountId", target.account.as_str()),
            ("AWS::Partition", partition.as_str()),
            ("AWS::StackName", stack.as_str()),
            ("AWS::URLSuffix", suffix),
        ];
        let names = known.into_iter().map(|(name, value)| (name.to_owned(), Binding::Text(value.to_owned())));
        Self { names: names.collect(), attributes: BTreeMap::new() }
    }

    fn bind_observed(&mut self, template: &Value, key: &str, value: &ObservedParameter) {
        match value {
            ObservedParameter::Plain(text) => self.bind(template, key, text.clone()),
            ObservedParameter::Secret(_) | ObservedParameter::Masked => {
                self.names.insert(key.to_owned(), Binding::Hidden);
            }
        }
    }

    fn bind(&mut self, template: &Value, key: &str, text: String) {
        let declared = template.pointer(&format!("/Parameters/{key}/Type")).and_then(Value::as_str);
        let is_list = declared.is_some_and(|kind| kind == "CommaDelimitedList" || kind.starts_with("List<"));
        let binding = if is_list {
            Binding::List(text.split(',').map(|item| item.trim().to_owned()).collect())
        } else {
            Binding::Text(text)
        };
        self.names.insert(key.to_owned(), binding);
    }

    /// The value with every parameter put in.
    pub fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Object(map) => match map.iter().next() {
                Some((name, argument)) if map.len() == 1 && is_intrinsic(name) => self.intrinsic(name, argument),
                _ => Value::Object(
                    map.iter()
                        .map(|(key, inner)| (key.clone(), self.resolve(inner)))
                        .filter(|(_, inner)| !is_no_value(inner))
                        .collect(),
                ),
            },
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.resolve(item)).filter(|item| !is_no_value(item)).collect())
            }
            plain => plain.clone(),
        }
    }

    fn intrinsic(&self, name: &str, argument: &Value) -> Value {
        match (name, argument) {
            ("Ref", Value::String(target)) => self.reference(target),
            ("Fn::GetAtt", Value::String(path)) => match path.split_once('.') {
                Some((resource, attribute)) => self.attribute(resource, attribute),
                None => single(name, argument.clone()),
            },
            ("Fn::GetAtt", Value::Array(_)) => match get_att(argument) {
                Some((resource, attribute)) if argument.as_array().is_some_and(|path| path.len() == 2) => {
                    self.attribute(resource, attribute)
                }
                Some(_) | None => single(name, self.resolve(argument)),
            },
            ("Fn::Sub", Value::String(text)) => concatenated(self.substituted(text, &Map::new())),
            ("Fn::Sub", Value::Array(items)) => match &items[..] {
                [Value::String(text), Value::Object(variables)] => concatenated(self.substituted(text, variables)),
                _ => single(name, self.resolve(argument)),
            },
            ("Fn::Join", Value::Array(items)) => match &items[..] {
                [Value::String(delimiter), list] => self.joined(delimiter, &self.resolve(list)),
                _ => single(name, self.resolve(argument)),
            },
            _ => single(name, self.resolve(argument)),
        }
    }

    fn reference(&self, target: &str) -> Value {
        match self.names.get(target) {
            Some(Binding::Text(text)) => Value::String(text.clone()),
            Some(Binding::List(items)) => json!(items),
            Some(Binding::Generated) => single(GENERATED, json!(target)),
            Some(Binding::Hidden) | None => json!({ "Ref": target }),
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Value {
        match self.attributes.get(&(resource.to_owned(), attribute.to_owned())) {
            Some(text) => Value::String(text.clone()),
            None => json!({ "Fn::GetAtt": [resource, attribute] }),
        }
    }

    fn joined(&self, delimiter: &str, list: &Value) -> Value {
        let Value::Array(items) = list else { return single("Fn::Join", json!([delimiter, list])) };
        let mut parts = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                parts.push(Value::String(delimiter.to_owned()));
            }
            parts.push(item.clone());
        }
        concatenated(parts)
    }

    /// The parts of an `Fn::Sub` text: texts, and references for each `${...}`.
    fn substituted(&self, text: &str, variables: &Map<String, Value>) -> Vec<Value> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}') else { break };
            parts.push(Value::String(before.to_owned()));
            parts.push(match name.strip_prefix('!') {
                Some(literal) => Value::String(format!("${{{literal}}}")),
                None => self.variable(name.trim(), variables),
            });
            rest = behind;
        }
        parts.push(Value::String(rest.to_owned()));
        parts
    }

    fn variable(&self, name: &str, variables: &Map<String, Value>) -> Value {
        match (variables.get(name), name.split_once('.')) {
            (Some(value), _) => self.resolve(value),
            (None, Some((resource, attribute))) => self.attribute(resource, attribute),
            (None, None) => self.reference(name),
        }
    }
}

fn is_intrinsic(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

fn is_no_value(value: &Value) -> bool {
    value.get("Ref").and_then(Value::as_str) == Some(NO_VALUE)
}

fn single(name: &str, argument: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), argument)]))
}

fn defaults(template: &Value) -> impl Iterator<Item = (&str, String)> {
    let declared = template.get("Parameters").and_then(Value::as_object);
    declared.into_iter().flatten().filter_map(|(key, declaration)| {
        let default = declaration.get("Default")?;
        Some((key.as_str(), scalar_text(default)?))
    })
}

/// A scalar as CloudFormation turns it into text.
pub fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The one form of a concatenation: a text if every part is one, the part if there is only one, or
/// else `Fn::Join` over parts of which no two neighbours are texts.
fn concatenated(parts: Vec<Value>) -> Value {
    let mut merged: Vec<Value> = Vec::new();
    for part in parts.into_iter().flat_map(flattened) {
        match (merged.last_mut(), scalar_text(&part)) {
            (_, Some(text)) if text.is_empty() => {}
            (Some(Value::String(before)), Some(text)) => before.push_str(&text),
            (_, Some(text)) => merged.push(Value::String(text)),
            (_, None) => merged.push(part),
        }
    }
    match merged.len() {
        0 => Value::String(String::new()),
        1 => merged.remove(0),
        _ => json!({ "Fn::Join": ["", merged] }),
    }
}

fn flattened(part: Value) -> Vec<Value> {
    match join_parts(&part) {
        Some(parts) => parts.to_vec(),
        None => vec![part],
    }
}

/// The parts of a concatenation.
pub fn join_parts(value: &Value) -> Option<&[Value]> {
    match value.get("Fn::Join")?.as_array()?.as_slice() {
        [Value::String(delimiter), Value::Array(parts)] if delimiter.is_empty() => Some(parts),
        _ => None,
    }
}

/// Every resource that a value refers to by `Ref` or `Fn::GetAtt`; pseudo parameters are no resources.
pub fn references(value: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    collect(value, &mut found, &|name, argument| match name {
        "Ref" => argument.as_str(),
        _ => get_att(argument).map(|(resource, _)| resource),
    });
    found
}

/// Every resource that a value refers to by `Fn::GetAtt`, whose value CloudFormation learns only
/// when it executes.
pub fn attribute_references(value: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    collect(value, &mut found, &|name, argument| match name {
        "Ref" => None,
        _ => get_att(argument).map(|(resource, _)| resource),
    });
    found
}

/// The resources that a value refers to, each as often as it does, in the order of the text.
pub fn references_in_order(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(name, inner)| match name.as_str() {
                "Ref" => inner.as_str().into_iter().collect(),
                "Fn::GetAtt" => get_att(inner).map(|(resource, _)| resource).into_iter().collect(),
                _ => references_in_order(inner),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references_in_order).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// The resource and the attribute that the argument of `Fn::GetAtt` names.
pub fn get_att(argument: &Value) -> Option<(&str, &str)> {
    match argument.as_array()?.as_slice() {
        [Value::String(resource), Value::String(attribute), ..] => Some((resource, attribute)),
        _ => None,
    }
}

fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>, target: &dyn Fn(&str, &'a Value) -> Option<&'a str>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                let referred = (map.len() == 1 && matches!(name.as_str(), "Ref" | "Fn::GetAtt"))
                    .then(|| target(name, inner))
                    .flatten();
                found.extend(referred.filter(|name| !name.starts_with("AWS::")));
                collect(inner, found, target);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, target)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let mut scope = Scope::default();
        scope.names.insert("AWS::Region".to_owned(), Binding::Text("us-west-2".to_owned()));
        scope.names.insert("Env".to_owned(), Binding::Text("staging".to_owned()));
        scope.names.insert("Zones".to_owned(), Binding::List(vec!["a".to_owned(), "b".to_owned()]));
        scope.names.insert("Key".to_owned(), Binding::Hidden);
        scope
    }

    fn check(value: &Value, expected: &Value) {
        assert_eq!(&scope().resolve(value), expected, "{value}");
    }

    #[test]
    fn parameters_are_put_in() {
        check(&json!({ "Ref": "Env" }), &json!("staging"));
        check(&json!({ "Ref": "Zones" }), &json!(["a", "b"]));
        check(&json!({ "Ref": "Key" }), &json!({ "Ref": "Key" }));
        check(&json!({ "Ref": "Vpc" }), &json!({ "Ref": "Vpc" }));
        check(&json!({ "Fn::Sub": "x-${AWS::Region}-${Env}" }), &json!("x-us-west-2-staging"));
        check(&json!({ "Fn::Sub": ["${a}/${!b}", { "a": { "Ref": "Env" } }] }), &json!("staging/${b}"));
        check(&json!({ "a": { "Ref": "AWS::NoValue" }, "b": [{ "Ref": "AWS::NoValue" }] }), &json!({ "b": [] }));
    }

    #[test]
    fn the_same_concatenation_has_one_form() {
        let joined = json!({ "Fn::Join": ["", ["arn:", { "Fn::GetAtt": ["Role", "Arn"] }, "/", { "Ref": "Env" }]] });
        let substituted = json!({ "Fn::Sub": "arn:${Role.Arn}/${Env}" });
        let nested = json!({ "Fn::Join": ["/", [{ "Fn::Sub": "arn:${Role.Arn}" }, "staging"]] });
        assert_eq!(scope().resolve(&joined), scope().resolve(&substituted));
        assert_eq!(scope().resolve(&joined), scope().resolve(&nested));
        check(&json!({ "Fn::Sub": "${Role}" }), &json!({ "Ref": "Role" }));
        check(&json!({ "Fn::GetAtt": "Role.Arn" }), &json!({ "Fn::GetAtt": ["Role", "Arn"] }));
    }

    #[test]
    fn what_cannot_be_resolved_stays_and_differs() {
        let choice = json!({ "Fn::If": ["Prod", { "Ref": "Env" }, "b"] });
        check(&choice, &json!({ "Fn::If": ["Prod", "staging", "b"] }));
        let zones = json!({ "Fn::Select": [0, { "Fn::GetAZs": "" }] });
        check(&zones, &zones);
    }

    #[test]
    fn references_are_found_at_any_depth() {
        let value = json!({ "a": [{ "Ref": "Vpc" }, { "Fn::Join": ["", [{ "Fn::GetAtt": ["Role", "Arn"] }, { "Ref": "AWS::StackId" }]] }] });
        assert_eq!(references(&value), BTreeSet::from(["Vpc", "Role"]));
        assert_eq!(attribute_references(&value), BTreeSet::from(["Role"]));
    }
}
