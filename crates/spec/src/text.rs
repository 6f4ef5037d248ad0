//! Texts with a rule: names, ids, prefixes.

use std::str::FromStr;

use groundwork_model::organization::UnitReference;
use groundwork_model::problem::Problem;
use groundwork_model::{
    AccountId, Arn, ClusterName, Code, EnvironmentName, InvalidId, OutputKey, Region, RunEnvironmentName,
    SecurityGroupId, StackName, SubnetId, TargetName, VpcId, WaveName,
};
use schemars::json_schema;

use crate::access::{Profile, RoleReference, SessionName};
use crate::ignore::{FieldPath, Reason};
use crate::key;
use crate::pattern::NamePattern;
use crate::read::{Node, Read, leaf_schema};

/// The longest prefix that the role stack's parameters take.
const LONGEST_PREFIX: usize = 128;

/// A text that has to parse, with the same rule as a regular expression for the JSON Schema. A test
/// holds the two against each other.
pub(crate) trait Rule: FromStr<Err = InvalidId> {
    /// The code of the problem with a text that does not parse.
    const CODE: Code;
    /// The rule as a regular expression of JSON Schema.
    const PATTERN: &'static str;
}

/// A text that has kept its rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Text<T>(pub(crate) T);

impl<T: Rule> Read for Text<T> {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string"));
            return None;
        };
        match text.parse() {
            Ok(value) => Some(Self(value)),
            Err(error) => {
                problems.push(refused(node, T::CODE, &error));
                None
            }
        }
    }
}

leaf_schema!([T: Rule] Text<T>, json_schema!({ "type": "string", "pattern": T::PATTERN }));

/// A text that does not keep its rule.
pub(crate) fn refused(node: &Node<'_>, code: Code, error: &InvalidId) -> Problem {
    node.problem(code, format!("{} is not {}", key::quoted(&error.value), error.what))
        .help(format!("allowed: {}", error.rule))
}

macro_rules! rules {
    ($($type:ident, $code:ident, $pattern:literal;)*) => {
        $(impl Rule for $type {
            const CODE: Code = Code::$code;
            const PATTERN: &'static str = $pattern;
        })*
    };
}

rules! {
    EnvironmentName, InvalidName, "^[A-Za-z0-9]{1,64}$";
    AccountId, InvalidValue, "^[0-9]{12}$";
    Region, InvalidValue, "^[a-z]{2,12}(-[a-z]{2,12})+-[0-9]{1,2}$";
    StackName, InvalidName, "^[A-Za-z][A-Za-z0-9-]{0,127}$";
    ClusterName, InvalidName, "^[A-Za-z0-9_-]{1,255}$";
    RunEnvironmentName, InvalidName, "^[^\\s\\u0000]([^\\u0000]{0,198}[^\\s\\u0000])?$";
    Arn, InvalidValue, "^arn:aws[^:\\s]*:[^:\\s]+:[^:\\s]*:[^:\\s]*:\\S+$";
    OutputKey, InvalidName, "^[A-Za-z0-9]{1,255}$";
    VpcId, InvalidValue, "^vpc-[0-9a-f]{1,32}$";
    SubnetId, InvalidValue, "^subnet-[0-9a-f]{1,32}$";
    SecurityGroupId, InvalidValue, "^sg-[0-9a-f]{1,32}$";
    Principal, InvalidValue, "^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]{1,512})$";
    LogGroupPattern, InvalidValue, "^\\S{1,512}$";
    PathPrefix, InvalidValue, "^[A-Za-z0-9_/+=.@-]{0,128}$";
    SecretsPrefix, InvalidValue, "^([A-Za-z0-9_/+=.@-]{0,127}/)?$";
    DomainSuffix, InvalidValue, "^\\.?[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})*$";
    Site, InvalidValue, "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";
    TagName, InvalidValue, "^[\\s\\S]{1,256}$";
    TargetName, InvalidName, "^[A-Za-z0-9_.-]{1,64}$";
    WaveName, InvalidName, "^[A-Za-z0-9_.-]{1,64}$";
    RoleReference, InvalidValue,
        "^(arn:aws[a-z-]*:iam::[0-9]{12}:role/)?([A-Za-z0-9_+=,.@-]{1,512}/)*[A-Za-z0-9_+=,.@-]{1,64}$";
    SessionName, InvalidName, "^[A-Za-z0-9_+=,.@-]{2,64}$";
    UnitReference, InvalidValue, "^(/|[^/\\u0000-\\u001f\\u007f-\\u009f]+(/[^/\\u0000-\\u001f\\u007f-\\u009f]+)*)$";
    NamePattern, InvalidName,
        "^([A-Za-z0-9_.-]|\\{(account_name|account_id|region)\\})*\\{account_(name|id)\\}([A-Za-z0-9_.-]|\\{(account_name|account_id|region)\\})*$";
    FieldPath, InvalidValue, "^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]{1,200}$";
    Reason, InvalidValue, "^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]{1,200}$";
    Profile, InvalidName, "^[^\\[\\]\\u0000-\\u001f\\u007f-\\u009f]{1,128}$";
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, PartialEq)]
        pub(crate) struct $name(pub(crate) String);

        impl std::str::FromStr for $name {
            type Err = groundwork_model::InvalidId;

            fn from_str(text: &str) -> Result<Self, groundwork_model::InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(groundwork_model::InvalidId { what: $what, value: text.to_owned(), rule: $rule })
                }
            }
        }
    };
}
pub(crate) use text_type;

text_type!(
    /// Who may stand in a role's trust policy. A role, a user or an account, but no wildcard, which
    /// IAM does not take there, and no session, which outlives nothing.
    Principal, "an IAM principal", "the ARN of a role, a user or an account (arn:aws:iam::ACCOUNT:root)",
    |text| principal(text).unwrap_or(false)
);
text_type!(
    /// Log groups, with wildcards.
    LogGroupPattern, "a log group pattern", "1 to 512 characters without blanks",
    |text| (1..=512).contains(&text.chars().count()) && !text.contains(char::is_whitespace)
);
text_type!(
    /// A prefix of names in Lambda.
    PathPrefix, "a prefix", "up to 128 letters, digits and _ / + = . @ -", prefix
);
text_type!(
    /// A prefix of names in Secrets Manager. The role may read what is under it, then the
    /// environment's name, then `/common/`: without the slash the two names would run together.
    SecretsPrefix, "a path of secrets", "empty, or up to 128 letters, digits and _ / + = . @ - with a / at the end",
    |text| prefix(text) && (text.is_empty() || text.ends_with('/'))
);
text_type!(
    /// Hosts.
    DomainSuffix, "a host or domain", "a host (cr.example.com), or a dot and a domain (.example.com) for all hosts in it",
    |text| text.strip_prefix('.').unwrap_or(text).split('.').all(label)
);
text_type!(
    /// The name of one of the vendor's sites.
    Site, "a site's name", "lower-case letters, digits and hyphens",
    |text| label(text) && !text.starts_with('-') && !text.ends_with('-') && !text.contains(|c: char| c.is_ascii_uppercase())
);
text_type!(
    /// A `Name` tag's value.
    TagName, "a Name tag", "1 to 256 characters",
    |text| (1..=256).contains(&text.chars().count())
);

fn prefix(text: &str) -> bool {
    text.len() <= LONGEST_PREFIX && text.chars().all(|c| c.is_ascii_alphanumeric() || "_/+=.@-".contains(c))
}

fn label(text: &str) -> bool {
    (1..=63).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn principal(text: &str) -> Option<bool> {
    let rest = text.strip_prefix("arn:aws")?;
    let (partition, rest) = rest.split_once(":iam::")?;
    let (account, resource) = rest.split_once(':')?;
    let named = resource.strip_prefix("role/").or_else(|| resource.strip_prefix("user/"));
    let named = named.is_some_and(|name| {
        (1..=512).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@/-".contains(c))
    });
    let partition = partition.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    Some(partition && account.parse::<AccountId>().is_ok() && (resource == "root" || named))
}
