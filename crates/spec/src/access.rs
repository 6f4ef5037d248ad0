//! How a target's account is reached.

use std::str::FromStr;

use groundwork_model::problem::Problem;
use groundwork_model::secret::Secret;
use groundwork_model::{AccountId, Arn, Code, InvalidId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::raw::AssumeRoleSection;
use crate::read::{Node, Read, leaf_schema};
use crate::text::text_type;

/// IAM's limit for the name of a role.
const LONGEST_ROLE: usize = 64;

/// IAM's limit for the path of a role.
const LONGEST_PATH: usize = 512;

/// A role by its name in the target's account, with its path, or by its ARN.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RoleReference {
    Name(String),
    Arn(Arn),
}

impl FromStr for RoleReference {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let refused = || InvalidId {
            what: "an IAM role",
            value: text.to_owned(),
            rule: "a name, with its path if it has one (deploy/groundwork), or arn:aws:iam::ACCOUNT:role/NAME",
        };
        if !text.starts_with("arn:") {
            return if is_role(text) { Ok(Self::Name(text.to_owned())) } else { Err(refused()) };
        }
        if role_of(text).is_some_and(is_role) { text.parse().map(Self::Arn) } else { Err(refused()) }
    }
}

/// The path and name in a role's ARN.
fn role_of(arn: &str) -> Option<&str> {
    let rest = arn.strip_prefix("arn:aws")?;
    let (partition, rest) = rest.split_once(":iam::")?;
    let (account, resource) = rest.split_once(':')?;
    let partition = partition.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    resource.strip_prefix("role/").filter(|_| partition && account.parse::<AccountId>().is_ok())
}

fn is_role(text: &str) -> bool {
    let (path, name) = text.rsplit_once('/').unwrap_or(("", text));
    let path = path.is_empty() || (path.len() <= LONGEST_PATH && path.split('/').all(is_name));
    // A slash in front would make an empty path.
    path && !text.starts_with('/') && name.len() <= LONGEST_ROLE && is_name(name)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
}

text_type!(
    /// The name of a session.
    SessionName, "a session's name", "2 to 64 letters, digits and _ + = , . @ -",
    |text| (2..=64).contains(&text.len()) && is_name(text)
);
text_type!(
    /// A profile of AWS's configuration files.
    Profile, "a profile's name", "1 to 128 characters without brackets",
    |text| (1..=128).contains(&text.chars().count()) && !text.contains(|c: char| c.is_control() || c == '[' || c == ']')
);

/// The external id that a trust policy asks for. No problem repeats it.
#[derive(Clone, Debug)]
pub(crate) struct ExternalId(pub(crate) Secret);

const EXTERNAL_ID: &str = "^[A-Za-z0-9_+=,.@:/-]{2,1224}$";

impl Read for ExternalId {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string"));
            return None;
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
        if (2..=1224).contains(&text.len()) && text.chars().all(allowed) {
            return Some(Self(Secret::new(text)));
        }
        let problem = node.problem(Code::InvalidValue, "AWS takes no such external id");
        problems.push(problem.help("allowed: 2 to 1224 letters, digits and _ + = , . @ : / -"));
        None
    }
}

leaf_schema!([] ExternalId, json_schema!({ "type": "string", "pattern": EXTERNAL_ID }));

/// Whether a target's role is assumed.
#[derive(Debug)]
pub(crate) enum AssumeRole {
    /// None, whatever is the default.
    No,
    /// With these keys on top of the default.
    Role(Box<AssumeRoleSection>),
}

impl AssumeRole {
    /// The keys, if there are some.
    pub fn section(&self) -> Option<&AssumeRoleSection> {
        match self {
            Self::No => None,
            Self::Role(section) => Some(section),
        }
    }
}

impl Read for AssumeRole {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        match node.boolean() {
            Some(false) => Some(Self::No),
            None if node.entries().is_some() => {
                AssumeRoleSection::read(node, problems).map(|section| Self::Role(Box::new(section)))
            }
            Some(true) | None => {
                problems.push(node.wrong_type("a table or false"));
                None
            }
        }
    }
}

impl JsonSchema for AssumeRole {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AssumeRole".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "const": false }, AssumeRoleSection::json_schema(generator)] })
    }
}
