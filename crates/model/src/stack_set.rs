//! Stack sets: CloudFormation's own way to bring a stack to many accounts of an organization.
//!
//! groundwork uses service-managed ones only, which need no role in any account. They give no preview for an
//! account, and one set of parameters for all.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, ParameterKey, Region, StackId, StackName, WaveName};
use crate::rollout::Access;
use crate::step::ParameterValue;
use crate::world::ObservedParameter;

/// The role stacks of a rollout are a stack set's.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleStackSet {
    /// Its name.
    pub name: StackName,
    /// Who administers it.
    pub call_as: CallAs,
    /// Whether AWS brings the stack to accounts that join the units later, by itself.
    pub auto_deployment: bool,
    /// How the account is reached that administers it.
    pub access: Access,
    /// The Region that the set is kept in.
    pub region: Region,
}

/// Who administers a stack set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallAs {
    /// An account that is registered as a delegated administrator of StackSets.
    #[default]
    DelegatedAdmin,
    /// The organization's management account.
    Management,
}

/// A stack set, as AWS shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct StackSet {
    /// Its name.
    pub name: StackName,
    /// Its id.
    pub id: String,
    /// The template.
    pub template: String,
    /// The parameters' values.
    pub parameters: BTreeMap<ParameterKey, ObservedParameter>,
    /// The tags, which the stacks have, too.
    pub tags: BTreeMap<String, String>,
    /// Whether AWS keeps the roles that it takes.
    pub is_service_managed: bool,
    /// Whether AWS brings the stack to accounts that join the units later.
    pub auto_deployment: bool,
}

/// A stack of a set, or the place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackInstance {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The stack, once there is one.
    pub stack: Option<StackId>,
    /// How it stands to the set.
    pub status: InstanceStatus,
    /// AWS's reason for the status, if it gave one.
    pub reason: Option<String>,
}

/// How a stack stands to its set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceStatus {
    /// It is as the set says.
    Current,
    /// It is not, or not yet: another operation brings it there.
    Outdated,
    /// It was not deleted as it should be, and no operation reaches it any more.
    Inoperable,
}

/// Create or update a stack set, and the stacks of it that are missing.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct DeployStackSet {
    /// The set's name.
    pub stack_set: StackName,
    /// Who administers it.
    pub call_as: CallAs,
    /// What is done to the set itself.
    pub kind: StackSetKind,
    /// The whole template.
    pub template: Arc<str>,
    /// Every parameter of the template.
    pub parameters: BTreeMap<ParameterKey, ParameterValue>,
    /// Every tag of the set.
    pub tags: BTreeMap<String, String>,
    /// Whether AWS brings the stack to accounts that join the units later.
    pub auto_deployment: bool,
    /// The ids of the units that the accounts are in.
    pub units: Vec<String>,
    /// The stacks that are missing, in the order in which they are made.
    pub missing: Vec<MissingStacks>,
}

/// What is done to a stack set itself.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StackSetKind {
    /// It is made.
    Create,
    /// It is changed, and with it every stack of it.
    Update {
        /// How.
        preferences: Preferences,
    },
    /// It stays as it is.
    Keep,
}

/// Stacks that are missing in a Region, of the accounts of a wave.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MissingStacks {
    /// The wave.
    pub wave: WaveName,
    /// The Region.
    pub region: Region,
    /// The accounts.
    pub accounts: Vec<AccountId>,
    /// How they are made.
    pub preferences: Preferences,
}

/// How an operation goes through the accounts of a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Preferences {
    /// How many at the same time.
    pub max_concurrent: NonZeroUsize,
    /// How many may fail before AWS stops.
    pub max_failures: usize,
}
