//! What would be done: data that is complete enough for the engine to decide nothing.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cost::Cost;
use crate::ids::{AccountId, Arn, ClusterName, EnvironmentName, LogicalId, Region, RunEnvironmentName, StackName};
use crate::money::Usd;
use crate::permission::PermissionChange;
use crate::policy::{Policy, Refusal};
use crate::problem::Problem;
use crate::spec::{Environment, OutputRef};
use crate::step::Step;
use crate::world::Caller;

/// A plan for one target.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Plan {
    /// What it is a plan of.
    pub purpose: Purpose,
    /// Whom it concerns.
    pub target: Target,
    /// One entry for each component, in the order role, network, cluster, CloudReactor.
    pub components: Vec<ComponentPlan>,
    /// The public addresses that tasks go out by.
    pub egress: Egress,
    /// What it costs.
    pub cost: Cost,
    /// The spec's rules for what may be done.
    pub policy: Policy,
    /// What is worth knowing and stops nothing.
    pub warnings: Vec<Problem>,
    /// What the engine does. Empty exactly if there is nothing to do.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Every class of change in the plan.
    pub fn classes(&self) -> BTreeSet<Class> {
        self.components.iter().flat_map(ComponentPlan::classes).collect()
    }

    /// What the plan comes to.
    pub fn summary(&self) -> Summary {
        Summary {
            applyable: !self.is_empty(),
            tally: self.tally(),
            classes: self.classes(),
            approvals_needed: self.approvals_needed(),
            denials: self.denials(),
            monthly_cost_before: self.cost.monthly_before(),
            monthly_cost_after: self.cost.monthly_after(),
            monthly_cost_is_estimate: self.cost.is_estimate(),
        }
    }

    /// How many resources and objects each action concerns.
    pub fn tally(&self) -> Tally {
        self.components.iter().fold(Tally::default(), |sum, component| sum.plus(component.tally()))
    }
}

/// What a plan comes to: all of it follows from the plan.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Summary {
    /// Whether there is something to do.
    pub applyable: bool,
    /// How many resources and objects each action concerns.
    pub tally: Tally,
    /// Every class of change in it.
    pub classes: BTreeSet<Class>,
    /// The classes that whoever applies it has to allow by name.
    pub approvals_needed: BTreeSet<Class>,
    /// What the spec's rules refuse, whoever applies it.
    pub denials: Vec<Refusal>,
    /// What is billed by the hour now, for a month, in US dollars.
    pub monthly_cost_before: Usd,
    /// What will be billed by the hour, for a month, in US dollars.
    pub monthly_cost_after: Usd,
    /// Whether a price is not the Region's own.
    pub monthly_cost_is_estimate: bool,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To make the world as the spec says.
    Apply,
    /// To remove what was made.
    Destroy,
    /// To lead stacks out of states in which they are stuck.
    Recover,
    /// To follow what is under way. It changes nothing.
    Watch,
}

/// Whom a plan concerns.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Target {
    /// The environment.
    pub environment: EnvironmentName,
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The principal that the plan was made with.
    pub caller: Arn,
}

impl Target {
    /// What a spec names, as this caller meets it.
    pub fn of(environment: &Environment, caller: &Caller) -> Self {
        Self {
            environment: environment.name.clone(),
            account: caller.account.clone(),
            region: environment.region.clone(),
            caller: caller.arn.clone(),
        }
    }
}

/// A part of what groundwork sets up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// The cross-account role stack.
    Role,
    /// The network stack.
    Network,
    /// The ECS cluster.
    Cluster,
    /// The Run Environment.
    #[serde(rename = "cloudreactor")]
    CloudReactor,
}

impl Component {
    /// Every component, in the order of the plan.
    pub const ALL: [Self; 4] = [Self::Role, Self::Network, Self::Cluster, Self::CloudReactor];

    /// Its name, which is its table in the spec.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Network => "network",
            Self::Cluster => "cluster",
            Self::CloudReactor => "cloudreactor",
        }
    }
}

impl std::fmt::Display for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is done to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// Another one is made, and it is deleted.
    Replace,
    /// It is deleted.
    Delete,
}

/// A class of change that can be allowed or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Something is made.
    Create,
    /// Something is changed in place.
    Update,
    /// Something is replaced.
    Replace,
    /// Something is deleted.
    Delete,
    /// A public address that tasks go out by is added or lost.
    EgressAddress,
    /// Somebody may do more than before.
    IamBroaden,
    /// Somebody else is trusted.
    Trust,
}

impl Class {
    /// Its name in `--allow`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::EgressAddress => "egress-address",
            Self::IamBroaden => "iam-broaden",
            Self::Trust => "trust",
        }
    }

    /// Every class, in the order of the plan.
    pub const ALL: [Self; 7] =
        [Self::Create, Self::Update, Self::Replace, Self::Delete, Self::EgressAddress, Self::IamBroaden, Self::Trust];

    /// Whether it is refused unless somebody allows it. To make and to change in place is what apply is for.
    pub fn is_gated(self) -> bool {
        !matches!(self, Self::Create | Self::Update)
    }

    /// The class that an action falls into.
    pub fn of(action: Action) -> Option<Self> {
        match action {
            Action::NoOp => None,
            Action::Create => Some(Self::Create),
            Action::Update => Some(Self::Update),
            Action::Replace => Some(Self::Replace),
            Action::Delete => Some(Self::Delete),
        }
    }
}

/// Why something is done. It explains; nothing branches on it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is as the spec says.
    Converged,
    /// It does not exist.
    Missing,
    /// It differs from the spec.
    Differs,
    /// It exists, is not marked as ours, and the spec says `adopt = true`.
    Adopted,
    /// The spec no longer asks for it.
    NotWanted,
    /// A creation failed before and left a corpse in this status that has to go first.
    Corpse(String),
    /// The spec only refers to it.
    OnlyReferred,
    /// The spec says `skip`.
    Skipped,
    /// The user asked for its removal.
    Destroy,
    /// It is not ours, so it stays.
    NotOurs,
    /// It is ours and stays: the user did not ask for its removal.
    Kept,
    /// It is not stuck.
    NotStuck,
    /// Nothing is under way in it.
    AtRest,
    /// An operation is under way in it, and it is in this status.
    UnderWay(String),
    /// Undoing an update of it failed, and it is in this status: the rollback goes on.
    RollbackStopped(String),
    /// An update of it failed and was not undone, and it is in this status: it is rolled back.
    NotRolledBack(String),
    /// It is in this status, from which only its deletion leads.
    Leftover(String),
}

/// What is planned for one component.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ComponentPlan {
    /// The component.
    pub component: Component,
    /// The thing.
    pub subject: Subject,
    /// What is done to it as a whole: `update` for a stack of which a resource is replaced.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// A stack's resources that change, in the order of the template; those that are deleted last.
    pub resources: Vec<ResourceChange>,
    /// Fields of the thing itself: a stack's parameters, tags and outputs, a Run Environment's
    /// settings, a cluster's capacity providers.
    pub fields: Vec<FieldChange>,
    /// Fields that others have set and that are kept.
    pub kept: Vec<String>,
    /// Who may do more or less than before; for what is made, who may do what.
    pub permissions: Vec<PermissionChange>,
}

impl ComponentPlan {
    fn actions(&self) -> impl Iterator<Item = Action> + '_ {
        let own = match self.action {
            // A stack is counted by its resources, and as itself if none of them changes.
            Action::Update | Action::Create | Action::Delete if !self.resources.is_empty() => None,
            own => Some(own),
        };
        own.into_iter().chain(self.resources.iter().map(|resource| resource.action))
    }

    /// Every class of change in the component.
    ///
    /// What is made for the first time is of class create alone: who may do what, and by which addresses
    /// tasks go out, is new with it, and nobody has relied on anything else before.
    pub fn classes(&self) -> BTreeSet<Class> {
        let corpse = matches!(self.reason, Reason::Corpse(_)).then_some(Class::Delete);
        let meanings = (self.action != Action::Create).then(|| self.meanings()).into_iter().flatten();
        self.actions().filter_map(Class::of).chain(corpse).chain(meanings).collect()
    }

    /// The classes that say what a change of something that exists means to others.
    fn meanings(&self) -> impl Iterator<Item = Class> + '_ {
        let address =
            |change: &ResourceChange| change.resource_type == "AWS::EC2::EIP" && change.action != Action::Update;
        // Tasks then go out by their own addresses instead of those of the NAT gateways, or back.
        let way_out = |field: &FieldChange| field.path == "network.assign_public_ip" && field.before != Shown::Absent;
        let moved = self.resources.iter().any(address) || self.fields.iter().any(way_out);
        let permissions = self.permissions.iter().filter_map(PermissionChange::class);
        moved.then_some(Class::EgressAddress).into_iter().chain(permissions)
    }

    /// How many resources and objects each action concerns.
    pub fn tally(&self) -> Tally {
        self.actions().fold(Tally::default(), Tally::with)
    }
}

/// A count by action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, JsonSchema, Serialize, Deserialize)]
pub struct Tally {
    /// Made.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Replaced.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
}

impl Tally {
    /// One more.
    #[must_use]
    pub fn with(mut self, action: Action) -> Self {
        match action {
            Action::NoOp => {}
            Action::Create => self.create += 1,
            Action::Update => self.update += 1,
            Action::Replace => self.replace += 1,
            Action::Delete => self.delete += 1,
        }
        self
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            create: self.create + other.create,
            update: self.update + other.update,
            replace: self.replace + other.replace,
            delete: self.delete + other.delete,
        }
    }
}

/// The thing that a component's plan is about.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A stack.
    Stack(StackName),
    /// A stack set.
    StackSet(StackName),
    /// A cluster that the spec only refers to.
    Cluster(ClusterName),
    /// A network that the spec only refers to, in words.
    Network(String),
    /// A Run Environment and its group.
    RunEnvironment {
        /// Its name.
        name: RunEnvironmentName,
        /// Its group's name.
        group: String,
    },
    /// Nothing.
    None,
}

/// What is done to a resource of a stack.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ResourceChange {
    /// Its name in the template.
    pub logical_id: LogicalId,
    /// Its type.
    pub resource_type: String,
    /// What is done.
    pub action: Action,
    /// Whether the replacement depends on what AWS finds; then `action` is `replace`, the worse case.
    pub conditional: bool,
    /// What tells it apart for a reader: `10.0.80.0/20 in us-west-2c`.
    pub note: Option<String>,
    /// Its properties that change.
    pub fields: Vec<FieldChange>,
}

impl ResourceChange {
    /// Whether it is a public address of its own.
    pub fn is_public_address(&self) -> bool {
        self.resource_type == "AWS::EC2::EIP"
    }
}

/// A field before and after.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its path, dotted: `network.subnets`, `Tags[Name]`.
    pub path: String,
    /// Its value now.
    pub before: Shown,
    /// Its value afterwards.
    pub after: Shown,
    /// Whether it can only be set at creation, so that the resource is replaced.
    pub create_only: bool,
}

/// A value as a plan shows it.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// There is none.
    Absent,
    /// This.
    Json(Value),
    /// Known after apply; from here.
    Unknown(Unknown),
    /// A secret: never shown.
    Secret,
}

/// A value that only apply knows.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// A stack's output.
    Output(OutputRef),
    /// An attribute of a resource that is made or replaced.
    Resource(LogicalId),
    /// Secret text that apply makes.
    Generated,
}

/// The public addresses that tasks go out by.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Egress {
    /// Those that stay.
    pub kept: Vec<Ipv4Addr>,
    /// Those that go.
    pub lost: Vec<Ipv4Addr>,
    /// How many come; which ones is known after apply.
    pub gained: usize,
}
