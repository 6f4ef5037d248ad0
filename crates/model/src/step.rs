//! What the engine does: steps, their needs, and the values that only execution knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::ids::{Arn, LogicalId, ParameterKey, RunEnvironmentName, StackId, StackName, Uuid};
use crate::plan::{Action, Component};
use crate::spec::OutputRef;
use crate::stack_set::DeployStackSet;
use crate::world::{Group, StrategyItem};

/// A step's name, unique in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepId {
    /// The role stack.
    Role,
    /// The network stack.
    Network,
    /// The cluster stack.
    Cluster,
    /// The capacity providers of a cluster that exists.
    ClusterProviders,
    /// The Run Environment.
    RunEnvironment,
}

impl StepId {
    /// Its name, as it stands in a plan and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Network => "network",
            Self::Cluster => "cluster",
            Self::ClusterProviders => "cluster-providers",
            Self::RunEnvironment => "run-environment",
        }
    }
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub id: StepId,
    /// The component that it belongs to.
    pub component: Component,
    /// Steps that have to succeed first.
    pub needs: BTreeSet<StepId>,
    /// What to do.
    pub op: Op,
}

/// An operation. Each is safe to run again.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// Create or update a stack through a change set.
    DeployStack(DeployStack),
    /// Create or update a stack set, and the stacks of it that are missing.
    DeployStackSet(DeployStackSet),
    /// Delete a stack.
    DeleteStack(DeleteStack),
    /// Go on with the rollback of a failed update that failed itself.
    ContinueRollback(ContinueRollback),
    /// Undo a failed update that CloudFormation was told to leave as it is.
    RollBack(RollBack),
    /// Follow the operation that a stack has under way, to its end. It changes nothing.
    FollowStack(FollowStack),
    /// Set a cluster's capacity providers, all of them: the call replaces.
    PutCapacityProviders(PutCapacityProviders),
    /// Create or patch the Run Environment.
    PutRunEnvironment(RunEnvironmentDraft),
    /// Delete the Run Environment, and with it its tasks and their history.
    DeleteRunEnvironment {
        /// Its id.
        uuid: Uuid,
        /// Its name.
        name: RunEnvironmentName,
    },
}

/// Create or update a stack through a change set.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct DeployStack {
    /// The stack's name.
    pub stack: StackName,
    /// Whether it is made or changed.
    pub kind: DeployKind,
    /// The whole template.
    // Shared, since the targets of a rollout that are alike have the same.
    pub template: Arc<str>,
    /// Every parameter of the template.
    pub parameters: BTreeMap<ParameterKey, ParameterValue>,
    /// Every tag of the stack.
    pub tags: BTreeMap<String, String>,
    /// What the change set may do. Anything beyond it is refused.
    pub announced: BTreeMap<LogicalId, Announced>,
}

/// Whether a stack is made or changed.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeployKind {
    /// It does not exist, or only as a shell without resources.
    Create,
    /// A creation failed and left this corpse, which has to be deleted first.
    Recreate {
        /// The corpse.
        corpse: StackId,
    },
    /// It exists.
    Update {
        /// The stack that the plan was made for: another one of the same name is refused.
        id: StackId,
        /// When it had last been created or updated, RFC 3339 in UTC: one that somebody has updated since is
        /// refused, since the change set would set that back.
        updated: Option<String>,
    },
}

/// What a plan announced for a resource.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Announced {
    /// The resource's type.
    pub resource_type: String,
    /// What may be done to it at the most.
    pub action: Action,
    /// Whether the change set may also call a replacement of it possible (`Conditional`). CloudFormation
    /// says so of a resource that refers to an attribute of one that only changes in place: it looks at
    /// the attribute at execution, finds it as it was, and leaves the resource alone.
    pub dynamic: bool,
}

/// A template parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterValue {
    /// This.
    Literal(String),
    /// The one that the stack has: `UsePreviousValue`.
    Previous,
    /// A secret that execution makes, once.
    Generated(SecretKind),
}

/// A secret that groundwork makes. A plan names the kind, never a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// What CloudReactor shows when it assumes the role.
    ExternalId,
    /// What CloudReactor shows when it starts a workflow.
    StarterKey,
}

/// Delete a stack.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct DeleteStack {
    /// The stack's name.
    pub stack: StackName,
    /// Its id, so that a new stack of the same name is never hit.
    pub id: StackId,
    /// The only status in which it may be deleted; `None` for any.
    #[serde(default)]
    pub only_in: Option<String>,
    /// Resources that are left over (`RetainResources`): only a stack in `DELETE_FAILED` lets go of any.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub retain: BTreeSet<LogicalId>,
}

/// Go on with a rollback. AWS takes it in `UPDATE_ROLLBACK_FAILED` only.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ContinueRollback {
    /// The stack's name.
    pub stack: StackName,
    /// Its id.
    pub id: StackId,
    /// Resources that the rollback leaves as they are (`ResourcesToSkip`); CloudFormation then takes them for
    /// rolled back.
    pub skip: BTreeSet<LogicalId>,
}

/// Roll back a stack. AWS takes it in `UPDATE_FAILED`, where an update was made with rollback disabled.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct RollBack {
    /// The stack's name.
    pub stack: StackName,
    /// Its id.
    pub id: StackId,
}

/// Follow the operation of a stack.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct FollowStack {
    /// The stack's name.
    pub stack: StackName,
    /// Its id.
    pub id: StackId,
}

/// Set a cluster's capacity providers.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PutCapacityProviders {
    /// The cluster.
    pub cluster: Arn,
    /// All its providers: those that are there, and the missing ones.
    pub providers: Vec<String>,
    /// Its default strategy.
    pub strategy: Vec<StrategyItem>,
}

/// The Run Environment as it shall be. Fields that are not named here are kept as they are.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct RunEnvironmentDraft {
    /// Its name.
    pub name: RunEnvironmentName,
    /// Its group.
    pub group: Group,
    /// The one that exists; `None` to create it.
    pub existing: Option<Uuid>,
    /// The paths of the AWS block that the plan says may change: anything else that would is refused.
    pub announced_aws: BTreeSet<String>,
    /// The same of the ECS block.
    pub announced_ecs: BTreeSet<String>,
    /// Our fields of the AWS block, by dotted path.
    pub aws: BTreeMap<String, Draft>,
    /// Our fields of the ECS block, by dotted path.
    pub ecs: BTreeMap<String, Draft>,
}

/// A value of a draft.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Draft {
    /// Known now.
    Known(Json),
    /// A stack's output, as text.
    Output(OutputRef),
    /// A stack's output that holds a comma-separated list, as a list of texts.
    OutputList(OutputRef),
    /// A secret parameter of a stack.
    Parameter {
        /// The stack.
        stack: StackName,
        /// The parameter.
        key: ParameterKey,
    },
}
