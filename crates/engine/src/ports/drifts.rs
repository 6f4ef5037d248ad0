//! What a comparison with what is live reads beside a discovery.

use std::net::Ipv4Addr;

use groundwork_model::detection::{CheckedResource, Obstacle};
use groundwork_model::world::{Address, InternetGateway, NetworkAcl};
use groundwork_model::{StackId, VpcId};

use super::ApiError;

/// CloudFormation's drift detection, and the parts of a network that nothing else reads.
pub trait Drifts {
    /// `cloudformation:DetectStackDrift`. It changes nothing but what CloudFormation remembers of the stack's drift.
    async fn detect_drift(&self, stack: &StackId) -> Result<DetectionBegun, ApiError>;

    /// `cloudformation:DescribeStackDriftDetectionStatus`.
    async fn drift_detection(&self, detection: &str) -> Result<DetectionStatus, ApiError>;

    /// `cloudformation:DescribeStackResourceDrifts`, all pages: of each resource that was ever checked, what the last
    /// check found.
    async fn checked_resources(&self, stack: &StackId) -> Result<Vec<CheckedResource>, ApiError>;

    /// `ec2:DescribeInternetGateways`, those with one of these ids.
    async fn internet_gateways(&self, ids: &[String]) -> Result<Vec<InternetGateway>, ApiError>;

    /// `ec2:DescribeAddresses`, these of the account.
    async fn addresses(&self, addresses: &[Ipv4Addr]) -> Result<Vec<Address>, ApiError>;

    /// `ec2:DescribeNetworkAcls` of a VPC.
    async fn network_acls(&self, vpc: &VpcId) -> Result<Vec<NetworkAcl>, ApiError>;
}

/// What came of asking for a drift detection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetectionBegun {
    /// It began, and has this id.
    Begun(String),
    /// Somebody else's is under way: a stack takes one at a time, and only who began it knows its id.
    Busy,
}

/// Where a drift detection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetectionStatus {
    /// It is under way.
    Running,
    /// It has ended.
    Ended {
        /// When it began, in milliseconds since 1970.
        begun_ms: u64,
        /// What kept it from checking all that it can check; `None` if nothing did.
        failure: Option<Obstacle>,
    },
}
