//! `groundwork validate`: the spec alone, without any network.

use groundwork_model::Exit;

use crate::args::SpecArguments;
use crate::commands::spec;
use crate::failure::Outcome;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

/// Checks the spec and says what it is about.
pub fn run(arguments: &SpecArguments, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    let loaded = spec::load(arguments, surroundings)?;
    let environment = &loaded.spec.environment;
    terminal.print(|out, _| writeln!(out, "The spec of {} in {} is valid.", environment.name, environment.region))?;
    Ok(Exit::Done)
}
