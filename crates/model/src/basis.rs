//! What a saved plan was made from: enough to notice that the world has moved, and none of its secrets.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, Arn, OutputKey, ParameterKey, Region, StackId, StackName, Uuid, ZoneId};

/// The world as a plan saw it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Basis {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The key of the digests below: random, made for this plan. It keeps digests of different plans
    /// from being compared, and the digest of a guessed value from being looked up.
    pub key: String,
    /// The Region's zones; the value tells the name and whether it is available.
    pub zones: BTreeMap<ZoneId, Digest>,
    /// Each stack that the spec names; `None` for one that does not exist.
    pub stacks: BTreeMap<StackName, Option<StackBasis>>,
    /// The parts of an existing network that the spec refers to, by id.
    pub network: BTreeMap<String, Digest>,
    /// The cluster that the spec names; `None` if it does not exist.
    pub cluster: Option<ClusterBasis>,
    /// CloudReactor's side.
    pub cloudreactor: CloudReactorBasis,
}

/// A stack as a plan saw it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct StackBasis {
    /// Its ARN.
    pub id: StackId,
    /// CloudFormation's status.
    pub status: String,
    /// When it was last created or updated, as CloudFormation tells it.
    pub updated: Option<String>,
    /// The id of its newest event.
    pub last_event: Option<String>,
    /// Its template as it was handed in; `None` where the plan does not look at it.
    pub template: Option<Digest>,
    /// Its parameters, secret ones too.
    pub parameters: BTreeMap<ParameterKey, Digest>,
    /// Its tags.
    pub tags: BTreeMap<String, Digest>,
    /// Its outputs.
    pub outputs: BTreeMap<OutputKey, Digest>,
    /// Whether AWS refuses to delete it.
    pub termination_protection: bool,
}

/// A cluster as a plan saw it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ClusterBasis {
    /// Its ARN.
    pub arn: Arn,
    /// Its capacity providers and default strategy.
    pub capacity_providers: Digest,
    /// The stack that made it.
    pub stack: Option<String>,
}

/// CloudReactor's side as a plan saw it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CloudReactorBasis {
    /// The group's id.
    pub group: u64,
    /// The Run Environment's id; `None` if it does not exist.
    pub run_environment: Option<Uuid>,
    /// The fields of its settings that are not CloudReactor's own derivation, by dotted path.
    pub fields: BTreeMap<String, Digest>,
}

/// A keyed digest (HMAC-SHA-256, hexadecimal) of a value that the plan does not show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
pub struct Digest(pub String);
