//! 3xxx: what was found in the account and in CloudReactor; 31xx are warnings.

use super::Explanation;

pub(super) const REFERENCE_NOT_FOUND: Explanation = Explanation {
    means: "The spec refers to something that does not exist in this account and Region: a VPC, a subnet, a security \
            group, a cluster, a stack, or an output of a stack. The read itself succeeded; what there is instead is \
            listed below the message.",
    remedy: &[
        "Compare the account and the Region at the head of the plan with those that you mean.",
        "Take one of the things that are listed, by its id or its Name tag.",
        "Or let groundwork make one: mode = \"create\" in that section.",
    ],
};

pub(super) const REFERENCE_AMBIGUOUS: Explanation = Explanation {
    means: "Several things answer to what the spec names: subnets with the same Name tag, or groups in CloudReactor \
            where none is named. groundwork does not choose, since the next run could choose another one. Of several \
            with one name, the one in network.vpc is meant, if that is given.",
    remedy: &[
        "Name the one that is meant by its id; the message lists them.",
        "For a CloudReactor group: cloudreactor.group = \"NAME\", or its id.",
    ],
};

pub(super) const STACK_NOT_OURS: Explanation = Explanation {
    means: "A stack of the name that groundwork would use exists, and does not carry the tag groundwork:environment \
            with this environment's name: somebody else made it, or it belongs to another environment. It was not \
            touched. The old setup wizard's stacks carry no such tag either.",
    remedy: &[
        "Set another stack_name in the section that is named.",
        "To take the stack over, set adopt = true there and read the plan closely: what differs from groundwork's \
         template will be changed, and what is not in it will be deleted.",
        "A stack that is marked for another environment cannot be taken over.",
    ],
};

pub(super) const STACK_BUSY: Explanation = Explanation {
    means: "CloudFormation is working on a stack: another run, a pipeline or somebody in the console has started it, \
            or an earlier run of groundwork was interrupted and AWS went on. A stack takes one operation at a time. \
            Nothing was changed.",
    remedy: &[
        "Have the run wait for its end, and plan then:",
        "    groundwork apply -f PATH --wait-for-stack 30m",
        "Or only follow what happens:",
        "    groundwork watch -f PATH",
        "An update, and only an update, can be undone while it runs:",
        "    aws cloudformation cancel-update-stack --stack-name STACK --region REGION",
    ],
};

pub(super) const STACK_STUCK: Explanation = Explanation {
    means: "A stack is in a state that CloudFormation takes no update in, such as UPDATE_ROLLBACK_FAILED or \
            DELETE_FAILED, or in one that this version does not know. An earlier operation failed, and so did undoing \
            it; AWS's reason stands below the message. Which resources to give up is for you to say.",
    remedy: &[
        "See what failed, and remove the cause:",
        "    groundwork diagnose -f PATH",
        "See what leads out of the state: a rollback goes on or begins, or what is left is deleted, item by item:",
        "    groundwork recover -f PATH",
        "Then do it; --skip LOGICAL_ID leaves out what can be neither undone nor deleted:",
        "    groundwork recover -f PATH --confirm NAME",
        "A state that this version does not know takes a newer version, or a look into the console.",
        "Then run the same command again.",
    ],
};

pub(super) const NETWORK_UNSUITABLE: Explanation = Explanation {
    means: "Fargate tasks would not start, or not work, in the network that the spec names: subnets of several VPCs, \
            no free address, no way out and no endpoints, security groups that let nothing out to HTTPS, DNS that is \
            off. Only what is certain is an error; what cannot be seen is the warning GW3105.",
    remedy: &[
        "Read the cause and its help, which name the subnet, route or group.",
        "A task needs a way to ECR, S3 and CloudWatch Logs to start (NAT gateway, public address or endpoints), and \
         one to CloudReactor's API to report.",
        "Or name other subnets in network.subnets.",
    ],
};

pub(super) const ZONE_UNAVAILABLE: Explanation = Explanation {
    means: "A zone that the spec names is not in this account and Region, or AWS reports it as not available, or fewer \
            zones can be used than the spec asks for. Zone names are the account's own: us-west-2a of one account may \
            be us-west-2b of another. Subnets that stand in an impaired zone stay.",
    remedy: &[
        "Take zones from the list in the message; zone ids (usw2-az1) mean the same in every account.",
        "    aws ec2 describe-availability-zones --region REGION",
        "Or give a count, public_zones = 2, and let groundwork choose.",
    ],
};

pub(super) const TEMPLATE_UNREADABLE: Explanation = Explanation {
    means: "The template of a deployed stack cannot be compared with the one that is wanted: it is written in YAML, is \
            no template, or AWS does not show it. Without the comparison nobody can say what an update would replace \
            or delete, so there is no plan. groundwork's own templates are JSON.",
    remedy: &[
        "Look at it:",
        "    aws cloudformation get-template --stack-name STACK --region REGION",
        "If it is YAML, update the stack with the same template written in JSON, then plan again.",
        "Or leave the stack to its owner and set another stack_name.",
    ],
};

pub(super) const CLUSTER_EXISTS: Explanation = Explanation {
    means: "The spec asks for a new cluster, and one of that name exists outside of groundwork's stack. ECS answers \
            the creation of a cluster that exists with that cluster: the stack would take it over without a word, and \
            delete it some day. So this is refused before.",
    remedy: &[
        "To run tasks in the existing cluster, set cluster.mode = \"use\" and name it with cluster.cluster.",
        "Or set another cluster.name.",
    ],
};

pub(super) const STACK_INCOMPLETE: Explanation = Explanation {
    means: "The role stack that the spec refers to lacks an output or a parameter that the Run Environment needs: the \
            roles' ARNs, the workflow starter's, the external id, the starter's key. It may be another stack, or one \
            that hides its parameters with NoEcho, so that they cannot be read back.",
    remedy: &[
        "See what the stack offers:",
        "    aws cloudformation describe-stacks --stack-name STACK --region REGION --query 'Stacks[].Outputs'",
        "Name a stack that was made from CloudReactor's role template or by groundwork.",
        "Or let groundwork make the role: role.mode = \"create\".",
    ],
};

pub(super) const STACK_PROTECTED: Explanation = Explanation {
    means: "A stack has to be deleted, by destroy or because a failed creation left it behind, and its termination \
            protection is on. AWS would refuse. Somebody switched the protection on, and groundwork does not switch it \
            off.",
    remedy: &[
        "If the stack may go, switch the protection off and run the same command again:",
        "    aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name STACK \
         --region REGION",
    ],
};

pub(super) const RUN_ENVIRONMENT_ELSEWHERE: Explanation = Explanation {
    means: "A Run Environment of that name exists in the group, and its settings name another AWS account. To save it \
            would move all its tasks to this account. Nothing was changed.",
    remedy: &[
        "Set another cloudreactor.run_environment, so that a new one is made.",
        "If it may be turned over to this account, set adopt = true in [cloudreactor].",
        "Check that the credentials belong to the account that you mean:",
        "    aws sts get-caller-identity",
    ],
};

pub(super) const RUN_ENVIRONMENT_HIDES_KEY: Explanation = Explanation {
    means: "The Run Environment has an AWS access key with a secret key of its own. CloudReactor replaces the AWS \
            settings as a whole and does not show the secret key, so it cannot be sent back: saving would erase it, \
            and tasks that rely on it would stop working. Nothing was changed.",
    remedy: &[
        "If the role is to take the key's place, remove access key and secret key in the dashboard, then plan again.",
        "Or leave that Run Environment as it is and set another cloudreactor.run_environment.",
    ],
};

pub(super) const QUOTA_TOO_SMALL: Explanation = Explanation {
    means: "With what the plan adds, the account would have more of something than AWS permits it in this Region: VPCs, \
            internet gateways, Elastic IP addresses, NAT gateways in a zone, or endpoints. CloudFormation finds that out \
            in the middle of the work, and rolls the stack back. A replacement counts as well: the new one is made before \
            the old one goes. Nothing was changed.",
    remedy: &[
        "Delete what is not needed any more, such as addresses that nothing uses.",
        "Or ask AWS for more, which takes minutes to days; the message names the quota:",
        "    aws service-quotas request-service-quota-increase --service-code CODE --quota-code CODE --desired-value N",
        "Or ask for less: nat = \"single\" needs one address and one gateway.",
    ],
};

pub(super) const ZONE_WITHOUT_FARGATE: Explanation = Explanation {
    means: "A warning. AWS's documentation leaves this zone out of those that Fargate runs in. Zones that groundwork \
            chooses by itself are never such ones; this one is listed in the spec. Its subnet is made all the same, \
            but a task that ECS places there may not start.",
    remedy: &[
        "Use another zone for tasks, or a count: private_zones = 2.",
        "If AWS supports Fargate there by now, the warning can be passed over.",
    ],
};

pub(super) const NO_INTERNET: Explanation = Explanation {
    means: "A warning. Tasks start, since endpoints lead to what Fargate needs, but nothing leads to CloudReactor's \
            API. Tasks that report their progress with CloudReactor's wrapper cannot do so; starting, stopping and \
            scheduling from CloudReactor works, as that goes through AWS.",
    remedy: &[
        "If tasks report to CloudReactor, add a NAT gateway: nat = \"single\".",
        "If they need not, nothing is to be done.",
    ],
};

pub(super) const TRUST_NOTE: Explanation = Explanation {
    means: "A warning for the reviewer of the role: CloudReactor is permitted more than a reader may expect, since it \
            has to be. It may pass any role to ECS tasks, as tasks bring roles of their own, and run tasks in every \
            cluster of the account and Region, as clusters are chosen task by task.",
    remedy: &[
        "Decide whether the account may be used for that; one that runs nothing else is the safest place.",
        "Read the statements in full:",
        "    groundwork render role -f PATH",
    ],
};

pub(super) const FEW_ADDRESSES: Explanation = Explanation {
    means: "A warning. A subnet that tasks are to run in has only a few free addresses. Each Fargate task takes one \
            for as long as it runs; where none is left, ECS cannot place the task.",
    remedy: &[
        "Name a larger subnet, or more than one, in network.subnets.",
        "    aws ec2 describe-subnets --subnet-ids SUBNET --query 'Subnets[].AvailableIpAddressCount'",
    ],
};

pub(super) const NOT_CHECKED: Explanation = Explanation {
    means: "A warning. Something that matters could not be checked: a route that leads where groundwork cannot see, a \
            shared subnet's route table, security groups that let out only in part, tasks that still run in a cluster, \
            or a replacement that AWS may refuse. The message says what.",
    remedy: &[
        "Check it yourself, or ask the owner of what is shared.",
        "If it turns out to be wrong, AWS says so when it is done, and the stack is rolled back.",
    ],
};

pub(super) const LEFT_BEHIND: Explanation = Explanation {
    means: "A warning. destroy removes stacks, and the Run Environment stays, since it holds the tasks with their \
            history. It refers to a role and a network that are then gone: its tasks cannot be started, and schedules \
            that stand in AWS cannot be taken down by CloudReactor any more.",
    remedy: &[
        "To remove it too, with its tasks and their history:",
        "    groundwork destroy -f PATH --confirm NAME --run-environment",
        "To keep it, disable its schedules and services in the dashboard before the stacks go.",
    ],
};

pub(super) const ACCOUNTS_LEFT_OUT: Explanation = Explanation {
    means: "A warning. Accounts are in the units that [targets.organization] names, and are no targets: those whose \
            state in AWS Organizations is not ACTIVE, in which nothing can be done, and the management account, which \
            is spared unless it is listed, as AWS's own StackSets spare it. Accounts under exclude are not named.",
    remedy: &[
        "If an account is closed for good, nothing needs to be done; under exclude it is not named any more.",
        "If the management account is meant, give it a [[target]] of its own.",
    ],
};

pub(super) const STACK_SET_NOTE: Explanation = Explanation {
    means: "A warning. With rollout.role.engine = \"stack-sets\", CloudFormation brings the role stack to the accounts. It \
            previews no single account, gives all of them the same external id and the same starter key, and an update \
            of the set reaches all of its accounts, whichever are selected and in whatever wave they are. The targets' \
            other stacks and Run Environments are planned once every account has its role stack.",
    remedy: &[
        "Where each account needs secrets of its own, or a preview, leave rollout.role.engine out: groundwork then makes \
         each role stack itself.",
    ],
};

pub(super) const RESOURCE_LEFT_OUT: Explanation = Explanation {
    means: "A warning. recover was told with --skip to leave a resource as it is. After a rollback, CloudFormation takes \
            it for rolled back, and its template may say something else than what is in AWS. After a deletion, the \
            resource stays in the account and belongs to no stack: it may cost money, and keep a name or an address \
            that a new stack needs.",
    remedy: &[
        "Skip only what cannot be rolled back or deleted: a resource that somebody deleted by hand, say.",
        "After a rollback, mend the resource in AWS, or apply once more; after a deletion, delete it in its own service.",
    ],
};

pub(super) const ADDRESSES_OVERLAP: Explanation = Explanation {
    means: "The network that would be made has addresses in common with another VPC of the Region. AWS allows that, and \
            tasks run. But the two can never be joined by peering or a transit gateway, and a VPC's block cannot be \
            changed once it is there.",
    remedy: &[
        "If the two may ever have to talk to each other, set a network.cidr that nobody else has.",
        "If they never will, nothing has to be done.",
    ],
};
