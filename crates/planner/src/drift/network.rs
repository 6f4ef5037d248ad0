//! The parts of a network: VPC, subnets, gateways and addresses; routes, rules, endpoints and ACLs have modules of
//! their own.

use std::net::Ipv4Addr;

use groundwork_model::plan::Shown;
use groundwork_model::problem::Problem;
use groundwork_model::world::{Address, NatGateway, Subnet, Vpc};
use serde_json::json;

use super::deployed::{Deployed, address, text};
use super::thing::Thing;
use super::{LiveNetwork, Read, acls, endpoints, groups, noted, routes};

pub(super) const VPC: &str = "AWS::EC2::VPC";
pub(super) const SUBNET: &str = "AWS::EC2::Subnet";
pub(super) const INTERNET_GATEWAY: &str = "AWS::EC2::InternetGateway";
const ATTACHMENT: &str = "AWS::EC2::VPCGatewayAttachment";
pub(super) const EIP: &str = "AWS::EC2::EIP";
const NAT_GATEWAY: &str = "AWS::EC2::NatGateway";

/// Looks at every object of a network stack.
pub(super) fn look<'a>(deployed: &'a Deployed, live: &LiveNetwork) -> Vec<Thing<'a>> {
    let mut things: Vec<Thing<'a>> = Vec::new();
    things.extend(each(deployed, VPC, &live.vpcs, |thing, vpcs| vpc(thing, vpcs, live)));
    things.extend(each(deployed, SUBNET, &live.subnets, |thing, subnets| subnet(thing, subnets, live)));
    things.extend(gateways(deployed, live));
    things.extend(each(deployed, EIP, &live.addresses, elastic_ip));
    things.extend(each(deployed, NAT_GATEWAY, &live.nat_gateways, |thing, nats| nat(thing, nats, &live.addresses)));
    things.extend(routes::look(deployed, live));
    things.extend(groups::look(deployed, live));
    things.extend(endpoints::look(deployed, live));
    things
}

/// Looks at every object of a type, if the list that it should be in was read.
pub(super) fn each<'a, T>(
    deployed: &'a Deployed,
    kind: &'static str,
    live: &Read<Vec<T>>,
    look: impl Fn(&mut Thing<'a>, &[T]),
) -> Vec<Thing<'a>> {
    let looked = |mut thing: Thing<'a>| {
        if let Some(live) = noted(live, &mut thing.problems) {
            look(&mut thing, live);
        }
        thing
    };
    deployed.things(kind).map(looked).collect()
}

/// An object's id in its own service.
pub(super) fn own_id<'a>(thing: &'a Thing<'_>) -> &'a str {
    thing.object.physical_id.as_deref().unwrap_or_default()
}

fn vpc(thing: &mut Thing<'_>, live: &[Vpc], network: &LiveNetwork) {
    let id = own_id(thing).to_owned();
    let Some(vpc) = live.iter().find(|vpc| vpc.id.as_str() == id) else { return thing.gone(None) };
    let mut blocks = vpc.cidrs.iter();
    thing.property("CidrBlock", &json!(blocks.next()), None);
    for block in blocks {
        let back = format!("take the address block {block} out of {id}: aws ec2 disassociate-vpc-cidr-block");
        let shown = Shown::Json(json!(block));
        thing.differs(format!("CidrBlocks[{block}]"), Shown::Absent, shown, Some(back));
    }
    for (name, actual, option) in [
        ("EnableDnsSupport", vpc.dns_support, "--enable-dns-support"),
        ("EnableDnsHostnames", vpc.dns_hostnames, "--enable-dns-hostnames"),
    ] {
        let declared = text(thing.declared, name).unwrap_or("true").to_owned();
        let back = format!("aws ec2 modify-vpc-attribute --vpc-id {id} {option} '{{\"Value\":{declared}}}'");
        if let Some(actual) = actual {
            thing.property(name, &json!(actual), Some(back));
        }
    }
    thing.tags(&id, &vpc.tags);
    acls::of_vpc(thing, network);
}

fn subnet(thing: &mut Thing<'_>, live: &[Subnet], network: &LiveNetwork) {
    let id = own_id(thing).to_owned();
    let Some(subnet) = live.iter().find(|subnet| subnet.id.as_str() == id) else { return thing.gone(None) };
    thing.property("CidrBlock", &json!(subnet.cidr), None);
    thing.property("AvailabilityZone", &json!(subnet.zone), None);
    let option = match text(thing.declared, "MapPublicIpOnLaunch") {
        Some("true") => "--map-public-ip-on-launch",
        Some(_) | None => "--no-map-public-ip-on-launch",
    };
    let back = format!("aws ec2 modify-subnet-attribute --subnet-id {id} {option}");
    thing.property("MapPublicIpOnLaunch", &json!(subnet.maps_public_ip), Some(back));
    if !subnet.available {
        thing.differs("State", Shown::Json(json!("available")), Shown::Json(json!("not available")), None);
    }
    thing.tags(&id, &subnet.tags);
    acls::of_subnet(thing, network);
}

fn gateways<'a>(deployed: &'a Deployed, live: &LiveNetwork) -> Vec<Thing<'a>> {
    let mut things = each(deployed, INTERNET_GATEWAY, &live.internet_gateways, |thing, gateways| {
        let id = own_id(thing).to_owned();
        match gateways.iter().find(|gateway| gateway.id == id) {
            None => thing.gone(None),
            Some(gateway) => {
                thing.covered.insert("State");
                thing.tags(&id, &gateway.tags);
            }
        }
    });
    things.extend(each(deployed, ATTACHMENT, &live.internet_gateways, |thing, gateways| {
        let (Some(gateway), Some(vpc)) = (text(thing.declared, "InternetGatewayId"), text(thing.declared, "VpcId"))
        else {
            return;
        };
        thing.covered.extend(["InternetGatewayId", "VpcId"]);
        let is_attached = gateways
            .iter()
            .any(|known| known.id == gateway && known.vpcs.iter().any(|attached| attached.as_str() == vpc));
        if !is_attached {
            let back = format!("aws ec2 attach-internet-gateway --internet-gateway-id {gateway} --vpc-id {vpc}");
            thing.gone(Some(back));
        }
    }));
    things
}

fn elastic_ip(thing: &mut Thing<'_>, live: &[Address]) {
    let own = address(own_id(thing));
    match live.iter().find(|known| Some(known.address) == own) {
        None => thing.gone(None),
        Some(known) => {
            thing.covered.insert("PublicIp");
            thing.tags(&known.allocation, &known.tags);
        }
    }
}

fn nat(thing: &mut Thing<'_>, live: &[NatGateway], addresses: &Read<Vec<Address>>) {
    // One that is deleted stays visible for an hour.
    let id = own_id(thing).to_owned();
    let found = live.iter().find(|nat| nat.id == id);
    let Some(nat) = found.filter(|nat| !matches!(nat.state.as_str(), "deleted" | "deleting")) else {
        return thing.gone(None);
    };
    thing.state(&nat.state, "available");
    if let Some(subnet) = &nat.subnet {
        thing.property("SubnetId", &json!(subnet), None);
    }
    match addresses {
        Ok(addresses) => nat_address(thing, nat, addresses),
        Err(problems) => thing.problems.extend::<Vec<Problem>>(problems.clone()),
    }
    thing.tags(&id, &nat.tags);
}

/// A gateway is told by its addresses, an allocation by its id: what is declared is an allocation.
fn nat_address(thing: &mut Thing<'_>, nat: &NatGateway, addresses: &[Address]) {
    let allocation = text(thing.declared, "AllocationId");
    let Some(own) = addresses.iter().find(|known| Some(known.allocation.as_str()) == allocation) else { return };
    thing.covered.insert("AllocationId");
    if nat.addresses != [own.address] {
        let has: Vec<Ipv4Addr> = nat.addresses.clone();
        thing.differs("AllocationId", Shown::Json(json!(own.address)), Shown::Json(json!(has)), None);
    }
}
