//! The links of the chain that are the network's: what the tasks of a network that is in use reach, judged from
//! what EC2 shows now.
//!
//! What leads out of what was looked at, such as a transit gateway, counts as a way out, and its link says so.

use std::collections::BTreeSet;

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Endpoint, ExistingNetwork};
use groundwork_model::verification::{Link, LinkName, Verdict};
use groundwork_model::world::{ExistingNetworkState, NatGateway, RouteTable, SecurityGroup, Subnet, VpcEndpoint};
use groundwork_model::{AccountId, Code, VpcId};

use super::groups::{self, covers_https};
use super::paths::{Path, Way, is_available, paths};
use super::{Findings, examine, grouped, ids};

/// A network that tasks run in.
pub(crate) struct Network<'a> {
    /// How it is named.
    pub wish: &'a ExistingNetwork,
    /// What EC2 shows of it.
    pub state: &'a ExistingNetworkState,
    /// The account that uses it.
    pub account: &'a AccountId,
    /// The security groups of its interface endpoints, or what prevented that they were read.
    pub endpoint_groups: &'a Result<Vec<SecurityGroup>, Vec<Problem>>,
}

/// Judges a network: its links, and whether tasks get a public address if that could be told.
pub(crate) fn prove(network: &Network<'_>) -> (Vec<Link>, Option<bool>) {
    let Findings { parts, groups, ways, reach, .. } = examine(network.wish, network.state, network.account);
    let assign = ways.iter().all(|problem| problem.key.as_deref() != Some(super::PUBLIC_IP));
    let stranded = network.stranded(reach.assign_public_ip);
    let (by_endpoints, by_routes): (Vec<&Path<'_>>, Vec<&Path<'_>>) =
        stranded.iter().partition(|path| network.lacks_endpoints(path));
    let mut subnets: Vec<Problem> = parts.into_iter().map(|problem| recoded(problem, Code::SubnetUnusable)).collect();
    let by_table = grouped(&by_routes, |path| path.table.map(|table| &table.id));
    subnets.extend(by_table.iter().filter_map(|(_, paths)| network.no_way_out(paths)));
    if stranded.is_empty() {
        subnets.extend(ways.into_iter().map(|problem| recoded(problem, Code::SubnetUnusable)));
    }
    let links = vec![
        link(LinkName::Subnets, network.routes(), Verdict::of(subnets)),
        link(LinkName::SecurityGroups, network.groups(), Verdict::of(network.closed(groups))),
        link(LinkName::Endpoints, network.endpoints(), network.endpoints_verdict(&by_endpoints)),
        link(LinkName::Dns, network.dns(), Verdict::of(network.dns_off())),
    ];
    (links, assign.then_some(reach.assign_public_ip))
}

fn link(name: LinkName, read: String, verdict: Verdict) -> Link {
    Link { name, read, verdict }
}

fn recoded(problem: Problem, code: Code) -> Problem {
    Problem { code, ..problem }
}

impl<'a> Network<'a> {
    /// The paths by which tasks cannot even start.
    fn stranded(&self, public_ip: bool) -> Vec<Path<'a>> {
        let is_closed = |path: &Path<'_>| match path.way {
            Way::InternetGateway => !public_ip,
            Way::Dead(_) | Way::None => true,
            Way::Nat(_) | Way::Elsewhere(_) | Way::NotVisible => false,
        };
        paths(self.state)
            .into_iter()
            .filter(|path| is_closed(path) && !path.missing_endpoints(self.state).is_empty())
            .collect()
    }

    /// Whether a path is meant to work by endpoints alone, and some of them are missing.
    fn lacks_endpoints(&self, path: &Path<'_>) -> bool {
        let has_some = || needed(self.state).any(|endpoint| endpoint.vpc == path.subnet.vpc && !endpoint.gateway);
        path.way == Way::None && has_some()
    }

    /// What is wrong with paths that share a table.
    fn no_way_out(&self, paths: &[&Path<'_>]) -> Option<Problem> {
        let path = paths.first()?;
        let message = format!("tasks cannot start in {}: nothing leads out", ids(paths.iter().copied()));
        let problem = Problem::new(Code::SubnetUnusable, message).at(super::SUBNETS);
        let Some(table) = path.table else { return Some(problem) };
        let to = |what: &str| format!("the default route of {} leads to {what}", table.id);
        let (cause, operation) = match path.way {
            Way::Dead(target) => (to(&format!("{target}, {}", self.state_of(target))), "replace"),
            Way::InternetGateway => (to("an internet gateway, and tasks get no public address"), "replace"),
            Way::None | Way::Nat(_) | Way::Elsewhere(_) | Way::NotVisible => {
                (format!("{} has no default route", table.id), "create")
            }
        };
        Some(problem.because(cause).help(format!(
            "{}: aws ec2 {operation}-route --route-table-id {} --destination-cidr-block 0.0.0.0/0 {}",
            if operation == "create" { "put the route back" } else { "lead the route elsewhere" },
            table.id,
            self.gateway_for(table)
        )))
    }

    /// The gateway that a route out should lead to: one that is there, if there is any.
    fn gateway_for(&self, table: &RouteTable) -> String {
        let serves = |gateway: &&NatGateway| {
            gateway.vpc == table.vpc && is_available(&gateway.state) && !gateway.addresses.is_empty()
        };
        if self.wish.assign_public_ip == Some(true) {
            return format!("--gateway-id {}", self.internet_gateway().unwrap_or("IGW"));
        }
        let gateway = self.state.nat_gateways.iter().find(serves);
        format!("--nat-gateway-id {}", gateway.map_or("NAT", |gateway| gateway.id.as_str()))
    }

    /// Why a route's target does not work.
    fn state_of(&self, target: &str) -> String {
        match self.state.nat_gateways.iter().find(|gateway| gateway.id == target) {
            Some(gateway) if !is_available(&gateway.state) => format!("which is {}", gateway.state),
            Some(_) | None => "and EC2 says that it is not there (blackhole)".to_owned(),
        }
    }

    fn internet_gateway(&self) -> Option<&'a str> {
        let targets = self.state.route_tables.iter().flat_map(|table| &table.routes);
        targets.map(|route| route.target.as_str()).find(|target| target.starts_with("igw-"))
    }

    fn closed(&self, groups: Vec<Problem>) -> Vec<Problem> {
        let group = self.state.security_groups.first().map_or("GROUP", |group| group.id.as_str());
        let help = format!(
            "let tasks out: aws ec2 authorize-security-group-egress --group-id {group} --protocol tcp --port 443 --cidr 0.0.0.0/0"
        );
        groups
            .into_iter()
            .map(|problem| Problem { help: vec![help.clone()], ..recoded(problem, Code::EgressClosed) })
            .collect()
    }

    fn endpoints_verdict(&self, stranded: &[&Path<'_>]) -> Verdict {
        let groups = match self.endpoint_groups {
            Ok(groups) => groups,
            Err(problems) => return Verdict::of(problems.clone()),
        };
        let alike = grouped(stranded, |path| path.missing_endpoints(self.state));
        let mut problems: Vec<Problem> = alike.iter().map(|(missing, paths)| self.missing(missing, paths)).collect();
        problems.extend(needed(self.state).filter_map(|endpoint| self.unusable(endpoint, groups)));
        Verdict::of(problems)
    }

    fn missing(&self, missing: &[Endpoint], paths: &[&Path<'_>]) -> Problem {
        let missing: Vec<&str> = missing.iter().map(|endpoint| endpoint.as_str()).collect();
        let missing = missing.join(", ");
        let subnets = ids(paths.iter().copied());
        let message = format!("tasks cannot start in {subnets}: no endpoint serves {missing}");
        let problem = Problem::new(Code::EndpointUnusable, message)
            .at(super::SUBNETS)
            .because("only endpoints lead out, and these are missing, not available, or have no private name");
        let off = needed(self.state).find(|endpoint| !endpoint.gateway && !endpoint.private_dns);
        match off {
            Some(endpoint) => problem.help(format!(
                "switch the private name on: aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --private-dns-enabled",
                endpoint.id
            )),
            None => problem.help(format!("create the endpoint for {missing} again, or add a route to a NAT gateway")),
        }
    }

    /// What is wrong with an endpoint that takes the connections of tasks: one with a private name does, whatever
    /// routes there are.
    fn unusable(&self, endpoint: &VpcEndpoint, groups: &[SecurityGroup]) -> Option<Problem> {
        if endpoint.gateway || !endpoint.private_dns || !is_available(&endpoint.state) {
            return None;
        }
        let callers: Vec<&Subnet> = self.state.subnets.iter().filter(|subnet| subnet.vpc == endpoint.vpc).collect();
        let own: Vec<&SecurityGroup> =
            groups.iter().filter(|group| endpoint.security_groups.contains(&group.id)).collect();
        if callers.is_empty() || callers.iter().all(|subnet| self.is_let_in(subnet, &own)) {
            return None;
        }
        let names: Vec<&str> = endpoint.security_groups.iter().map(|group| group.as_str()).collect();
        let tasks = self.state.security_groups.first().map_or("TASKS", |group| group.id.as_str());
        let message = format!("endpoint {} lets no task in on TCP port 443", endpoint.id);
        Some(
            Problem::new(Code::EndpointUnusable, message)
                .at(super::SUBNETS)
                .because(format!("it serves {}, and tasks go to it by its private name", endpoint.service))
                .because(format!("its security groups are {}", names.join(", ")))
                .help(format!(
                    "let tasks in: aws ec2 authorize-security-group-ingress --group-id {} --protocol tcp --port 443 --source-group {tasks}",
                    names.first().unwrap_or(&"GROUP")
                )),
        )
    }

    fn is_let_in(&self, subnet: &Subnet, groups: &[&SecurityGroup]) -> bool {
        let rules = groups.iter().flat_map(|group| &group.ingress).filter(|rule| covers_https(rule));
        let of_tasks = |name: &String| self.state.security_groups.iter().any(|group| group.id.as_str() == name);
        let mut rules = rules.map(|rule| {
            let holds = |cidr: &String| {
                let wide = cidr.parse::<ipnet::Ipv4Net>().ok();
                wide.zip(subnet.cidr).is_some_and(|(wide, own)| wide.contains(&own))
            };
            rule.cidrs.iter().any(holds) || rule.groups.iter().any(of_tasks) || !rule.prefix_lists.is_empty()
        });
        rules.any(|is_let_in| is_let_in)
    }

    fn dns_off(&self) -> Vec<Problem> {
        let used: BTreeSet<_> = self.state.subnets.iter().map(|subnet| &subnet.vpc).collect();
        let vpcs = self.state.vpcs.iter().filter(|vpc| used.contains(&vpc.id));
        let named =
            |vpc: &VpcId| self.state.endpoints.iter().any(|endpoint| endpoint.vpc == *vpc && endpoint.private_dns);
        vpcs.filter_map(|vpc| {
            let (what, cause, flag) = match (vpc.dns_support, vpc.dns_hostnames) {
                (Some(false), _) => ("no name resolves", "DNS support is off", "--enable-dns-support"),
                (_, Some(false)) if named(&vpc.id) => (
                    "the private names of endpoints do not resolve",
                    "DNS hostnames are off, and it has endpoints with private names",
                    "--enable-dns-hostnames",
                ),
                (Some(true) | None, _) => return None,
            };
            Some(
                Problem::new(Code::VpcDnsOff, format!("{what} in {}", vpc.id))
                    .at("network.vpc")
                    .because(cause)
                    .help(format!("switch it on: aws ec2 modify-vpc-attribute --vpc-id {} {flag}", vpc.id)),
            )
        })
        .collect()
    }

    /// What the subnets' link was judged by.
    fn routes(&self) -> String {
        let paths = paths(self.state);
        let words = |path: &Path<'_>| match path.way {
            Way::InternetGateway => "an internet gateway".to_owned(),
            Way::Nat(gateway) => gateway.id.clone(),
            Way::Elsewhere(target) => format!("{target}, not followed further"),
            Way::Dead(target) => format!("{target}, which does not work"),
            Way::None => "nothing but endpoints".to_owned(),
            Way::NotVisible => "a route table that its owner keeps to itself".to_owned(),
        };
        let ways: BTreeSet<String> = paths.iter().map(words).collect();
        let ways: Vec<String> = ways.into_iter().collect();
        format!("{} by way of {}", counted(paths.len(), "subnet"), ways.join(" and "))
    }

    fn groups(&self) -> String {
        let ids: Vec<&str> = self.state.security_groups.iter().map(|group| group.id.as_str()).collect();
        match groups::reaches_everything(&self.state.security_groups) {
            true => ids.join(", "),
            false => format!("{}, to some addresses only", ids.join(", ")),
        }
    }

    fn endpoints(&self) -> String {
        match needed(self.state).count() {
            0 => "none in the way of tasks".to_owned(),
            number => format!("{} that tasks go to", counted(number, "endpoint")),
        }
    }

    fn dns(&self) -> String {
        let ids: Vec<&str> = self.state.vpcs.iter().map(|vpc| vpc.id.as_str()).collect();
        ids.join(", ")
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The endpoints for what a Fargate task needs to start.
fn needed(state: &ExistingNetworkState) -> impl Iterator<Item = &VpcEndpoint> {
    let serves = |endpoint: &VpcEndpoint| {
        Endpoint::FARGATE_NEEDS.into_iter().any(|needed| endpoint.service.ends_with(&format!(".{needed}")))
    };
    state.endpoints.iter().filter(move |endpoint| serves(endpoint))
}
