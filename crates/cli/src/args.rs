//! The command line.

use std::path::PathBuf;

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects};
use clap::{Args, Parser, Subcommand, ValueEnum};
use groundwork_model::plan::Class;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Yellow.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  groundwork validate -f staging.toml      check the spec, offline
  groundwork plan     -f staging.toml      show what apply would do, read-only
  groundwork apply    -f staging.toml      do it
  groundwork status   -f staging.toml      show what exists
  groundwork destroy  -f staging.toml      show what would be removed

Credentials:
  AWS           environment, profile, SSO, web identity, ECS or EC2 metadata
  CloudReactor  CLOUDREACTOR_API_KEY, or CLOUDREACTOR_USERNAME and CLOUDREACTOR_PASSWORD;
                each also as NAME_FILE with the path of a file that holds it";

/// Sets up an AWS account for CloudReactor: an IAM role, a network, an ECS cluster and a Run
/// Environment, from a TOML spec, without a prompt.
#[derive(Debug, Parser)]
#[command(name = "groundwork", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,

    /// Log to stderr: error, warn, info, debug or trace. Secrets are never logged [env: GROUNDWORK_LOG].
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log: Option<LogLevel>,
}

/// A verb.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a spec without any network.
    Validate(SpecArguments),
    /// Show what apply would do. Reads only; a role that cannot write is enough.
    Plan(PlanArguments),
    /// Plan, and do it: stacks side by side, the Run Environment last.
    Apply(ApplyArguments),
    /// Show what exists: stacks, outputs, the Run Environment and its dashboard page.
    Status(StatusArguments),
    /// Show what would be removed; with --confirm, remove it.
    Destroy(DestroyArguments),
    /// Write the CloudFormation templates, for installing by hand.
    Render(RenderArguments),
    /// Print a JSON Schema.
    Schema(SchemaArguments),
    /// Print the version and how this binary was built.
    Version,
}

/// Where the spec comes from.
#[derive(Args, Clone, Debug)]
pub struct SpecArguments {
    /// A spec file; later ones win over earlier ones. Without any: groundwork.toml, if it is there.
    #[arg(short, long = "file", value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Set a key of the spec, over files and GROUNDWORK_ variables.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
}

/// Where AWS's credentials come from.
#[derive(Args, Clone, Debug)]
pub struct AwsArguments {
    /// A profile of the AWS configuration files [env: AWS_PROFILE].
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

/// `groundwork plan`.
#[derive(Args, Debug)]
pub struct PlanArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Exit with 2 if there is something to do.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// `groundwork apply`.
#[derive(Args, Debug)]
pub struct ApplyArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Allow a class of change beside create and update. Repeatable, or separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CLASS")]
    pub allow: Vec<AllowedClass>,

    #[command(flatten)]
    pub wait: WaitArguments,
}

/// How long to wait.
#[derive(Args, Clone, Copy, Debug)]
pub struct WaitArguments {
    /// How long to wait for a stack, in minutes. AWS goes on working after that.
    #[arg(long, default_value_t = 60, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub stack_timeout: u64,
}

/// `groundwork status`.
#[derive(Args, Debug)]
pub struct StatusArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `groundwork destroy`.
#[derive(Args, Debug)]
pub struct DestroyArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// The environment's name: remove what the preview shows.
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,

    /// Remove the Run Environment too. CloudReactor then deletes its tasks, workflows and their history.
    #[arg(long)]
    pub run_environment: bool,

    #[command(flatten)]
    pub wait: WaitArguments,
}

/// `groundwork render`.
#[derive(Args, Debug)]
pub struct RenderArguments {
    /// What to write.
    #[arg(value_enum)]
    pub what: RenderedPart,

    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// The folder to write to; without it, one template is printed.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// A zone and its id, so that no call to AWS is needed: us-west-2a=usw2-az1. Repeatable, or separated by commas.
    #[arg(long = "zone", value_delimiter = ',', value_name = "NAME=ID")]
    pub zones: Vec<String>,
}

/// What `render` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RenderedPart {
    /// The role stack's template.
    Role,
    /// The network stack's template.
    Network,
    /// The cluster stack's template.
    Cluster,
    /// All of them, and the steps to take.
    All,
}

/// `groundwork schema`.
#[derive(Args, Debug)]
pub struct SchemaArguments {
    /// Which schema.
    #[arg(value_enum)]
    pub what: SchemaName,
}

/// A schema that can be printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaName {
    /// The spec's.
    Spec,
}

/// When to colour the output.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How much to log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogLevel {
    /// Errors.
    Error,
    /// And warnings.
    Warn,
    /// And what is done.
    Info,
    /// And each call.
    Debug,
    /// And all there is.
    Trace,
}

impl LogLevel {
    /// The level's name in a filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// A class that `--allow` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AllowedClass {
    /// Something is replaced.
    Replace,
    /// Something is deleted.
    Delete,
}

impl From<AllowedClass> for Class {
    fn from(class: AllowedClass) -> Self {
        match class {
            AllowedClass::Replace => Self::Replace,
            AllowedClass::Delete => Self::Delete,
        }
    }
}
