//! The user's tags: of resources, of sessions, and the labels of targets.

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use schemars::{Schema, json_schema};
use serde_json::{Value, json};

use crate::read::{Node, Read, leaf_schema};

/// AWS takes 50 tags. Three are groundwork's own on each stack, which CloudFormation passes on to
/// resources, and the role's template sets two more (`Environment`, `ManagedBy`).
const MOST: usize = 45;

/// AWS's limit for the tags of a session. A target has no more labels either.
const MOST_OF_ANY: usize = 50;

const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 256;
const LONGEST_LABEL: usize = 64;

/// Beginnings that belong to AWS and to groundwork, in any case.
const RESERVED: [&str; 2] = [OF_AWS, "groundwork:"];

const OF_AWS: &str = "aws:";

/// Tags of the role's template. IAM takes a tag's name for the same in any case, so a tag that differs
/// from one of these in its case alone would make the role fail; an equal one gives way to it.
const OF_ROLE: [&str; 2] = ["Environment", "ManagedBy"];

/// Tags by name.
#[derive(Debug, Default)]
pub(crate) struct Tags(pub(crate) BTreeMap<String, String>);

/// Tags of a session.
#[derive(Debug, Default)]
pub(crate) struct SessionTags(pub(crate) BTreeMap<String, String>);

/// Labels by name: whatever the user tells targets apart by.
#[derive(Debug, Default)]
pub(crate) struct Labels(pub(crate) BTreeMap<String, String>);

impl Read for Tags {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let rules = Rules {
            what: "tags",
            code: Code::InvalidTag,
            most: MOST,
            why: "; AWS takes 50, and groundwork needs the rest",
            name: |name, before| refused_name(name, &RESERVED, OF_ROLE.into_iter().chain(before)),
            value: refused_value,
        };
        read(node, &rules, problems).map(Self)
    }
}

impl Read for SessionTags {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let rules = Rules {
            what: "session tags",
            code: Code::InvalidTag,
            most: MOST_OF_ANY,
            why: "",
            name: |name, before| refused_name(name, &[OF_AWS], before.into_iter()),
            value: refused_value,
        };
        read(node, &rules, problems).map(Self)
    }
}

impl SessionTags {
    /// Lays the tags of a target over these; or says what is wrong with the two together.
    pub(crate) fn with(&self, own: &Self) -> Result<BTreeMap<String, String>, String> {
        let mut all = self.0.clone();
        all.extend(own.0.iter().map(|(name, value)| (name.clone(), value.clone())));
        if all.len() > MOST_OF_ANY {
            return Err(format!("{} session tags are too many: AWS takes {MOST_OF_ANY}", all.len()));
        }
        let other_case = |name: &&String| self.0.keys().any(|other| other != *name && same_name(other, name));
        match own.0.keys().find(other_case) {
            Some(name) => Err(format!("tag {name:?} differs from one of rollout.assume_role only in its case")),
            None => Ok(all),
        }
    }
}

impl Read for Labels {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let rules = Rules {
            what: "labels",
            code: Code::InvalidName,
            most: MOST_OF_ANY,
            why: "",
            name: |name, _| refused_label(name),
            value: refused_value_of_label,
        };
        read(node, &rules, problems).map(Self)
    }
}

/// What names with values have to keep.
struct Rules {
    /// What several are called.
    what: &'static str,
    code: Code,
    most: usize,
    /// Why there are no more.
    why: &'static str,
    /// What is wrong with a name, beside those before it.
    name: fn(&str, Vec<&str>) -> Option<String>,
    value: fn(&str) -> Option<String>,
}

fn read(node: &Node<'_>, rules: &Rules, problems: &mut Vec<Problem>) -> Option<BTreeMap<String, String>> {
    let Some(entries) = node.entries() else {
        problems.push(node.wrong_type("a table"));
        return None;
    };
    if entries.len() > rules.most {
        let problem = node.problem(rules.code, format!("{} {} are too many", entries.len(), rules.what));
        problems.push(problem.help(format!("allowed: {}{}", rules.most, rules.why)));
    }
    let mut read = BTreeMap::new();
    for (name, child) in entries {
        let before = read.keys().map(String::as_str).collect();
        if let Some(message) = (rules.name)(name, before) {
            problems.push(child.problem(rules.code, message));
        }
        match child.text() {
            None => problems.push(child.wrong_type("a string")),
            Some(text) => {
                problems.extend((rules.value)(text).map(|message| child.problem(rules.code, message)));
                read.insert(name.to_owned(), text.to_owned());
            }
        }
    }
    Some(read)
}

/// `others` are the names that this one must differ from in more than its case.
fn refused_name<'a>(name: &str, reserved: &[&str], mut others: impl Iterator<Item = &'a str>) -> Option<String> {
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        Some(format!("a tag's name has 1 to {LONGEST_NAME} characters"))
    } else if let Some(reserved) = reserved.iter().find(|start| name.to_lowercase().starts_with(*start)) {
        Some(format!("tag {name:?} is reserved: no tag may begin with {reserved}"))
    } else if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
        Some(format!("tag {name:?} has {bad:?} in it: AWS takes letters, digits, blanks and _ . : / = + - @"))
    } else {
        let other = others.find(|other| *other != name && same_name(other, name))?;
        Some(format!("tag {name:?} differs from {other:?} only in its case, which IAM does not tell apart"))
    }
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn refused_value(value: &str) -> Option<String> {
    if value.chars().count() > LONGEST_VALUE {
        return Some(format!("a tag's value has up to {LONGEST_VALUE} characters"));
    }
    let bad = value.chars().find(|c| !allowed(*c))?;
    Some(format!("the tag's value has {bad:?} in it: AWS takes letters, digits, blanks and _ . : / = + - @"))
}

/// A label stands on the command line, in front of an equals sign.
fn refused_label(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if (1..=LONGEST_LABEL).contains(&name.len()) && name.chars().all(allowed) {
        return None;
    }
    Some(format!("a label's name has 1 to {LONGEST_LABEL} letters, digits, hyphens, underscores and dots"))
}

fn refused_value_of_label(value: &str) -> Option<String> {
    let fits = value.chars().count() <= LONGEST_VALUE && !value.contains(char::is_control);
    (!fits).then(|| format!("a label's value has up to {LONGEST_VALUE} characters, all of which can be printed"))
}

/// The characters of IAM, the strictest of the services that are tagged.
fn allowed(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

leaf_schema!([] Tags, names_and_values(MOST, json!({ "minLength": 1, "maxLength": LONGEST_NAME })));
leaf_schema!([] SessionTags, names_and_values(MOST_OF_ANY, json!({ "minLength": 1, "maxLength": LONGEST_NAME })));
leaf_schema!([] Labels, names_and_values(MOST_OF_ANY, json!({ "pattern": "^[A-Za-z0-9_.-]{1,64}$" })));

fn names_and_values(most: usize, names: Value) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": most,
        "propertyNames": names,
        "additionalProperties": { "type": "string", "maxLength": LONGEST_VALUE },
    })
}
