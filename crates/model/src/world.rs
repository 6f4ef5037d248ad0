//! What there is: everything that discovery read of AWS and CloudReactor for one target.

mod network;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{
    AccountId, Arn, ClusterName, LogicalId, OutputKey, ParameterKey, StackId, StackName, ZoneId, ZoneName,
};
use crate::run_environment::RunEnvironment;
use crate::secret::Secret;

pub use network::{
    AclEntry, Address, ExistingNetworkState, InternetGateway, NatGateway, NetworkAcl, Route, RouteTable, Rule,
    SecurityGroup, Subnet, Vpc, VpcEndpoint,
};

/// The outcome of a read that worked. A read that failed, was denied, throttled or cut short is an
/// error and never [`Observed::Absent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observed<T> {
    /// The service said that there is no such thing.
    Absent,
    /// The service showed it.
    Present(T),
}

impl<T> Observed<T> {
    /// The thing, if it is there.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Absent => None,
            Self::Present(thing) => Some(thing),
        }
    }

    /// The thing itself, if it is there.
    pub fn into_present(self) -> Option<T> {
        match self {
            Self::Absent => None,
            Self::Present(thing) => Some(thing),
        }
    }
}

/// Everything that a plan is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Who we are to AWS.
    pub caller: Caller,
    /// The Region's Availability Zones; Local and Wavelength Zones left out.
    pub zones: Vec<Zone>,
    /// Each stack that the spec names, ours or referred to.
    pub stacks: BTreeMap<StackName, Observed<Stack>>,
    /// The network that the spec refers to; `None` unless the spec uses one.
    pub network: Option<ExistingNetworkState>,
    /// The cluster that the spec names, created or used.
    pub cluster: Observed<Cluster>,
    /// CloudReactor's side.
    pub cloudreactor: CloudReactorState,
}

impl World {
    /// A stack that discovery looked for: absent also if it did not look, which the planner never asks.
    pub fn stack(&self, name: &StackName) -> Option<&Stack> {
        self.stacks.get(name).and_then(Observed::present)
    }
}

/// The caller's identity, as `GetCallerIdentity` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// The account that calls are made in.
    pub account: AccountId,
    /// The principal.
    pub arn: Arn,
}

/// An Availability Zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// Its name in this account.
    pub name: ZoneName,
    /// Its id, the same in all accounts.
    pub id: ZoneId,
    /// Whether AWS reports it as `available`.
    pub available: bool,
}

/// A CloudFormation stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Its ARN.
    pub id: StackId,
    /// Its name.
    pub name: StackName,
    /// Where it stands.
    pub phase: StackPhase,
    /// AWS's reason for the status, if it gave one.
    pub status_reason: Option<String>,
    /// The template as it was handed in (`GetTemplate`, stage `Original`). `None` for a stack that
    /// has none, and for one that is only referred to.
    pub template: Option<String>,
    /// The parameters' values.
    pub parameters: BTreeMap<ParameterKey, ObservedParameter>,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
    /// The outputs' values.
    pub outputs: BTreeMap<OutputKey, String>,
    /// Whether AWS refuses to delete it.
    pub termination_protection: bool,
    /// When it was last created or updated, RFC 3339 in UTC.
    pub updated: Option<String>,
    /// The id of its newest event; `None` unless the discovery was asked to read it.
    pub last_event: Option<String>,
    /// What is in it, where its status does not tell: read only of shells and of stacks that are stuck.
    pub contents: Option<Contents>,
}

/// What is in a stack that no update leads out of, or in a shell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// The resources that exist (`cloudformation:ListStackResources`). A shell has none.
    pub resources: Vec<StackResource>,
    /// The names of a shell's change sets (`cloudformation:ListChangeSets`), if the discovery was asked to read them.
    pub change_sets: Vec<String>,
}

/// A resource of a stack, as the stack sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StackResource {
    /// Its name in the template.
    pub logical_id: LogicalId,
    /// Its type.
    pub resource_type: String,
    /// Its id in its own service, if it has got one.
    pub physical_id: Option<String>,
    /// CloudFormation's status of it, such as `UPDATE_FAILED`.
    pub status: String,
    /// CloudFormation's reason for it.
    pub reason: Option<String>,
}

impl StackResource {
    /// Whether deleting the stack would delete it: it exists, and the stack has not let go of it.
    pub fn is_held(&self) -> bool {
        !matches!(self.status.as_str(), "DELETE_COMPLETE" | "DELETE_SKIPPED") && self.physical_id.is_some()
    }
}

/// The stacks of an environment, and who read them: what a recovery is planned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Estate {
    /// Who calls.
    pub caller: Caller,
    /// The stacks that the spec names.
    pub stacks: BTreeMap<StackName, Observed<Stack>>,
}

/// A parameter's value as `DescribeStacks` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObservedParameter {
    /// In clear.
    Plain(String),
    /// In clear, but ours to hide: see [`crate::run_environment::is_secret_parameter`].
    Secret(Secret),
    /// As asterisks: the template says `NoEcho`, and nobody can read it back.
    Masked,
}

/// Where a stack stands: CloudFormation's statuses, sorted by what can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StackPhase {
    /// `REVIEW_IN_PROGRESS`: a shell that a change set left; it has no resources. Treated as absent.
    Shell,
    /// An update or deletion can start.
    Settled(Settled),
    /// An operation is under way.
    Moving(Operation),
    /// Nothing is under way, and an update would be refused.
    Stuck(Stuck),
    /// A status that this version does not know.
    Unrecognized(String),
}

/// Statuses from which an update can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Settled {
    /// Created.
    CreateComplete,
    /// Updated.
    UpdateComplete,
    /// An update failed and was undone.
    UpdateRollbackComplete,
    /// Resources were imported.
    ImportComplete,
    /// An import failed and was undone.
    ImportRollbackComplete,
}

/// Statuses of an operation under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Operation {
    /// Creating.
    CreateInProgress,
    /// Undoing a creation.
    RollbackInProgress,
    /// Updating.
    UpdateInProgress,
    /// Updated; old resources are still being deleted.
    UpdateCompleteCleanupInProgress,
    /// Undoing an update.
    UpdateRollbackInProgress,
    /// Undone; new resources are still being deleted.
    UpdateRollbackCompleteCleanupInProgress,
    /// Deleting.
    DeleteInProgress,
    /// Importing.
    ImportInProgress,
    /// Undoing an import.
    ImportRollbackInProgress,
}

/// Statuses that no update leads out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stuck {
    /// Rollback was disabled when the creation failed.
    CreateFailed,
    /// A creation was undone: the corpse can only be deleted.
    RollbackComplete,
    /// Undoing a creation failed: the corpse can only be deleted.
    RollbackFailed,
    /// Rollback was disabled when the update failed.
    UpdateFailed,
    /// Undoing an update failed: the rollback has to be continued.
    UpdateRollbackFailed,
    /// A deletion failed: it can be tried again.
    DeleteFailed,
    /// `DELETE_COMPLETE`: seen by id only.
    DeleteComplete,
    /// Undoing an import failed.
    ImportRollbackFailed,
}

impl StackPhase {
    /// Sorts a `StackStatus`. The table is the one in AWS's guide, page "Stack status codes".
    pub fn from_status(status: &str) -> Self {
        match status {
            "REVIEW_IN_PROGRESS" => Self::Shell,
            "CREATE_COMPLETE" => Self::Settled(Settled::CreateComplete),
            "UPDATE_COMPLETE" => Self::Settled(Settled::UpdateComplete),
            "UPDATE_ROLLBACK_COMPLETE" => Self::Settled(Settled::UpdateRollbackComplete),
            "IMPORT_COMPLETE" => Self::Settled(Settled::ImportComplete),
            "IMPORT_ROLLBACK_COMPLETE" => Self::Settled(Settled::ImportRollbackComplete),
            "CREATE_IN_PROGRESS" => Self::Moving(Operation::CreateInProgress),
            "ROLLBACK_IN_PROGRESS" => Self::Moving(Operation::RollbackInProgress),
            "UPDATE_IN_PROGRESS" => Self::Moving(Operation::UpdateInProgress),
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => Self::Moving(Operation::UpdateCompleteCleanupInProgress),
            "UPDATE_ROLLBACK_IN_PROGRESS" => Self::Moving(Operation::UpdateRollbackInProgress),
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => {
                Self::Moving(Operation::UpdateRollbackCompleteCleanupInProgress)
            }
            "DELETE_IN_PROGRESS" => Self::Moving(Operation::DeleteInProgress),
            "IMPORT_IN_PROGRESS" => Self::Moving(Operation::ImportInProgress),
            "IMPORT_ROLLBACK_IN_PROGRESS" => Self::Moving(Operation::ImportRollbackInProgress),
            "CREATE_FAILED" => Self::Stuck(Stuck::CreateFailed),
            "ROLLBACK_COMPLETE" => Self::Stuck(Stuck::RollbackComplete),
            "ROLLBACK_FAILED" => Self::Stuck(Stuck::RollbackFailed),
            "UPDATE_FAILED" => Self::Stuck(Stuck::UpdateFailed),
            "UPDATE_ROLLBACK_FAILED" => Self::Stuck(Stuck::UpdateRollbackFailed),
            "DELETE_FAILED" => Self::Stuck(Stuck::DeleteFailed),
            "DELETE_COMPLETE" => Self::Stuck(Stuck::DeleteComplete),
            "IMPORT_ROLLBACK_FAILED" => Self::Stuck(Stuck::ImportRollbackFailed),
            other => Self::Unrecognized(other.to_owned()),
        }
    }

    /// CloudFormation's word for it.
    pub fn status(&self) -> String {
        match self {
            Self::Shell => "REVIEW_IN_PROGRESS".to_owned(),
            Self::Settled(settled) => wire_name(settled),
            Self::Moving(operation) => wire_name(operation),
            Self::Stuck(stuck) => wire_name(stuck),
            Self::Unrecognized(status) => status.clone(),
        }
    }
}

fn wire_name(status: &impl Serialize) -> String {
    match serde_json::to_value(status) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

/// An ECS cluster that is `ACTIVE`. One that is `INACTIVE` counts as absent, as it does to ECS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: ClusterName,
    /// Its capacity providers.
    pub capacity_providers: Vec<String>,
    /// Its default strategy.
    pub default_strategy: Vec<StrategyItem>,
    /// The stack that made it, by CloudFormation's own tag.
    pub stack: Option<String>,
    /// Its setting of Container Insights; `None` if AWS shows none. No part of what a plan is made from.
    #[serde(skip_serializing)]
    pub container_insights: Option<String>,
}

/// An item of a capacity provider strategy.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct StrategyItem {
    /// The provider.
    pub provider: String,
    /// Its share of the tasks beyond `base`, 0 to 1000.
    pub weight: i32,
    /// How many tasks it gets first, 0 to 100000.
    pub base: i32,
}

/// CloudReactor's side of the world.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudReactorState {
    /// The user, or the user that the API key belongs to.
    pub user: String,
    /// The group that the Run Environment belongs to.
    pub group: Group,
    /// What we may do in it: 500 (Developer) is needed to write.
    pub access_level: u32,
    /// The Run Environment of the spec's name.
    pub run_environment: Observed<RunEnvironment>,
}

/// A CloudReactor group.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUSES: [&str; 23] = [
        "REVIEW_IN_PROGRESS",
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "CREATE_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
        "IMPORT_IN_PROGRESS",
        "IMPORT_ROLLBACK_IN_PROGRESS",
        "CREATE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_FAILED",
        "DELETE_FAILED",
        "DELETE_COMPLETE",
        "IMPORT_ROLLBACK_FAILED",
    ];

    #[test]
    fn every_status_is_recognised_and_named_as_cloudformation_names_it() {
        for status in STATUSES {
            let phase = StackPhase::from_status(status);
            assert!(!matches!(phase, StackPhase::Unrecognized(_)), "{status}");
            assert_eq!(phase.status(), status);
        }
    }

    #[test]
    fn a_stack_still_rolling_back_is_not_finished() {
        for status in STATUSES.into_iter().filter(|status| status.ends_with("_IN_PROGRESS")) {
            assert!(
                matches!(StackPhase::from_status(status), StackPhase::Moving(_) | StackPhase::Shell),
                "{status} must not count as finished"
            );
        }
    }
}
