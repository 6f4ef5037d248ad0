//! How many things that AWS bills a template makes.

use std::ops::Add;

use serde_json::Value;

use crate::diff::resolve::Scope;
use crate::diff::{Resource, Side};

/// How many things that AWS bills by the hour there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub nat_gateways: u32,
    pub addresses: u32,
    /// Interface endpoints, each as often as it has zones.
    pub endpoint_zones: u32,
}

impl Count {
    /// What a template makes, given what its parameters stand for.
    pub fn of(template: &Value, scope: &Scope) -> Self {
        let side = Side::new(template, scope);
        side.resources.iter().map(|(_, resource)| Self::of_one(resource)).fold(Self::default(), Add::add)
    }

    fn of_one(resource: &Resource) -> Self {
        let none = Self::default();
        match resource.kind.as_str() {
            "AWS::EC2::NatGateway" => Self { nat_gateways: 1, ..none },
            "AWS::EC2::EIP" => Self { addresses: 1, ..none },
            "AWS::EC2::VPCEndpoint" if is_interface(resource) => Self { endpoint_zones: zones(resource), ..none },
            _ => none,
        }
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            nat_gateways: self.nat_gateways + other.nat_gateways,
            addresses: self.addresses + other.addresses,
            endpoint_zones: self.endpoint_zones + other.endpoint_zones,
        }
    }
}

/// An endpoint without a type is a gateway, which costs nothing.
fn is_interface(resource: &Resource) -> bool {
    resource.properties.get("VpcEndpointType").and_then(Value::as_str) == Some("Interface")
}

/// AWS takes one subnet of a zone for an endpoint. A list that only AWS can resolve counts as one.
fn zones(resource: &Resource) -> u32 {
    match resource.properties.get("SubnetIds") {
        Some(Value::Array(subnets)) => u32::try_from(subnets.len()).unwrap_or(u32::MAX),
        Some(_) => 1,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(resources: &Value, nat_gateways: u32, addresses: u32, endpoint_zones: u32) {
        let template = json!({ "Resources": resources });
        let expected = Count { nat_gateways, addresses, endpoint_zones };
        assert_eq!(Count::of(&template, &Scope::default()), expected, "{resources}");
    }

    fn endpoint(properties: &Value) -> Value {
        json!({ "E": { "Type": "AWS::EC2::VPCEndpoint", "Properties": properties } })
    }

    #[test]
    fn what_is_billed_is_counted() {
        check(&json!({}), 0, 0, 0);
        check(&json!({ "V": { "Type": "AWS::EC2::VPC" }, "S": { "Type": "AWS::EC2::Subnet" } }), 0, 0, 0);
        let nat = json!({ "Type": "AWS::EC2::NatGateway" });
        let address = json!({ "Type": "AWS::EC2::EIP", "Properties": { "Domain": "vpc" } });
        check(&json!({ "N1": nat, "N2": nat, "A1": address, "A2": address, "A3": address }), 2, 3, 0);
    }

    #[test]
    fn an_interface_endpoint_counts_for_each_zone_and_a_gateway_not_at_all() {
        let two = json!([{ "Ref": "S1" }, { "Ref": "S2" }]);
        check(&endpoint(&json!({ "VpcEndpointType": "Interface", "SubnetIds": two })), 0, 0, 2);
        check(&endpoint(&json!({ "VpcEndpointType": "Interface", "SubnetIds": { "Fn::Split": [",", "x"] } })), 0, 0, 1);
        check(&endpoint(&json!({ "VpcEndpointType": "Interface" })), 0, 0, 0);
        check(&endpoint(&json!({ "VpcEndpointType": "Gateway", "SubnetIds": two })), 0, 0, 0);
        check(&endpoint(&json!({ "ServiceName": "com.amazonaws.us-east-1.s3" })), 0, 0, 0);
    }
}
