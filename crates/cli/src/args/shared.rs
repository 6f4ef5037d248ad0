//! Options that several verbs have.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use groundwork_model::Usd;

use super::values;

/// Where the help has the options of specs with several targets.
pub(super) const TARGETS: &str = "Several targets";

/// Where the spec comes from.
#[derive(Args, Clone, Debug)]
pub struct SpecArguments {
    /// A spec file; later ones win over earlier ones. Without any: groundwork.toml, if it is there.
    #[arg(short, long = "file", value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Set a key of the spec, over files and GROUNDWORK_ variables.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,

    #[command(flatten)]
    pub selection: SelectionArguments,
}

/// Which targets, in a spec that has several. A target is selected if each kind of option fits.
#[derive(Args, Clone, Debug, Default)]
pub struct SelectionArguments {
    /// Only the target of this name. Repeatable, or separated by commas.
    #[arg(long = "target", help_heading = TARGETS, value_delimiter = ',', value_name = "NAME")]
    pub targets: Vec<String>,

    /// Only targets with this label. Repeatable: a target must have all of them.
    #[arg(long = "label", help_heading = TARGETS, value_name = "KEY=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,

    /// Only the targets of this wave. Repeatable, or separated by commas.
    #[arg(long = "wave", help_heading = TARGETS, value_delimiter = ',', value_name = "NAME")]
    pub waves: Vec<String>,
}

/// Where AWS's credentials come from.
#[derive(Args, Clone, Debug)]
pub struct AwsArguments {
    /// A profile of the AWS configuration files [env: AWS_PROFILE].
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

/// What a run tells beside the terminal's text.
#[derive(Args, Clone, Debug, Default)]
pub struct OutputArguments {
    /// Print a JSON stream, one document a line, instead of text (schema events).
    #[arg(long)]
    pub json: bool,

    /// Write the JSON stream to a file, too.
    #[arg(long, value_name = "FILE")]
    pub json_into: Option<PathBuf>,

    /// Write a Markdown summary to a file, for a pull request's comment or a step's summary.
    #[arg(long, value_name = "FILE")]
    pub markdown_into: Option<PathBuf>,
}

/// How several targets are read.
#[derive(Args, Clone, Copy, Debug)]
pub struct SurveyArguments {
    /// How many targets are read at the same time.
    #[arg(long, help_heading = TARGETS, default_value = "50", value_name = "N")]
    pub parallelism: NonZeroUsize,
}

/// What a plan may cost.
#[derive(Args, Clone, Copy, Debug)]
pub struct CostArguments {
    /// Refuse a plan that costs more than so many US dollars a month on top of what runs now.
    #[arg(long, value_name = "USD")]
    pub max_monthly_increase: Option<Usd>,

    /// Print the prices that the monthly cost is made of, with their source and date.
    #[arg(long)]
    pub explain_cost: bool,
}

/// How long to wait.
#[derive(Args, Clone, Copy, Debug)]
pub struct WaitArguments {
    /// How long to wait for a stack, in minutes. AWS goes on working after that.
    #[arg(long, default_value_t = 60, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub stack_timeout: u64,
}

/// Whether to wait for others.
#[derive(Args, Clone, Copy, Debug)]
pub struct PatienceArguments {
    /// If somebody else is changing a stack, wait for so long, then go on: 90s, 15m, 1h. What an earlier run of
    /// groundwork has begun, apply waits for anyway.
    #[arg(long, value_name = "DURATION", value_parser = values::duration)]
    pub wait_for_stack: Option<Duration>,
}

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("it must be KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
