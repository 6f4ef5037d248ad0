//! The ARNs of what a spec is about, as far as they are known before it exists.

use groundwork_model::StackName;
use groundwork_model::plan::Component;
use groundwork_model::quota::Quota;
use groundwork_model::spec::{Cluster, ClusterRef, Nat, Network, Role, Spec};

use crate::recovery::CHANGE_SET_PREFIX;
use crate::template::{EXECUTION_ROLE, SCHEDULING_ROLE, STARTER};

/// The longest name that CloudFormation makes for a role or a function, and what it appends to a stack's name and
/// a logical id: a dash before each of the last two parts, and the 12 random characters of the last.
const LONGEST_NAME: usize = 64;
const APPENDED: usize = 1 + 1 + 12;

/// Where the two parts do not fit, each keeps at least this much. CloudFormation shortens the longer one first.
const KEPT: usize = 24;

/// Makes the ARNs of a spec.
pub(super) struct Arns<'a> {
    spec: &'a Spec,
    /// A wildcard if the spec does not say which: an identity policy reaches no other account anyway.
    account: &'a str,
}

impl<'a> Arns<'a> {
    pub fn new(spec: &'a Spec) -> Self {
        Self { spec, account: spec.environment.account_id.as_ref().map_or("*", |account| account.as_str()) }
    }

    /// The parts that the spec has stacks made for.
    pub fn managed(&self) -> impl Iterator<Item = Component> {
        self.spec.managed_components().map(|(component, _)| component)
    }

    /// Whether the spec refers to a cluster instead of making it.
    pub fn uses_cluster(&self) -> bool {
        matches!(self.spec.cluster, Cluster::Use { .. })
    }

    /// Whether the spec refers to a network instead of making it.
    pub fn uses_network(&self) -> bool {
        matches!(self.spec.network, Network::Use(_))
    }

    /// What the spec's network may need more of, that AWS limits.
    pub fn quotas(&self) -> Vec<Quota> {
        let Network::Create(network) = &self.spec.network else { return Vec::new() };
        let needed = |quota: &Quota| match quota {
            Quota::Vpcs => true,
            Quota::InternetGateways => !network.public_zones.is_empty(),
            Quota::Addresses | Quota::NatGateways => network.nat != Nat::None,
            Quota::InterfaceEndpoints => network.endpoints.iter().any(|endpoint| !endpoint.is_gateway()),
            Quota::GatewayEndpoints => network.endpoints.iter().any(|endpoint| endpoint.is_gateway()),
        };
        Quota::ALL.into_iter().filter(needed).collect()
    }

    /// The stacks that the spec makes, whatever ids they get.
    pub fn own_stacks(&self) -> Vec<String> {
        self.spec.managed_stacks().map(|name| self.stack(name)).collect()
    }

    /// The stacks that the spec only refers to.
    pub fn referred_stacks(&self) -> Vec<String> {
        self.spec.referred_stacks().into_iter().map(|name| self.stack(name)).collect()
    }

    /// The change sets that groundwork makes.
    pub fn change_sets(&self) -> String {
        self.regional("cloudformation", &format!("changeSet/{CHANGE_SET_PREFIX}*/*"))
    }

    /// EC2's things of every type.
    pub fn network(&self) -> String {
        self.regional("ec2", "*")
    }

    /// EC2's VPCs.
    pub fn vpcs(&self) -> String {
        self.regional("ec2", "vpc/*")
    }

    /// The cluster that the spec is about.
    pub fn cluster(&self) -> String {
        match &self.spec.cluster {
            Cluster::Create(cluster) => self.regional("ecs", &format!("cluster/{}", cluster.name)),
            Cluster::Use { cluster: ClusterRef::Name(name) } => self.regional("ecs", &format!("cluster/{name}")),
            Cluster::Use { cluster: ClusterRef::Arn(arn) } => arn.to_string(),
            Cluster::Use { cluster: ClusterRef::Output(_) } => self.regional("ecs", "cluster/*"),
        }
    }

    /// The roles of the role stack: under the names that CloudFormation gives them, or any that somebody else's stack
    /// may have.
    pub fn roles(&self) -> Vec<String> {
        match &self.spec.role {
            Role::Create(role) => [EXECUTION_ROLE, SCHEDULING_ROLE]
                .map(|logical_id| self.role(&generated_name(role.stack_name.as_str(), logical_id)))
                .into(),
            Role::Use { .. } => vec![self.role("*")],
        }
    }

    /// The role that the workflow starter runs as, if the spec makes it.
    pub fn execution_role(&self) -> Vec<String> {
        self.of_role_stack(|stack| self.role(&generated_name(stack, EXECUTION_ROLE)))
    }

    /// The workflow starter, if the spec makes it.
    pub fn workflow_starter(&self) -> Vec<String> {
        self.of_role_stack(|stack| self.regional("lambda", &format!("function:{}", generated_name(stack, STARTER))))
    }

    fn of_role_stack(&self, make: impl Fn(&str) -> String) -> Vec<String> {
        match &self.spec.role {
            Role::Create(role) => vec![make(role.stack_name.as_str())],
            Role::Use { .. } => Vec::new(),
        }
    }

    /// ECS's service-linked role, which the first cluster of an account has AWS make.
    pub fn service_linked_role(&self) -> String {
        self.role("aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
    }

    /// Managed policies: AWS's and the account's own.
    pub fn managed_policies(&self) -> Vec<String> {
        let partition = self.partition();
        ["aws", self.account].map(|account| format!("arn:{partition}:iam::{account}:policy/*")).into()
    }

    /// Any role: whose the caller's session is, is not known beforehand.
    pub fn any_role(&self) -> String {
        self.role("*")
    }

    /// Any user.
    pub fn any_user(&self) -> String {
        format!("arn:{}:iam::{}:user/*", self.partition(), self.account)
    }

    /// A quota of the account in the Region.
    pub fn quota(&self, quota: Quota) -> String {
        self.regional("servicequotas", &format!("{}/{}", quota.service(), quota.code()))
    }

    /// The hosted zones of Route 53, which have no account.
    pub fn hosted_zones(&self) -> String {
        format!("arn:{}:route53:::hostedzone/*", self.partition())
    }

    fn stack(&self, name: &StackName) -> String {
        self.regional("cloudformation", &format!("stack/{name}/*"))
    }

    fn role(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition(), self.account)
    }

    fn regional(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition(), self.spec.environment.region, self.account)
    }

    fn partition(&self) -> &'static str {
        self.spec.environment.partition().as_str()
    }
}

/// The name that CloudFormation makes for a resource that has none, as a pattern: the stack's name, the logical id
/// and random characters, of which the first two are shortened if all would be longer than 64 characters
/// (CloudFormation User Guide, "Name type"; where it cuts is not documented).
fn generated_name(stack: &str, logical_id: &str) -> String {
    if stack.len() + logical_id.len() + APPENDED <= LONGEST_NAME {
        return format!("{stack}-{logical_id}-*");
    }
    match stack.get(..KEPT) {
        Some(kept) if stack.len() > KEPT => format!("{kept}*"),
        _ => format!("{stack}-{}*", logical_id.get(..KEPT).unwrap_or(logical_id)),
    }
}
