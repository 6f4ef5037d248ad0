//! The verbs, one module each.

mod apply;
mod destroy;
mod execution;
mod plan;
mod render;
mod schema;
mod spec;
mod status;
mod validate;
mod version;

use clap::ValueEnum;

use crate::args::{Arguments, Command, LogLevel};
use crate::failure::Outcome;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

/// Runs a verb.
pub fn run(command: Command, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    match command {
        Command::Validate(arguments) => validate::run(&arguments, surroundings, terminal),
        Command::Plan(arguments) => plan::run(&arguments, surroundings, terminal),
        Command::Apply(arguments) => apply::run(&arguments, surroundings, terminal),
        Command::Status(arguments) => status::run(&arguments, surroundings, terminal),
        Command::Destroy(arguments) => destroy::run(&arguments, surroundings, terminal),
        Command::Render(arguments) => render::run(&arguments, surroundings, terminal),
        Command::Schema(arguments) => schema::run(&arguments, terminal),
        Command::Version => version::run(terminal),
    }
}

/// The log level: the flag, else the variable; a word in the variable that is no level is ignored,
/// since a log that nobody can read must not stop a rollout.
pub fn log_level(arguments: &Arguments, surroundings: &Surroundings) -> Option<LogLevel> {
    let of_variable = || surroundings.variable("GROUNDWORK_LOG").and_then(|word| LogLevel::from_str(word, true).ok());
    arguments.log.or_else(of_variable)
}
