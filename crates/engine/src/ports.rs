//! The far ends, as the engine needs them: AWS, CloudReactor, time, chance and the wish to stop.
//!
//! Adapters implement these traits and translate once, at the edge: SDK types, wire error codes and
//! message texts never come past this module.

#![expect(async_fn_in_trait, reason = "the engine runs on one thread and never needs the futures to be Send")]

mod access;
mod drifts;
mod error;
mod operations;
mod organizations;
mod quotas;
mod roles;
mod shared;
mod stack_sets;

use std::collections::BTreeMap;
use std::time::Duration;

use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{
    Caller, Cluster, Group, NatGateway, Observed, RouteTable, SecurityGroup, Stack, Subnet, Vpc, VpcEndpoint, Zone,
};
use groundwork_model::{
    Arn, ChangeSetName, LogicalId, ParameterKey, RunEnvironmentName, Secret, StackId, StackName, Uuid, VpcId,
};

pub use access::{Access, OptIn};
pub use drifts::{DetectionBegun, DetectionStatus, Drifts};
pub use error::{ApiError, ErrorClass, Service};
pub use operations::{Finding, StackOperations};
pub use organizations::{Member, Organizations, Unit};
pub use quotas::Quotas;
pub use roles::Roles;
pub use shared::Shared;
pub use stack_sets::{OperationStatus, StackSetRequest, StackSets};

/// AWS, in one account and Region. All listings are complete: every page is read.
pub trait Cloud: StackSets + StackOperations + Roles + Access + Quotas + Drifts {
    /// `sts:GetCallerIdentity`.
    async fn caller(&self) -> Result<Caller, ApiError>;

    /// `ec2:DescribeAvailabilityZones`, Availability Zones of the Region only.
    async fn zones(&self) -> Result<Vec<Zone>, ApiError>;

    /// `cloudformation:DescribeStacks` by name. Its `template` is `None`.
    async fn stack(&self, name: &StackName) -> Result<Observed<Stack>, ApiError>;

    /// `cloudformation:DescribeStacks` by id, which also finds deleted stacks (for 90 days).
    async fn stack_by_id(&self, id: &StackId) -> Result<Observed<Stack>, ApiError>;

    /// `cloudformation:GetTemplate`, stage `Original`: the template as it was handed in.
    async fn template(&self, name: &StackName) -> Result<Observed<String>, ApiError>;

    /// `cloudformation:DescribeStackEvents`, newest first, down to and without `until`; pages are
    /// read only as far as needed.
    async fn stack_events(&self, id: &StackId, until: Option<&str>) -> Result<Vec<StackEvent>, ApiError>;

    /// A stack's newest event: the first of `cloudformation:DescribeStackEvents`, one page.
    async fn newest_event(&self, name_or_id: &str) -> Result<Observed<StackEvent>, ApiError>;

    /// `cloudformation:CreateChangeSet`. Returns at once; the change set may still be in the making.
    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<ChangeSetHandle, ApiError>;

    /// `cloudformation:DescribeChangeSet`, all pages.
    async fn change_set(&self, handle: &ChangeSetHandle) -> Result<ChangeSet, ApiError>;

    /// `cloudformation:ExecuteChangeSet` with a client token, so that a repeated call is the same call.
    async fn execute_change_set(&self, handle: &ChangeSetHandle, token: &str) -> Result<(), ApiError>;

    /// `cloudformation:DeleteChangeSet`. One that is gone is no error.
    async fn delete_change_set(&self, handle: &ChangeSetHandle) -> Result<(), ApiError>;

    /// `cloudformation:DeleteStack` by id with a client token; these resources are left over, which AWS does only
    /// for a stack in `DELETE_FAILED`.
    async fn delete_stack(&self, id: &StackId, retain: &[LogicalId], token: &str) -> Result<(), ApiError>;

    /// `ecs:DescribeClusters` with settings and tags, by name or ARN. An `INACTIVE` one is absent.
    async fn cluster(&self, name_or_arn: &str) -> Result<Observed<Cluster>, ApiError>;

    /// `ecs:PutClusterCapacityProviders`.
    async fn put_capacity_providers(&self, request: &PutCapacityProviders) -> Result<(), ApiError>;

    /// `ec2:DescribeVpcs`. `dns_support` and `dns_hostnames` are `None`.
    async fn vpcs(&self, which: &Which) -> Result<Vec<Vpc>, ApiError>;

    /// `ec2:DescribeSubnets`.
    async fn subnets(&self, which: &Which) -> Result<Vec<Subnet>, ApiError>;

    /// `ec2:DescribeSecurityGroups`.
    async fn security_groups(&self, which: &Which) -> Result<Vec<SecurityGroup>, ApiError>;

    /// `ec2:DescribeRouteTables` of one VPC.
    async fn route_tables(&self, vpc: &VpcId) -> Result<Vec<RouteTable>, ApiError>;

    /// `ec2:DescribeNatGateways` of one VPC.
    async fn nat_gateways(&self, vpc: &VpcId) -> Result<Vec<NatGateway>, ApiError>;

    /// `ec2:DescribeVpcEndpoints` of one VPC.
    async fn vpc_endpoints(&self, vpc: &VpcId) -> Result<Vec<VpcEndpoint>, ApiError>;

    /// `ec2:DescribeVpcAttribute`, twice: (DNS support, DNS hostnames).
    async fn vpc_dns(&self, vpc: &VpcId) -> Result<(bool, bool), ApiError>;
}

/// Which VPCs, subnets or security groups. Filters, so that a missing one is missing from the answer
/// and does not fail the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// With one of these ids.
    Ids(Vec<String>),
    /// With one of these `Name` tags; for security groups also with one of these group names.
    Names(Vec<String>),
    /// All of the Region.
    All,
}

/// An event of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackEvent {
    /// Its id.
    pub id: String,
    /// The resource; the stack's name for the stack itself.
    pub logical_id: String,
    /// The resource's physical id, if it has one; the stack's id for the stack itself.
    pub physical_id: Option<String>,
    /// The resource's type.
    pub resource_type: String,
    /// Its status, such as `CREATE_IN_PROGRESS`.
    pub status: String,
    /// The reason, if there is one.
    pub reason: Option<String>,
    /// The hook that failed, if the event tells of one: what the reason of the resource's failure only names.
    pub hook: Option<Finding>,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The client token of the operation, where AWS shows it.
    pub token: Option<String>,
    /// The operation's id, where AWS shows it: the rollback of a failed deployment has one of its own.
    pub operation: Option<String>,
}

/// A change set to make.
#[derive(Clone, Debug)]
pub struct ChangeSetRequest {
    /// The stack's name.
    pub stack: StackName,
    /// For an update: the stack that is meant, by id.
    pub stack_id: Option<StackId>,
    /// The change set's name, unique.
    pub name: ChangeSetName,
    /// Whether the stack is made or changed.
    pub kind: ChangeSetKind,
    /// The template, inline.
    pub template: String,
    /// All parameters.
    pub parameters: BTreeMap<ParameterKey, ParameterInput>,
    /// All tags.
    pub tags: BTreeMap<String, String>,
    /// The client token.
    pub token: String,
}

/// Whether the stack is made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSetKind {
    /// The stack is made. If that fails, CloudFormation deletes it (`OnStackFailure=DELETE`).
    Create,
    /// The stack is changed. If that fails, CloudFormation rolls back.
    Update,
}

/// A parameter's value in a change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterInput {
    /// This.
    Text(String),
    /// This, and nobody may see it.
    Secret(Secret),
    /// The one that the stack has.
    Previous,
}

/// A change set that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetHandle {
    /// Its ARN.
    pub id: Arn,
    /// The stack's ARN, which exists from now on.
    pub stack_id: StackId,
}

/// A change set as AWS describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    /// Where it stands.
    pub status: ChangeSetStatus,
    /// What it would do: complete once it is ready.
    pub changes: Vec<ObservedChange>,
}

/// Where a change set stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeSetStatus {
    /// Still in the making.
    Pending,
    /// It can be executed; `changes` may be empty if only outputs change.
    Ready,
    /// There is nothing to change: AWS says FAILED with a reason that says so.
    NoChanges,
    /// It cannot be executed, for this reason.
    Failed(String),
    /// The stack has changed since it was made.
    Obsolete,
}

/// What a change set would do to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedChange {
    /// The resource.
    pub logical_id: LogicalId,
    /// Its type.
    pub resource_type: String,
    /// What would be done.
    pub action: ObservedAction,
    /// The properties that would change, by name, without doubles.
    pub properties: Vec<String>,
}

/// What a change set would do to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservedAction {
    /// Make it.
    Add,
    /// Change it in place.
    Modify,
    /// Replace it, for sure.
    Replace,
    /// Replace it, depending on what AWS finds.
    MayReplace,
    /// Delete it, or let go of it.
    Remove,
    /// Anything else: imports, dynamic actions and whatever AWS invents next.
    Other,
}

/// CloudReactor.
pub trait Saas {
    /// Who we are, and in which groups with which level. Logs in if that was not done yet.
    async fn identity(&self) -> Result<Identity, ApiError>;

    /// The Run Environment of that name in the group, whole.
    async fn run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
    ) -> Result<Observed<RunEnvironment>, ApiError>;

    /// Makes a Run Environment. Never retried blindly.
    async fn create_run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
        aws: &Settings,
        ecs: &Settings,
    ) -> Result<Created, ApiError>;

    /// Replaces the blocks that are given, whole; a block that is `None` is kept.
    async fn update_run_environment(
        &self,
        uuid: &Uuid,
        aws: Option<&Settings>,
        ecs: Option<&Settings>,
    ) -> Result<RunEnvironment, ApiError>;

    /// Deletes it with its tasks and their history. One that is gone is no error.
    async fn delete_run_environment(&self, uuid: &Uuid) -> Result<(), ApiError>;
}

/// What came of making a Run Environment.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// It was made.
    Made(Box<RunEnvironment>),
    /// The name is taken (a race), or the answer was lost and it may have been made: look again.
    LookAgain,
}

/// Who we are to CloudReactor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user name; with an API key, the name of its user.
    pub user: String,
    /// The groups that can be used, each with the access level that holds there: for an API key its
    /// own group only, and the lower of its own level and its user's. CloudReactor does not show a key
    /// below Developer its own group and level: it then has all groups of its user, each at level 0.
    pub groups: Vec<(Group, u32)>,
    /// The one Run Environment that an API key is limited to.
    pub scope: Option<Uuid>,
}

/// Time.
pub trait Clock {
    /// Now, in milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// Chance.
pub trait Random {
    /// So many random ASCII letters and digits from the operating system's generator.
    fn text(&self, length: usize) -> Secret;
}

/// The wish to stop, from a signal.
pub trait Stop {
    /// Whether it was expressed.
    fn requested(&self) -> bool;

    /// Waits until it is expressed, perhaps for ever.
    async fn wait(&self);
}

/// All far ends of one target.
#[derive(Debug)]
pub struct Ports<C, S, K, R, T> {
    /// AWS.
    pub cloud: C,
    /// CloudReactor.
    pub saas: S,
    /// Time.
    pub clock: K,
    /// Chance.
    pub random: R,
    /// The wish to stop.
    pub stop: T,
}

/// Where events go.
pub trait Sink {
    /// Takes an event. It must not block for long: the wait for AWS goes on only after it.
    fn event(&self, event: groundwork_model::event::Event);
}
