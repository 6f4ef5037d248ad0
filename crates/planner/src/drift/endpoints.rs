//! Endpoints of AWS services.

use groundwork_model::plan::Shown;
use groundwork_model::world::VpcEndpoint;
use serde_json::{Value, json};

use super::LiveNetwork;
use super::deployed::{Deployed, text};
use super::network::{each, own_id};
use super::thing::{Set, Thing};
use crate::diff;

const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";

/// Looks at every endpoint.
pub(super) fn look<'a>(deployed: &'a Deployed, live: &LiveNetwork) -> Vec<Thing<'a>> {
    each(deployed, ENDPOINT, &live.endpoints, endpoint)
}

fn endpoint(thing: &mut Thing<'_>, live: &[VpcEndpoint]) {
    let id = own_id(thing).to_owned();
    let found = live.iter().find(|endpoint| endpoint.id == id);
    let Some(endpoint) = found.filter(|found| !matches!(found.state.as_str(), "deleted" | "deleting")) else {
        return thing.gone(None);
    };
    thing.state(&endpoint.state, "available");
    thing.property("ServiceName", &json!(endpoint.service), None);
    thing.property("VpcEndpointType", &json!(if endpoint.gateway { "Gateway" } else { "Interface" }), None);
    let modify = format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id}");
    let private = match text(thing.declared, "PrivateDnsEnabled") {
        Some("true") => "--private-dns-enabled",
        Some(_) | None => "--no-private-dns-enabled",
    };
    thing.property("PrivateDnsEnabled", &json!(endpoint.private_dns), Some(format!("{modify} {private}")));
    let change = |what: &'static str| {
        let modify = modify.clone();
        move |set: Set<'_>| {
            Some(match set {
                Set::Lacks(item) => format!("{modify} --add-{what}-ids {item}"),
                Set::Has(item) => format!("{modify} --remove-{what}-ids {item}"),
            })
        }
    };
    if endpoint.gateway {
        thing.set("RouteTableIds", endpoint.route_tables.clone(), change("route-table"));
    } else {
        thing.set("SubnetIds", endpoint.subnets.iter().map(ToString::to_string), change("subnet"));
        thing.set(
            "SecurityGroupIds",
            endpoint.security_groups.iter().map(ToString::to_string),
            change("security-group"),
        );
    }
    policy(thing, endpoint.policy.as_ref(), &modify);
    thing.tags(&id, &endpoint.tags);
}

/// Without a policy of its own, an endpoint gets one that lets everybody do everything (AWS PrivateLink Guide,
/// "Default endpoint policy"); services that take none show none.
fn policy(thing: &mut Thing<'_>, actual: Option<&Value>, modify: &str) {
    let actual = actual.map_or(Value::Null, |policy| diff::normal("PolicyDocument", policy));
    match thing.declared.properties.get("PolicyDocument").cloned() {
        Some(declared) => {
            let back = format!("{modify} --policy-document file://policy.json");
            thing.value("PolicyDocument", &declared, &actual, Some(back));
        }
        None => {
            thing.covered.insert("PolicyDocument");
            if !lets_everybody(&actual) {
                let shown = Shown::Json(diff::readable(&actual));
                thing.differs("PolicyDocument", Shown::Absent, shown, Some(format!("{modify} --reset-policy")));
            }
        }
    }
}

/// Whether a policy, in its one form, is the one that endpoints get by themselves.
fn lets_everybody(policy: &Value) -> bool {
    let all = json!(["*"]);
    match policy["Statement"].as_array().map(Vec::as_slice) {
        None => policy.is_null(),
        Some([only]) => {
            only["Effect"] == "Allow"
                && only["Action"] == all
                && only["Resource"] == all
                && (only["Principal"] == "*" || only["Principal"] == json!({ "AWS": ["*"] }))
                && only.get("Condition").is_none()
        }
        Some(_) => false,
    }
}
