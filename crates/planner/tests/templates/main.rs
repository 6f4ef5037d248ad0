//! The templates: what they look like, that they hold together, and that CloudFormation's linter has
//! nothing against them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use groundwork_model::ParameterKey;
use groundwork_model::spec::{
    Adoption, CloudReactor, Cluster, ClusterRef, ContainerInsights, Endpoint, Environment, ExistingNetwork,
    ManagedCluster, ManagedNetwork, ManagedRole, Nat, Network, Reference, Role, Spec, Tier, Zones,
};
use groundwork_model::step::{ParameterValue, SecretKind};
use groundwork_model::world::Zone;
use groundwork_planner::layout::layout;
use groundwork_planner::render::{Part, render};
use groundwork_planner::template::{self, INLINE_LIMIT_BYTES, Secrets, Template};
use serde_json::Value;

mod properties;
mod support;
use support::{dangling_references, listed, nat_in, zones};

fn env() -> Environment {
    let account_id = Some("123456789012".parse().expect("an account id"));
    Environment { name: "staging".parse().expect("a name"), region: "us-west-2".parse().expect("a Region"), account_id }
}

fn role() -> ManagedRole {
    ManagedRole {
        stack_name: "CloudReactor-staging".parse().expect("a stack name"),
        adoption: Adoption::Refuse,
        log_group_pattern: "*".to_owned(),
        secrets_path_prefix: "CloudReactor/".to_owned(),
        lambda_path_prefix: String::new(),
        principal: None,
        domain_suffix: ".cloudreactor.io".to_owned(),
    }
}

fn cluster() -> ManagedCluster {
    ManagedCluster {
        stack_name: "CloudReactor-staging-cluster".parse().expect("a stack name"),
        adoption: Adoption::Refuse,
        name: "staging".parse().expect("a cluster name"),
        container_insights: ContainerInsights::Enabled,
    }
}

/// The network that a spec without a network table asks for, more or less: two zones, one gateway.
fn network() -> ManagedNetwork {
    ManagedNetwork {
        stack_name: "CloudReactor-staging-network".parse().expect("a stack name"),
        adoption: Adoption::Refuse,
        cidr: "10.0.0.0/16".parse().expect("a block"),
        public_zones: Zones::Count(2),
        private_zones: Zones::Count(2),
        nat: Nat::Single,
        endpoints: BTreeSet::from([Endpoint::S3, Endpoint::DynamoDb]),
        tasks_in: Tier::Private,
    }
}

/// Networks of every shape.
fn networks() -> Vec<(&'static str, ManagedNetwork)> {
    let public_only = ManagedNetwork {
        public_zones: listed(&["us-west-2a", "us-west-2b"]),
        private_zones: Zones::Count(0),
        nat: Nat::None,
        tasks_in: Tier::Public,
        endpoints: BTreeSet::from([Endpoint::S3, Endpoint::EcrApi]),
        ..network()
    };
    let per_zone = ManagedNetwork {
        public_zones: listed(&["us-west-2a", "us-west-2b"]),
        private_zones: listed(&["us-west-2a", "us-west-2b"]),
        nat: Nat::PerZone,
        endpoints: Endpoint::FARGATE_NEEDS.into(),
        ..network()
    };
    let isolated = ManagedNetwork {
        cidr: "10.20.30.0/24".parse().expect("a block"),
        public_zones: Zones::Count(0),
        private_zones: listed(&["usw2-az3"]),
        nat: Nat::None,
        endpoints: Endpoint::FARGATE_NEEDS.into_iter().chain([Endpoint::SecretsManager]).collect(),
        ..network()
    };
    let some_gateways = ManagedNetwork {
        public_zones: Zones::Count(2),
        private_zones: Zones::Count(3),
        nat: nat_in(&["usw2-az2"]),
        endpoints: Endpoint::FARGATE_NEEDS.into(),
        ..network()
    };
    vec![
        ("network_single_nat", network()),
        ("network_public_only", public_only),
        ("network_nat_per_zone", per_zone),
        ("network_isolated", isolated),
        ("network_nat_listed", some_gateways),
    ]
}

fn network_template(env: &Environment, network: &ManagedNetwork, zones: &[Zone]) -> Template {
    let (layout, _) = layout(network, zones, None).expect("a layout");
    template::network(env, network, &layout)
}

/// Every template with the name of its snapshot.
fn goldens() -> Vec<(&'static str, Template)> {
    let own_principal = ManagedRole {
        principal: Some("arn:aws-us-gov:iam::111122223333:role/invoker".parse().expect("an ARN")),
        domain_suffix: "reactor.example.com".to_owned(),
        ..role()
    };
    let mut goldens = vec![
        ("role", template::role(&env(), &role())),
        ("role_self_hosted", template::role(&env(), &own_principal)),
        ("cluster", template::cluster(&env(), &cluster())),
    ];
    goldens.extend(networks().into_iter().map(|(name, network)| (name, network_template(&env(), &network, &zones(4)))));
    goldens
}

/// The largest network that a spec can ask for.
fn largest() -> Template {
    let env = Environment { name: "e".repeat(64).parse().expect("a name"), ..env() };
    let network = ManagedNetwork {
        cidr: "100.100.0.0/16".parse().expect("a block"),
        public_zones: Zones::Count(8),
        private_zones: Zones::Count(8),
        nat: Nat::PerZone,
        endpoints: Endpoint::ALL.into(),
        ..network()
    };
    network_template(&env, &network, &zones(8))
}

#[test]
fn templates_look_like_their_snapshots() {
    for (name, template) in goldens() {
        insta::assert_snapshot!(name, template.body());
    }
}

#[test]
fn every_template_fits_inline() {
    for (name, template) in goldens().into_iter().chain([("largest", largest())]) {
        let size = template.body().len();
        assert!(size <= INLINE_LIMIT_BYTES, "{name} has {size} bytes");
    }
}

#[test]
fn the_body_is_the_json() {
    for (name, template) in goldens() {
        let parsed: Value = serde_json::from_str(&template.body()).expect("JSON");
        assert_eq!(parsed, *template.json(), "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    for (name, template) in goldens().into_iter().chain([("largest", largest())]) {
        let dangling = dangling_references(template.json());
        assert!(dangling.is_empty(), "{name}: {dangling:?}");
    }
}

/// cfn-lint, as `xtask` installs it. Without it the check is skipped, but never in CI.
#[test]
fn cfn_lint() {
    let Some(linter) = variable("GROUNDWORK_CFN_LINT") else {
        assert!(variable("CI").is_none(), "GROUNDWORK_CFN_LINT has to be set in CI");
        skipped("GROUNDWORK_CFN_LINT is not set");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cfn-lint");
    std::fs::create_dir_all(&folder).expect("a folder");
    let files = goldens().into_iter().chain([("largest", largest())]).map(|(name, template)| {
        let file = folder.join(format!("{name}.json"));
        std::fs::write(&file, template.body()).expect("a written template");
        file
    });
    let mut command = Command::new(linter);
    // W3010 asks for Fn::GetAZs in place of zone names: its order may change and would replace subnets.
    command.args(["--regions", "us-west-2", "--format", "parseable", "--ignore-checks", "W3010", "--template"]);
    let output = command.args(files.collect::<Vec<_>>()).output().expect("cfn-lint runs");
    let report = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && report.trim().is_empty(), "{report}");
}

#[expect(clippy::disallowed_methods, reason = "a test is told by its surroundings what it may expect of them")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

#[expect(clippy::print_stderr, reason = "a test that was skipped has to say so")]
fn skipped(reason: &str) {
    eprintln!("skipped: {reason}");
}

#[test]
fn the_workflow_starter_does_what_it_shall() {
    let output = Command::new("python3")
        .args(["-m", "unittest", "--buffer", "workflow_starter_test"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 runs");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    assert!(report.contains("Ran ") && !report.contains("Ran 0 tests"), "{report}");
}

#[test]
fn no_parameter_of_the_role_is_ever_forgotten() {
    let role = ManagedRole { lambda_path_prefix: "jobs-".to_owned(), secrets_path_prefix: "s/".to_owned(), ..role() };
    let template = template::role(&env(), &role);
    let declared: BTreeSet<String> =
        template.json()["Parameters"].as_object().expect("parameters").keys().cloned().collect();
    for (secrets, external_id, starter_key) in [
        (
            Secrets::Fresh,
            ParameterValue::Generated(SecretKind::ExternalId),
            ParameterValue::Generated(SecretKind::StarterKey),
        ),
        (Secrets::Kept, ParameterValue::Previous, ParameterValue::Previous),
    ] {
        let given = template::role_parameters(&env(), &role, secrets);
        assert_eq!(given.keys().map(ToString::to_string).collect::<BTreeSet<_>>(), declared);
        let value = |name: &str| given[&name.parse::<ParameterKey>().expect("a key")].clone();
        assert_eq!(value("ExternalID"), external_id);
        assert_eq!(value("WorkflowStarterAccessKey"), starter_key);
        assert_eq!(value("DeploymentEnvironment"), ParameterValue::Literal("staging".to_owned()));
        assert_eq!(value("LambdaPathPrefix"), ParameterValue::Literal("jobs-".to_owned()));
        assert_eq!(value("SecretsPathPrefix"), ParameterValue::Literal("s/".to_owned()));
        assert_eq!(value("CloudwatchLogGroupPattern"), ParameterValue::Literal("*".to_owned()));
    }
}

/// What the published role template allows, by resource: nothing may come on top.
#[test]
fn the_roles_may_do_no_more_than_the_published_ones() {
    let published: BTreeSet<&str> = [
        "ecs:CreateService ecs:DeleteService ecs:DescribeServices ecs:DeregisterTaskDefinition ecs:ListClusters",
        "ecs:ListServices ecs:ListTaskDefinitions ecs:ListTaskDefinitionFamilies ecs:RunTask ecs:StartTask",
        "ecs:StopTask ecs:TagResource ecs:UpdateService ecs:UntagResource events:DeleteRule events:DescribeRule",
        "events:DisableRule events:EnableRule events:ListRules events:ListTargetsByRule events:PutEvents",
        "events:PutRule events:PutTargets events:RemoveTargets",
    ]
    .iter()
    .flat_map(|line| line.split(' '))
    .collect();
    let template = template::role(&env(), &role());
    let mut statements = Vec::new();
    support::collect_statements(template.json(), &mut statements);
    for statement in statements.iter().filter(|statement| statement.get("Resource").is_some()) {
        let actions: Vec<&str> =
            statement["Action"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let wide = statement["Resource"] == "*";
        let allowed = |action: &&&str| if wide { published.contains(**action) } else { !published.contains(**action) };
        assert_eq!(actions.iter().find(|action| !allowed(action)), None, "{statement}");
        let to_tasks = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
        if actions == ["iam:PassRole"] && statement["Resource"].is_object() {
            assert_eq!(to_tasks, "ecs-tasks.amazonaws.com", "roles of any name go to tasks only");
        }
    }
    let actions: BTreeSet<&str> = statements
        .iter()
        .filter_map(|statement| statement["Action"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let narrow = [
        "iam:PassRole",
        "lambda:InvokeFunction",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
    ];
    assert_eq!(actions, published.into_iter().chain(narrow).collect());
}

#[test]
fn no_template_assumes_the_partition() {
    for (name, template) in goldens() {
        let text = template.body().replace(template::CLOUDREACTOR_PRINCIPAL, "");
        assert!(!text.contains("arn:aws:"), "{name}");
    }
}

fn spec() -> Spec {
    Spec {
        environment: env(),
        tags: BTreeMap::from([("team".to_owned(), "data platform".to_owned())]),
        role: Role::Create(role()),
        network: Network::Create(network()),
        cluster: Cluster::Create(cluster()),
        policy: Default::default(),
        cloudreactor: CloudReactor {
            api_base_url: "https://api.cloudreactor.io".to_owned(),
            dashboard_base_url: "https://dash.cloudreactor.io".to_owned(),
            group: None,
            run_environment: "staging".parse().expect("a name"),
            adoption: Adoption::Refuse,
        },
        drift: Default::default(),
    }
}

#[test]
fn rendered_files_tell_how_to_install_by_hand() {
    let (network, cluster, role) = (network(), cluster(), role());
    let (layout, _) = layout(&network, &zones(4), None).expect("a layout");
    let files = render(&spec(), &[Part::Role(&role), Part::Network(&network, &layout), Part::Cluster(&cluster)]);
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    assert_eq!(names, ["role.json", "network.json", "cluster.json", "STEPS.md"]);
    assert_eq!(files[0].text.trim_end(), template::role(&env(), &role).body());
    insta::assert_snapshot!("steps", files[3].text);
}

#[test]
fn what_exists_already_is_only_named_in_the_instructions() {
    let reference = |text: &str| Reference::Name(text.to_owned());
    let existing = ExistingNetwork {
        vpc: None,
        subnets: vec![reference("apps-a"), Reference::Id("subnet-0a1b".to_owned())],
        security_groups: vec![reference("tasks")],
        assign_public_ip: None,
    };
    let spec = Spec {
        role: Role::Use { stack_name: "central-role".parse().expect("a stack name") },
        network: Network::Use(existing),
        cluster: Cluster::Use { cluster: ClusterRef::Name("shared".parse().expect("a cluster name")) },
        ..spec()
    };
    let files = render(&spec, &[]);
    assert_eq!(files.len(), 1);
    insta::assert_snapshot!("steps_with_what_exists", files[0].text);
}
