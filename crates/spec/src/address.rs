//! Addresses: the VPC's block, and CloudReactor's URLs.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use ipnet::Ipv4Net;
use schemars::json_schema;
use url::{Host, Url};

use crate::key;
use crate::read::{Node, Read, leaf_schema};

/// A VPC's block is cut into 16 subnets, and AWS makes none smaller than a /28.
const LONGEST_PREFIX: u8 = 24;

/// The largest block that AWS gives a VPC.
const SHORTEST_PREFIX: u8 = 16;

/// An address block for a VPC.
#[derive(Debug)]
pub(crate) struct Cidr(pub(crate) Ipv4Net);

impl Read for Cidr {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string"));
            return None;
        };
        match check(text) {
            Ok(block) => Some(Self(block)),
            Err((message, help)) => {
                problems.push(node.problem(Code::InvalidCidr, message).help(help));
                None
            }
        }
    }
}

fn check(text: &str) -> Result<Ipv4Net, (String, String)> {
    let private = || "use a private block, such as 10.0.0.0/16".to_owned();
    let Ok(block) = text.parse::<Ipv4Net>() else {
        return Err((format!("{} is not an IPv4 block", key::quoted(text)), "for example 10.0.0.0/16".to_owned()));
    };
    if !(SHORTEST_PREFIX..=LONGEST_PREFIX).contains(&block.prefix_len()) {
        let message = format!("a /{} block does not work for a VPC of 16 subnets", block.prefix_len());
        return Err((message, format!("allowed: /{SHORTEST_PREFIX} to /{LONGEST_PREFIX}")));
    }
    if block.trunc() != block {
        // AWS would round it down silently, and every later comparison would find a difference.
        let message = format!("{text} has bits set behind its prefix");
        return Err((message, format!("the block that it lies in is {}", block.trunc())));
    }
    let first = block.network();
    if first.octets()[0] == 0 || first.is_loopback() || first.is_link_local() || first.is_multicast() {
        return Err((format!("AWS has no VPC in {text}"), private()));
    }
    let docker = Ipv4Net::new_assert(std::net::Ipv4Addr::new(172, 17, 0, 0), 16);
    if docker.contains(&block) {
        let message = format!("{text} overlaps {docker}, where Docker and some AWS services have their own network");
        return Err((message, private()));
    }
    Ok(block)
}

leaf_schema!([] Cidr, json_schema!({
    "type": "string",
    "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/(1[6-9]|2[0-4])$",
}));

/// A base URL: https, or http to this machine.
#[derive(Debug)]
pub(crate) struct BaseUrl(pub(crate) Url);

impl BaseUrl {
    /// The URL without a slash at the end.
    pub(crate) fn text(&self) -> String {
        self.0.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether it leads to this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl Read for BaseUrl {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string"));
            return None;
        };
        let url = Url::parse(text).ok().filter(|url| url.has_host() && ["https", "http"].contains(&url.scheme()));
        let Some(url) = url.map(Self) else {
            let problem = node.problem(Code::InvalidValue, format!("{} is not a URL of a web site", node.key));
            problems.push(problem.help("for example https://cloudreactor.example.com"));
            return None;
        };
        match refusal(&url) {
            None => Some(url),
            Some((code, what, help)) => {
                problems.push(node.problem(code, format!("{} {what}", node.key)).help(help));
                None
            }
        }
    }
}

/// What is wrong with a URL, which is never repeated: it may hold a password.
fn refusal(url: &BaseUrl) -> Option<(Code, &'static str, &'static str)> {
    let parts = &url.0;
    if !parts.username().is_empty() || parts.password().is_some() {
        return Some((
            Code::InvalidValue,
            "has a user name or password in it",
            "credentials come from CLOUDREACTOR_API_KEY, or CLOUDREACTOR_USERNAME and CLOUDREACTOR_PASSWORD",
        ));
    }
    if parts.scheme() != "https" && !url.is_loopback() {
        return Some((Code::InsecureUrl, "must be https", "credentials go there; only this machine may do without"));
    }
    if parts.query().is_some() || parts.fragment().is_some() {
        return Some((Code::InvalidValue, "must end with its path", "leave out what begins with ? or #"));
    }
    if parts.path().contains("/api/v1") {
        return Some((Code::InvalidValue, "is not the base of the API", "leave out /api/v1: groundwork adds it"));
    }
    None
}

leaf_schema!([] BaseUrl, json_schema!({ "type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://" }));
