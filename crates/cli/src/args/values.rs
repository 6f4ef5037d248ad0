//! The words that options take.

use std::time::Duration;

use clap::ValueEnum;
use groundwork_model::least_privilege::Verb;
use groundwork_model::plan::Class;

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
    /// Something is made; allowed anyway.
    Create,
    /// Something is changed in place; allowed anyway.
    Update,
    /// Something is replaced.
    Replace,
    /// Something is deleted.
    Delete,
    /// A public address that tasks go out by is added or lost.
    EgressAddress,
    /// Somebody may do more than before.
    IamBroaden,
    /// Somebody else is trusted, or on weaker conditions.
    Trust,
}

impl From<AllowedClass> for Class {
    fn from(class: AllowedClass) -> Self {
        match class {
            AllowedClass::Create => Self::Create,
            AllowedClass::Update => Self::Update,
            AllowedClass::Replace => Self::Replace,
            AllowedClass::Delete => Self::Delete,
            AllowedClass::EgressAddress => Self::EgressAddress,
            AllowedClass::IamBroaden => Self::IamBroaden,
            AllowedClass::Trust => Self::Trust,
        }
    }
}

/// A verb that calls AWS, for `--for`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CallingVerb {
    /// Tells what exists.
    Status,
    /// Tells what apply would do.
    Plan,
    /// Finds out beforehand whether a verb could be carried out.
    Preflight,
    /// Does it.
    Apply,
    /// Proves that tasks can run.
    Verify,
    /// Compares what is live with what is declared.
    Drift,
    /// Tells what went wrong.
    Diagnose,
    /// Follows what is under way.
    Watch,
    /// Leads stuck stacks out of their state.
    Recover,
    /// Removes what was made.
    Destroy,
}

impl From<CallingVerb> for Verb {
    fn from(verb: CallingVerb) -> Self {
        match verb {
            CallingVerb::Status => Self::Status,
            CallingVerb::Plan => Self::Plan,
            CallingVerb::Preflight => Self::Preflight,
            CallingVerb::Apply => Self::Apply,
            CallingVerb::Verify => Self::Verify,
            CallingVerb::Drift => Self::Drift,
            CallingVerb::Diagnose => Self::Diagnose,
            CallingVerb::Watch => Self::Watch,
            CallingVerb::Recover => Self::Recover,
            CallingVerb::Destroy => Self::Destroy,
        }
    }
}

/// How a saved plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// As plan prints it.
    Human,
    /// The document, indented.
    Json,
    /// As a pull request's comment.
    Markdown,
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

/// A schema that can be printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaName {
    /// A spec file.
    Spec,
    /// A saved plan.
    Plan,
    /// The saved plans of a rollout.
    RolloutPlan,
    /// One line of a JSON stream.
    Events,
    /// How a run ended: what the last line of a JSON stream holds.
    Report,
    /// What exists.
    Status,
    /// What was verified.
    Verification,
    /// What was checked beforehand.
    Preflight,
    /// What differs from what is declared.
    Drift,
    /// What later stages of a pipeline need.
    Outputs,
}

/// Reads a duration: a number with `s`, `m` or `h`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "it must be a number with s, m or h, of at most a day: 15m".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    seconds.filter(|seconds| (1..=86_400).contains(seconds)).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod duration_tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_an_end() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("1h", 3600), ("24h", 86_400)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "15", "m", "0s", "25h", "-1m", "1.5h", "15 m", "1d", "99999999999999999999h", "1µ"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
