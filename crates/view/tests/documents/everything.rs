//! Plans, specs and bases in which every variant of the model stands somewhere.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use groundwork_model::basis::{Basis, CloudReactorBasis, ClusterBasis, Digest, StackBasis};
use groundwork_model::cost::{Alternative, Billable, Cost, CostItem, Price, Unit, UsagePrice};
use groundwork_model::diagnosis::{Condition, Diagnosis};
use groundwork_model::drift::{DriftRules, Ignore};
use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{
    Action, Class, Component, ComponentPlan, Egress, Plan, Purpose, Reason, Shown, Subject, Unknown,
};
use groundwork_model::policy::{Policy, Rules};
use groundwork_model::problem::{Place, Problem};
use groundwork_model::spec::{
    Adoption, CloudReactor, Cluster, ClusterRef, ContainerInsights, Endpoint, Environment, ExistingNetwork, GroupRef,
    ManagedCluster, ManagedNetwork, ManagedRole, Nat, Network, OutputRef, Reference, Role, Spec, Tier, ZoneRef, Zones,
};
use groundwork_model::stack_set::{CallAs, DeployStackSet, MissingStacks, Preferences, StackSetKind};
use groundwork_model::step::{
    Announced, ContinueRollback, DeleteStack, DeployKind, DeployStack, Draft, FollowStack, Op, ParameterValue,
    PutCapacityProviders, RollBack, RunEnvironmentDraft, SecretKind, Step, StepId,
};
use groundwork_model::world::{Group, StrategyItem};
use groundwork_model::{Code, StackId};
use serde_json::json;

use crate::sample::{self, changed, field, forcing, id, output, part, subject, target};

pub const UUID: &str = "745fcdb7-fbab-4661-a07c-abcec263c956";

/// Every step.
pub const STEPS: [StepId; 5] =
    [StepId::Role, StepId::Network, StepId::Cluster, StepId::ClusterProviders, StepId::RunEnvironment];

pub fn reference() -> OutputRef {
    OutputRef { stack: id("base"), key: id("Vpc") }
}

pub fn digest() -> Digest {
    Digest("0123456789abcdef".repeat(4))
}

fn stack_id() -> StackId {
    id("arn:aws:cloudformation:us-west-2:123456789012:stack/CloudReactor-staging/1")
}

/// A problem with everything that it can have, at each place that it can be at.
pub fn problems() -> Vec<Problem> {
    let places = [
        Some(Place::File { path: "spec.toml".to_owned(), line: 3, column: 8, span: 0..0, text: "".into() }),
        Some(Place::Variable { name: "GROUNDWORK_ROLE__MODE".to_owned() }),
        Some(Place::Argument { text: "role.mode=use".to_owned() }),
        Some(Place::Default),
        None,
    ];
    let problem = |place: Option<Place>| Problem {
        key: place.is_some().then(|| "role.mode".to_owned()),
        place,
        ..Problem::new(Code::NotChecked, "\"é\" was not checked").because("it is \u{1f980}").help("line\nbreak")
    };
    places.map(problem).to_vec()
}

pub fn subjects() -> Vec<Subject> {
    vec![
        Subject::Stack(id("CloudReactor-staging")),
        Subject::StackSet(id("CloudReactor-staging")),
        Subject::Cluster(id("shared")),
        Subject::Network("2 subnets".to_owned()),
        Subject::RunEnvironment { name: id("staging"), group: "example".to_owned() },
        Subject::None,
    ]
}

pub fn shown() -> Vec<Shown> {
    vec![
        Shown::Absent,
        Shown::Json(json!(null)),
        Shown::Json(json!({ "a": [1, -1.5, "b", true, null] })),
        Shown::Unknown(Unknown::Output(reference())),
        Shown::Unknown(Unknown::Resource(id("Vpc"))),
        Shown::Unknown(Unknown::Generated),
        Shown::Secret,
    ]
}

fn permissions() -> Vec<PermissionChange> {
    let pairs = [(Direction::Gained, PermissionKind::Act), (Direction::Lost, PermissionKind::Assume)];
    let change = |(direction, kind)| PermissionChange {
        logical_id: id("TaskRole"),
        direction,
        kind,
        holder: "tasks".to_owned(),
        actions: vec!["ecs:RunTask".to_owned()],
        resources: vec!["*".to_owned()],
        conditions: vec!["in us-west-2".to_owned()],
    };
    pairs.map(change).to_vec()
}

fn components() -> Vec<ComponentPlan> {
    let reasons = [
        Reason::Converged,
        Reason::Missing,
        Reason::Differs,
        Reason::Adopted,
        Reason::NotWanted,
        Reason::Corpse("ROLLBACK_COMPLETE".to_owned()),
        Reason::OnlyReferred,
        Reason::Skipped,
        Reason::Destroy,
        Reason::NotOurs,
        Reason::Kept,
        Reason::NotStuck,
        Reason::AtRest,
        Reason::UnderWay("UPDATE_IN_PROGRESS".to_owned()),
        Reason::RollbackStopped("UPDATE_ROLLBACK_FAILED".to_owned()),
        Reason::NotRolledBack("UPDATE_FAILED".to_owned()),
        Reason::Leftover("DELETE_FAILED".to_owned()),
    ];
    let actions = [Action::NoOp, Action::Create, Action::Update, Action::Replace, Action::Delete];
    let signs = ["+ A EC2::VPC 10.0.0.0/16", "~ B EC2::EIP", "± C EC2::EIP", "- D EC2::EIP"];
    let fields = shown().into_iter().map(|value| field("a.b", Shown::Absent, value));
    let components = reasons.into_iter().enumerate().map(|(index, reason)| ComponentPlan {
        subject: subjects()[index % subjects().len()].clone(),
        ..part(Component::ALL[index % Component::ALL.len()], actions[index % actions.len()], reason)
    });
    let whole = ComponentPlan {
        resources: signs.map(|line| changed(line, fields.clone().collect())).to_vec(),
        fields: vec![forcing("Tags[Name]", output("base", "Vpc"), Shown::Secret)],
        kept: vec!["logging".to_owned()],
        permissions: permissions(),
        ..part(Component::Network, Action::Update, Reason::Differs)
    };
    components.chain([whole]).collect()
}

fn deploy(kind: DeployKind) -> Op {
    let secret = |kind| ParameterValue::Generated(kind);
    let announced = |action| Announced { resource_type: "AWS::EC2::EIP".to_owned(), action, dynamic: true };
    Op::DeployStack(DeployStack {
        stack: id("CloudReactor-staging"),
        kind,
        template: "{}".into(),
        parameters: BTreeMap::from([
            (id("A"), ParameterValue::Literal("a".to_owned())),
            (id("B"), ParameterValue::Previous),
            (id("C"), secret(SecretKind::ExternalId)),
            (id("D"), secret(SecretKind::StarterKey)),
        ]),
        tags: BTreeMap::from([("team".to_owned(), "data".to_owned())]),
        announced: BTreeMap::from([(id("A"), announced(Action::Replace)), (id("B"), announced(Action::Delete))]),
    })
}

fn preferences() -> Preferences {
    Preferences { max_concurrent: NonZeroUsize::new(20).expect("20 is not 0"), max_failures: 2 }
}

fn deploy_set(kind: StackSetKind, call_as: CallAs) -> Op {
    let Op::DeployStack(DeployStack { template, parameters, tags, .. }) = deploy(DeployKind::Create) else {
        panic!("it deploys a stack")
    };
    Op::DeployStackSet(DeployStackSet {
        stack_set: id("CloudReactor-staging"),
        call_as,
        kind,
        template,
        parameters,
        tags,
        auto_deployment: true,
        units: vec!["ou-ab12-cdef5678".to_owned()],
        missing: vec![MissingStacks {
            wave: id("canary"),
            region: id("us-west-2"),
            accounts: vec![id("123456789012")],
            preferences: preferences(),
        }],
    })
}

fn draft(existing: bool) -> Op {
    let fields = BTreeMap::from([
        ("region".to_owned(), Draft::Known(json!("us-west-2"))),
        ("network.subnets".to_owned(), Draft::OutputList(reference())),
        ("cluster_arn".to_owned(), Draft::Output(reference())),
        ("external_id".to_owned(), Draft::Parameter { stack: id("base"), key: id("ExternalID") }),
    ]);
    Op::PutRunEnvironment(RunEnvironmentDraft {
        name: id("staging"),
        group: Group { id: u64::MAX, name: "example".to_owned() },
        existing: existing.then(|| id(UUID)),
        announced_aws: ["region".to_owned()].into(),
        announced_ecs: ["cluster_arn".to_owned()].into(),
        aws: fields.clone(),
        ecs: fields,
    })
}

fn steps() -> Vec<Step> {
    let strategy = vec![StrategyItem { provider: "FARGATE".to_owned(), weight: 1, base: 0 }];
    let ops = vec![
        deploy(DeployKind::Create),
        deploy(DeployKind::Recreate { corpse: stack_id() }),
        deploy(DeployKind::Update { id: stack_id(), updated: Some("2026-11-24T12:00:00Z".to_owned()) }),
        deploy(DeployKind::Update { id: stack_id(), updated: None }),
        Op::DeleteStack(DeleteStack {
            stack: id("CloudReactor-staging"),
            id: stack_id(),
            only_in: None,
            retain: Default::default(),
        }),
        Op::DeleteStack(DeleteStack {
            stack: id("CloudReactor-staging"),
            id: stack_id(),
            only_in: Some("DELETE_FAILED".to_owned()),
            retain: [id("Vpc")].into(),
        }),
        Op::ContinueRollback(ContinueRollback {
            stack: id("CloudReactor-staging"),
            id: stack_id(),
            skip: [id("Vpc")].into(),
        }),
        Op::FollowStack(FollowStack { stack: id("CloudReactor-staging"), id: stack_id() }),
        Op::RollBack(RollBack { stack: id("CloudReactor-staging"), id: stack_id() }),
        deploy_set(StackSetKind::Create, CallAs::Management),
        deploy_set(StackSetKind::Update { preferences: preferences() }, CallAs::DelegatedAdmin),
        deploy_set(StackSetKind::Keep, CallAs::DelegatedAdmin),
        Op::PutCapacityProviders(PutCapacityProviders {
            cluster: id("arn:aws:ecs:us-west-2:123456789012:cluster/shared"),
            providers: vec!["FARGATE".to_owned()],
            strategy,
        }),
        draft(true),
        draft(false),
        Op::DeleteRunEnvironment { uuid: id(UUID), name: id("staging") },
    ];
    let step = |(index, op)| Step {
        id: STEPS[index % STEPS.len()],
        component: Component::ALL[index % Component::ALL.len()],
        needs: STEPS[..index % STEPS.len()].iter().copied().collect(),
        op,
    };
    ops.into_iter().enumerate().map(step).collect()
}

fn price(unit: Unit) -> Price {
    Price {
        amount: id("0.045"),
        unit,
        region: id("us-west-2"),
        is_estimate: true,
        source: "AWS".to_owned(),
        as_of: "2026-11".to_owned(),
    }
}

fn cost() -> Cost {
    let hourly = [Billable::NatGateway, Billable::PublicAddress, Billable::InterfaceEndpoint];
    let used = [Billable::NatTraffic, Billable::EndpointTraffic];
    Cost {
        items: hourly.map(|what| CostItem { what, before: 2, after: 1, price: price(Unit::Hour) }).to_vec(),
        usage: used.map(|what| UsagePrice { what, price: price(Unit::Gigabyte) }).to_vec(),
        alternatives: vec![Alternative {
            setting: "nat = \"none\"".to_owned(),
            saves: id("-0.000001"),
            drawback: "no way out".to_owned(),
        }],
    }
}

pub fn policy() -> Policy {
    let all = || Class::ALL.into_iter().collect();
    let rules = || Rules { allow: all(), deny: all() };
    let components = Component::ALL.map(|component| (component, rules())).into();
    Policy { everywhere: rules(), components, protected: Component::ALL.into() }
}

pub fn plan(purpose: Purpose) -> Plan {
    Plan {
        purpose,
        target: target(),
        components: components(),
        egress: Egress { kept: vec![id("203.0.113.7")], lost: vec![id("203.0.113.9")], gained: 1 },
        cost: cost(),
        policy: policy(),
        warnings: problems(),
        steps: steps(),
    }
}

fn network(nat: Nat, tasks_in: Tier) -> ManagedNetwork {
    ManagedNetwork {
        stack_name: id("CloudReactor-staging-network"),
        adoption: Adoption::Refuse,
        cidr: id("10.0.0.0/16"),
        public_zones: Zones::Count(2),
        private_zones: Zones::Listed(vec![ZoneRef::Name(id("us-west-2a")), ZoneRef::Id(id("usw2-az2"))]),
        nat,
        endpoints: Endpoint::ALL.into(),
        tasks_in,
    }
}

fn existing(assign_public_ip: Option<bool>) -> Network {
    let references =
        || vec![Reference::Id("vpc-1".to_owned()), Reference::Name("prod".to_owned()), Reference::Output(reference())];
    Network::Use(ExistingNetwork {
        vpc: assign_public_ip.map(|_| Reference::Name("prod".to_owned())),
        subnets: references(),
        security_groups: references(),
        assign_public_ip,
    })
}

fn cluster(container_insights: ContainerInsights) -> Cluster {
    let (stack_name, name) = (id("CloudReactor-staging-cluster"), id("staging"));
    Cluster::Create(ManagedCluster { stack_name, adoption: Adoption::Adopt, name, container_insights })
}

fn spec(number: usize, role: Role, network: Network, cluster: Cluster) -> Spec {
    let groups = [None, Some(GroupRef::Id(7)), Some(GroupRef::Name("example".to_owned()))];
    let account_id = (number > 0).then(|| id("123456789012"));
    Spec {
        environment: Environment { name: id("staging"), region: id("us-west-2"), account_id },
        tags: BTreeMap::from([("cost center".to_owned(), "4711".to_owned())]),
        role,
        network,
        cluster,
        cloudreactor: CloudReactor {
            api_base_url: "https://api.cloudreactor.io".to_owned(),
            dashboard_base_url: "https://dash.cloudreactor.io".to_owned(),
            group: groups[number % groups.len()].clone(),
            run_environment: id("staging"),
            adoption: Adoption::Refuse,
        },
        policy: policy(),
        drift: if number == 0 { DriftRules::default() } else { drift_rules() },
    }
}

fn drift_rules() -> DriftRules {
    let ignore = |logical_id: Option<&str>, field: Option<&str>| Ignore {
        component: Component::Network,
        logical_id: logical_id.map(id),
        field: field.map(str::to_owned),
        until: "2027-01-31".parse().expect("a day"),
        reason: "known".to_owned(),
    };
    DriftRules { ignore: vec![ignore(None, None), ignore(Some("Vpc"), Some("Tags"))] }
}

/// Specs with every choice.
pub fn specs() -> Vec<Spec> {
    let role = |principal: Option<&str>| {
        Role::Create(ManagedRole {
            stack_name: id("CloudReactor-staging"),
            adoption: Adoption::Adopt,
            log_group_pattern: "*".to_owned(),
            secrets_path_prefix: "CloudReactor/".to_owned(),
            lambda_path_prefix: String::new(),
            principal: principal.map(id),
            domain_suffix: ".cloudreactor.io".to_owned(),
        })
    };
    let used = |cluster| Cluster::Use { cluster };
    let listed = Nat::Listed(vec![ZoneRef::Id(id("usw2-az1"))]);
    let arn = || id("arn:aws:ecs:us-west-2:123456789012:cluster/shared");
    let choices = [
        (role(None), Network::Create(network(Nat::None, Tier::Public)), cluster(ContainerInsights::Enhanced)),
        (
            role(Some("arn:aws:iam::123456789012:root")),
            Network::Create(network(Nat::Single, Tier::Private)),
            cluster(ContainerInsights::Enabled),
        ),
        (
            Role::Use { stack_name: id("base") },
            Network::Create(network(Nat::PerZone, Tier::Private)),
            cluster(ContainerInsights::Disabled),
        ),
        (role(None), Network::Create(network(listed, Tier::Private)), used(ClusterRef::Name(id("shared")))),
        (role(None), existing(Some(true)), used(ClusterRef::Arn(arn()))),
        (role(None), existing(None), used(ClusterRef::Output(reference()))),
        (role(None), Network::Skip, cluster(ContainerInsights::Enabled)),
    ];
    let numbered = choices.into_iter().enumerate();
    numbered.map(|(number, (role, network, cluster))| spec(number, role, network, cluster)).collect()
}

/// A basis in which nothing is there, or everything.
pub fn basis(full: bool) -> Basis {
    let stack = StackBasis {
        id: stack_id(),
        status: "UPDATE_COMPLETE".to_owned(),
        updated: full.then(|| "2026-11-24T08:42:00Z".to_owned()),
        last_event: full.then(|| "event".to_owned()),
        template: full.then(digest),
        parameters: BTreeMap::from([(id("A"), digest())]),
        tags: BTreeMap::from([("team".to_owned(), digest())]),
        outputs: BTreeMap::from([(id("Vpc"), digest())]),
        termination_protection: full,
    };
    let cluster = ClusterBasis {
        arn: id("arn:aws:ecs:us-west-2:123456789012:cluster/shared"),
        capacity_providers: digest(),
        stack: full.then(|| "base".to_owned()),
    };
    Basis {
        account: id("123456789012"),
        region: id("us-west-2"),
        key: "0123456789abcdef".repeat(4),
        zones: BTreeMap::from([(id("usw2-az1"), digest())]),
        stacks: BTreeMap::from([(id("base"), Some(stack)), (id("CloudReactor-staging"), None)]),
        network: BTreeMap::from([("subnet-1".to_owned(), digest())]),
        cluster: Some(cluster),
        cloudreactor: CloudReactorBasis {
            group: 2,
            run_environment: full.then(|| id(UUID)),
            fields: BTreeMap::from([("network.subnets".to_owned(), digest())]),
        },
    }
}

/// A thing of each component, as a plan names it.
pub fn things() -> Vec<(Component, Subject)> {
    let own = Component::ALL.map(|component| (component, subject(component)));
    own.into_iter().chain(subjects().into_iter().map(|subject| (Component::Cluster, subject))).collect()
}

/// Diagnoses with every condition.
pub fn diagnoses() -> Vec<Diagnosis> {
    use Condition::{Absent, Busy, RolledBack, Stuck, Well};
    let with = |condition| {
        let mut diagnosis = sample::diagnosis();
        diagnosis.stacks.iter_mut().for_each(|stack| {
            stack.condition = condition;
            if let Some(cause) = stack.story.as_mut().and_then(|story| story.cause.as_mut()) {
                cause.code = (condition == Well).then(|| "AccessDenied".to_owned());
            }
        });
        diagnosis
    };
    [Well, Absent, Busy, RolledBack, Stuck].map(with).to_vec()
}
