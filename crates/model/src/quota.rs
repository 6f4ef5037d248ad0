//! What AWS limits, of the things that our stacks make.

/// A quota of an account, in a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quota {
    /// VPCs in the Region.
    Vpcs,
    /// Internet gateways in the Region.
    InternetGateways,
    /// Elastic IP addresses in the Region.
    Addresses,
    /// NAT gateways in a zone. Those in the making and in deletion count.
    NatGateways,
    /// Interface endpoints in a VPC.
    InterfaceEndpoints,
    /// Gateway endpoints in the Region.
    GatewayEndpoints,
}

impl Quota {
    /// Every quota.
    pub const ALL: [Self; 6] = [
        Self::Vpcs,
        Self::InternetGateways,
        Self::Addresses,
        Self::NatGateways,
        Self::InterfaceEndpoints,
        Self::GatewayEndpoints,
    ];

    /// The service that Service Quotas keeps it under.
    pub fn service(self) -> &'static str {
        match self {
            Self::Addresses => "ec2",
            Self::Vpcs
            | Self::InternetGateways
            | Self::NatGateways
            | Self::InterfaceEndpoints
            | Self::GatewayEndpoints => "vpc",
        }
    }

    /// Its code in Service Quotas.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vpcs => "L-F678F1CE",
            Self::InternetGateways => "L-A4707A72",
            Self::Addresses => "L-0263D0A3",
            Self::NatGateways => "L-FE5A380F",
            Self::InterfaceEndpoints => "L-29B6F2EB",
            Self::GatewayEndpoints => "L-1B52E74A",
        }
    }

    /// What an account has unless AWS granted more (VPC User Guide, "Amazon VPC quotas").
    pub fn usual(self) -> usize {
        match self {
            Self::Vpcs | Self::InternetGateways | Self::Addresses | Self::NatGateways => 5,
            Self::InterfaceEndpoints => 50,
            Self::GatewayEndpoints => 20,
        }
    }

    /// What it counts, in words: one of them.
    pub fn thing(self) -> &'static str {
        match self {
            Self::Vpcs => "VPC",
            Self::InternetGateways => "internet gateway",
            Self::Addresses => "Elastic IP address",
            Self::NatGateways => "NAT gateway",
            Self::InterfaceEndpoints => "interface endpoint",
            Self::GatewayEndpoints => "gateway endpoint",
        }
    }

    /// What it counts, in words: several of them.
    pub fn things(self) -> &'static str {
        match self {
            Self::Vpcs => "VPCs",
            Self::InternetGateways => "internet gateways",
            Self::Addresses => "Elastic IP addresses",
            Self::NatGateways => "NAT gateways",
            Self::InterfaceEndpoints => "interface endpoints",
            Self::GatewayEndpoints => "gateway endpoints",
        }
    }
}
