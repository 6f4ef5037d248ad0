//! Ways to name something that exists.

use std::marker::PhantomData;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{ClusterRef, GroupRef, OutputRef, Reference};
use groundwork_model::{Arn, ClusterName, OutputKey, SecurityGroupId, StackName, SubnetId, VpcId};
use schemars::{Schema, json_schema};

use crate::key;
use crate::read::{Node, Read, leaf_schema, read_items, section};
use crate::text::{Rule, TagName, Text, refused};

section! {
    /// A table that names something that exists.
    ByTable {
        name: Text<TagName>,
        stack: Text<StackName>,
        output: Text<OutputKey>,
    }
}

/// A kind of thing that has ids.
pub(crate) trait Kind: Rule {
    /// What one is called, with its article.
    const WHAT: &'static str;
}

impl Kind for VpcId {
    const WHAT: &'static str = VpcId::WHAT;
}

impl Kind for SubnetId {
    const WHAT: &'static str = SubnetId::WHAT;
}

impl Kind for SecurityGroupId {
    const WHAT: &'static str = SecurityGroupId::WHAT;
}

/// One thing: its id, its `Name` tag or a stack's output.
#[derive(Debug)]
pub(crate) struct One<K>(pub(crate) Reference, PhantomData<K>);

impl<K> PartialEq for One<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Kind> Read for One<K> {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let reference = match (node.text(), node.entries()) {
            (Some(text), _) => by_id::<K>(text, node, problems),
            (None, Some(_)) => by_table(node, problems),
            (None, None) => {
                problems.push(node.wrong_type("a string or a table"));
                None
            }
        };
        reference.map(|reference| Self(reference, PhantomData))
    }
}

fn by_id<K: Kind>(text: &str, node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Reference> {
    if text.parse::<K>().is_ok() {
        return Some(Reference::Id(text.to_owned()));
    }
    let problem = node.problem(K::CODE, format!("{} is not {}", key::quoted(text), K::WHAT));
    problems.push(problem.help(format!("for a Name tag, write {{ name = {text:?} }}")).help(OUTPUT_HELP));
    None
}

const OUTPUT_HELP: &str = "for a stack's output, write { stack = \"STACK\", output = \"OUTPUT\" }";

fn by_table(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Reference> {
    let before = problems.len();
    let table = ByTable::read(node, problems)?;
    match (table.name.given(), table.stack.given(), table.output.given()) {
        _ if problems.len() > before => None,
        (Some(Text(name)), None, None) => Some(Reference::Name(name.0)),
        (None, Some(Text(stack)), Some(Text(key))) => Some(Reference::Output(OutputRef { stack, key })),
        _ => {
            let message = format!("{} must have either name, or both stack and output", node.key);
            problems.push(node.problem(Code::InvalidValue, message).help(OUTPUT_HELP));
            None
        }
    }
}

leaf_schema!([K: Kind] One<K>, one_schema(K::PATTERN));

fn one_schema(pattern: &str) -> Schema {
    json_schema!({
        "anyOf": [
            { "type": "string", "pattern": pattern },
            {
                "type": "object",
                "description": "By the Name tag.",
                "properties": { "name": { "type": "string", "pattern": TagName::PATTERN } },
                "required": ["name"],
                "additionalProperties": false,
            },
            output_schema(),
        ]
    })
}

fn output_schema() -> Schema {
    json_schema!({
        "type": "object",
        "description": "By the output of a CloudFormation stack.",
        "properties": {
            "stack": { "type": "string", "pattern": StackName::PATTERN },
            "output": { "type": "string", "pattern": OutputKey::PATTERN },
        },
        "required": ["stack", "output"],
        "additionalProperties": false,
    })
}

/// One or several things.
#[derive(Debug)]
pub(crate) struct Several<K>(pub(crate) Vec<Reference>, PhantomData<K>);

impl<K: Kind> Read for Several<K> {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let all = match node.items() {
            Some(items) => read_items::<One<K>>(&items, problems)?,
            None => vec![One::read(node, problems)?],
        };
        Some(Self(all.into_iter().map(|one| one.0).collect(), PhantomData))
    }
}

leaf_schema!([K: Kind] Several<K>, {
    let one = one_schema(K::PATTERN);
    json_schema!({ "anyOf": [one.clone(), { "type": "array", "items": one, "uniqueItems": true }] })
});

/// A cluster: its name, its ARN or a stack's output.
#[derive(Debug)]
pub(crate) struct ClusterReference(pub(crate) ClusterRef);

impl Read for ClusterReference {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            return by_output(node, problems).map(|output| Self(ClusterRef::Output(output)));
        };
        let parsed = if text.contains(':') {
            text.parse::<Arn>().map(ClusterRef::Arn)
        } else {
            text.parse::<ClusterName>().map(ClusterRef::Name)
        };
        match parsed {
            Ok(cluster) => Some(Self(cluster)),
            Err(error) => {
                problems.push(refused(node, Code::InvalidName, &error));
                None
            }
        }
    }
}

fn by_output(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<OutputRef> {
    if node.entries().is_none() {
        problems.push(node.wrong_type("a string or a table"));
        return None;
    }
    match by_table(node, problems)? {
        Reference::Output(output) => Some(output),
        Reference::Id(_) | Reference::Name(_) => {
            let problem = node.problem(Code::InvalidValue, "a cluster has no Name tag to find it by");
            problems.push(problem.help("write the cluster's name or ARN as a string").help(OUTPUT_HELP));
            None
        }
    }
}

leaf_schema!([] ClusterReference, json_schema!({
    "anyOf": [
        { "type": "string", "anyOf": [{ "pattern": ClusterName::PATTERN }, { "pattern": Arn::PATTERN }] },
        output_schema(),
    ]
}));

/// A CloudReactor group: its name, or its id as a number.
#[derive(Debug)]
pub(crate) struct GroupReference(pub(crate) GroupRef);

impl Read for GroupReference {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let group = match node.integer() {
            Some(id) => u64::try_from(id).ok().filter(|id| *id > 0).map(GroupRef::Id),
            None => match node.text() {
                Some(name) => (!name.trim().is_empty()).then(|| GroupRef::Name(name.to_owned())),
                None => {
                    problems.push(node.wrong_type("a string or an integer"));
                    return None;
                }
            },
        };
        if group.is_none() {
            let problem = node.problem(Code::InvalidValue, format!("{} names no group", node.key));
            problems.push(problem.help("allowed: a group's name, or its id, which is a positive number"));
        }
        group.map(Self)
    }
}

leaf_schema!([] GroupReference, json_schema!({
    "anyOf": [{ "type": "integer", "minimum": 1 }, { "type": "string", "pattern": "\\S" }]
}));
