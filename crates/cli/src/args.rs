//! The command line.

mod shared;
mod values;

use std::path::PathBuf;

use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects};
use clap::{Args, Parser, Subcommand};

use crate::commands::handles::Handle;
use shared::TARGETS;
pub use shared::{
    AwsArguments, CostArguments, OutputArguments, PatienceArguments, SelectionArguments, SpecArguments,
    SurveyArguments, WaitArguments,
};
pub use values::{AllowedClass, CallingVerb, ColorChoice, LogLevel, RenderedPart, SchemaName, ShowFormat};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Yellow.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  groundwork validate  -f staging.toml     check the spec, offline
  groundwork plan      -f staging.toml     show what apply would do, read-only
  groundwork preflight -f staging.toml     check permissions, quotas and addresses beforehand
  groundwork apply     -f staging.toml     do it
  groundwork plan      -f staging.toml -o staging.plan.json, then
  groundwork apply     staging.plan.json   do exactly what was reviewed
  groundwork status    -f staging.toml     show what exists
  groundwork verify    -f staging.toml     prove from live reads that tasks can run
  groundwork destroy   -f staging.toml     show what would be removed

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
    /// Find out beforehand whether apply (or another verb) could be carried out. Reads only.
    Preflight(PreflightArguments),
    /// Plan, and do it: stacks side by side, the Run Environment last. With a saved plan, do exactly that.
    Apply(ApplyArguments),
    /// Show a saved plan, offline.
    Show(ShowArguments),
    /// Show what exists: stacks, outputs, the Run Environment and its dashboard page.
    Status(StatusArguments),
    /// Tell what went wrong with the stacks last, and what to do: also hours later, from any machine.
    Diagnose(DiagnoseArguments),
    /// Follow what AWS is doing with the stacks, whoever began it, to its end. Reads only.
    Watch(WatchArguments),
    /// Show what leads stuck stacks out of their state; with --confirm, do it.
    Recover(RecoverArguments),
    /// Prove from live reads that tasks can run: roles, network, cluster, Run Environment.
    Verify(VerifyArguments),
    /// Compare what is live with what is declared: stacks, their objects, undeclared rules, the Run Environment.
    Drift(DriftArguments),
    /// Show what would be removed; with --confirm, remove it.
    Destroy(DestroyArguments),
    /// Write the CloudFormation templates, for installing by hand.
    Render(RenderArguments),
    /// Print the IAM policy that the caller needs: exactly that, offline.
    Permissions(PermissionsArguments),
    /// Explain an error or warning code, offline: what it means and what to do.
    Explain(ExplainArguments),
    /// Print a JSON Schema.
    Schema(SchemaArguments),
    /// Print the version and how this binary was built.
    Version,
}

/// `groundwork plan`.
#[derive(Args, Debug)]
pub struct PlanArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Save the plan, for apply to carry out exactly (schema plan). It holds no secret.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Check, too, whether the plan could be carried out: permissions, quotas, addresses. Reads only.
    #[arg(long)]
    pub preflight: bool,

    #[command(flatten)]
    pub cost: CostArguments,
    #[command(flatten)]
    pub survey: SurveyArguments,
    #[command(flatten)]
    pub patience: PatienceArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,

    /// Exit with 2 if there is something to do.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// `groundwork preflight`.
#[derive(Args, Debug)]
pub struct PreflightArguments {
    /// What is going to be done.
    #[arg(long = "for", value_enum, default_value_t = CallingVerb::Apply, value_name = "VERB")]
    pub verb: CallingVerb,

    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,
}

/// `groundwork apply`.
#[derive(Args, Debug)]
pub struct ApplyArguments {
    /// A saved plan: exactly that is done, or nothing if the world has changed since.
    #[arg(value_name = "PLAN", conflicts_with_all = ["files", "sets", "targets", "labels", "waves"])]
    pub plan: Option<PathBuf>,

    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// With the saved plan of a rollout: a spec that has the external ids of the roles, which the plan does not
    /// hold. Nothing else of it counts. Repeatable, as -f is.
    #[arg(long, help_heading = TARGETS, requires = "plan", conflicts_with = "files", value_name = "FILE")]
    pub external_ids_from: Vec<PathBuf>,

    /// Leave out the targets that are done by the JSON stream of an earlier run.
    #[arg(long, help_heading = TARGETS, conflicts_with = "plan", value_name = "FILE")]
    pub resume: Option<PathBuf>,

    /// Where the plan for the rest is saved if a wave stops for approval; the exit code is 2 then.
    #[arg(long, help_heading = TARGETS, value_name = "FILE")]
    pub rest_into: Option<PathBuf>,

    /// Allow a class of change beside create and update. Repeatable, or separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CLASS")]
    pub allow: Vec<AllowedClass>,

    #[command(flatten)]
    pub cost: CostArguments,
    #[command(flatten)]
    pub survey: SurveyArguments,
    /// Leave as soon as AWS works on the stacks, with exit code 11, and print the watch command that follows them from
    /// any machine, without the spec. Another apply finishes.
    #[arg(long)]
    pub detach: bool,

    #[command(flatten)]
    pub wait: WaitArguments,
    #[command(flatten)]
    pub patience: PatienceArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,

    /// Write what later stages of a pipeline need to a file: stack outputs, Run Environment (schema outputs).
    #[arg(long, value_name = "FILE")]
    pub outputs_into: Option<PathBuf>,

    /// Write the report of a rollout to a file as a page for a browser, which needs nothing beside it.
    #[arg(long, value_name = "FILE")]
    pub html_into: Option<PathBuf>,

    /// Write a log of each target of a rollout to a folder: what happened in it, as NAME.log.
    #[arg(long, help_heading = TARGETS, value_name = "DIR")]
    pub logs_into: Option<PathBuf>,
}

/// `groundwork show`.
#[derive(Args, Debug)]
pub struct ShowArguments {
    /// The saved plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,

    /// How to show it.
    #[arg(long, value_enum, default_value_t = ShowFormat::Human, value_name = "FORMAT")]
    pub format: ShowFormat,

    /// Print the prices that the monthly cost is made of, with their source and date.
    #[arg(long)]
    pub explain_cost: bool,
}

/// `groundwork status`.
#[derive(Args, Debug)]
pub struct StatusArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Exit with 2 if apply would change something.
    #[arg(long)]
    pub detailed_exitcode: bool,

    #[command(flatten)]
    pub survey: SurveyArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,

    /// Write what later stages of a pipeline need to a file: stack outputs, Run Environment (schema outputs).
    #[arg(long, value_name = "FILE")]
    pub outputs_into: Option<PathBuf>,
}

/// `groundwork diagnose`.
#[derive(Args, Debug)]
pub struct DiagnoseArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,
}

/// `groundwork verify`.
#[derive(Args, Debug)]
pub struct VerifyArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub survey: SurveyArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,
}

/// `groundwork drift`.
#[derive(Args, Debug)]
pub struct DriftArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Exit with 2 if something differs that is not ignored.
    #[arg(long)]
    pub detailed_exitcode: bool,

    #[command(flatten)]
    pub outputs: OutputArguments,
}

/// `groundwork watch`.
#[derive(Args, Debug)]
pub struct WatchArguments {
    /// Stacks to follow without a spec, as apply --detach prints them.
    #[arg(value_name = "COMPONENT=ARN", conflicts_with_all = ["files", "sets", "targets", "labels", "waves"])]
    pub handles: Vec<Handle>,

    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub wait: WaitArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,
}

/// `groundwork recover`.
#[derive(Args, Debug)]
pub struct RecoverArguments {
    #[command(flatten)]
    pub spec: SpecArguments,
    #[command(flatten)]
    pub aws: AwsArguments,

    /// Leave a resource as it is at which a rollback or a deletion has failed. Repeatable, or separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "LOGICAL_ID")]
    pub skip: Vec<String>,

    /// The environment's name: do what the preview shows.
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,

    /// Allow a class of change: whatever is deleted needs delete. Repeatable, or separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CLASS")]
    pub allow: Vec<AllowedClass>,

    /// Without --confirm: exit with 2 if there is something to recover.
    #[arg(long)]
    pub detailed_exitcode: bool,

    #[command(flatten)]
    pub wait: WaitArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,
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

    /// Without --confirm: exit with 2 if there is something to remove.
    #[arg(long)]
    pub detailed_exitcode: bool,

    #[command(flatten)]
    pub wait: WaitArguments,
    #[command(flatten)]
    pub outputs: OutputArguments,
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

/// `groundwork permissions`.
#[derive(Args, Debug)]
pub struct PermissionsArguments {
    /// What the caller is going to do. Repeatable, or separated by commas.
    #[arg(long = "for", value_enum, value_delimiter = ',', required = true, value_name = "VERB")]
    pub verbs: Vec<CallingVerb>,

    #[command(flatten)]
    pub spec: SpecArguments,
}

/// `groundwork explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// The code: GW1203, gw1203 or 1203; without one, all codes are listed.
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// `groundwork schema`.
#[derive(Args, Debug)]
pub struct SchemaArguments {
    /// Which schema.
    #[arg(value_enum)]
    pub what: SchemaName,
}
