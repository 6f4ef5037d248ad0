//! Network ACLs. The template has none: subnets are served by their VPC's own, which lets everything through.

use groundwork_model::plan::Shown;
use groundwork_model::world::{AclEntry, NetworkAcl};
use serde_json::json;

use super::network::own_id;
use super::thing::Thing;
use super::{LiveNetwork, noted};

/// The ACL that a subnet was given in place of its VPC's own.
pub(super) fn of_subnet(thing: &mut Thing<'_>, live: &LiveNetwork) {
    let Some(acls) = noted(&live.acls, &mut thing.problems) else { return };
    thing.covered.insert("NetworkAcl");
    let id = own_id(thing).to_owned();
    let other = |acl: &&NetworkAcl| !acl.default && acl.subnets.iter().any(|subnet| subnet.as_str() == id);
    let Some(acl) = acls.iter().find(other) else { return };
    let default = acls.iter().find(|own| own.default && own.vpc == acl.vpc).map_or("ACL", |own| own.id.as_str());
    let back = format!("give {id} the ACL {default} again: aws ec2 replace-network-acl-association");
    thing.differs("NetworkAcl", Shown::Absent, Shown::Json(json!(acl.id)), Some(back));
}

/// The entries of a VPC's own ACL beside those that AWS makes it with.
pub(super) fn of_vpc(thing: &mut Thing<'_>, live: &LiveNetwork) {
    let Some(acls) = noted(&live.acls, &mut thing.problems) else { return };
    let id = own_id(thing).to_owned();
    let Some(acl) = acls.iter().find(|acl| acl.default && acl.vpc.as_str() == id) else { return };
    thing.covered.insert("DefaultNetworkAcl");
    for (egress, direction, option) in [(false, "ingress", "--ingress"), (true, "egress", "--egress")] {
        let of_direction = || acl.entries.iter().filter(move |entry| entry.egress == egress);
        if !of_direction().any(lets_all_through) {
            let field = format!("DefaultNetworkAcl[{direction} {LETS_THROUGH}]");
            let back = format!(
                "aws ec2 create-network-acl-entry --network-acl-id {} {option} --rule-number {LETS_THROUGH} \
                 --protocol -1 --rule-action allow --cidr-block {ANYWHERE}",
                acl.id
            );
            let expected = Shown::Json(json!(format!("allow all {ANYWHERE}")));
            thing.differs(field, expected, Shown::Absent, Some(back));
        }
        for entry in of_direction().filter(|entry| !is_given(entry)) {
            let field = format!("DefaultNetworkAcl[{direction} {}]", entry.number);
            let back = format!(
                "aws ec2 delete-network-acl-entry --network-acl-id {} {option} --rule-number {}",
                acl.id, entry.number
            );
            thing.differs(field, Shown::Absent, Shown::Json(json!(words(entry))), Some(back));
        }
    }
}

const ANYWHERE: &str = "0.0.0.0/0";

/// The entry that lets everything through (Amazon VPC User Guide, "Default network ACL").
const LETS_THROUGH: i32 = 100;

/// The same for IPv6.
const LETS_THROUGH_IPV6: i32 = 101;

/// The first of the two entries that end every ACL, refuse the rest, and can be neither changed nor deleted.
const REFUSES_REST: i32 = 32_767;

fn lets_all_through(entry: &AclEntry) -> bool {
    entry.number == LETS_THROUGH && entry.allow && is_all(entry) && entry.block == ANYWHERE
}

/// Whether AWS makes a VPC's own ACL with an entry.
fn is_given(entry: &AclEntry) -> bool {
    let ipv6 = entry.number == LETS_THROUGH_IPV6 && entry.allow && is_all(entry) && entry.block == "::/0";
    lets_all_through(entry) || ipv6 || entry.number >= REFUSES_REST
}

fn is_all(entry: &AclEntry) -> bool {
    entry.protocol == "-1"
}

/// `deny tcp 22 0.0.0.0/0`.
fn words(entry: &AclEntry) -> String {
    let action = if entry.allow { "allow" } else { "deny" };
    let protocol = match entry.protocol.as_str() {
        "-1" => "all",
        "6" => "tcp",
        "17" => "udp",
        other => other,
    };
    let ports = match entry.ports {
        None => String::new(),
        Some((from, to)) if from == to => format!(" {from}"),
        Some((from, to)) => format!(" {from}-{to}"),
    };
    format!("{action} {protocol}{ports} {}", entry.block)
}
