//! Loads the spec for every verb that needs one.

use std::path::{Path, PathBuf};

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_spec::{Layers, Loaded};

use crate::args::SpecArguments;
use crate::failure::Failure;
use crate::surroundings::Surroundings;

/// The spec that is taken where no file is named.
const DEFAULT_FILE: &str = "groundwork.toml";

/// Loads the spec from files, variables and flags.
pub fn load(arguments: &SpecArguments, surroundings: &Surroundings) -> Result<Loaded, Failure> {
    let variables = surroundings.spec_variables();
    let files = files(arguments);
    if files.is_empty()
        && arguments.sets.is_empty()
        && !variables.iter().any(|(name, value)| groundwork_spec::is_spec_variable(name, value))
    {
        return Err(no_spec(surroundings));
    }
    let files = files.iter().map(|path| groundwork_spec::read(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(groundwork_spec::load(&Layers { files, variables, sets: arguments.sets.clone() })?)
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
