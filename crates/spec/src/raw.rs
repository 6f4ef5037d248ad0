//! The spec as it is written: every key, once.
//!
//! The comments here are the descriptions of the JSON Schema, which editors show. A default that is a
//! fixed value stands in the schema, too; a test holds it against what [`crate::resolve`] does.

mod rollout;

use groundwork_model::plan::Class;
use groundwork_model::problem::Problem;
use groundwork_model::spec::{ContainerInsights, Endpoint, Tier};
use groundwork_model::{
    AccountId, ClusterName, Code, EnvironmentName, Region, RunEnvironmentName, SecurityGroupId, StackName, SubnetId,
    VpcId,
};
use schemars::json_schema;

use crate::address::{BaseUrl, Cidr};
use crate::ignore::{At, FieldPath, Reason, Until};
use crate::read::{Flag, Key, List, Node, Read, Section, leaf_schema, section};
use crate::reference::{ClusterReference, GroupReference, One, Several};
use crate::tables::Tables;
use crate::tags::Tags;
use crate::text::{DomainSuffix, LogGroupPattern, PathPrefix, Principal, SecretsPrefix, Site, Text};
use crate::word::{Mode, NetworkMode, OneOf};
use crate::zone::{NatChoice, ZoneChoice};

pub(crate) use rollout::{
    AssumeRoleSection, OrganizationSection, ReaderSection, RolloutRoleSection, RolloutSection,
    TargetEnvironmentSection, TargetSection, TargetsSection, WaveSection,
};

/// The version of the spec's format that this groundwork understands.
const VERSION: i128 = 1;

/// The tables with known keys, by dotted name; a table within a table is a key of it, too. What a target
/// says on top of the other tables has their keys, and is not listed.
pub(crate) const SECTIONS: [(&str, &[Key]); 26] = [
    ("environment", EnvironmentSection::KEYS),
    ("role", RoleSection::KEYS),
    ("network", NetworkSection::KEYS),
    ("cluster", ClusterSection::KEYS),
    ("cloudreactor", CloudReactorSection::KEYS),
    ("policy", PolicySection::KEYS),
    ("policy.role", RulesSection::KEYS),
    ("policy.network", RulesSection::KEYS),
    ("policy.cluster", RulesSection::KEYS),
    ("policy.cloudreactor", RulesSection::KEYS),
    ("drift", DriftSection::KEYS),
    (IGNORE, IgnoreSection::KEYS),
    ("rollout", RolloutSection::KEYS),
    ("rollout.assume_role", AssumeRoleSection::KEYS),
    ("rollout.role", RolloutRoleSection::KEYS),
    ("rollout.role.administrator", ReaderSection::KEYS),
    ("rollout.role.administrator.assume_role", AssumeRoleSection::KEYS),
    ("wave", WaveSection::KEYS),
    (TARGET, TargetSection::KEYS),
    ("target.environment", TargetEnvironmentSection::KEYS),
    ("target.assume_role", AssumeRoleSection::KEYS),
    (TARGETS, TargetsSection::KEYS),
    (ORGANIZATION, OrganizationSection::KEYS),
    ("targets.organization.assume_role", AssumeRoleSection::KEYS),
    ("targets.organization.reader", ReaderSection::KEYS),
    ("targets.organization.reader.assume_role", AssumeRoleSection::KEYS),
];

/// The key of the list of differences that are known.
pub(crate) const IGNORE: &str = "drift.ignore";

/// The key of the list of targets.
pub(crate) const TARGET: &str = "target";

/// The key of the table with targets that are found.
pub(crate) const TARGETS: &str = "targets";

/// The key of the table that says whose accounts they are.
pub(crate) const ORGANIZATION: &str = "targets.organization";

section! {
    /// What groundwork sets up for CloudReactor in one AWS account and Region, or in each `[[target]]`. The
    /// keys `version`, `environment.name` and `environment.region` are needed; everything else has a default.
    /// A spec may be spread over several files, so no key is required in any one of them.
    SpecSection {
        /// The version of the spec's format: 1.
        version: Version,
        /// Which account and Region, and the name that other names derive from.
        environment: EnvironmentSection,
        /// Tags for everything that can carry tags, next to groundwork's own.
        tags: Tags,
        /// The IAM role that CloudReactor assumes, and what belongs to it.
        role: RoleSection,
        /// The network that tasks run in.
        network: NetworkSection,
        /// The ECS cluster that tasks run on.
        cluster: ClusterSection,
        /// The Run Environment in CloudReactor. Credentials never stand here: they come from the
        /// variables CLOUDREACTOR_API_KEY, or CLOUDREACTOR_USERNAME and CLOUDREACTOR_PASSWORD.
        cloudreactor: CloudReactorSection,
        /// What may be done to what exists, whoever applies the spec. Without any rule, all classes of
        /// change but create and update need --allow.
        policy: PolicySection,
        /// Which differences between what is declared and what is live are known.
        drift: DriftSection,
        /// How targets are reached, and what becomes of those that are not.
        rollout: RolloutSection,
        /// The waves in which targets are changed, in this order. By default one, named `all`.
        wave: Tables<WaveSection>,
        /// The accounts and Regions that are set up, where there are several. Everything else in the spec
        /// holds for each of them, and a target says what differs there.
        #[schemars(extend("minItems" = 1))]
        target: Tables<TargetSection>,
        /// Accounts and Regions that nobody lists: they are found when the spec is used.
        targets: TargetsSection,
    }
}

section! {
    /// One AWS account and Region.
    EnvironmentSection {
        /// Its name: letters and digits. The names of stacks, cluster and Run Environment derive from
        /// it, and tasks find their secrets under it.
        name: Text<EnvironmentName>,
        /// The AWS Region, such as us-west-2. It may be left out where each target has its own.
        region: Text<Region>,
        /// The only account that this spec may be applied to. With any other account's credentials,
        /// nothing happens.
        account_id: Text<AccountId>,
    }
}

section! {
    /// The IAM role that CloudReactor assumes, the role that tasks start with, and the function that
    /// starts workflows on schedule.
    RoleSection {
        /// Where the role comes from: `create` makes a stack and keeps it up to date, `use` takes the
        /// role from a stack that somebody else keeps.
        #[schemars(extend("default" = "create"))]
        mode: OneOf<Mode>,
        /// The CloudFormation stack's name. By default CloudReactor- and the environment's name, as
        /// CloudReactor's own tools call it.
        stack_name: Text<StackName>,
        /// Whether a stack of that name that groundwork did not make may be taken over: it is then
        /// updated in place, keeps its keys, and is groundwork's from then on.
        #[schemars(extend("default" = false))]
        ["create"] adopt: Flag,
        /// The log groups in CloudWatch that tasks may write to; * stands for any characters.
        #[schemars(extend("default" = "*"))]
        ["create"] log_group_pattern: Text<LogGroupPattern>,
        /// Where tasks' secrets stand in Secrets Manager. Tasks may read what is under this, then the
        /// environment's name, then /common/. Ends with a slash, unless it is empty.
        #[schemars(extend("default" = "CloudReactor/"))]
        ["create"] secrets_path_prefix: Text<SecretsPrefix>,
        /// What the names of the Lambda functions begin with that CloudReactor may invoke. Empty:
        /// all functions.
        #[schemars(extend("default" = ""))]
        ["create"] lambda_path_prefix: Text<PathPrefix>,
        /// Who may assume the role, by ARN. By default CloudReactor's own principal, which exists in
        /// the commercial partition of AWS only; a self-hosted CloudReactor has one of its own.
        ["create"] principal: Text<Principal>,
        /// The hosts that the function which starts workflows may call: with a dot in front a domain
        /// with all hosts in it, without one exactly that host. By default .cloudreactor.io, or the
        /// host of cloudreactor.api_base_url.
        ["create"] domain_suffix: Text<DomainSuffix>,
    }
}

section! {
    /// The network that tasks run in.
    NetworkSection {
        /// Where the network comes from: `create` makes a stack and keeps it up to date, `use` names
        /// subnets that exist, `skip` leaves the Run Environment's network as it is.
        #[schemars(extend("default" = "create"))]
        mode: OneOf<NetworkMode>,
        /// The CloudFormation stack's name. By default CloudReactor-, the environment's name, -network.
        ["create"] stack_name: Text<StackName>,
        /// Whether a stack of that name that groundwork did not make may be taken over.
        #[schemars(extend("default" = false))]
        ["create"] adopt: Flag,
        /// The VPC's IPv4 block, /16 to /24. It is cut into 16 subnets, two for each zone, and can
        /// never be changed in place: choose one that overlaps no network that it may be joined with.
        #[schemars(extend("default" = "10.0.0.0/16"))]
        ["create"] cidr: Cidr,
        /// The zones that get a public subnet: names (us-west-2a), ids (usw2-az1), or how many.
        #[schemars(extend("default" = 2))]
        ["create"] public_zones: ZoneChoice,
        /// The zones that get a private subnet: names (us-west-2a), ids (usw2-az1), or how many.
        #[schemars(extend("default" = 2))]
        ["create"] private_zones: ZoneChoice,
        /// Where NAT gateways stand, by which private subnets reach the internet: `none`; `single`, one
        /// for all; `per-zone`, one in each zone with a private subnet, which survives the loss of a
        /// zone; or a list of zones. Each needs a public subnet in its zone and costs about $33 a
        /// month. By default single where there are both kinds of subnets, else none.
        ["create"] nat: NatChoice,
        /// AWS services that are reached without the internet. s3 and dynamodb are free; each other one
        /// costs about $7 a month and zone. By default s3 and dynamodb where there are private
        /// subnets, else none.
        ["create"] endpoints: List<OneOf<Endpoint>>,
        /// The subnets that tasks run in. By default private where there are private subnets, else
        /// public; tasks in public subnets get a public address.
        ["create"] tasks_in: OneOf<Tier>,
        /// The VPC that the subnets lie in: its id, { name = .. } for a Name tag, or
        /// { stack = .., output = .. } for the output of a CloudFormation stack. It may be left out.
        ["use"] vpc: One<VpcId>,
        /// The subnets that tasks run in: one or a list, each by id, Name tag or stack output. An
        /// output may hold several ids with commas between them.
        ["use"] subnets: Several<SubnetId>,
        /// The security groups of tasks: one or a list, each by id, Name tag or stack output. None:
        /// the VPC's default group.
        ["use"] security_groups: Several<SecurityGroupId>,
        /// Whether tasks get a public address. By default yes in public subnets, no in private ones.
        ["use"] assign_public_ip: Flag,
    }
}

section! {
    /// The ECS cluster that tasks run on.
    ClusterSection {
        /// Where the cluster comes from: `create` makes a stack and keeps it up to date, `use` names a
        /// cluster that exists; FARGATE and FARGATE_SPOT are added to it where they are missing.
        #[schemars(extend("default" = "create"))]
        mode: OneOf<Mode>,
        /// The CloudFormation stack's name. By default CloudReactor-, the environment's name, -cluster.
        ["create"] stack_name: Text<StackName>,
        /// Whether a stack of that name that groundwork did not make may be taken over.
        #[schemars(extend("default" = false))]
        ["create"] adopt: Flag,
        /// The cluster's name. By default the environment's name.
        ["create"] name: Text<ClusterName>,
        /// What CloudWatch Container Insights collects: `enhanced` metrics of each container, at a
        /// price; `enabled`; or `disabled`.
        #[schemars(extend("default" = "enabled"))]
        ["create"] container_insights: OneOf<ContainerInsights>,
        /// The cluster: its name, its ARN, or { stack = .., output = .. } for the output of a
        /// CloudFormation stack.
        ["use"] cluster: ClusterReference,
    }
}

section! {
    /// The Run Environment, and the CloudReactor that it stands in.
    CloudReactorSection {
        /// The group that the Run Environment belongs to: its name, or its id as a number. It may be
        /// left out by those who have only one.
        group: GroupReference,
        /// The Run Environment's name. By default the environment's name.
        run_environment: Text<RunEnvironmentName>,
        /// Whether a Run Environment of that name that stands for another AWS account may be taken
        /// over.
        #[schemars(extend("default" = false))]
        adopt: Flag,
        /// Another site of the vendor's: X stands for https://api.X.cloudreactor.io.
        site: Text<Site>,
        /// The base URL of a self-hosted CloudReactor's API, without /api/v1. https, unless it leads
        /// to this machine.
        #[schemars(extend("default" = "https://api.cloudreactor.io"))]
        api_base_url: BaseUrl,
        /// The base URL of the dashboard. By default that of the API, with dash. in place of api.
        dashboard_base_url: BaseUrl,
    }
}

section! {
    /// Rules for changes, in every component and in single ones.
    PolicySection {
        /// The classes of change that need no --allow, in any component.
        #[schemars(extend("default" = []))]
        allow: List<OneOf<Class>>,
        /// The classes of change that are refused in every component, whatever --allow and other rules
        /// say.
        #[schemars(extend("default" = []))]
        deny: List<OneOf<Class>>,
        /// Rules for the role, on top of those for every component.
        role: RulesSection,
        /// Rules for the network, on top of those for every component.
        network: RulesSection,
        /// Rules for the cluster, on top of those for every component.
        cluster: RulesSection,
        /// Rules for the Run Environment, on top of those for every component.
        cloudreactor: RulesSection,
    }
}

section! {
    /// Rules for changes in one component.
    RulesSection {
        /// Whether deleting the component or anything in it, and replacing it, is refused, whatever
        /// --allow and other rules say.
        #[schemars(extend("default" = false))]
        protect: Flag,
        /// The classes of change that need no --allow in this component.
        #[schemars(extend("default" = []))]
        allow: List<OneOf<Class>>,
        /// The classes of change that are refused in this component, whatever --allow and other rules
        /// say.
        #[schemars(extend("default" = []))]
        deny: List<OneOf<Class>>,
    }
}

section! {
    /// Rules for differences between what is declared and what is live, as groundwork drift finds them.
    DriftSection {
        /// Differences that are known: they are listed apart and do not count, until their day.
        ignore: Tables<IgnoreSection>,
    }
}

section! {
    /// A difference that is known.
    #[schemars(extend("required" = ["at", "until", "reason"]))]
    IgnoreSection {
        /// The component (role, network, cluster or cloudreactor), or with a slash an object of its stack by its name
        /// in the template: network/TaskSecurityGroup.
        at: At,
        /// The field as the report names it, or what it begins with: SecurityGroupIngress means every rule that lets
        /// something in. Without it, every field is meant, and the object as a whole.
        field: Text<FieldPath>,
        /// The last day on which it is ignored, in UTC.
        until: Until,
        /// Why. It stands in the report.
        reason: Text<Reason>,
    }
}

/// The version of the spec's format.
#[derive(Debug)]
pub(crate) struct Version;

impl Read for Version {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        match node.integer() {
            Some(VERSION) => return Some(Self),
            None => problems.push(node.wrong_type("an integer")),
            Some(other) => {
                let message = format!("version {other} of the spec is not known");
                let problem = node.problem(Code::InvalidValue, message);
                problems.push(problem.help(format!("this groundwork understands version {VERSION}")));
            }
        }
        None
    }
}

leaf_schema!([] Version, json_schema!({ "type": "integer", "const": VERSION as i64 }));
