//! AWS in memory: one account and Region.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use groundwork_engine::ports::{
    ApiError, ChangeSet, ChangeSetHandle, ChangeSetRequest, Clock, Cloud, ErrorClass, ObservedChange, Service,
    StackEvent, Which,
};
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::{
    Address, Caller, Cluster, InternetGateway, NatGateway, NetworkAcl, Observed, RouteTable, SecurityGroup, Stack,
    Subnet, Vpc, VpcEndpoint, Zone,
};
use groundwork_model::{LogicalId, StackId, StackName, VpcId};

use crate::ScriptedClock;
use crate::access::{Counted, Forbidden};
use crate::build::{ACCOUNT, REGION, id, zones};
use crate::calls::Calls;
use crate::cloudformation::{CloudFormation, Oddities, Refusal};
use crate::drifts::Detections;
use crate::roles::RoleWithPolicies;
use crate::stack_sets::Sets;
use crate::template::Template;
use crate::timeline::Script;
use crate::writes::Write;

/// How long every call takes.
pub const LATENCY: Duration = Duration::from_millis(40);

/// AWS in memory. Clones are the same AWS.
#[derive(Clone, Debug)]
pub struct FakeCloud {
    /// What was called, and what fails.
    pub calls: Calls,
    clock: ScriptedClock,
    account: Rc<RefCell<Account>>,
}

/// What there is in the account, apart from stacks.
#[derive(Clone, Debug)]
pub struct Things {
    /// Who calls.
    pub caller: Caller,
    /// The zones.
    pub zones: Vec<Zone>,
    /// The clusters that no stack of the fake made.
    pub clusters: Vec<Cluster>,
    /// The VPCs, with their DNS attributes.
    pub vpcs: Vec<Vpc>,
    /// The subnets.
    pub subnets: Vec<Subnet>,
    /// The security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// The route tables.
    pub route_tables: Vec<RouteTable>,
    /// The NAT gateways.
    pub nat_gateways: Vec<NatGateway>,
    /// The endpoints.
    pub endpoints: Vec<VpcEndpoint>,
    /// The roles that no stack of the fake made, or that are to hide those of a stack, with their policies.
    pub roles: Vec<RoleWithPolicies>,
    /// What the caller may not do.
    pub forbidden: Forbidden,
    /// What AWS limits.
    pub counted: Counted,
    /// The internet gateways.
    pub internet_gateways: Vec<InternetGateway>,
    /// The Elastic IP addresses.
    pub addresses: Vec<Address>,
    /// The network ACLs.
    pub acls: Vec<NetworkAcl>,
    /// What drift detections find.
    pub detections: Detections,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) formation: CloudFormation,
    pub(crate) things: Things,
    pub(crate) writes: Vec<Write>,
    sets: Sets,
}

impl FakeCloud {
    /// An empty account.
    pub fn new(clock: &ScriptedClock) -> Self {
        Self::in_account(clock, ACCOUNT)
    }

    /// An empty account with this number.
    pub fn in_account(clock: &ScriptedClock, account: &str) -> Self {
        let things = Things {
            caller: caller(account),
            zones: zones(),
            clusters: Vec::new(),
            vpcs: Vec::new(),
            subnets: Vec::new(),
            security_groups: Vec::new(),
            route_tables: Vec::new(),
            nat_gateways: Vec::new(),
            endpoints: Vec::new(),
            roles: Vec::new(),
            forbidden: Forbidden::default(),
            counted: Counted::default(),
            internet_gateways: Vec::new(),
            addresses: Vec::new(),
            acls: Vec::new(),
            detections: Detections::default(),
        };
        let account = Account {
            formation: CloudFormation::new(account, REGION),
            things,
            writes: Vec::new(),
            sets: Sets::default(),
        };
        Self {
            calls: Calls::new(Service::Aws, clock, LATENCY),
            clock: clock.clone(),
            account: Rc::new(RefCell::new(account)),
        }
    }

    /// Lets the credentials lead to an account of this number, whatever is in it.
    pub fn call_from(&self, account: &str) {
        self.things(|things| things.caller = caller(account));
    }

    pub(crate) fn with_sets<T>(&self, act: impl FnOnce(&mut Sets, u64) -> T) -> T {
        let now_ms = self.clock.now_ms();
        self.with(|account| act(&mut account.sets, now_ms))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut account = self.account.borrow_mut();
        account.formation.settle(self.clock.now_ms());
        act(&mut account)
    }

    /// Changes what there is beside stacks.
    pub fn things(&self, change: impl FnOnce(&mut Things)) {
        self.with(|account| change(&mut account.things));
    }

    /// Puts a stack there that was always there.
    pub fn put_stack(&self, stack: Stack) {
        let now_ms = self.clock.now_ms();
        self.with(|account| account.formation.put(stack, now_ms));
    }

    /// Changes a stack as somebody else would: protects it, say.
    pub fn change_stack(&self, name: &str, change: impl FnOnce(&mut Stack)) {
        self.with(|account| account.formation.change(&id(name), change));
    }

    /// Every stack that is not deleted, shells too.
    pub fn stacks(&self) -> Vec<Stack> {
        self.with(|account| account.formation.living())
    }

    /// A stack that is not deleted, by name.
    pub fn stack_named(&self, name: &str) -> Option<Stack> {
        self.stacks().into_iter().find(|stack| stack.name.as_str() == name)
    }

    /// Everything that was written, in this order.
    pub fn writes(&self) -> Vec<Write> {
        self.with(|account| account.writes.clone())
    }

    /// How many change sets there are.
    pub fn change_sets(&self) -> usize {
        self.with(|account| account.formation.change_sets())
    }

    /// Lets a resource fail the next time that it is touched, in AWS's words.
    pub fn fail_resource(&self, logical_id: &str, reason: &str) {
        self.script(|script| script.failures.insert(logical_id.to_owned(), reason.to_owned()));
    }

    /// Lets a resource fail the next time that it is rolled back or deleted.
    pub fn fail_undoing(&self, logical_id: &str, reason: &str) {
        self.script(|script| script.undo_failures.insert(logical_id.to_owned(), reason.to_owned()));
    }

    /// Lets a resource take so long.
    pub fn takes(&self, logical_id: &str, duration: Duration) {
        self.script(|script| script.takes_ms.insert(logical_id.to_owned(), millis(duration)));
    }

    /// Lets every resource take so long that has no time of its own.
    pub fn resources_take(&self, duration: Duration) {
        self.script(|script| script.resource_ms = millis(duration));
    }

    fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) {
        self.with(|account| {
            change(&mut account.formation.script);
        });
    }

    pub(crate) fn oddities(&self, change: impl FnOnce(&mut Oddities)) {
        self.with(|account| change(&mut account.formation.oddities));
    }

    /// Lets change sets be so long in the making.
    pub fn change_sets_take(&self, duration: Duration) {
        self.oddities(|oddities| oddities.change_set_ms = millis(duration));
    }

    /// Lets the next change set do this, too.
    pub fn exceed(&self, change: ObservedChange) {
        self.oddities(|oddities| oddities.excess.push(change));
    }

    /// Lets the next change set fail, in AWS's words.
    pub fn fail_change_set(&self, reason: &str) {
        self.oddities(|oddities| oddities.change_set_failure = Some(reason.to_owned()));
    }

    /// Lets the next change set be obsolete once it is made.
    pub fn make_obsolete(&self) {
        self.oddities(|oddities| oddities.obsolete = true);
    }

    /// Lets so many reads of stacks and of events after each execution show what was before it.
    pub fn lag(&self, stacks: usize, events: usize) {
        self.oddities(|oddities| {
            oddities.stale_stacks = stacks;
            oddities.stale_events = events;
        });
    }

    pub(crate) async fn call_on_roles<T>(
        &self,
        operation: &'static str,
        subject: &str,
        find: impl FnOnce(&[RoleWithPolicies]) -> Result<T, Refusal>,
    ) -> Result<T, ApiError> {
        self.call(operation, subject, |account, _| find(&account.roles())).await
    }

    pub(crate) async fn call<T>(
        &self,
        operation: &'static str,
        subject: &str,
        effect: impl FnOnce(&mut Account, u64) -> Result<T, Refusal>,
    ) -> Result<T, ApiError> {
        let act = || {
            self.with(|account| effect(account, self.clock.now_ms()))
                .map_err(|(class, message): (ErrorClass, String)| self.calls.error(operation, class, &message))
        };
        self.calls.make(operation, subject, act).await
    }
}

fn caller(account: &str) -> Caller {
    Caller { account: id(account), arn: id(&format!("arn:aws:iam::{account}:role/deployer")) }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Account {
    /// A cluster that exists: one that was always there, or one of a stack.
    fn cluster(&self, name_or_arn: &str) -> Option<Cluster> {
        let of_stacks =
            self.formation.living().into_iter().filter_map(|stack| cluster_of(&stack, &self.formation.account));
        let mut all = self.things.clusters.iter().cloned().chain(of_stacks);
        all.find(|cluster| cluster.name.as_str() == name_or_arn || cluster.arn.as_str() == name_or_arn)
    }
}

fn cluster_of(stack: &Stack, account: &str) -> Option<Cluster> {
    let template = Template::parse(stack.template.as_deref()?)?;
    let (resource, _) = template.resources().into_iter().find(|(_, kind)| kind == "AWS::ECS::Cluster")?;
    let name = template.text(&resource, "ClusterName")?;
    Some(Cluster {
        arn: id(&format!("arn:aws:ecs:{REGION}:{account}:cluster/{name}")),
        name: id(name),
        capacity_providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
        default_strategy: Vec::new(),
        stack: Some(stack.name.to_string()),
        container_insights: None,
    })
}

fn chosen<T: Clone>(all: &[T], which: &Which, id: fn(&T) -> &str, names: fn(&T) -> Vec<&str>) -> Vec<T> {
    let fits = |thing: &&T| match which {
        Which::Ids(ids) => ids.iter().any(|wanted| wanted == id(thing)),
        Which::Names(wanted) => wanted.iter().any(|name| names(thing).contains(&name.as_str())),
        Which::All => true,
    };
    all.iter().filter(fits).cloned().collect()
}

impl Cloud for FakeCloud {
    async fn caller(&self) -> Result<Caller, ApiError> {
        self.call("GetCallerIdentity", "", |account, _| Ok(account.things.caller.clone())).await
    }

    async fn zones(&self) -> Result<Vec<Zone>, ApiError> {
        self.call("DescribeAvailabilityZones", "", |account, _| Ok(account.things.zones.clone())).await
    }

    async fn stack(&self, name: &StackName) -> Result<Observed<Stack>, ApiError> {
        self.call("DescribeStacks", name.as_str(), |account, _| Ok(account.formation.by_name(name))).await
    }

    async fn stack_by_id(&self, id: &StackId) -> Result<Observed<Stack>, ApiError> {
        self.call("DescribeStacks", id.as_str(), |account, _| Ok(account.formation.by_id(id))).await
    }

    async fn template(&self, name: &StackName) -> Result<Observed<String>, ApiError> {
        self.call("GetTemplate", name.as_str(), |account, _| Ok(account.formation.template(name))).await
    }

    async fn stack_events(&self, id: &StackId, until: Option<&str>) -> Result<Vec<StackEvent>, ApiError> {
        self.call("DescribeStackEvents", id.as_str(), |account, _| account.formation.events(id, until)).await
    }

    async fn newest_event(&self, name_or_id: &str) -> Result<Observed<StackEvent>, ApiError> {
        self.call("DescribeStackEvents", name_or_id, |account, _| Ok(account.formation.newest_event(name_or_id))).await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<ChangeSetHandle, ApiError> {
        let subject = request.stack.as_str();
        self.call("CreateChangeSet", subject, |account, now| account.formation.create_change_set(request, now)).await
    }

    async fn change_set(&self, handle: &ChangeSetHandle) -> Result<ChangeSet, ApiError> {
        let subject = handle.stack_id.as_str();
        self.call("DescribeChangeSet", subject, |account, now| account.formation.change_set(handle, now)).await
    }

    async fn execute_change_set(&self, handle: &ChangeSetHandle, token: &str) -> Result<(), ApiError> {
        let execute = |account: &mut Account, now| {
            let write = account.formation.execute(handle, token, now)?;
            account.writes.extend(write);
            Ok(())
        };
        self.call("ExecuteChangeSet", handle.stack_id.as_str(), execute).await
    }

    async fn delete_change_set(&self, handle: &ChangeSetHandle) -> Result<(), ApiError> {
        let delete = |account: &mut Account, _| {
            account.formation.delete_change_set(handle);
            Ok(())
        };
        self.call("DeleteChangeSet", handle.stack_id.as_str(), delete).await
    }

    async fn delete_stack(&self, id: &StackId, retain: &[LogicalId], token: &str) -> Result<(), ApiError> {
        let delete = |account: &mut Account, now| {
            let write = account.formation.delete(id, retain, token, now)?;
            account.writes.extend(write);
            Ok(())
        };
        self.call("DeleteStack", id.as_str(), delete).await
    }

    async fn cluster(&self, name_or_arn: &str) -> Result<Observed<Cluster>, ApiError> {
        let find =
            |account: &mut Account, _| Ok(account.cluster(name_or_arn).map_or(Observed::Absent, Observed::Present));
        self.call("DescribeClusters", name_or_arn, find).await
    }

    async fn put_capacity_providers(&self, request: &PutCapacityProviders) -> Result<(), ApiError> {
        let put = |account: &mut Account, _| {
            let cluster = account.things.clusters.iter_mut().find(|cluster| cluster.arn == request.cluster);
            let cluster = cluster.ok_or((ErrorClass::Gone, "there is no such cluster".to_owned()))?;
            let before = cluster.clone();
            cluster.capacity_providers = request.providers.clone();
            cluster.default_strategy = request.strategy.clone();
            account.writes.push(Write::CapacityProviders { before, after: cluster.clone() });
            Ok(())
        };
        self.call("PutClusterCapacityProviders", request.cluster.as_str(), put).await
    }

    async fn vpcs(&self, which: &Which) -> Result<Vec<Vpc>, ApiError> {
        let find = |account: &mut Account, _| {
            let found = chosen(&account.things.vpcs, which, |vpc| vpc.id.as_str(), |vpc| named(&vpc.name));
            Ok(found.into_iter().map(|vpc| Vpc { dns_support: None, dns_hostnames: None, ..vpc }).collect())
        };
        self.call("DescribeVpcs", "", find).await
    }

    async fn subnets(&self, which: &Which) -> Result<Vec<Subnet>, ApiError> {
        let find = |account: &mut Account, _| {
            Ok(chosen(&account.things.subnets, which, |subnet| subnet.id.as_str(), |subnet| named(&subnet.name)))
        };
        self.call("DescribeSubnets", "", find).await
    }

    async fn security_groups(&self, which: &Which) -> Result<Vec<SecurityGroup>, ApiError> {
        let find = |account: &mut Account, _| {
            Ok(chosen(&account.things.security_groups, which, |group| group.id.as_str(), group_names))
        };
        self.call("DescribeSecurityGroups", "", find).await
    }

    async fn route_tables(&self, vpc: &VpcId) -> Result<Vec<RouteTable>, ApiError> {
        let find = |account: &mut Account, _| Ok(within(&account.things.route_tables, vpc, |table| &table.vpc));
        self.call("DescribeRouteTables", vpc.as_str(), find).await
    }

    async fn nat_gateways(&self, vpc: &VpcId) -> Result<Vec<NatGateway>, ApiError> {
        let find = |account: &mut Account, _| Ok(within(&account.things.nat_gateways, vpc, |gateway| &gateway.vpc));
        self.call("DescribeNatGateways", vpc.as_str(), find).await
    }

    async fn vpc_endpoints(&self, vpc: &VpcId) -> Result<Vec<VpcEndpoint>, ApiError> {
        let find = |account: &mut Account, _| Ok(within(&account.things.endpoints, vpc, |endpoint| &endpoint.vpc));
        self.call("DescribeVpcEndpoints", vpc.as_str(), find).await
    }

    async fn vpc_dns(&self, vpc: &VpcId) -> Result<(bool, bool), ApiError> {
        let find = |account: &mut Account, _| {
            let found = account.things.vpcs.iter().find(|known| known.id == *vpc);
            let found = found.ok_or((ErrorClass::Invalid, "there is no such VPC".to_owned()))?;
            Ok((found.dns_support.unwrap_or(true), found.dns_hostnames.unwrap_or(true)))
        };
        self.call("DescribeVpcAttribute", vpc.as_str(), find).await
    }
}

fn named(name: &Option<String>) -> Vec<&str> {
    name.iter().map(String::as_str).collect()
}

fn group_names(group: &SecurityGroup) -> Vec<&str> {
    let mut names = named(&group.name);
    names.push(&group.group_name);
    names
}

fn within<T: Clone>(all: &[T], vpc: &VpcId, of: fn(&T) -> &VpcId) -> Vec<T> {
    all.iter().filter(|thing| of(thing) == vpc).cloned().collect()
}
