//! Whether Fargate tasks can run in a network that exists: whether they start, whether they reach
//! CloudReactor, and whether they need a public address for it.
//!
//! What cannot be seen is never held against the network: it becomes a warning.

mod groups;
mod paths;
mod proof;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Endpoint, ExistingNetwork};
use groundwork_model::world::{ExistingNetworkState, Subnet};
use groundwork_model::{AccountId, Code};

use paths::{Path, Way, paths};
pub(crate) use proof::{Network, prove};

/// Below so many free addresses a warning is due: a handful of tasks uses them up.
const FEW_ADDRESSES: i32 = 8;

const SUBNETS: &str = "network.subnets";
const PUBLIC_IP: &str = "network.assign_public_ip";

/// What was found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Whether tasks need, and get, a public address.
    pub assign_public_ip: bool,
    /// The public addresses that tasks go out by.
    pub addresses: Vec<Ipv4Addr>,
    /// What is worth knowing.
    pub warnings: Vec<Problem>,
}

/// Looks into a network; tells everything that prevents its use.
pub fn analyse(
    wish: &ExistingNetwork,
    state: &ExistingNetworkState,
    account: &AccountId,
) -> Result<Reach, Vec<Problem>> {
    let Findings { parts, groups, ways, dns, reach } = examine(wish, state, account);
    let problems = [parts, groups, ways, dns].concat();
    if problems.is_empty() { Ok(reach) } else { Err(problems) }
}

/// What was found out, with what prevents the use of a network by what it is about.
struct Findings {
    /// Of the VPC and the subnets themselves.
    parts: Vec<Problem>,
    /// Of the security groups.
    groups: Vec<Problem>,
    /// Of the ways out.
    ways: Vec<Problem>,
    /// Of the VPC's DNS, where endpoints need it.
    dns: Vec<Problem>,
    reach: Reach,
}

fn examine(wish: &ExistingNetwork, state: &ExistingNetworkState, account: &AccountId) -> Findings {
    let (mut parts, mut groups, mut ways, mut dns) = Default::default();
    let mut reach = Reach::default();
    check_vpc(state, &mut parts);
    check_subnets(&state.subnets, &mut parts, &mut reach.warnings);
    groups::check(state, &mut groups, &mut reach.warnings);
    let paths = paths(state);
    match assign_public_ip(wish, &paths) {
        Ok(assign) => {
            reach.assign_public_ip = assign;
            let survey = Survey { state, paths: &paths, account, public_ip: assign };
            survey.check(&mut ways, &mut dns, &mut reach.warnings);
        }
        Err(problem) => ways.push(problem),
    }
    reach.addresses = addresses(&paths);
    Findings { parts, groups, ways, dns, reach }
}

fn check_vpc(state: &ExistingNetworkState, problems: &mut Vec<Problem>) {
    let vpcs: BTreeSet<&str> = state.subnets.iter().map(|subnet| subnet.vpc.as_str()).collect();
    if vpcs.len() > 1 {
        let lie: Vec<String> =
            state.subnets.iter().map(|subnet| format!("{} lies in {}", subnet.id, subnet.vpc)).collect();
        problems.push(
            Problem::new(Code::NetworkUnsuitable, "the subnets lie in different VPCs")
                .at(SUBNETS)
                .because(lie.join(", "))
                .help("name subnets of one VPC"),
        );
        return;
    }
    if let (Some(named), Some(vpc)) = (&state.named_vpc, vpcs.first())
        && named.as_str() != *vpc
    {
        problems.push(
            Problem::new(Code::NetworkUnsuitable, format!("the subnets lie in {vpc}, not in {named}"))
                .at("network.vpc")
                .help("name subnets of that VPC, or take network.vpc out"),
        );
    }
}

fn check_subnets(subnets: &[Subnet], problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) {
    for (at, subnet) in subnets.iter().enumerate() {
        let key = format!("{SUBNETS}[{at}]");
        if !subnet.available {
            let message = format!("subnet {} is not available", subnet.id);
            problems.push(Problem::new(Code::NetworkUnsuitable, message).at(key.clone()).help("name another subnet"));
        }
        match subnet.free_addresses {
            free if free <= 0 => problems.push(
                Problem::new(Code::NetworkUnsuitable, format!("subnet {} has no free address", subnet.id))
                    .at(key)
                    .because("each Fargate task takes one")
                    .help("free addresses, or name another subnet"),
            ),
            free if free < FEW_ADDRESSES => warnings.push(
                Problem::new(Code::FewAddresses, format!("subnet {} has only {free} free addresses", subnet.id))
                    .at(key)
                    .because("each Fargate task takes one"),
            ),
            _ => {}
        }
    }
}

/// Whether tasks get a public address: as the spec says, or else by the subnets' way out.
fn assign_public_ip(wish: &ExistingNetwork, paths: &[Path<'_>]) -> Result<bool, Problem> {
    if let Some(assign) = wish.assign_public_ip {
        return Ok(assign);
    }
    let (public, others): (Vec<_>, Vec<_>) = paths.iter().partition(|path| path.way == Way::InternetGateway);
    if public.is_empty() || others.is_empty() {
        return Ok(others.is_empty() && !public.is_empty());
    }
    Err(Problem::new(Code::NetworkUnsuitable, "some subnets are public, and some are not")
        .at(PUBLIC_IP)
        .because(format!("public: {}; not public: {}", ids(public), ids(others)))
        .help("name subnets of one kind")
        .help("or set network.assign_public_ip, which then holds for all of them"))
}

fn ids<'a>(paths: impl IntoIterator<Item = &'a Path<'a>>) -> String {
    let ids: Vec<&str> = paths.into_iter().map(|path| path.subnet.id.as_str()).collect();
    ids.join(", ")
}

/// The addresses of the NAT gateways that the subnets go out by, each once.
fn addresses(paths: &[Path<'_>]) -> Vec<Ipv4Addr> {
    let gateways = paths.iter().filter_map(|path| match path.way {
        Way::Nat(gateway) => Some(gateway),
        _ => None,
    });
    let addresses: BTreeSet<Ipv4Addr> = gateways.flat_map(|gateway| gateway.addresses.iter().copied()).collect();
    addresses.into_iter().collect()
}

/// The checks of the ways out, once it is clear whether tasks have public addresses.
struct Survey<'a> {
    state: &'a ExistingNetworkState,
    paths: &'a [Path<'a>],
    account: &'a AccountId,
    public_ip: bool,
}

impl Survey<'_> {
    fn check(&self, ways: &mut Vec<Problem>, dns: &mut Vec<Problem>, warnings: &mut Vec<Problem>) {
        let (closed, open): (Vec<_>, Vec<_>) = self.paths.iter().partition(|path| self.is_closed(path));
        let remarks = grouped(&open, |path| (&path.way, &path.subnet.owner));
        warnings.extend(remarks.into_iter().filter_map(|((way, owner), paths)| self.remark(way, owner, &ids(paths))));
        let (stranded, served): (Vec<&Path<'_>>, Vec<&Path<'_>>) =
            closed.into_iter().partition(|path| !path.missing_endpoints(self.state).is_empty());
        let stranded = grouped(&stranded, |path| (&path.way, path.missing_endpoints(self.state)));
        ways.extend(stranded.into_iter().map(|((way, missing), paths)| no_way_out(way, &missing, &ids(paths))));
        if !served.is_empty() {
            self.check_dns(dns, warnings);
            warnings.push(no_internet(&ids(served)));
        }
    }

    /// Whether nothing leads to the internet as far as can be seen.
    fn is_closed(&self, path: &Path<'_>) -> bool {
        match path.way {
            Way::InternetGateway => !self.public_ip,
            Way::Dead(_) | Way::None => true,
            Way::Nat(_) | Way::Elsewhere(_) | Way::NotVisible => false,
        }
    }

    fn remark(&self, way: &Way<'_>, owner: &Option<AccountId>, subnets: &str) -> Option<Problem> {
        let not_checked =
            Problem::new(Code::NotChecked, format!("the way to the internet of {subnets} was not checked")).at(SUBNETS);
        match way {
            Way::Nat(gateway) if self.public_ip => Some(
                Problem::new(Code::NotChecked, format!("public addresses are of no use in {subnets}"))
                    .at(PUBLIC_IP)
                    .because(format!("the way out is {}, and public addresses only cost there", gateway.id))
                    .help("set network.assign_public_ip = false"),
            ),
            Way::Elsewhere(target) => Some(not_checked.because(format!("the default route leads to {target}"))),
            Way::NotVisible => Some(not_checked.because(match owner {
                Some(owner) if owner != self.account => {
                    format!("account {owner} shares the subnets, and keeps their route tables to itself")
                }
                Some(_) | None => "the route table is not visible".to_owned(),
            })),
            Way::Nat(_) | Way::InternetGateway | Way::Dead(_) | Way::None => None,
        }
    }

    /// Endpoints with private DNS work only where the VPC resolves names.
    fn check_dns(&self, problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) {
        let used: BTreeSet<_> = self.paths.iter().map(|path| &path.subnet.vpc).collect();
        for vpc in self.state.vpcs.iter().filter(|vpc| used.contains(&vpc.id)) {
            match (vpc.dns_support, vpc.dns_hostnames) {
                (Some(true), Some(true)) => {}
                (Some(false), _) | (_, Some(false)) => problems.push(
                    Problem::new(Code::NetworkUnsuitable, format!("endpoints do not work in {}", vpc.id))
                        .at("network.vpc")
                        .because("their private names need DNS support and DNS hostnames, and one is off")
                        .help(format!("aws ec2 modify-vpc-attribute --vpc-id {} --enable-dns-support", vpc.id))
                        .help(format!("aws ec2 modify-vpc-attribute --vpc-id {} --enable-dns-hostnames", vpc.id)),
                ),
                (None, _) | (_, None) => warnings.push(
                    Problem::new(Code::NotChecked, format!("whether DNS is on in {} was not checked", vpc.id))
                        .at("network.vpc"),
                ),
            }
        }
    }
}

/// Puts paths of which the same is to be said together, in the order of the first of each.
fn grouped<'p, K: PartialEq>(paths: &[&'p Path<'p>], key: impl Fn(&'p Path<'p>) -> K) -> Vec<(K, Vec<&'p Path<'p>>)> {
    let mut groups: Vec<(K, Vec<&Path<'_>>)> = Vec::new();
    for path in paths {
        let key = key(path);
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, group)) => group.push(path),
            None => groups.push((key, vec![path])),
        }
    }
    groups
}

/// Tasks in the subnets could not even start.
fn no_way_out(way: &Way<'_>, missing: &[Endpoint], subnets: &str) -> Problem {
    let missing: Vec<&str> = missing.iter().map(|endpoint| endpoint.as_str()).collect();
    let (key, cause, help) = match way {
        Way::InternetGateway => (
            PUBLIC_IP,
            "the way out is an internet gateway, which needs public addresses".to_owned(),
            "set network.assign_public_ip = true",
        ),
        Way::Dead(target) => (
            SUBNETS,
            format!("the default route leads to {target}, which is gone or does not work"),
            "repair the route, or name other subnets",
        ),
        Way::None | Way::Nat(_) | Way::Elsewhere(_) | Way::NotVisible => {
            (SUBNETS, "there is no default route".to_owned(), "add a route to a NAT gateway, or name other subnets")
        }
    };
    Problem::new(Code::NetworkUnsuitable, format!("tasks cannot start in {subnets}: there is no way out"))
        .at(key)
        .because(cause)
        .because(format!("and there is no usable endpoint for {}", missing.join(", ")))
        .help(help)
        .help("or add the endpoints: interfaces with private DNS, and the gateway for s3 on the route table")
}

fn no_internet(subnets: &str) -> Problem {
    Problem::new(Code::NoInternet, format!("tasks in {subnets} cannot reach CloudReactor's API"))
        .at(SUBNETS)
        .because("only endpoints lead out, and none leads to CloudReactor")
        .help("add a route to a NAT gateway if tasks report their progress to CloudReactor")
}
