//! Route tables: their routes, and the subnets that follow them.

use groundwork_model::plan::Shown;
use groundwork_model::world::{Route, RouteTable};
use serde_json::json;

use super::deployed::{Deployed, text};
use super::network::{each, own_id};
use super::thing::Thing;
use super::{LiveNetwork, noted};
use crate::diff::Resource;

const ROUTE_TABLE: &str = "AWS::EC2::RouteTable";
const ROUTE: &str = "AWS::EC2::Route";
const ASSOCIATION: &str = "AWS::EC2::SubnetRouteTableAssociation";
const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";

/// The properties of a route that say through what it leads, with the option of AWS's client for each.
const TARGETS: [(&str, &str); 7] = [
    ("GatewayId", "--gateway-id"),
    ("NatGatewayId", "--nat-gateway-id"),
    ("TransitGatewayId", "--transit-gateway-id"),
    ("VpcPeeringConnectionId", "--vpc-peering-connection-id"),
    ("NetworkInterfaceId", "--network-interface-id"),
    ("EgressOnlyInternetGatewayId", "--egress-only-internet-gateway-id"),
    ("InstanceId", "--instance-id"),
];

/// Looks at every route table, route and association.
pub(super) fn look<'a>(deployed: &'a Deployed, live: &LiveNetwork) -> Vec<Thing<'a>> {
    let mut things = each(deployed, ROUTE_TABLE, &live.route_tables, |thing, tables| table(thing, deployed, tables));
    // Routes have ids in CloudFormation only, which says nothing of whether they are there.
    things.extend(each(deployed, ROUTE, &live.route_tables, route));
    things.extend(deployed.things(ASSOCIATION).map(|mut thing| {
        association(&mut thing, live);
        thing
    }));
    things
}

fn destination(declared: &Resource) -> Option<&str> {
    ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"]
        .into_iter()
        .find_map(|name| text(declared, name))
}

/// A table, and the routes in it that the template does not have.
fn table(thing: &mut Thing<'_>, deployed: &Deployed, live: &[RouteTable]) {
    let id = own_id(thing).to_owned();
    let Some(table) = live.iter().find(|table| table.id == id) else { return thing.gone(None) };
    thing.covered.insert("Routes");
    let declared: Vec<&str> = deployed
        .declared(ROUTE)
        .filter(|route| text(route, "RouteTableId") == Some(id.as_str()))
        .filter_map(destination)
        .collect();
    let gateways = deployed.ids_of(ENDPOINT);
    // AWS keeps these itself: within the VPC, and to the gateway endpoints of the stack.
    let is_given = |route: &&Route| route.target == "local" || gateways.contains(&route.target.as_str());
    let undeclared = table.routes.iter().filter(|route| !is_given(route));
    for route in undeclared.filter(|route| !declared.contains(&route.destination.as_str())) {
        let field = format!("Routes[{}]", route.destination);
        let back = if route.propagated {
            format!("aws ec2 disable-vgw-route-propagation --route-table-id {id} --gateway-id {}", route.target)
        } else {
            format!("aws ec2 delete-route --route-table-id {id} {}", to(&route.destination))
        };
        thing.differs(field, Shown::Absent, Shown::Json(json!(format!("by {}", route.target))), Some(back));
    }
    thing.tags(&id, &table.tags);
}

/// The option of AWS's client for a destination.
fn to(destination: &str) -> String {
    let option = if destination.starts_with("pl-") {
        "--destination-prefix-list-id"
    } else if destination.contains(':') {
        "--destination-ipv6-cidr-block"
    } else {
        "--destination-cidr-block"
    };
    format!("{option} {destination}")
}

fn route(thing: &mut Thing<'_>, live: &[RouteTable]) {
    let declared = thing.declared;
    let target = TARGETS.into_iter().find_map(|(name, option)| Some((name, option, text(declared, name)?)));
    let (Some(table), Some(destination), Some((name, option, target))) =
        (text(declared, "RouteTableId"), destination(declared), target)
    else {
        thing.uncertain.push(("RouteTableId", "what is declared names something that AWS does not show".to_owned()));
        return;
    };
    thing.covered.extend(["RouteTableId", name]);
    let command =
        |verb: &str| format!("aws ec2 {verb}-route --route-table-id {table} {} {option} {target}", to(destination));
    let routes = live.iter().filter(|live| live.id == table).flat_map(|live| &live.routes);
    match routes.into_iter().find(|route| route.destination == destination) {
        None => thing.gone(Some(command("create"))),
        // A route whose target is gone may name none.
        Some(route) if route.target != target => {
            let (expected, actual) = (Shown::Json(json!(target)), Shown::Json(json!(route.target)));
            thing.differs(name, expected, actual, Some(command("replace")));
        }
        Some(route) if !route.active => {
            let (expected, actual) = (Shown::Json(json!("active")), Shown::Json(json!("blackhole")));
            thing.differs("State", expected, actual, Some(command("replace")));
        }
        Some(_) => {}
    }
}

/// Which table a subnet follows: its own, or the VPC's main one.
fn association(thing: &mut Thing<'_>, live: &LiveNetwork) {
    let Some(tables) = noted(&live.route_tables, &mut thing.problems) else { return };
    let declared = thing.declared;
    let (Some(subnet), Some(table)) = (text(declared, "SubnetId"), text(declared, "RouteTableId")) else { return };
    thing.covered.extend(["SubnetId", "RouteTableId"]);
    let follows = |live: &&RouteTable| live.subnets.iter().any(|known| known.as_str() == subnet);
    match tables.iter().find(follows) {
        Some(live) if live.id == table => {}
        Some(live) => {
            let back = format!(
                "aws ec2 replace-route-table-association --route-table-id {table} --association-id ID, with the id from \
                 aws ec2 describe-route-tables --route-table-ids {}",
                live.id
            );
            let (expected, actual) = (Shown::Json(json!(table)), Shown::Json(json!(live.id)));
            thing.differs("RouteTableId", expected, actual, Some(back));
        }
        None => {
            let back = format!("aws ec2 associate-route-table --route-table-id {table} --subnet-id {subnet}");
            thing.gone(Some(back));
        }
    }
}
