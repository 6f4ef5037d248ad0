//! Loads the spec for every verb that needs one.

use std::path::{Path, PathBuf};

use groundwork_model::problem::Problem;
use groundwork_model::rollout::Access;
use groundwork_model::{Code, Secret};
use groundwork_spec::{Document, Layers, Loaded, LoadedRollout, Selection};

use crate::args::{AwsArguments, SelectionArguments, SpecArguments};
use crate::commands::{organization, stack_set};
use crate::failure::Failure;
use crate::surroundings::Surroundings;

/// The spec that is taken where no file is named.
const DEFAULT_FILE: &str = "groundwork.toml";

/// A spec of one account and Region, and how the account is reached.
pub struct OneTarget {
    /// The spec.
    pub loaded: Loaded,
    /// The way into the account.
    pub access: Access,
}

/// A spec of one account and Region, or of several.
#[expect(clippy::large_enum_variant, reason = "there is one in a run, and it is soon taken apart")]
pub enum Targets {
    /// It has no list of targets.
    One(Loaded),
    /// Those of its targets that are selected.
    Many(LoadedRollout),
}

/// Loads the spec of one target, for a verb that takes no more: of a spec with several, the one that is selected.
pub fn load_one(
    arguments: &SpecArguments,
    aws: &AwsArguments,
    surroundings: &Surroundings,
) -> Result<OneTarget, Failure> {
    one(load_ready(arguments, aws, surroundings)?)
}

/// Loads the spec of one target for a verb that asks nobody.
pub fn load_one_offline(arguments: &SpecArguments, surroundings: &Surroundings) -> Result<OneTarget, Failure> {
    match load(arguments, surroundings)? {
        Document::One(loaded) => one(Targets::One(loaded)),
        Document::Many(rollout) => one(Targets::Many(rollout)),
        Document::InOrganization(_) => {
            let message = "this verb asks nobody, and the targets are found in an organization";
            let problem = Problem::new(Code::InvalidArguments, message);
            Err(problem
                .help("give the account a [[target]] of its own, in a spec without [targets.organization]")
                .into())
        }
    }
}

/// The only target of several, if only one was selected.
pub fn one(targets: Targets) -> Result<OneTarget, Failure> {
    match targets {
        Targets::One(loaded) => Ok(OneTarget { loaded, access: Access::default() }),
        Targets::Many(rollout) => {
            let (loaded, target) = rollout.into_one().ok_or_else(several)?;
            Ok(OneTarget { loaded, access: target.access })
        }
    }
}

/// The same, for a verb that changes no stack set: every target has its role stack.
pub fn load_ready(
    arguments: &SpecArguments,
    aws: &AwsArguments,
    surroundings: &Surroundings,
) -> Result<Targets, Failure> {
    match load_targets(arguments, aws, surroundings)? {
        Targets::Many(rollout) => Ok(Targets::Many(stack_set::targets(rollout, aws)?)),
        one @ Targets::One(_) => Ok(one),
    }
}

/// Loads the spec, finds its targets if it does not list them, and leaves those that are selected.
pub fn load_targets(
    arguments: &SpecArguments,
    aws: &AwsArguments,
    surroundings: &Surroundings,
) -> Result<Targets, Failure> {
    match load(arguments, surroundings)? {
        Document::One(loaded) => Ok(Targets::One(loaded)),
        Document::Many(rollout) => Ok(Targets::Many(rollout)),
        Document::InOrganization(organization) => {
            let found = organization::find(&organization, aws)?;
            Ok(Targets::Many(found.select(&selection(arguments))?))
        }
    }
}

/// Loads the spec from files, variables and flags. Of listed targets, those that are selected are left.
pub fn load(arguments: &SpecArguments, surroundings: &Surroundings) -> Result<Document, Failure> {
    let selection = selection(arguments);
    match groundwork_spec::load_any(&layers(arguments, surroundings)?)? {
        Document::Many(rollout) => Ok(Document::Many(rollout.select(&selection)?)),
        Document::One(_) if !selection.is_everything() => {
            Err(Problem::new(Code::InvalidArguments, "the spec has no targets that could be selected from")
                .help("leave out --target, --label and --wave, or name a spec with [[target]] tables")
                .into())
        }
        document @ (Document::One(_) | Document::InOrganization(_)) => Ok(document),
    }
}

fn selection(arguments: &SpecArguments) -> Selection {
    let SelectionArguments { targets: names, labels, waves } = arguments.selection.clone();
    Selection { names, labels, waves }
}

/// The external ids of the roles in spec files with targets; `None` without files.
pub fn external_ids(files: &[PathBuf], surroundings: &Surroundings) -> Result<Option<Vec<Secret>>, Failure> {
    if files.is_empty() {
        return Ok(None);
    }
    let files = files.iter().map(|path| groundwork_spec::read(path)).collect::<Result<Vec<_>, _>>()?;
    let layers = Layers { files, variables: surroundings.spec_variables(), sets: Vec::new() };
    Ok(Some(groundwork_spec::external_ids(&layers)?))
}

fn several() -> Problem {
    Problem::new(Code::InvalidArguments, "this verb works on one target, and the spec has several")
        .help("select one with --target NAME")
}

fn layers(arguments: &SpecArguments, surroundings: &Surroundings) -> Result<Layers, Failure> {
    let variables = surroundings.spec_variables();
    let files = files(arguments);
    if files.is_empty()
        && arguments.sets.is_empty()
        && !variables.iter().any(|(name, value)| groundwork_spec::is_spec_variable(name, value))
    {
        return Err(no_spec(surroundings));
    }
    let files = files.iter().map(|path| groundwork_spec::read(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(Layers { files, variables, sets: arguments.sets.clone() })
}

/// A failure whose problems have the places of the keys that they name.
pub fn placed(loaded: &Loaded, problems: Vec<Problem>) -> Failure {
    loaded.places.place(problems).into()
}

fn files(arguments: &SpecArguments) -> Vec<PathBuf> {
    if arguments.files.is_empty() && Path::new(DEFAULT_FILE).exists() {
        vec![PathBuf::from(DEFAULT_FILE)]
    } else {
        arguments.files.clone()
    }
}

fn no_spec(surroundings: &Surroundings) -> Failure {
    let region = surroundings.ambient_region().map_or_else(|| "us-west-2".to_owned(), String::from);
    Problem::new(Code::SpecUnreadable, format!("no spec: no -f was given, and there is no {DEFAULT_FILE} here"))
        .help("name a file with -f, or write the smallest one to groundwork.toml:")
        .help("    version = 1")
        .help("    [environment]")
        .help("    name = \"staging\"")
        .help(format!("    region = {region:?}"))
        .into()
}
