//! Zones, and the choices of zones for subnets and NAT gateways.

use groundwork_model::problem::Problem;
use groundwork_model::spec::{Nat, ZoneRef, Zones};
use groundwork_model::{Code, Partition, Region, ZoneId};
use schemars::{JsonSchema, json_schema};

use crate::key;
use crate::read::{List, Node, Read, leaf_schema, read_items};
use crate::word::{self, NatWord};

/// The address plan has room for zones 1 to 8 of a Region; no Region of AWS has more than six yet.
const LAST_ZONE: u8 = 8;

/// `us-west-2a` or `usw2-az1`.
const ZONE_PATTERN: &str = "^([a-z]{2,12}(-[a-z]{2,12})+-[0-9]{1,2}[a-z]|[a-z0-9]{3,8}-az[1-9][0-9]{0,2})$";

/// A zone of the environment's Region, by name or id. The Region is looked up here, so that a zone that
/// is none does not hide one that is another Region's.
#[derive(Debug, PartialEq)]
struct Zone(ZoneRef);

impl Read for Zone {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string"));
            return None;
        };
        let id = text.parse::<ZoneId>();
        if id.as_ref().is_ok_and(|id| id.number() > LAST_ZONE) {
            let problem = node.problem(Code::SubnetsDoNotFit, format!("zone {text} has no place in the address plan"));
            problems.push(problem.help(format!("the plan has room for the zones 1 to {LAST_ZONE} of a Region")));
            return None;
        }
        let Some(zone) = id.map(ZoneRef::Id).ok().or_else(|| text.parse().map(ZoneRef::Name).ok()) else {
            let problem =
                node.problem(Code::InvalidValue, format!("{} is not an Availability Zone", key::quoted(text)));
            problems.push(problem.help("allowed: a zone's name, such as us-west-2a, or its id, such as usw2-az1"));
            return None;
        };
        let region = node.elsewhere("environment.region").and_then(|region| region.parse::<Region>().ok());
        match region.and_then(|region| outside(&zone, &region)) {
            None => Some(Self(zone)),
            Some((message, help)) => {
                problems.push(node.problem(Code::InvalidValue, message).help(help));
                None
            }
        }
    }
}

leaf_schema!([] Zone, json_schema!({ "type": "string", "pattern": ZONE_PATTERN }));

/// Zones: a list, or how many.
#[derive(Debug)]
pub(crate) struct ZoneChoice(pub(crate) Zones);

impl Read for ZoneChoice {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        if let Some(items) = node.items() {
            return listed(&items, problems).map(|zones| Self(Zones::Listed(zones)));
        }
        let Some(count) = node.integer() else {
            problems.push(node.wrong_type("a list of zones or their number"));
            return None;
        };
        match u8::try_from(count) {
            Ok(count) if count <= LAST_ZONE => Some(Self(Zones::Count(count))),
            Ok(_) | Err(_) => {
                let message = format!("{count} zones do not fit into the address plan");
                problems.push(node.problem(Code::SubnetsDoNotFit, message).help(format!("allowed: 0 to {LAST_ZONE}")));
                None
            }
        }
    }
}

impl JsonSchema for ZoneChoice {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ZoneChoice".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": LAST_ZONE },
                List::<Zone>::json_schema(generator),
            ]
        })
    }
}

/// Where NAT gateways stand.
#[derive(Debug)]
pub(crate) struct NatChoice(pub(crate) Nat);

impl Read for NatChoice {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        if let Some(items) = node.items() {
            let zones = listed(&items, problems)?;
            return Some(Self(if zones.is_empty() { Nat::None } else { Nat::Listed(zones) }));
        }
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string or a list of zones"));
            return None;
        };
        let Some(found) = word::find(text) else {
            problems.push(word::unknown::<NatWord>(node, text, Some("or a list of zones")));
            return None;
        };
        Some(Self(match found {
            NatWord::None => Nat::None,
            NatWord::Single => Nat::Single,
            NatWord::PerZone => Nat::PerZone,
        }))
    }
}

impl JsonSchema for NatChoice {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NatChoice".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        json_schema!({ "anyOf": [{ "enum": word::names::<NatWord>() }, List::<Zone>::json_schema(generator)] })
    }
}

fn listed(items: &[Node<'_>], problems: &mut Vec<Problem>) -> Option<Vec<ZoneRef>> {
    let zones = read_items::<Zone>(items, problems)?;
    Some(zones.into_iter().map(|Zone(zone)| zone).collect())
}

/// What is wrong with a zone that is another Region's. Whether it exists, only AWS can tell.
fn outside(zone: &ZoneRef, region: &Region) -> Option<(String, String)> {
    let (is_inside, help) = match (zone, id_prefix(region)) {
        (ZoneRef::Name(name), _) => (name.region() == region.as_str(), format!("its zones are {region}a and so on")),
        (ZoneRef::Id(id), Some(prefix)) => {
            let prefix = format!("{prefix}-az");
            (id.as_str().starts_with(&prefix), format!("the ids of its zones begin with {prefix}"))
        }
        (ZoneRef::Id(_), None) => return None,
    };
    (!is_inside).then(|| (format!("zone {zone} is not in {region}"), help))
}

/// What the ids of a Region's zones begin with: `usw2` for us-west-2, `apne1` for ap-northeast-1. `None`
/// where AWS has not made it a habit.
fn id_prefix(region: &Region) -> Option<String> {
    let [area, direction, number] = region.as_str().split('-').collect::<Vec<_>>()[..] else { return None };
    let direction = match direction {
        "north" => "n",
        "south" => "s",
        "east" => "e",
        "west" => "w",
        "central" => "c",
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        _ => return None,
    };
    (region.partition() == Partition::Commercial).then(|| format!("{area}{direction}{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_zones_begin_as_in_aws() {
        for (region, expected) in [
            ("us-east-1", Some("use1")),
            ("ap-northeast-1", Some("apne1")),
            ("ap-southeast-2", Some("apse2")),
            ("ap-south-1", Some("aps1")),
            ("ca-central-1", Some("cac1")),
            ("eu-north-1", Some("eun1")),
            ("us-gov-west-1", None),
            ("cn-north-1", None),
        ] {
            let region: Region = region.parse().expect("a valid Region");
            assert_eq!(id_prefix(&region).as_deref(), expected, "{region}");
        }
    }
}
