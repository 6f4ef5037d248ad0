//! Which properties can only be set at creation, so that changing one replaces the resource.
//!
//! The table covers the closed set of types that our templates and the wizard's use. It follows
//! `createOnlyProperties` of CloudFormation's resource schemas. Of any other type nothing is known,
//! and the worst is assumed.

/// What changing a property does to its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recreation {
    /// It is changed in place.
    Never,
    /// It may be replaced: that depends on what AWS finds, or on a type that we don't know.
    Conditional,
    /// It is replaced.
    Always,
}

/// What changing a property of a type does. `property` is the first part of the path.
pub fn recreation(resource_type: &str, property: &str) -> Recreation {
    let Some(rules) = rules(resource_type) else { return Recreation::Conditional };
    if rules.always.contains(&property) {
        Recreation::Always
    } else if rules.conditional.contains(&property) {
        Recreation::Conditional
    } else if rules.everything_but.is_some_and(|kept| !kept.contains(&property)) {
        Recreation::Always
    } else {
        Recreation::Never
    }
}

#[derive(Default)]
struct Rules {
    always: &'static [&'static str],
    conditional: &'static [&'static str],
    /// Every property is create-only but these.
    everything_but: Option<&'static [&'static str]>,
}

const fn always(always: &'static [&'static str]) -> Option<Rules> {
    Some(Rules { always, conditional: &[], everything_but: None })
}

const fn everything_but(kept: &'static [&'static str]) -> Option<Rules> {
    Some(Rules { always: &[], conditional: &[], everything_but: Some(kept) })
}

fn rules(resource_type: &str) -> Option<Rules> {
    match resource_type.strip_prefix("AWS::")? {
        "EC2::VPC" => Some(Rules {
            always: &["CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength"],
            conditional: &["InstanceTenancy", "VpcEncryptionControl"],
            everything_but: None,
        }),
        "EC2::Subnet" => Some(Rules { always: SUBNET, conditional: &["Ipv6CidrBlock"], everything_but: None }),
        "EC2::NatGateway" => always(NAT_GATEWAY),
        "EC2::EIP" => always(&["Address", "NetworkBorderGroup", "TransferAddress", "IpamPoolId"]),
        "EC2::VPCEndpoint" => always(&["ServiceName", "VpcEndpointType", "VpcId", "ServiceRegion"]),
        "EC2::SecurityGroup" => always(&["GroupName", "GroupDescription", "VpcId"]),
        "EC2::SecurityGroupIngress" | "EC2::SecurityGroupEgress" => everything_but(&["Description"]),
        "EC2::Route" => {
            always(&["RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"])
        }
        "EC2::RouteTable" | "EC2::EgressOnlyInternetGateway" | "EC2::NetworkAcl" | "EC2::VPCGatewayAttachment" => {
            always(&["VpcId"])
        }
        "EC2::SubnetRouteTableAssociation" => always(&["SubnetId", "RouteTableId"]),
        "EC2::InternetGateway" => always(&[]),
        "EC2::FlowLog" => everything_but(&["Tags"]),
        "IAM::Role" => always(&["RoleName", "Path"]),
        "IAM::ManagedPolicy" => always(&["ManagedPolicyName", "Path", "Description"]),
        "IAM::Policy" => always(&[]),
        "Lambda::Function" => always(&["FunctionName", "PackageType"]),
        "Lambda::Permission" => everything_but(&[]),
        "Logs::LogGroup" => always(&["LogGroupName"]),
        "ECS::Cluster" => always(&["ClusterName"]),
        "ECS::ClusterCapacityProviderAssociations" => always(&["Cluster"]),
        _ => None,
    }
}

const SUBNET: &[&str] = &[
    "VpcId",
    "AvailabilityZone",
    "AvailabilityZoneId",
    "CidrBlock",
    "Ipv6Native",
    "Ipv4IpamPoolId",
    "Ipv4NetmaskLength",
    "Ipv6IpamPoolId",
    "Ipv6NetmaskLength",
    "OutpostArn",
];

const NAT_GATEWAY: &[&str] =
    &["SubnetId", "VpcId", "AllocationId", "ConnectivityType", "PrivateIpAddress", "AvailabilityMode"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn create_only_properties_are_told_from_the_others() {
        for (resource_type, property, expected) in [
            ("AWS::EC2::VPC", "CidrBlock", Recreation::Always),
            ("AWS::EC2::VPC", "EnableDnsHostnames", Recreation::Never),
            ("AWS::EC2::VPC", "InstanceTenancy", Recreation::Conditional),
            ("AWS::EC2::NatGateway", "AllocationId", Recreation::Always),
            ("AWS::EC2::NatGateway", "Tags", Recreation::Never),
            ("AWS::EC2::Route", "NatGatewayId", Recreation::Never),
            ("AWS::EC2::Route", "RouteTableId", Recreation::Always),
            ("AWS::EC2::VPCEndpoint", "RouteTableIds", Recreation::Never),
            ("AWS::Lambda::Permission", "SourceAccount", Recreation::Always),
            ("AWS::Lambda::Function", "Runtime", Recreation::Never),
            ("AWS::EC2::FlowLog", "Tags", Recreation::Never),
            ("AWS::EC2::FlowLog", "ResourceId", Recreation::Always),
            ("AWS::SNS::Topic", "DisplayName", Recreation::Conditional),
            ("Custom::Thing", "Anything", Recreation::Conditional),
        ] {
            assert_eq!(recreation(resource_type, property), expected, "{resource_type}.{property}");
        }
    }
}
