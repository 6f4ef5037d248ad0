//! What CloudFormation does with the caller's credentials to make, change, read and delete the resources of our
//! templates: the permissions of the handlers in their resource schemas, without those for properties that our
//! templates never set (keys, file systems, buckets, a VPC of a function).
//!
//! A whole component's are allowed, whichever of its features the spec uses: an apply also removes what the spec
//! no longer asks for, and undoes what failed.

use groundwork_model::least_privilege::{CallerCondition, Verb};
use groundwork_model::plan::Component;

use super::Draft;
use super::arns::Arns;

/// The permissions of the handlers of a resource type.
pub(super) struct Handlers {
    /// The type.
    pub resource_type: &'static str,
    /// Of those that make and change it.
    write: &'static [&'static str],
    /// Of the one that reads it.
    read: &'static [&'static str],
    /// Of the one that deletes it.
    delete: &'static [&'static str],
}

/// The types of a component's template. The schemas are those of August 2026.
pub(super) fn of(component: Component) -> &'static [Handlers] {
    match component {
        Component::Role => &ROLE,
        Component::Network => &NETWORK,
        Component::Cluster => &CLUSTER,
        Component::CloudReactor => &[],
    }
}

const ROLE: [Handlers; 4] = [
    Handlers {
        resource_type: "AWS::IAM::Role",
        write: &[
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
        read: &[
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:ListRoleTags",
        ],
        delete: &["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"],
    },
    Handlers {
        resource_type: "AWS::IAM::Policy",
        write: &["iam:DeleteRolePolicy", "iam:PutRolePolicy"],
        read: &["iam:GetRolePolicy"],
        delete: &["iam:DeleteRolePolicy"],
    },
    Handlers {
        resource_type: "AWS::Lambda::Function",
        write: &[
            "lambda:CreateFunction",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ],
        read: &[
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionRecursionConfig",
            "lambda:GetFunctionScalingConfig",
            "lambda:GetRuntimeManagementConfig",
            "lambda:ListTags",
        ],
        delete: &["lambda:DeleteFunction", "ec2:DescribeNetworkInterfaces"],
    },
    Handlers {
        resource_type: "AWS::Lambda::Permission",
        write: &["lambda:AddPermission"],
        read: &["lambda:GetPolicy"],
        delete: &["lambda:RemovePermission"],
    },
];

const NETWORK: [Handlers; 11] = [
    Handlers {
        resource_type: "AWS::EC2::VPC",
        write: &["ec2:CreateTags", "ec2:CreateVpc", "ec2:DeleteTags", "ec2:ModifyVpcAttribute"],
        read: &[
            "ec2:DescribeNetworkAcls",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcEncryptionControls",
            "ec2:DescribeVpcs",
        ],
        delete: &["ec2:DeleteVpc"],
    },
    Handlers {
        resource_type: "AWS::EC2::Subnet",
        write: &["ec2:CreateSubnet", "ec2:CreateTags", "ec2:DeleteTags", "ec2:ModifySubnetAttribute"],
        read: &["ec2:DescribeNetworkAcls", "ec2:DescribeSubnets"],
        delete: &["ec2:DeleteSubnet"],
    },
    Handlers {
        resource_type: "AWS::EC2::InternetGateway",
        write: &["ec2:CreateInternetGateway", "ec2:CreateTags", "ec2:DeleteTags"],
        read: &["ec2:DescribeInternetGateways"],
        delete: &["ec2:DeleteInternetGateway"],
    },
    Handlers {
        resource_type: "AWS::EC2::VPCGatewayAttachment",
        write: &["ec2:AttachInternetGateway"],
        read: &["ec2:DescribeInternetGateways", "ec2:DescribeVpnGateways"],
        delete: &["ec2:DetachInternetGateway"],
    },
    Handlers {
        resource_type: "AWS::EC2::EIP",
        write: &["ec2:AllocateAddress", "ec2:AssociateAddress", "ec2:CreateTags", "ec2:DeleteTags"],
        read: &["ec2:DescribeAddresses"],
        delete: &["ec2:DisassociateAddress", "ec2:ReleaseAddress"],
    },
    Handlers {
        resource_type: "AWS::EC2::NatGateway",
        write: &["ec2:CreateNatGateway", "ec2:CreateTags", "ec2:DeleteTags"],
        read: &["ec2:DescribeNatGateways"],
        delete: &["ec2:DeleteNatGateway"],
    },
    Handlers {
        resource_type: "AWS::EC2::RouteTable",
        write: &["ec2:CreateRouteTable", "ec2:CreateTags", "ec2:DeleteTags"],
        read: &["ec2:DescribeRouteTables"],
        delete: &["ec2:DeleteRouteTable"],
    },
    Handlers {
        resource_type: "AWS::EC2::Route",
        write: &["ec2:CreateRoute", "ec2:ReplaceRoute"],
        read: &["ec2:DescribeRouteTables"],
        delete: &["ec2:DeleteRoute"],
    },
    Handlers {
        resource_type: "AWS::EC2::SubnetRouteTableAssociation",
        write: &["ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation"],
        read: &["ec2:DescribeRouteTables", "ec2:DescribeSubnets"],
        delete: &["ec2:DisassociateRouteTable"],
    },
    Handlers {
        resource_type: "AWS::EC2::VPCEndpoint",
        write: &[
            "ec2:CreateTags",
            "ec2:CreateVpcEndpoint",
            "ec2:DeleteTags",
            "ec2:ModifyVpcEndpoint",
            // What an endpoint's private name takes.
            "route53:AssociateVPCWithHostedZone",
        ],
        read: &["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs"],
        delete: &["ec2:DeleteVpcEndpoints"],
    },
    Handlers {
        resource_type: "AWS::EC2::SecurityGroup",
        write: &[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateSecurityGroup",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        read: &["ec2:DescribeSecurityGroups"],
        delete: &["ec2:DeleteSecurityGroup", "ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces"],
    },
];

const CLUSTER: [Handlers; 1] = [Handlers {
    resource_type: "AWS::ECS::Cluster",
    write: &[
        "ecs:CreateCluster",
        "ecs:PutClusterCapacityProviders",
        "ecs:TagResource",
        "ecs:UntagResource",
        "ecs:UpdateCluster",
        "ecs:UpdateClusterSettings",
    ],
    read: &["ecs:DescribeClusters", "ecs:ListTagsForResource"],
    delete: &["ecs:DeleteCluster"],
}];

/// Allows what CloudFormation calls for a verb.
pub(super) fn add(draft: &mut Draft, verb: Verb, arns: &Arns<'_>) {
    let used: fn(&Handlers) -> Vec<&'static str> = match verb {
        Verb::Apply | Verb::Recover => |handlers| [handlers.write, handlers.read, handlers.delete].concat(),
        Verb::Destroy => |handlers| [handlers.read, handlers.delete].concat(),
        Verb::Status | Verb::Plan | Verb::Preflight | Verb::Verify | Verb::Diagnose | Verb::Watch => return,
        Verb::Drift => |handlers| handlers.read.to_vec(),
    };
    let makes = matches!(verb, Verb::Apply | Verb::Recover);
    for component in arns.managed() {
        let actions = of(component).iter().flat_map(used);
        for action in actions {
            allow(draft, action, arns);
        }
        match component {
            Component::Role if makes => pass_role(draft, arns),
            Component::Cluster if makes => make_service_linked_role(draft, arns),
            Component::Role | Component::Cluster | Component::Network | Component::CloudReactor => {}
        }
    }
}

/// Allows an action on the things of our templates that it is about, while CloudFormation is what calls.
fn allow(draft: &mut Draft, action: &'static str, arns: &Arns<'_>) {
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    let (sid, resources) = match service {
        "iam" => ("RolesByCloudFormation", arns.roles()),
        "lambda" => ("FunctionByCloudFormation", arns.workflow_starter()),
        "ecs" => ("ClusterByCloudFormation", vec![arns.cluster()]),
        "route53" => ("PrivateNamesByCloudFormation", vec![arns.hosted_zones()]),
        // Most of EC2's reads take no resource.
        _ if name.starts_with("Describe") && name != "DescribeVpcAttribute" => {
            ("NetworkReadByCloudFormation", vec![super::ANYTHING.to_owned()])
        }
        _ => ("NetworkByCloudFormation", vec![arns.network()]),
    };
    draft.allow_if(sid, [action], &resources, vec![by_cloudformation()]);
}

fn by_cloudformation() -> CallerCondition {
    CallerCondition {
        operator: "ForAnyValue:StringEquals",
        key: "aws:CalledVia",
        values: vec!["cloudformation.amazonaws.com".to_owned()],
    }
}

/// Whoever makes a function has to be allowed to give it its role. Who calls is left out: AWS does not document that
/// `iam:PassRole`, which is no call of its own, is evaluated with what the call has on that.
fn pass_role(draft: &mut Draft, arns: &Arns<'_>) {
    let condition = CallerCondition {
        operator: "StringEquals",
        key: "iam:PassedToService",
        values: vec!["lambda.amazonaws.com".to_owned()],
    };
    draft.allow_if("PassRoleToFunction", ["iam:PassRole"], &arns.execution_role(), vec![condition]);
}

/// The first cluster of an account has ECS make its service-linked role, with the caller's permissions (ECS Developer
/// Guide, "Using service-linked roles").
fn make_service_linked_role(draft: &mut Draft, arns: &Arns<'_>) {
    let condition = CallerCondition {
        operator: "StringEquals",
        key: "iam:AWSServiceName",
        values: vec!["ecs.amazonaws.com".to_owned()],
    };
    let role = [arns.service_linked_role()];
    draft.allow_if("MakeServiceLinkedRole", ["iam:CreateServiceLinkedRole"], &role, vec![condition]);
}
