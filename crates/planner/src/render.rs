//! The templates as files, with instructions, for installing by hand what `apply` would install.
//!
//! No secret is made here: the instructions tell how to make them.

use std::fmt::Write as _;

use groundwork_model::spec::{
    Cluster, ClusterRef, Environment, ManagedCluster, ManagedNetwork, ManagedRole, Network, Role, Spec, Tier,
};
use groundwork_model::step::{ParameterValue, SecretKind};
use groundwork_model::{ParameterKey, StackName};

use crate::layout::Layout;
use crate::ownership::ENVIRONMENT_TAG;
use crate::template::{self, Secrets, Template, outputs};

/// The file with the instructions.
pub const STEPS_FILE: &str = "STEPS.md";

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: &'static str,
    /// What is in it.
    pub text: String,
}

/// A stack to render.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// The role stack.
    Role(&'a ManagedRole),
    /// The network stack, and where everything in it stands.
    Network(&'a ManagedNetwork, &'a Layout),
    /// The cluster stack.
    Cluster(&'a ManagedCluster),
}

impl Part<'_> {
    /// The name of its template's file.
    pub fn file_name(&self) -> &'static str {
        match self {
            Self::Role(_) => "role.json",
            Self::Network(..) => "network.json",
            Self::Cluster(_) => "cluster.json",
        }
    }

    fn stack_name(&self) -> &StackName {
        match self {
            Self::Role(role) => &role.stack_name,
            Self::Network(network, _) => &network.stack_name,
            Self::Cluster(cluster) => &cluster.stack_name,
        }
    }

    fn template(&self, env: &Environment) -> Template {
        match self {
            Self::Role(role) => template::role(env, role),
            Self::Network(network, layout) => template::network(env, network, layout),
            Self::Cluster(cluster) => template::cluster(env, cluster),
        }
    }
}

/// A file for each part's template, and the instructions.
pub fn render(spec: &Spec, parts: &[Part<'_>]) -> Vec<File> {
    let template =
        |part: &Part<'_>| File { name: part.file_name(), text: part.template(&spec.environment).body() + "\n" };
    let steps = File { name: STEPS_FILE, text: steps(spec, parts) };
    parts.iter().map(template).chain([steps]).collect()
}

fn steps(spec: &Spec, parts: &[Part<'_>]) -> String {
    let env = &spec.environment;
    let mut text = format!("# Environment {}, by hand\n\n", env.name);
    let account = env.account_id.as_ref().map_or("the account".to_owned(), |id| format!("account {id}"));
    push(&mut text, &format!("What `groundwork apply` does, step by step, in {account} and Region {}.", env.region));
    if parts.len() > 1 {
        push(&mut text, "The stacks do not depend on each other: make them in any order, or side by side.");
    }
    let mut number = 0;
    let mut heading = |text: &mut String, title: &str| {
        number += 1;
        push(text, &format!("\n## {number}. {title}\n"));
    };
    for part in parts {
        heading(&mut text, &format!("Stack {}", part.stack_name()));
        text.push_str(&stack_step(spec, part));
    }
    heading(&mut text, &format!("Run Environment {:?}", spec.cloudreactor.run_environment.as_str()));
    text.push_str(&run_environment_step(spec));
    if let Role::Create(role) = &spec.role {
        heading(&mut text, "Secrets of tasks");
        let folder = format!("{}{}/common/", role.secrets_path_prefix, env.name);
        push(&mut text, &format!("Tasks may read the secrets under `{folder}` in Secrets Manager."));
        push(&mut text, &format!("Keep CloudReactor's API key as `{folder}cloudreactor_api_key`."));
    }
    text
}

fn stack_step(spec: &Spec, part: &Part<'_>) -> String {
    let mut text = String::new();
    let parameters = match part {
        Part::Role(role) => template::role_parameters(&spec.environment, role, Secrets::Fresh),
        Part::Network(..) | Part::Cluster(_) => Default::default(),
    };
    push(&mut text, "```sh");
    for value in parameters.values() {
        if let ParameterValue::Generated(kind) = value {
            push(&mut text, &format!("{}=$(openssl rand -hex 16)", variable(*kind)));
        }
    }
    push(&mut text, &deploy_command(spec, part, &parameters.iter().filter_map(argument).collect::<Vec<_>>()));
    push(&mut text, "```");
    if !parameters.is_empty() {
        push(
            &mut text,
            "\nFor an update, leave `ExternalID` and `WorkflowStarterAccessKey` out: the stack keeps them.",
        );
        push(&mut text, "Give all other parameters again. In the console, enter the same values in the form.");
    }
    text
}

fn deploy_command(spec: &Spec, part: &Part<'_>, parameters: &[String]) -> String {
    let mut lines = vec![
        format!("aws cloudformation deploy --region {} --stack-name {}", spec.environment.region, part.stack_name()),
        format!("--template-file {}", part.file_name()),
    ];
    if let Part::Role(_) = part {
        lines.push("--capabilities CAPABILITY_NAMED_IAM".to_owned());
    }
    // Marks the stack as the environment's, so that `apply` can take over later.
    let owner = quoted(&format!("{ENVIRONMENT_TAG}={}", spec.environment.name));
    let tags = spec.tags.iter().map(|(key, value)| quoted(&format!("{key}={value}")));
    lines.push(format!("--tags {}", [owner].into_iter().chain(tags).collect::<Vec<_>>().join(" ")));
    if !parameters.is_empty() {
        lines.push("--parameter-overrides".to_owned());
        lines.extend(parameters.iter().map(|parameter| format!("  {parameter}")));
    }
    lines.join(" \\\n    ")
}

fn argument((key, value): (&ParameterKey, &ParameterValue)) -> Option<String> {
    match value {
        ParameterValue::Literal(text) => Some(quoted(&format!("{key}={text}"))),
        ParameterValue::Generated(kind) => Some(format!("{key}=\"${}\"", variable(*kind))),
        ParameterValue::Previous => None,
    }
}

fn variable(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::ExternalId => "EXTERNAL_ID",
        SecretKind::StarterKey => "STARTER_KEY",
    }
}

fn run_environment_step(spec: &Spec) -> String {
    let env = &spec.environment;
    let mut text = String::new();
    push(&mut text, "Show what the stacks have made, and the two keys that CloudReactor needs:\n");
    push(&mut text, "```sh");
    for stack in stacks(spec) {
        let query = "'Stacks[0].[Outputs[].[OutputKey,OutputValue],Parameters[].[ParameterKey,ParameterValue]][]'";
        push(&mut text, &format!("aws cloudformation describe-stacks --region {} --stack-name {stack} \\", env.region));
        push(&mut text, &format!("    --output text --query {query}"));
    }
    push(&mut text, "```\n");
    let dashboard = &spec.cloudreactor.dashboard_base_url;
    push(&mut text, &format!("Then enter this in a Run Environment at {dashboard}:\n"));
    push(&mut text, "| field | value |\n|---|---|");
    for (field, value) in fields(spec) {
        push(&mut text, &format!("| {field} | {value} |"));
    }
    text
}

/// The stacks with values that the Run Environment needs.
fn stacks(spec: &Spec) -> Vec<&StackName> {
    let used_role = match &spec.role {
        Role::Create(_) => None,
        Role::Use { stack_name } => Some(stack_name),
    };
    used_role.into_iter().chain(spec.managed_stacks()).collect()
}

fn fields(spec: &Spec) -> Vec<(&'static str, String)> {
    let env = &spec.environment;
    let account = env.account_id.as_ref().map_or("the account's 12 digits".to_owned(), ToString::to_string);
    let mut fields = vec![
        ("name", spec.cloudreactor.run_environment.to_string()),
        ("AWS account id", account),
        ("AWS Region", env.region.to_string()),
        ("role that CloudReactor assumes (`events_role_arn`)", output(outputs::CLOUDREACTOR_ROLE_ARN)),
        ("external id (`assumed_role_external_id`)", "parameter `ExternalID`".to_owned()),
        ("role for workflows (AWS `execution_role_arn`)", output(outputs::TASK_EXECUTION_ROLE_ARN)),
        ("workflow starter (`workflow_starter_lambda_arn`)", output(outputs::WORKFLOW_STARTER_ARN)),
        ("its key (`workflow_starter_access_key`)", "parameter `WorkflowStarterAccessKey`".to_owned()),
        ("ECS cluster (`cluster_arn`)", cluster_value(&spec.cluster)),
        ("role of tasks (ECS `execution_role_arn`)", output(outputs::TASK_EXECUTION_ROLE_ARN)),
        ("launch type", "`FARGATE`".to_owned()),
        ("platform version", "`1.4.0`".to_owned()),
    ];
    fields.extend(network_fields(&spec.network));
    fields
}

fn network_fields(network: &Network) -> Vec<(&'static str, String)> {
    let (subnets, groups, public_ip) = match network {
        Network::Skip => return Vec::new(),
        Network::Create(network) => {
            let (key, public_ip) = match network.tasks_in {
                Tier::Public => (outputs::SUBNETS_PUBLIC, Some(true)),
                Tier::Private => (outputs::SUBNETS_PRIVATE, Some(false)),
            };
            (output(key), output(outputs::DEFAULT_TASK_SECURITY_GROUP), public_ip)
        }
        Network::Use(existing) => {
            (listed(&existing.subnets), listed(&existing.security_groups), existing.assign_public_ip)
        }
    };
    let public_ip = match public_ip {
        Some(true) => "yes",
        Some(false) => "no",
        None => "yes if the subnets are public, else no",
    };
    vec![("subnets", subnets), ("security groups", groups), ("assign public IP", public_ip.to_owned())]
}

fn cluster_value(cluster: &Cluster) -> String {
    match cluster {
        Cluster::Create(_) => output(outputs::CLUSTER_ARN),
        Cluster::Use { cluster: ClusterRef::Name(name) } => format!("the ARN of cluster {name}"),
        Cluster::Use { cluster: ClusterRef::Arn(arn) } => arn.to_string(),
        Cluster::Use { cluster: ClusterRef::Output(output) } => output.to_string(),
    }
}

fn output(key: &str) -> String {
    format!("output `{key}`")
}

fn listed(references: &[groundwork_model::spec::Reference]) -> String {
    references.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn push(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_a_quoted_text_as_one_word() {
        for (text, expected) in [
            ("team=data", "team=data"),
            ("team=a b", "'team=a b'"),
            ("CloudwatchLogGroupPattern=*", "'CloudwatchLogGroupPattern=*'"),
            ("x=$(rm)", "'x=$(rm)'"),
            ("x=it's", r"'x=it'\''s'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
