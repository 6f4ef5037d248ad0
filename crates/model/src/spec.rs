//! What the user wants: the spec after loading, with every default filled in and every rule that
//! needs no AWS kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::drift::DriftRules;
use crate::plan::Component;
use crate::policy::Policy;
use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{
    AccountId, Arn, ClusterName, EnvironmentName, OutputKey, Partition, Region, RunEnvironmentName, StackName, ZoneId,
    ZoneName,
};

/// A valid spec.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Spec {
    /// Which account and Region, and the name that other names derive from.
    pub environment: Environment,
    /// Tags for everything that can carry tags.
    pub tags: BTreeMap<String, String>,
    /// The cross-account role.
    pub role: Role,
    /// The network that tasks run in.
    pub network: Network,
    /// The ECS cluster.
    pub cluster: Cluster,
    /// The Run Environment in CloudReactor.
    pub cloudreactor: CloudReactor,
    /// What may be done to what exists.
    pub policy: Policy,
    /// Which differences between what is declared and what is live are known.
    #[serde(default, skip_serializing_if = "DriftRules::is_empty")]
    pub drift: DriftRules,
}

impl Spec {
    /// The stacks that we deploy: role, network, cluster, as far as the spec creates them.
    pub fn managed_stacks(&self) -> impl Iterator<Item = &StackName> {
        self.managed_components().map(|(_, name)| name)
    }

    /// The same with their components.
    pub fn managed_components(&self) -> impl Iterator<Item = (Component, &StackName)> {
        let role = match &self.role {
            Role::Create(role) => Some((Component::Role, &role.stack_name)),
            Role::Use { .. } => None,
        };
        let network = match &self.network {
            Network::Create(network) => Some((Component::Network, &network.stack_name)),
            Network::Use(_) | Network::Skip => None,
        };
        let cluster = match &self.cluster {
            Cluster::Create(cluster) => Some((Component::Cluster, &cluster.stack_name)),
            Cluster::Use { .. } => None,
        };
        [role, network, cluster].into_iter().flatten()
    }

    /// The stacks that somebody else keeps, and whose outputs the spec refers to.
    pub fn referred_stacks(&self) -> BTreeSet<&StackName> {
        let mut names = BTreeSet::new();
        if let Role::Use { stack_name } = &self.role {
            names.insert(stack_name);
        }
        if let Network::Use(network) = &self.network {
            let all = network.vpc.iter().chain(&network.subnets).chain(&network.security_groups);
            names.extend(all.filter_map(|reference| match reference {
                Reference::Output(output) => Some(&output.stack),
                Reference::Id(_) | Reference::Name(_) => None,
            }));
        }
        if let Cluster::Use { cluster: ClusterRef::Output(output) } = &self.cluster {
            names.insert(&output.stack);
        }
        names
    }

    /// Where tasks may read secrets in Secrets Manager; a role that the spec only refers to does not tell.
    pub fn secrets_path(&self) -> Option<String> {
        match &self.role {
            Role::Create(role) => Some(format!("{}{}/common/", role.secrets_path_prefix, self.environment.name)),
            Role::Use { .. } => None,
        }
    }
}

/// The environment: one account, one Region.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// Its Region.
    pub region: Region,
    /// The only account that the spec may be applied to, if the user named one.
    pub account_id: Option<AccountId>,
}

impl Environment {
    /// The partition of the Region.
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }
}

/// Whether something that exists under our name and is not marked as ours may be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adoption {
    /// It is refused.
    Refuse,
    /// It is updated in place and marked as ours.
    Adopt,
}

/// Where the role comes from.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "mode")]
pub enum Role {
    /// A stack of ours.
    Create(ManagedRole),
    /// A stack that somebody else keeps, with the same outputs and parameters.
    Use {
        /// The stack.
        stack_name: StackName,
    },
}

/// A role stack of ours.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ManagedRole {
    /// The stack's name.
    pub stack_name: StackName,
    /// Whether an existing stack may be taken over.
    pub adoption: Adoption,
    /// Log groups that tasks may write to; `*` matches any run of characters.
    pub log_group_pattern: String,
    /// Where tasks' secrets stand in Secrets Manager, with the slash at the end.
    pub secrets_path_prefix: String,
    /// Prefix of the Lambda functions that CloudReactor may invoke.
    pub lambda_path_prefix: String,
    /// Who may assume the role, if not CloudReactor's own principal.
    pub principal: Option<Arn>,
    /// Hosts that the workflow starter may call: `.cloudreactor.io`, or the suffix of a self-hosted one.
    pub domain_suffix: String,
}

/// Where the network comes from.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "mode")]
pub enum Network {
    /// A stack of ours.
    Create(ManagedNetwork),
    /// Existing subnets and security groups.
    Use(ExistingNetwork),
    /// None: the Run Environment keeps whatever network it has.
    Skip,
}

/// A network stack of ours.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ManagedNetwork {
    /// The stack's name.
    pub stack_name: StackName,
    /// Whether an existing stack may be taken over.
    pub adoption: Adoption,
    /// The VPC's address block, canonical, /16 to /24.
    #[schemars(with = "String")]
    pub cidr: Ipv4Net,
    /// Zones that get a public subnet.
    pub public_zones: Zones,
    /// Zones that get a private subnet.
    pub private_zones: Zones,
    /// Where NAT gateways stand.
    pub nat: Nat,
    /// Endpoints, gateway and interface.
    pub endpoints: BTreeSet<Endpoint>,
    /// Which subnets the Run Environment gets.
    pub tasks_in: Tier,
}

/// A choice of zones.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zones {
    /// These zones.
    Listed(Vec<ZoneRef>),
    /// So many zones, groundwork chooses: those in use first, then by zone id.
    Count(u8),
}

impl Zones {
    /// How many zones are wanted.
    pub fn len(&self) -> usize {
        match self {
            Self::Listed(zones) => zones.len(),
            Self::Count(count) => usize::from(*count),
        }
    }

    /// Whether no zone is wanted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A zone as the user wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ZoneRef {
    /// By id, such as `usw2-az1`.
    Id(ZoneId),
    /// By name, such as `us-west-2a`.
    Name(ZoneName),
}

impl std::fmt::Display for ZoneRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// Where NAT gateways stand.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nat {
    /// Nowhere.
    None,
    /// One for all private subnets: where one stands already, or in the public zone with the lowest id.
    Single,
    /// One in each zone that has a private subnet.
    PerZone,
    /// In these zones; private subnets of other zones have no route out.
    Listed(Vec<ZoneRef>),
}

/// Which subnets tasks run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Those with a route to the internet gateway.
    Public,
    /// Those without.
    Private,
}

/// An AWS service that the network can reach without the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
#[schemars(with = "String")]
pub enum Endpoint {
    /// S3, a gateway: free of charge. ECR keeps image layers there.
    S3,
    /// DynamoDB, a gateway: free of charge.
    DynamoDb,
    /// ECR's API.
    EcrApi,
    /// ECR's image registry.
    EcrDkr,
    /// CloudWatch Logs.
    Logs,
    /// Secrets Manager.
    SecretsManager,
    /// Systems Manager parameters.
    Ssm,
    /// Session channels of ECS Exec.
    SsmMessages,
    /// Keys.
    Kms,
    /// Security tokens.
    Sts,
    /// ECS's API.
    Ecs,
    /// CloudWatch metrics.
    Monitoring,
    /// EventBridge.
    Events,
    /// Simple Queue Service.
    Sqs,
    /// Simple Notification Service.
    Sns,
    /// Elastic File System.
    Efs,
    /// Lambda's API.
    Lambda,
}

impl Endpoint {
    /// Every endpoint that can be asked for.
    pub const ALL: [Self; 17] = [
        Self::S3,
        Self::DynamoDb,
        Self::EcrApi,
        Self::EcrDkr,
        Self::Logs,
        Self::SecretsManager,
        Self::Ssm,
        Self::SsmMessages,
        Self::Kms,
        Self::Sts,
        Self::Ecs,
        Self::Monitoring,
        Self::Events,
        Self::Sqs,
        Self::Sns,
        Self::Efs,
        Self::Lambda,
    ];

    /// What a Fargate task needs to start where there is no way to the internet: its image from ECR
    /// (the layers come from S3) and its log. From the ECS guide's page on interface endpoints.
    pub const FARGATE_NEEDS: [Self; 4] = [Self::EcrApi, Self::EcrDkr, Self::S3, Self::Logs];

    /// The name in the spec, which is the last part of AWS's service name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::DynamoDb => "dynamodb",
            Self::EcrApi => "ecr.api",
            Self::EcrDkr => "ecr.dkr",
            Self::Logs => "logs",
            Self::SecretsManager => "secretsmanager",
            Self::Ssm => "ssm",
            Self::SsmMessages => "ssmmessages",
            Self::Kms => "kms",
            Self::Sts => "sts",
            Self::Ecs => "ecs",
            Self::Monitoring => "monitoring",
            Self::Events => "events",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::Efs => "elasticfilesystem",
            Self::Lambda => "lambda",
        }
    }

    /// Whether it is a gateway: an entry in route tables, rather than an interface in each subnet.
    pub fn is_gateway(self) -> bool {
        matches!(self, Self::S3 | Self::DynamoDb)
    }
}

impl From<Endpoint> for &'static str {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.as_str()
    }
}

impl TryFrom<String> for Endpoint {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|endpoint| endpoint.as_str() == name)
            .ok_or_else(|| format!("{name:?} is no endpoint that groundwork knows"))
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A network that exists and is only named.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ExistingNetwork {
    /// The VPC, if the user named it: the subnets then have to lie in it.
    pub vpc: Option<Reference>,
    /// The subnets.
    pub subnets: Vec<Reference>,
    /// The security groups.
    pub security_groups: Vec<Reference>,
    /// Whether tasks get a public address; unset: yes in public subnets, no in private ones.
    pub assign_public_ip: Option<bool>,
}

/// How the spec names something that exists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reference {
    /// By its id, such as `subnet-0a1b`.
    Id(String),
    /// By its `Name` tag.
    Name(String),
    /// By the output of a stack; an output with a comma-separated list names several.
    Output(OutputRef),
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Name(name) => write!(f, "Name={name}"),
            Self::Output(output) => output.fmt(f),
        }
    }
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct OutputRef {
    /// The stack.
    pub stack: StackName,
    /// The output.
    pub key: OutputKey,
}

impl std::fmt::Display for OutputRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "output {} of stack {}", self.key, self.stack)
    }
}

/// Where the cluster comes from.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "mode")]
pub enum Cluster {
    /// A stack of ours.
    Create(ManagedCluster),
    /// A cluster that exists. FARGATE and FARGATE_SPOT are added to it where they are missing.
    Use {
        /// The cluster: its ARN, its name, or a stack's output.
        cluster: ClusterRef,
    },
}

/// A cluster stack of ours.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ManagedCluster {
    /// The stack's name.
    pub stack_name: StackName,
    /// Whether an existing stack may be taken over.
    pub adoption: Adoption,
    /// The cluster's name.
    pub name: ClusterName,
    /// What Container Insights collects.
    pub container_insights: ContainerInsights,
}

/// How the spec names a cluster that exists.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterRef {
    /// By name, in the environment's account and Region.
    Name(ClusterName),
    /// By ARN.
    Arn(Arn),
    /// By the output of a stack, which holds a name or an ARN.
    Output(OutputRef),
}

/// What CloudWatch Container Insights collects of a cluster. Always set, since an unset one falls
/// back to a setting of the account and so differs between accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContainerInsights {
    /// Per-container metrics, at a price.
    Enhanced,
    /// Per-service metrics.
    Enabled,
    /// Nothing.
    Disabled,
}

impl ContainerInsights {
    /// ECS's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enhanced => "enhanced",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

/// The Run Environment, and the CloudReactor that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CloudReactor {
    /// The API's base URL without a slash at the end: https, or http on loopback.
    pub api_base_url: String,
    /// The dashboard's base URL without a slash at the end.
    pub dashboard_base_url: String,
    /// The group that the Run Environment belongs to; unset: the only one of the user or key.
    pub group: Option<GroupRef>,
    /// The Run Environment's name.
    pub run_environment: RunEnvironmentName,
    /// Whether an existing Run Environment that stands for another AWS account may be taken over.
    pub adoption: Adoption,
}

/// How the spec names a CloudReactor group.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupRef {
    /// By id.
    Id(u64),
    /// By name.
    Name(String),
}

impl std::fmt::Display for GroupRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(name) => write!(f, "{name:?}"),
        }
    }
}
