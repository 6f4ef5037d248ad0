//! 4104 to 4115: links of the chain that tasks need, found broken by reading what AWS and CloudReactor show now.

use super::Explanation;

pub(super) const ROLE_NOT_ASSUMABLE: Explanation = Explanation {
    means: "The role's trust policy, as IAM shows it, does not let CloudReactor's principal assume the role with the \
            external id that is registered in the Run Environment: CloudReactor can do nothing in the account. The \
            role may be gone, its trust may have been edited by hand, or another external id may be registered. The \
            template is not asked, since a change by hand does not show in it.",
    remedy: &[
        "See the trust that is wanted, and the one that is there:",
        "    groundwork render role -f PATH",
        "    aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument",
        "Set it again, with the external id that is the stack's parameter ExternalID:",
        "    aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
    ],
};

pub(super) const EXECUTION_ROLE_NOT_ASSUMABLE: Explanation = Explanation {
    means: "The execution role's trust policy does not let ECS (ecs-tasks.amazonaws.com) assume it for tasks of this \
            account, or the role is gone. Every task fails to start, before its image is pulled.",
    remedy: &[
        "Look at the trust that is there, and set it again as the role's template has it:",
        "    aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument",
        "    aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
    ],
};

pub(super) const PASS_ROLE_NOT_ALLOWED: Explanation = Explanation {
    means: "No policy of CloudReactor's role allows iam:PassRole on the execution role, or one denies it, or the \
            role's permissions boundary does not allow it: ECS refuses every task that CloudReactor starts. All \
            inline and attached policies were read. A statement that allows it under a condition which does not hold \
            for ECS, or cannot be judged from outside, does not count; service control policies are not read.",
    remedy: &[
        "Read the causes: they name what allows it only under conditions, and what denies it.",
        "Allow it again, where nothing does any more:",
        "    aws iam put-role-policy --role-name ROLE --policy-name PassExecutionRole --policy-document file://policy.json",
    ],
};

pub(super) const SUBNET_UNUSABLE: Explanation = Explanation {
    means: "From a subnet of the tasks, nothing leads to what a task needs to start: there is no default route, or it \
            is a blackhole, or its NAT gateway is gone or not available, or it leads to an internet gateway and tasks \
            get no public address; and the endpoints that Fargate needs are not all there. Or the subnet is not \
            available, or has no free address. The table that counts is the subnet's own, or else the VPC's main one.",
    remedy: &[
        "See the routes that the subnet follows:",
        "    aws ec2 describe-route-tables --filters Name=vpc-id,Values=VPC",
        "Repair the default route; the help of the error has the command with its ids:",
        "    aws ec2 replace-route --route-table-id TABLE --destination-cidr-block 0.0.0.0/0 --nat-gateway-id NAT",
    ],
};

pub(super) const EGRESS_CLOSED: Explanation = Explanation {
    means: "The security groups of the tasks, all together, have no egress rule that covers TCP port 443 to any IPv4 address. A task reaches neither ECR for its image, nor CloudWatch Logs, nor CloudReactor.",
    remedy: &[
        "Let tasks out to HTTPS:",
        "    aws ec2 authorize-security-group-egress --group-id GROUP --protocol tcp --port 443 --cidr 0.0.0.0/0",
    ],
};

pub(super) const ENDPOINT_UNUSABLE: Explanation = Explanation {
    means: "An endpoint for ECR, CloudWatch Logs or S3 stands in the way of tasks and does not serve them: it is not \
            available, its private name is off where nothing else leads out, its security groups let nothing in on TCP \
            port 443, or one of those that are needed is missing. Where private names are on, tasks go to the endpoint \
            even if there is a NAT gateway.",
    remedy: &[
        "See the endpoints of the VPC:",
        "    aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC",
        "Let tasks in, or switch the private name on:",
        "    aws ec2 authorize-security-group-ingress --group-id GROUP --protocol tcp --port 443 --source-group TASKS",
        "    aws ec2 modify-vpc-endpoint --vpc-endpoint-id ENDPOINT --private-dns-enabled",
    ],
};

pub(super) const VPC_DNS_OFF: Explanation = Explanation {
    means: "The VPC has DNS support off, so that no name resolves in it; or it has DNS hostnames off while it has endpoints with \
            private names, which need both. Tasks then do not find what they are to reach.",
    remedy: &[
        "Switch them on, one call each:",
        "    aws ec2 modify-vpc-attribute --vpc-id VPC --enable-dns-support",
        "    aws ec2 modify-vpc-attribute --vpc-id VPC --enable-dns-hostnames",
    ],
};

pub(super) const CLUSTER_INACTIVE: Explanation = Explanation {
    means: "ECS has no active cluster of the name that the stack or the spec gives: somebody deleted it. Tasks cannot \
            be started.",
    remedy: &[
        "Make it again under the same name:",
        "    aws ecs create-cluster --cluster-name CLUSTER --capacity-providers FARGATE FARGATE_SPOT",
        "Or, with nothing running in it, remove the cluster's stack and apply again:",
        "    aws cloudformation delete-stack --stack-name STACK --region REGION",
        "    groundwork apply -f PATH",
    ],
};

pub(super) const FARGATE_MISSING: Explanation = Explanation {
    means: "The cluster is active and has not both FARGATE and FARGATE_SPOT among its capacity providers, which groundwork gives every \
            cluster. Tasks that ask for one of them are refused.",
    remedy: &[
        "Add them, beside those that are there; the call replaces the whole list:",
        "    aws ecs put-cluster-capacity-providers --cluster CLUSTER --capacity-providers FARGATE FARGATE_SPOT \
         --default-capacity-provider-strategy capacityProvider=FARGATE,weight=1",
    ],
};

pub(super) const RUN_ENVIRONMENT_DIFFERS: Explanation = Explanation {
    means: "The Run Environment is not there, or says something else than AWS has: its account, Region, roles, \
            workflow starter, subnets, security groups or cluster, or a secret that the role's stack was made with. \
            CloudReactor would work with what stands there.",
    remedy: &[
        "Save it again as AWS has it:",
        "    groundwork apply -f PATH",
        "If apply has nothing to do, somebody changed it meanwhile: verify again.",
    ],
};

pub(super) const RUN_ENVIRONMENT_INCAPABLE: Explanation = Explanation {
    means: "CloudReactor lists no capability for the Run Environment: it can neither start nor schedule tasks there. \
            It says nothing else about settings that it cannot use.",
    remedy: &[
        "Look at its settings in the dashboard; fields that others have set there may be invalid or missing.",
        "Correct them, and verify again:",
        "    groundwork verify -f PATH",
    ],
};

pub(super) const PART_MISSING: Explanation = Explanation {
    means: "A stack, an output, a subnet, a security group or a VPC that tasks need, and that the spec makes or names, \
            is not there. AWS said so: a read that failed is another error. What hangs on it could not be judged.",
    remedy: &[
        "If it was never made, make it; if it belongs to a stack and was deleted by hand, CloudFormation does not know:",
        "    groundwork plan -f PATH",
        "    groundwork apply -f PATH",
        "If the spec names something that is gone, correct the spec.",
    ],
};
