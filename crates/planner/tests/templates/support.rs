//! Zones to build networks in, and a check of a template's references.

use std::collections::BTreeSet;

use groundwork_model::spec::{Nat, ZoneRef, Zones};
use groundwork_model::world::Zone;
use serde_json::Value;

/// The first zones of us-west-2: `us-west-2a` is `usw2-az1`, and so on.
pub fn zones(count: u8) -> Vec<Zone> {
    (1..=count)
        .map(|number| Zone {
            name: format!("us-west-2{}", char::from(b'a' + number - 1)).parse().expect("a zone name"),
            id: format!("usw2-az{number}").parse().expect("a zone id"),
            available: true,
        })
        .collect()
}

/// Zones by name or id.
pub fn listed(zones: &[&str]) -> Zones {
    Zones::Listed(refs(zones))
}

/// NAT gateways in zones, by name or id.
pub fn nat_in(zones: &[&str]) -> Nat {
    Nat::Listed(refs(zones))
}

fn refs(zones: &[&str]) -> Vec<ZoneRef> {
    let parse = |text: &&str| match text.parse() {
        Ok(id) => ZoneRef::Id(id),
        Err(_) => ZoneRef::Name(text.parse().expect("a zone id or name")),
    };
    zones.iter().map(parse).collect()
}

/// References to resources and parameters that the template does not have.
pub fn dangling_references(template: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(template, &mut names);
    let known = |name: &str| {
        name.starts_with("AWS::")
            || ["Parameters", "Resources"].iter().any(|section| template[*section].get(name).is_some())
    };
    names.into_iter().filter(|name| !known(name)).collect()
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                match (key.as_str(), inner) {
                    ("Ref" | "DependsOn", Value::String(name)) => drop(names.insert(name.clone())),
                    ("Fn::GetAtt", Value::Array(path)) => names.extend(path[0].as_str().map(str::to_owned)),
                    ("Fn::Sub", Value::String(text)) => names
                        .extend(text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))),
                    _ => collect(inner, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every statement of every policy in the template.
pub fn collect_statements<'a>(value: &'a Value, statements: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            statements.extend(fields.get("Statement").and_then(Value::as_array).into_iter().flatten());
            fields.values().for_each(|inner| collect_statements(inner, statements));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_statements(item, statements)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
