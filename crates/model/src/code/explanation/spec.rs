//! 1xxx: the spec and the command line.

use super::Explanation;

pub(super) const SPEC_UNREADABLE: Explanation = Explanation {
    means: "No spec was named and there is no groundwork.toml in the current folder, or a file that was named cannot \
            be read: it does not exist, is not permitted, or is not UTF-8. The cause below the message is the \
            operating system's. Nothing was asked of AWS or CloudReactor.",
    remedy: &[
        "Name the file, or change to its folder:",
        "    groundwork validate -f PATH",
        "In a container, check that the folder is mounted and that the user of the container may read it.",
    ],
};

pub(super) const SPEC_SYNTAX: Explanation = Explanation {
    means: "A spec file is not valid TOML at the place that is quoted. The parser stops at the first such place, so \
            nothing else of the file was looked at. The place may be behind the mistake: a quote or bracket that was \
            never closed shows only where the next line makes no sense.",
    remedy: &[
        "Correct the line, or the one above it, and check again:",
        "    groundwork validate -f PATH",
        "Texts need quotes, lists need brackets: public_zones = [\"us-west-2a\", \"us-west-2b\"].",
    ],
};

pub(super) const UNKNOWN_KEY: Explanation = Explanation {
    means: "A file, a GROUNDWORK_ variable or a --set names a key that the spec does not have. It is an error and not \
            passed over, since a mistyped key would leave a default in force that nobody meant. If a known key is \
            close, it is named.",
    remedy: &[
        "Take the name that is suggested, or look the keys up in the schema:",
        "    groundwork schema spec",
        "In a variable, two underscores separate the keys: GROUNDWORK_ENVIRONMENT__REGION.",
        "If another program uses a variable of that form, take it out of groundwork's environment.",
    ],
};

pub(super) const WRONG_TYPE: Explanation = Explanation {
    means: "A value has another type than its key takes: a number where a text is wanted, one text where a list is \
            wanted. In a file, a text stands in quotes, an account id too, although it consists of digits. A value \
            from a variable or from --set is read as TOML if it can be, and else as text.",
    remedy: &[
        "Write the value in the type that the message names: account_id = \"123456789012\", public_zones = 2.",
        "A list in a variable or in --set is written as in TOML, in the shell's quotes:",
        "    groundwork plan --set 'network.endpoints=[\"s3\", \"logs\"]'",
    ],
};

pub(super) const MISSING_KEY: Explanation = Explanation {
    means: "A key has no default and was given by no file, variable or --set. These are version, environment.name, \
            environment.region, and what mode = \"use\" refers to. groundwork does not take the Region from AWS's own \
            configuration: the same spec must mean the same on every machine.",
    remedy: &[
        "Add the key to the spec, or give it for this run:",
        "    groundwork plan -f PATH --set environment.region=us-west-2",
    ],
};

pub(super) const INVALID_VALUE: Explanation = Explanation {
    means: "A value has the right type, but is none that its key takes: a word outside of a closed set, a number \
            outside of its range, a URL with a password in it, a version of the spec that this groundwork does not \
            know. The message or its help says what is allowed.",
    remedy: &[
        "Take one of the values that the help names.",
        "For another version of the spec, use the groundwork that it was written for.",
    ],
};

pub(super) const KEY_OUT_OF_PLACE: Explanation = Explanation {
    means: "The key exists, but has no meaning together with another one: network.cidr with mode = \"use\", or \
            cloudreactor.api_base_url with cloudreactor.site. To pass over it would let a reader believe that it \
            holds. A mode that is not set has its default, which is \"create\".",
    remedy: &[
        "Take the key out, or set the mode that it belongs to; the help names it.",
        "If the key comes from a shared file that other specs build on, move it to the files of those specs.",
    ],
};

pub(super) const INVALID_ARGUMENTS: Explanation = Explanation {
    means: "The command line asks for something that cannot be done as it stands: a --set that is not key=value, a \
            --zone without an id, a template of a part that the spec does not create, a code that does not exist. \
            Nothing was asked of AWS or CloudReactor.",
    remedy: &["Correct the argument; each command describes its own:", "    groundwork COMMAND --help"],
};

pub(super) const UNWRITABLE: Explanation = Explanation {
    means: "A file, a folder or the output could not be written: not permitted, a full disk, a folder that is not \
            there. Files are written beside their place and then renamed, so an old one stays whole. A pipe that its \
            reader closes is no error.",
    remedy: &["Check the path, its owner and the free space:", "    ls -ld FOLDER", "    df FOLDER"],
};

pub(super) const INVALID_NAME: Explanation = Explanation {
    means: "A name or an id breaks the rules of the service that it is for: a stack's name, a cluster's, a resource's \
            id, a Region. AWS would refuse it, some of them only after other resources were made; so it is refused \
            before. Names are also the base of other names, which are held to their length.",
    remedy: &[
        "Write a name of the form that the message describes.",
        "To refer to something by its Name tag instead of its id, use a table: { name = \"NAME\" }.",
        "To refer to a stack's output, use { stack = \"STACK\", output = \"OUTPUT\" }.",
    ],
};

pub(super) const INVALID_TAG: Explanation = Explanation {
    means: "A tag in [tags] cannot be set on everything that carries tags. IAM is the strictest: letters, digits, \
            blanks and _ . : / = + - @, and names that differ only in their case are the same to it. Names that begin \
            with aws: belong to AWS, and those with groundwork: to groundwork.",
    remedy: &[
        "Change the tag as the message says, or take it out of [tags].",
        "For a tag that only one service takes, set it on that resource outside of groundwork's stacks.",
    ],
};

pub(super) const INVALID_CIDR: Explanation = Explanation {
    means: "network.cidr is no block that works for the VPC. It is cut into 16 subnets of equal size, AWS makes no \
            subnet smaller than a /28 and no VPC larger than a /16: that leaves /16 to /24. Bits behind the prefix are \
            refused, since AWS would cut them off and every later plan would find a difference. Blocks that AWS or \
            Docker on AWS use for themselves are refused too.",
    remedy: &[
        "Use a private block from /16 to /24 that overlaps no network which this VPC is to be connected with.",
        "    groundwork plan -f PATH --set network.cidr=10.0.0.0/16",
        "The block of a VPC can only be set at its creation: to change it later replaces the network.",
    ],
};

pub(super) const SUBNETS_DO_NOT_FIT: Explanation = Explanation {
    means: "A subnet has no place in the VPC's block. Each zone has two of the 16 places, by the number at the end of \
            its zone id: so adding a zone never moves the subnet of another one. Zones with a number above 8 have no \
            place, and neither have more than 8 zones.",
    remedy: &[
        "Use other zones, or fewer. This shows the zone ids:",
        "    aws ec2 describe-availability-zones --region REGION --query 'AvailabilityZones[].[ZoneName,ZoneId]'",
        "For a network that is laid out differently, make it yourself and set network.mode = \"use\".",
    ],
};

pub(super) const NAT_WITHOUT_PUBLIC_SUBNET: Explanation = Explanation {
    means: "A NAT gateway stands in a public subnet, and serves the private subnet of its zone. The spec asks for one \
            in a zone without a public subnet, or for more gateways than there are public subnets.",
    remedy: &[
        "Add the zone to network.public_zones.",
        "Or let all private subnets share one gateway: nat = \"single\". It needs one public zone, and if that zone \
         fails, no task gets out.",
        "Or do without gateways: nat = \"none\" with the endpoints that GW1205 names.",
    ],
};

pub(super) const UNKNOWN_ENDPOINT: Explanation = Explanation {
    means: "network.endpoints names a service that groundwork makes no VPC endpoint for. It knows those that Fargate \
            tasks commonly need; the help names the nearest ones.",
    remedy: &[
        "Take the name without the Region: ecr.api, and not com.amazonaws.us-west-2.ecr.api.",
        "Make an endpoint of another service outside of groundwork's stack; the VPC's id is an output of it:",
        "    groundwork status -f PATH",
    ],
};

pub(super) const NO_WAY_OUT: Explanation = Explanation {
    means: "Tasks would run in private subnets that have no NAT gateway, and the endpoints that Fargate needs are not \
            all there. Before a task starts, Fargate fetches its image from ECR, whose layers are in S3, and opens its \
            log in CloudWatch Logs: without a way to these, no task ever starts.",
    remedy: &[
        "Set nat = \"single\" or nat = \"per-zone\".",
        "Or add the endpoints: endpoints = [\"s3\", \"ecr.api\", \"ecr.dkr\", \"logs\"]. Tasks then start, but cannot \
         reach CloudReactor's API.",
        "Or run tasks in public subnets: tasks_in = \"public\".",
    ],
};

pub(super) const PARTITION_UNSUPPORTED: Explanation = Explanation {
    means: "The Region is in another partition of AWS (China, GovCloud, the European Sovereign Cloud or an isolated \
            one) than the principal that is to assume the role. No role can be assumed from another partition, and \
            CloudReactor's own principal is in the partition aws.",
    remedy: &[
        "Use a Region of the partition aws.",
        "With a CloudReactor of your own in that partition, set role.principal to the ARN of its principal.",
    ],
};

pub(super) const NO_SUBNET_FOR_TASKS: Explanation = Explanation {
    means: "The Run Environment would have no subnet: network.tasks_in names a kind of subnet that the spec asks for \
            none of, or network.subnets is an empty list. CloudReactor could not start any task.",
    remedy: &[
        "Ask for zones of that kind: private_zones = 2, or public_zones = 2.",
        "Or run tasks in the other kind: tasks_in = \"public\".",
        "Or leave the network out altogether, and set it in the dashboard: network.mode = \"skip\".",
    ],
};

pub(super) const DUPLICATE: Explanation = Explanation {
    means: "The same thing is there twice: an entry of a list, a zone that is named once by its name and once by its \
            id, or the name of two stacks. Names and ids of zones belong together differently in each account, so \
            some of this shows only once AWS has told them.",
    remedy: &["Take one of the two out, or give the stacks different names with stack_name."],
};

pub(super) const INSECURE_URL: Explanation = Explanation {
    means: "cloudreactor.api_base_url is not https. The login and the role's external id go there, and anybody on the \
            way could read them. Only this machine (localhost and loopback addresses) may do without, for tests.",
    remedy: &["Write the URL with https://. If the site does not offer https, set it up there first."],
};
