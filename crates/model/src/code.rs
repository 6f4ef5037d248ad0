//! The stable codes of errors and warnings: one list, in one place.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Exit;

pub mod explanation;

macro_rules! codes {
    ($(#[doc = $title:literal] $name:ident = $number:literal => $exit:ident,)*) => {
        /// A stable error or warning code: printed as `GW1203`, never renumbered, never reused.
        ///
        /// 1xxx the spec, 2xxx access, 3xxx what was found, 4xxx what was done, 5xxx gates, 6xxx saved plans,
        /// 9xxx groundwork itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $name,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code's number.
            pub fn number(self) -> u16 {
                match self { $(Self::$name => $number,)* }
            }

            /// What it is about, in one line.
            pub fn title(self) -> &'static str {
                let comment = match self { $(Self::$name => $title,)* };
                comment.trim().trim_end_matches('.')
            }

            /// How the program ends when this is what ended it.
            pub fn exit(self) -> Exit {
                match self { $(Self::$name => Exit::$exit,)* }
            }
        }
    };
}

codes! {
    /// A spec file cannot be read.
    SpecUnreadable = 1001 => Usage,
    /// A spec file is not TOML.
    SpecSyntax = 1002 => Usage,
    /// A key that the spec does not have.
    UnknownKey = 1003 => Usage,
    /// A value of the wrong type.
    WrongType = 1004 => Usage,
    /// A key that the spec needs.
    MissingKey = 1005 => Usage,
    /// A value outside its allowed set.
    InvalidValue = 1006 => Usage,
    /// A key that does not go with the chosen mode.
    KeyOutOfPlace = 1007 => Usage,
    /// The command line is invalid.
    InvalidArguments = 1008 => Usage,
    /// A file or folder cannot be written.
    Unwritable = 1009 => Usage,
    /// A name is too long or has a character that is not allowed.
    InvalidName = 1101 => Usage,
    /// A tag that cannot be set.
    InvalidTag = 1102 => Usage,
    /// A CIDR block that is not canonical, or of a size that does not work.
    InvalidCidr = 1201 => Usage,
    /// The subnets do not fit into the VPC.
    SubnetsDoNotFit = 1202 => Usage,
    /// A NAT gateway in a zone without a public subnet.
    NatWithoutPublicSubnet = 1203 => Usage,
    /// An endpoint that is not known.
    UnknownEndpoint = 1204 => Usage,
    /// Private subnets from which a Fargate task cannot start.
    NoWayOut = 1205 => Usage,
    /// A partition in which CloudReactor's principal does not exist.
    PartitionUnsupported = 1206 => Usage,
    /// The Run Environment would have no subnet.
    NoSubnetForTasks = 1207 => Usage,
    /// The same thing twice.
    Duplicate = 1208 => Usage,
    /// CloudReactor's URL is not https.
    InsecureUrl = 1209 => Usage,
    /// No AWS credentials were found.
    NoCredentials = 2001 => Access,
    /// AWS refused a call.
    AccessDenied = 2002 => Access,
    /// The credentials belong to another account than the spec names.
    WrongAccount = 2003 => Access,
    /// The AWS credentials have expired, or are not valid.
    CredentialsExpired = 2004 => Access,
    /// AWS kept refusing for its rate limit.
    Throttled = 2005 => TimedOut,
    /// AWS could not be reached, or failed.
    AwsUnavailable = 2006 => TimedOut,
    /// AWS answered something that groundwork does not understand, or refused a request as invalid.
    AwsUnexpected = 2007 => Internal,
    /// The caller lacks permissions that the verb needs.
    PermissionsMissing = 2008 => Access,
    /// The Region is not enabled for the account.
    RegionDisabled = 2009 => Access,
    /// No CloudReactor credentials were found.
    NoCloudReactorCredentials = 2101 => Access,
    /// CloudReactor refused the credentials.
    CloudReactorLogin = 2102 => Access,
    /// The group is not one of the user's.
    GroupNotFound = 2103 => Access,
    /// The access level in the group is too low.
    AccessLevelTooLow = 2104 => Access,
    /// CloudReactor could not be reached, or failed.
    CloudReactorUnavailable = 2105 => TimedOut,
    /// What answered is not CloudReactor's API, or it answered something unexpected.
    CloudReactorUnexpected = 2106 => Access,
    /// Something that the spec refers to does not exist.
    ReferenceNotFound = 3001 => Usage,
    /// Something that the spec refers to is not unique.
    ReferenceAmbiguous = 3002 => Usage,
    /// A stack of that name exists and is not ours.
    StackNotOurs = 3003 => Refused,
    /// A stack has an operation under way.
    StackBusy = 3004 => TimedOut,
    /// A stack is in a state that no update leads out of.
    StackStuck = 3005 => NeedsRecovery,
    /// An existing network cannot run Fargate tasks.
    NetworkUnsuitable = 3006 => Usage,
    /// A zone does not exist or cannot be used.
    ZoneUnavailable = 3007 => Usage,
    /// A deployed template cannot be read or compared.
    TemplateUnreadable = 3008 => NeedsRecovery,
    /// A cluster of that name exists outside of our stack.
    ClusterExists = 3009 => Refused,
    /// A stack lacks an output or parameter that is needed.
    StackIncomplete = 3010 => Usage,
    /// Deleting would be refused by AWS: termination protection.
    StackProtected = 3011 => Refused,
    /// The Run Environment stands for another AWS account.
    RunEnvironmentElsewhere = 3012 => Refused,
    /// Saving the Run Environment would erase a secret that CloudReactor does not show.
    RunEnvironmentHidesKey = 3013 => Refused,
    /// The plan adds more than the account may have.
    QuotaTooSmall = 3014 => Usage,
    /// A zone where Fargate is not known to run.
    ZoneWithoutFargate = 3101 => Done,
    /// Tasks cannot reach CloudReactor's API.
    NoInternet = 3102 => Done,
    /// CloudReactor is permitted more than a reader may expect.
    TrustNote = 3103 => Done,
    /// A subnet is short of addresses.
    FewAddresses = 3104 => Done,
    /// Something could not be checked.
    NotChecked = 3105 => Done,
    /// Something stays, and refers to what is removed.
    LeftBehind = 3106 => Done,
    /// Accounts of the organization are left out.
    AccountsLeftOut = 3107 => Done,
    /// A stack set does less, or more, than its spec may lead one to expect.
    StackSetNote = 3108 => Done,
    /// A resource is left out of a recovery.
    ResourceLeftOut = 3109 => Done,
    /// An entry of drift.ignore has expired.
    IgnoreExpired = 3110 => Done,
    /// The network would have addresses that another VPC has.
    AddressesOverlap = 3112 => Done,
    /// CloudFormation refused to make a change set.
    ChangeSetFailed = 4001 => RolledBack,
    /// CloudFormation's change set does more than the plan says.
    ChangeSetDisagrees = 4002 => StalePlan,
    /// A stack operation failed and was rolled back.
    StackFailed = 4003 => RolledBack,
    /// A stack operation failed and left the stack in need of recovery.
    StackNeedsRecovery = 4004 => NeedsRecovery,
    /// A stack operation took longer than the deadline.
    StackTimedOut = 4005 => TimedOut,
    /// The run was interrupted.
    Interrupted = 4006 => Interrupted,
    /// A deletion failed.
    DeleteFailed = 4007 => NeedsRecovery,
    /// An operation on a stack set failed in some account.
    StackSetFailed = 4008 => RolledBack,
    /// The run left as it was told to; AWS is working.
    Detached = 4009 => TimedOut,
    /// The Run Environment could not be saved.
    RunEnvironmentFailed = 4101 => CloudReactorFailed,
    /// The Run Environment was saved, but CloudReactor cannot use it.
    RunEnvironmentUnusable = 4102 => VerificationFailed,
    /// What was changed is not as the spec wants it.
    NotAsPlanned = 4103 => VerificationFailed,
    /// CloudReactor cannot assume its role.
    RoleNotAssumable = 4104 => VerificationFailed,
    /// ECS cannot assume the execution role for tasks.
    ExecutionRoleNotAssumable = 4105 => VerificationFailed,
    /// CloudReactor's role may not pass the execution role on to tasks.
    PassRoleNotAllowed = 4106 => VerificationFailed,
    /// Tasks cannot start in a subnet: it has no working way out, or no address.
    SubnetUnusable = 4107 => VerificationFailed,
    /// The security groups do not let tasks out to HTTPS.
    EgressClosed = 4108 => VerificationFailed,
    /// An endpoint that tasks need does not take their connections.
    EndpointUnusable = 4109 => VerificationFailed,
    /// The VPC does not resolve names that tasks need.
    VpcDnsOff = 4110 => VerificationFailed,
    /// The cluster is not active.
    ClusterInactive = 4111 => VerificationFailed,
    /// The cluster lacks the capacity providers of Fargate.
    FargateMissing = 4112 => VerificationFailed,
    /// The Run Environment does not say what AWS has.
    RunEnvironmentDiffers = 4113 => VerificationFailed,
    /// CloudReactor can do nothing in the Run Environment.
    RunEnvironmentIncapable = 4114 => VerificationFailed,
    /// Something that tasks need is not there.
    PartMissing = 4115 => VerificationFailed,
    /// The cluster's capacity providers could not be set.
    CapacityProvidersFailed = 4201 => RolledBack,
    /// CloudFormation's drift detection did not compare everything.
    DriftDetectionIncomplete = 4202 => TimedOut,
    /// CloudFormation's drift detection took too long.
    DriftDetectionTimedOut = 4203 => TimedOut,
    /// A class of change is not allowed.
    ClassNotAllowed = 5001 => Refused,
    /// The confirmation does not name the environment.
    NotConfirmed = 5002 => Refused,
    /// The spec's policy denies a class of change, or protects a component.
    ComponentProtected = 5003 => Refused,
    /// The plan costs more a month than the caller permits.
    CostIncreaseTooHigh = 5004 => Refused,
    /// A saved plan cannot be read, is not one, or has another format version.
    PlanUnreadable = 6001 => Usage,
    /// A saved plan is not as it was made.
    PlanTampered = 6002 => StalePlan,
    /// A saved plan was made by another version of groundwork.
    PlanOfOtherVersion = 6003 => StalePlan,
    /// The world has moved since the plan was saved.
    PlanStale = 6004 => StalePlan,
    /// A value that only apply knew needs a change that nobody has reviewed.
    PlanOutgrown = 6005 => StalePlan,
    /// A defect of groundwork.
    Internal = 9001 => Internal,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GW{:04}", self.number())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::str::FromStr for Code {
    type Err = String;

    /// Reads `GW1203`, in upper or lower case, or the bare number.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix("GW").or_else(|| text.strip_prefix("gw")).unwrap_or(text);
        let number = digits.parse::<u16>().ok();
        let found = Self::ALL.iter().find(|code| Some(code.number()) == number).copied();
        found.ok_or_else(|| format!("{text:?} is no code of groundwork"))
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    /// A pattern and not a list, so that a document of a newer version with a new code stays valid.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^GW[0-9]{4}$", "description": "A stable error or warning code." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let numbers: Vec<u16> = Code::ALL.iter().map(|code| code.number()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
        assert_eq!(Code::NatWithoutPublicSubnet.to_string(), "GW1203");
    }
}
