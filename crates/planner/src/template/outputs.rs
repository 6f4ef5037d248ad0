//! The names of the stacks' outputs: a contract with whoever reads the stacks, so never renamed.
//! Where the interactive wizard had an output of the same meaning, its name is kept.

use groundwork_model::OutputKey;

/// Role stack: the role that CloudReactor assumes, and that EventBridge starts tasks with.
pub const CLOUDREACTOR_ROLE_ARN: &str = "CloudreactorRoleARN";
/// Role stack: the role that ECS starts tasks with.
pub const TASK_EXECUTION_ROLE_ARN: &str = "TaskExecutionRoleARN";
/// Role stack: the Lambda function that starts workflows.
pub const WORKFLOW_STARTER_ARN: &str = "WorkflowStarterARN";

/// Network stack: the VPC's id.
pub const VPC: &str = "VPC";
/// Network stack: the VPC's address block.
pub const CIDR_BLOCK: &str = "CidrBlock";
/// Network stack: the public subnets, comma-separated; absent if there are none.
pub const SUBNETS_PUBLIC: &str = "SubnetsPublic";
/// Network stack: the private subnets, comma-separated; absent if there are none.
pub const SUBNETS_PRIVATE: &str = "SubnetsPrivate";
/// Network stack: the public route table; absent if there are no public subnets. A list of one, as
/// the wizard had it.
pub const ROUTE_TABLES_PUBLIC: &str = "RouteTablesPublic";
/// Network stack: the private route tables, comma-separated; absent if there are no private subnets.
pub const ROUTE_TABLES_PRIVATE: &str = "RouteTablesPrivate";
/// Network stack: the internet gateway; absent if there are no public subnets.
pub const INTERNET_GATEWAY: &str = "InternetGateway";
/// Network stack: the NAT gateways, comma-separated; absent if there are none.
pub const NAT_GATEWAYS: &str = "NatGateways";
/// Network stack: the public addresses of the NAT gateways, comma-separated; absent if there are none.
pub const NAT_ADDRESSES: &str = "NatAddresses";
/// Network stack: the security group that tasks get.
pub const DEFAULT_TASK_SECURITY_GROUP: &str = "DefaultTaskSecurityGroup";

/// Cluster stack: the cluster's ARN.
pub const CLUSTER_ARN: &str = "ClusterArn";
/// Cluster stack: the cluster's name.
pub const CLUSTER_NAME: &str = "ClusterName";

/// An output's key, from one of the names above.
pub fn key(name: &str) -> OutputKey {
    name.parse().expect("output names are letters and digits")
}
