//! What an account may have of things that AWS limits, and what it has.

use groundwork_model::SubnetId;
use groundwork_model::quota::Quota;
use groundwork_model::world::VpcEndpoint;

use super::ApiError;

/// Service Quotas, and the counts that it does not keep. All listings are complete.
pub trait Quotas {
    /// `servicequotas:GetServiceQuota`; where the account has none of its own, `GetAWSDefaultServiceQuota`.
    async fn quota(&self, quota: Quota) -> Result<usize, ApiError>;

    /// How many Elastic IP addresses there are in the Region: `ec2:DescribeAddresses`.
    async fn count_addresses(&self) -> Result<usize, ApiError>;

    /// How many internet gateways there are in the Region: `ec2:DescribeInternetGateways`, all pages.
    async fn count_internet_gateways(&self) -> Result<usize, ApiError>;

    /// The subnet of each NAT gateway of the Region that counts: `ec2:DescribeNatGateways`, all pages. Those that are in
    /// the making or in deletion do.
    async fn nat_gateway_subnets(&self) -> Result<Vec<SubnetId>, ApiError>;

    /// All endpoints of the Region: `ec2:DescribeVpcEndpoints`, all pages.
    async fn endpoints(&self) -> Result<Vec<VpcEndpoint>, ApiError>;
}
