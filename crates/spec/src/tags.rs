//! The user's tags.

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use schemars::json_schema;

use crate::read::{Node, Read, leaf_schema};

/// AWS takes 50 tags. Three are groundwork's own on each stack, which CloudFormation passes on to
/// resources, and the role's template sets two more (`Environment`, `ManagedBy`).
const MOST: usize = 45;

const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Beginnings that belong to AWS and to groundwork, in any case.
const RESERVED: [&str; 2] = ["aws:", "groundwork:"];

/// Tags of the role's template. IAM takes a tag's name for the same in any case, so a tag that differs
/// from one of these in its case alone would make the role fail; an equal one gives way to it.
const OF_ROLE: [&str; 2] = ["Environment", "ManagedBy"];

/// Tags by name.
#[derive(Debug, Default)]
pub(crate) struct Tags(pub(crate) BTreeMap<String, String>);

impl Read for Tags {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(entries) = node.entries() else {
            problems.push(node.wrong_type("a table"));
            return None;
        };
        if entries.len() > MOST {
            let message = format!("{} tags are too many", entries.len());
            let problem = node.problem(Code::InvalidTag, message);
            problems.push(problem.help(format!("allowed: {MOST}; AWS takes 50, and groundwork needs the rest")));
        }
        let mut tags = BTreeMap::new();
        for (name, child) in entries {
            if let Some(message) = refused_name(name, &tags) {
                problems.push(child.problem(Code::InvalidTag, message));
            }
            match child.text() {
                None => problems.push(child.wrong_type("a string")),
                Some(text) => {
                    problems.extend(refused_value(text).map(|message| child.problem(Code::InvalidTag, message)));
                    tags.insert(name.to_owned(), text.to_owned());
                }
            }
        }
        Some(Self(tags))
    }
}

fn refused_name(name: &str, before: &BTreeMap<String, String>) -> Option<String> {
    let same = |other: &str| other != name && other.to_lowercase() == name.to_lowercase();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        Some(format!("a tag's name has 1 to {LONGEST_NAME} characters"))
    } else if let Some(reserved) = RESERVED.iter().find(|start| name.to_lowercase().starts_with(*start)) {
        Some(format!("tag {name:?} is reserved: no tag may begin with {reserved}"))
    } else if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
        Some(format!("tag {name:?} has {bad:?} in it: AWS takes letters, digits, blanks and _ . : / = + - @"))
    } else {
        let other = OF_ROLE.into_iter().chain(before.keys().map(String::as_str)).find(|other| same(other))?;
        Some(format!("tag {name:?} differs from {other:?} only in its case, which IAM does not tell apart"))
    }
}

fn refused_value(value: &str) -> Option<String> {
    if value.chars().count() > LONGEST_VALUE {
        return Some(format!("a tag's value has up to {LONGEST_VALUE} characters"));
    }
    let bad = value.chars().find(|c| !allowed(*c))?;
    Some(format!("the tag's value has {bad:?} in it: AWS takes letters, digits, blanks and _ . : / = + - @"))
}

/// The characters of IAM, the strictest of the services that are tagged.
fn allowed(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

leaf_schema!([] Tags, json_schema!({
    "type": "object",
    "maxProperties": MOST,
    "propertyNames": { "minLength": 1, "maxLength": LONGEST_NAME },
    "additionalProperties": { "type": "string", "maxLength": LONGEST_VALUE },
}));
