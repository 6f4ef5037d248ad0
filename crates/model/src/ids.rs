//! Identifiers, each a type of its own that only parsing can make.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text that is not a valid identifier of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {what}: {rule}")]
pub struct InvalidId {
    /// The kind of identifier, with its article: "an AWS account id".
    pub what: &'static str,
    /// The text that was refused.
    pub value: String,
    /// What is allowed.
    pub rule: &'static str,
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What this identifier is called in messages, with its article.
            pub const WHAT: &'static str = $what;
            /// What is allowed, in words.
            pub const RULE: &'static str = $rule;

            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { what: $what, value: text.to_owned(), rule: $rule })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    };
}

fn between(text: &str, min: usize, max: usize, allowed: fn(char) -> bool) -> bool {
    let length = text.chars().count();
    (min..=max).contains(&length) && text.chars().all(allowed)
}

fn stack_like(text: &str) -> bool {
    between(text, 1, 128, |c| c.is_ascii_alphanumeric() || c == '-')
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn label_like(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn hex_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| between(rest, 1, 32, |c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()))
}

fn arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next().is_some_and(|service| !service.is_empty())
        && parts.next().is_some()
        && parts.next().is_some()
        && parts.next().is_some_and(|resource| !resource.is_empty())
        && !text.contains(char::is_whitespace)
        && text.len() <= 2048
}

/// `us-west-2`, `us-gov-east-1`: two or more words and a number.
fn region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() >= 3
        && parts[..parts.len() - 1].iter().all(|p| between(p, 2, 12, |c| c.is_ascii_lowercase()))
        && between(parts[parts.len() - 1], 1, 2, |c| c.is_ascii_digit())
}

/// `us-west-2a`: a Region and one letter. Local and Wavelength Zones have longer names.
fn zone_name(text: &str) -> bool {
    text.char_indices().last().is_some_and(|(at, letter)| letter.is_ascii_lowercase() && region(&text[..at]))
}

/// `usw2-az3`.
fn zone_id(text: &str) -> bool {
    text.split_once("-az").is_some_and(|(region, number)| {
        between(region, 3, 8, |c| c.is_ascii_lowercase() || c.is_ascii_digit())
            && number.parse::<u8>().is_ok_and(|n| n >= 1 && !number.starts_with('0'))
    })
}

id_type!(
    /// The deployment environment: default of every other name, and CloudReactor's `DeploymentEnvironment`.
    EnvironmentName, "an environment name", "1 to 64 ASCII letters and digits",
    |t| between(t, 1, 64, |c| c.is_ascii_alphanumeric())
);
id_type!(
    /// A target of a rollout.
    TargetName, "a target's name", "1 to 64 letters, digits, hyphens, underscores and dots",
    |t| between(t, 1, 64, label_like)
);
id_type!(
    /// A wave of a rollout.
    WaveName, "a wave's name", "1 to 64 letters, digits, hyphens, underscores and dots",
    |t| between(t, 1, 64, label_like)
);
id_type!(
    /// An AWS account.
    AccountId, "an AWS account id", "exactly 12 digits",
    |t| between(t, 12, 12, |c| c.is_ascii_digit())
);
id_type!(
    /// An AWS Region, such as `us-west-2`.
    Region, "an AWS Region", "a Region's code, such as us-west-2", region
);
id_type!(
    /// An Availability Zone by name (`us-west-2a`). Names differ between accounts; ids do not.
    ZoneName, "an Availability Zone name", "a Region's code and a letter, such as us-west-2a", zone_name
);
id_type!(
    /// An Availability Zone by id (`usw2-az1`): the same building in every account.
    ZoneId, "an Availability Zone id", "such as usw2-az1", zone_id
);
id_type!(
    /// A CloudFormation stack's name.
    StackName, "a stack name", "1 to 128 letters, digits and hyphens, starting with a letter", stack_like
);
id_type!(
    /// A CloudFormation change set's name.
    ChangeSetName, "a change set name", "1 to 128 letters, digits and hyphens, starting with a letter", stack_like
);
id_type!(
    /// A CloudFormation stack's ARN: unlike its name, never reused.
    StackId, "a stack id", "a CloudFormation stack's ARN", arn
);
id_type!(
    /// A resource's name inside a template.
    LogicalId, "a logical id", "1 to 255 letters and digits",
    |t| between(t, 1, 255, |c| c.is_ascii_alphanumeric())
);
id_type!(
    /// A template parameter's name.
    ParameterKey, "a parameter name", "1 to 255 letters and digits",
    |t| between(t, 1, 255, |c| c.is_ascii_alphanumeric())
);
id_type!(
    /// A stack output's name.
    OutputKey, "an output name", "1 to 255 letters and digits",
    |t| between(t, 1, 255, |c| c.is_ascii_alphanumeric())
);
id_type!(
    /// An Amazon Resource Name of any service and partition.
    Arn, "an ARN", "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE", arn
);
id_type!(
    /// An ECS cluster's name.
    ClusterName, "a cluster name", "1 to 255 letters, digits, hyphens and underscores",
    |t| between(t, 1, 255, |c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
);
id_type!(
    /// A VPC's id.
    VpcId, "a VPC id", "vpc- and hexadecimal digits", |t| hex_id(t, "vpc-")
);
id_type!(
    /// A subnet's id.
    SubnetId, "a subnet id", "subnet- and hexadecimal digits", |t| hex_id(t, "subnet-")
);
id_type!(
    /// A security group's id.
    SecurityGroupId, "a security group id", "sg- and hexadecimal digits", |t| hex_id(t, "sg-")
);
id_type!(
    /// The name of a Run Environment in CloudReactor: trimmed there, so trimmed here.
    RunEnvironmentName, "a Run Environment name", "1 to 200 characters without blanks around them",
    |t| between(t, 1, 200, |c| c != '\0') && t.trim() == t
);
id_type!(
    /// CloudReactor's id of an object: a dashed lower-case UUID.
    Uuid, "a UUID", "36 hexadecimal digits and dashes",
    |t| between(t, 36, 36, |c| c.is_ascii_hexdigit() || c == '-')
);

impl Region {
    /// The partition that the Region belongs to, from the prefixes that AWS has assigned.
    pub fn partition(&self) -> Partition {
        match self.0.split('-').take(2).collect::<Vec<_>>()[..] {
            ["cn", _] => Partition::China,
            ["us", "gov"] => Partition::GovCloud,
            ["eusc", _] => Partition::EuropeanSovereign,
            ["us", "iso" | "isob" | "isof"] | ["eu", "isoe"] => Partition::Isolated,
            _ => Partition::Commercial,
        }
    }
}

impl ZoneName {
    /// The Region that the zone belongs to.
    pub fn region(&self) -> &str {
        &self.0[..self.0.len() - 1]
    }
}

impl ZoneId {
    /// The zone's number within its Region: 3 for `usw2-az3`. Never 0.
    pub fn number(&self) -> u8 {
        self.0.split_once("-az").and_then(|(_, number)| number.parse().ok()).unwrap_or(1)
    }
}

impl Arn {
    /// The part between the fifth colon and the end.
    pub fn resource(&self) -> &str {
        self.0.splitn(6, ':').nth(5).unwrap_or_default()
    }

    /// The partition that the ARN names: `aws`, `aws-cn` ...
    pub fn partition(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    /// The Region that the ARN names; empty for objects that belong to none.
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }

    /// The account that the ARN names; empty for objects that belong to none.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }

    /// The text behind the last slash: a role's or cluster's name without its path.
    pub fn last_segment(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// An AWS partition: accounts and ARNs never cross from one into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// `aws`.
    Commercial,
    /// `aws-cn`.
    China,
    /// `aws-us-gov`.
    GovCloud,
    /// `aws-eusc`.
    EuropeanSovereign,
    /// `aws-iso`, `aws-iso-b`, `aws-iso-e`, `aws-iso-f`.
    Isolated,
}

impl Partition {
    /// The partition as it stands in an ARN.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
            Self::EuropeanSovereign => "aws-eusc",
            Self::Isolated => "aws-iso",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromStr>(accepted: &[&str], refused: &[&str]) {
        for text in accepted {
            assert!(text.parse::<T>().is_ok(), "{text:?} should be accepted");
        }
        for text in refused {
            assert!(text.parse::<T>().is_err(), "{text:?} should be refused");
        }
    }

    #[test]
    fn identifiers_accept_what_aws_accepts() {
        check::<AccountId>(&["123456789012"], &["", "12345678901", "1234567890123", "12345678901a", "１23456789012"]);
        check::<Region>(
            &["us-west-2", "us-gov-east-1", "eusc-de-east-1", "ap-southeast-10"],
            &["", "us-west", "us-west-", "US-WEST-2", "us--2", "us-west-2a"],
        );
        check::<ZoneName>(&["us-west-2a"], &["us-west-2", "us-west-2A", "us-west-2-lax-1a", "é", ""]);
        check::<ZoneId>(&["usw2-az1", "use1-az12"], &["usw2-az0", "usw2-az", "usw2-az01", "usw2-lax1-az1x", "az1"]);
        check::<StackName>(&["CloudReactor-staging", "a"], &["", "1a", "a_b", "-a"]);
        check::<VpcId>(&["vpc-0a1b2c3d"], &["vpc-", "vpc-XYZ", "subnet-1"]);
        check::<Arn>(
            &["arn:aws:iam::123456789012:role/x", "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/y"],
            &["", "arn:aws:iam", "role/x", "arn:aws:iam::1:role/with space"],
        );
        check::<RunEnvironmentName>(&["staging", "a b/%?"], &["", " staging", "staging ", "a\0b"]);
    }

    #[test]
    fn a_region_knows_its_partition() {
        for (region, partition) in [
            ("us-west-2", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
        ] {
            let region: Region = region.parse().expect("a valid region");
            assert_eq!(region.partition().as_str(), partition);
        }
    }

    #[test]
    fn an_identifier_cannot_be_deserialised_around_its_rule() {
        assert!(serde_json::from_str::<AccountId>("\"nonsense\"").is_err());
        assert_eq!(
            serde_json::from_str::<AccountId>("\"123456789012\"").map(String::from).ok().as_deref(),
            Some("123456789012")
        );
    }
}
