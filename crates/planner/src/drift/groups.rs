//! The rules of the stack's security groups, compared as sets: what a rule is described as is no part of it.

use std::collections::BTreeSet;
use std::fmt;

use groundwork_model::plan::Shown;
use groundwork_model::world::{Rule as LiveRule, SecurityGroup};
use serde_json::{Value, json};

use super::LiveNetwork;
use super::deployed::{Deployed, text};
use super::network::{each, own_id};
use super::thing::Thing;
use crate::diff::Resource;

const GROUP: &str = "AWS::EC2::SecurityGroup";
pub(super) const INGRESS: &str = "SecurityGroupIngress";
pub(super) const EGRESS: &str = "SecurityGroupEgress";

/// Looks at every security group.
pub(super) fn look<'a>(deployed: &'a Deployed, live: &LiveNetwork) -> Vec<Thing<'a>> {
    each(deployed, GROUP, &live.security_groups, |thing, groups| group(thing, deployed, groups))
}

fn group(thing: &mut Thing<'_>, deployed: &Deployed, live: &[SecurityGroup]) {
    let id = own_id(thing).to_owned();
    let Some(group) = live.iter().find(|group| group.id.as_str() == id) else { return thing.gone(None) };
    for (direction, property, live) in
        [(Direction::In, INGRESS, &group.ingress), (Direction::Out, EGRESS, &group.egress)]
    {
        let value = thing.declared.properties.get(property).cloned().unwrap_or(Value::Null);
        if !thing.covers(property, &value) {
            continue;
        }
        let mut declared = rules(&value);
        declared.extend(beside(deployed, direction, &id));
        // A group that says nothing of what goes out lets everything out (CloudFormation Template Reference,
        // AWS::EC2::SecurityGroup).
        if direction == Direction::Out && value.is_null() {
            declared.insert(Rule::everywhere());
        }
        let actual: BTreeSet<Rule> = live.iter().flat_map(Rule::of_live).collect();
        for rule in declared.difference(&actual) {
            let back = rule.command("authorize", direction, &id);
            thing.differs(rule.field(property, direction), rule.shown(direction), Shown::Absent, Some(back));
        }
        for rule in actual.difference(&declared) {
            let back = rule.command("revoke", direction, &id);
            thing.differs(rule.field(property, direction), Shown::Absent, rule.shown(direction), Some(back));
        }
    }
    thing.tags(&id, &group.tags);
}

/// The rules that the stack has for a group as resources of their own.
fn beside(deployed: &Deployed, direction: Direction, group: &str) -> Vec<Rule> {
    let kind = match direction {
        Direction::In => "AWS::EC2::SecurityGroupIngress",
        Direction::Out => "AWS::EC2::SecurityGroupEgress",
    };
    let of_group = deployed.declared(kind).filter(|declared| text(declared, "GroupId") == Some(group));
    let object = |declared: &Resource| declared.properties.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    of_group.flat_map(|declared| rules(&Value::Array(vec![Value::Object(object(declared))]))).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

/// One protocol, one range of ports, one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    protocol: String,
    ports: Option<(i32, i32)>,
    peer: Peer,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Block(String),
    Group(String),
    PrefixList(String),
}

/// The rules of a property.
fn rules(declared: &Value) -> BTreeSet<Rule> {
    declared.as_array().into_iter().flatten().filter_map(Rule::of_template).collect()
}

impl Rule {
    fn everywhere() -> Self {
        Self { protocol: "-1".to_owned(), ports: None, peer: Peer::Block("0.0.0.0/0".to_owned()) }
    }

    fn new(protocol: &str, from: Option<i32>, to: Option<i32>, peer: Peer) -> Self {
        let protocol = match protocol {
            "6" => "tcp",
            "17" => "udp",
            "1" => "icmp",
            "58" => "icmpv6",
            other => other,
        };
        // All protocols have all ports, whatever is written beside.
        let ports = from.zip(to).filter(|_| protocol != "-1");
        Self { protocol: protocol.to_owned(), ports, peer }
    }

    fn of_template(rule: &Value) -> Option<Self> {
        let field = |name: &str| rule[name].as_str().map(str::to_owned);
        let port = |name: &str| field(name).and_then(|text| text.parse().ok());
        let group = || field("SourceSecurityGroupId").or_else(|| field("DestinationSecurityGroupId"));
        let list = || field("SourcePrefixListId").or_else(|| field("DestinationPrefixListId"));
        let peer = (field("CidrIp").or_else(|| field("CidrIpv6")).map(Peer::Block))
            .or_else(|| group().map(Peer::Group))
            .or_else(|| list().map(Peer::PrefixList))?;
        Some(Self::new(&field("IpProtocol")?, port("FromPort"), port("ToPort"), peer))
    }

    fn of_live(rule: &LiveRule) -> Vec<Self> {
        let blocks = rule.cidrs.iter().cloned().map(Peer::Block);
        let groups = rule.groups.iter().cloned().map(Peer::Group);
        let lists = rule.prefix_lists.iter().cloned().map(Peer::PrefixList);
        let peers = blocks.chain(groups).chain(lists);
        peers.map(|peer| Self::new(&rule.protocol, rule.from_port, rule.to_port, peer)).collect()
    }

    fn words(&self, direction: Direction) -> String {
        let protocol = if self.protocol == "-1" { "all" } else { &self.protocol };
        let ports = match self.ports {
            None => String::new(),
            Some((from, to)) if from == to => format!(" {from}"),
            Some((from, to)) => format!(" {from}-{to}"),
        };
        let towards = match direction {
            Direction::In => "from",
            Direction::Out => "to",
        };
        format!("{protocol}{ports} {towards} {}", self.peer)
    }

    fn field(&self, property: &str, direction: Direction) -> String {
        format!("{property}[{}]", self.words(direction))
    }

    fn shown(&self, direction: Direction) -> Shown {
        Shown::Json(json!(self.words(direction)))
    }

    fn command(&self, verb: &str, direction: Direction, group: &str) -> String {
        let direction = match direction {
            Direction::In => "ingress",
            Direction::Out => "egress",
        };
        let ports = self.ports.map_or(String::new(), |(from, to)| format!(",FromPort={from},ToPort={to}"));
        let peer = match &self.peer {
            Peer::Block(block) if block.contains(':') => format!("Ipv6Ranges=[{{CidrIpv6={block}}}]"),
            Peer::Block(block) => format!("IpRanges=[{{CidrIp={block}}}]"),
            Peer::Group(group) => format!("UserIdGroupPairs=[{{GroupId={group}}}]"),
            Peer::PrefixList(list) => format!("PrefixListIds=[{{PrefixListId={list}}}]"),
        };
        format!(
            "aws ec2 {verb}-security-group-{direction} --group-id {group} \
             --ip-permissions 'IpProtocol={}{ports},{peer}'",
            self.protocol
        )
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Block(text) | Self::Group(text) | Self::PrefixList(text)) = self;
        f.write_str(text)
    }
}
