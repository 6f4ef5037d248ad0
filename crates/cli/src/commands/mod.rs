//! The verbs, one module each.

mod apply;
mod destroy;
mod diagnose;
mod drift;
mod execution;
mod explain;
pub mod exports;
pub mod handles;
mod organization;
mod patience;
mod permissions;
mod plan;
mod preflight;
mod recover;
mod render;
mod rollout;
mod schema;
mod show;
pub mod spec;
mod stack_set;
mod status;
mod validate;
mod verify;
mod version;
mod watch;

use clap::ValueEnum;
use groundwork_model::Exit;

use crate::args::{Arguments, Command, LogLevel};
use crate::failure::Outcome;
use crate::output::{Extras, Output};
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

/// Runs a verb, tells how it ended, and gives the exit code.
pub fn run(command: Command, surroundings: &Surroundings, terminal: &Terminal) -> Exit {
    let bare = |outcome: Outcome| Output::bare(surroundings, terminal).close(outcome);
    let told = |verb, outputs, extras: Extras<'_>, act: &dyn Fn(&Output<'_>) -> Outcome| match Output::open(
        verb,
        outputs,
        extras,
        surroundings,
        terminal,
    ) {
        Ok(output) => {
            let outcome = act(&output);
            output.close(outcome)
        }
        Err(problem) => bare(Err(problem.into())),
    };
    let none = Extras::default();
    match command {
        Command::Validate(arguments) => bare(validate::run(&arguments, surroundings, terminal)),
        Command::Plan(a) => told("plan", &a.outputs, none, &|output| plan::run(&a, surroundings, output)),
        Command::Apply(a) => {
            let extras = Extras { outputs_into: a.outputs_into.as_deref(), html_into: a.html_into.as_deref() };
            told("apply", &a.outputs, extras, &|output| apply::run(&a, surroundings, output))
        }
        Command::Show(arguments) => bare(show::run(&arguments, terminal)),
        Command::Status(a) => {
            let extras = Extras { outputs_into: a.outputs_into.as_deref(), ..none };
            told("status", &a.outputs, extras, &|output| status::run(&a, surroundings, output))
        }
        Command::Diagnose(a) => told("diagnose", &a.outputs, none, &|output| diagnose::run(&a, surroundings, output)),
        Command::Watch(a) => told("watch", &a.outputs, none, &|output| watch::run(&a, surroundings, output)),
        Command::Recover(a) => told("recover", &a.outputs, none, &|output| recover::run(&a, surroundings, output)),
        Command::Verify(a) => told("verify", &a.outputs, none, &|output| verify::run(&a, surroundings, output)),
        Command::Drift(a) => told("drift", &a.outputs, none, &|output| drift::run(&a, surroundings, output)),
        Command::Preflight(a) => {
            told("preflight", &a.outputs, none, &|output| preflight::run(&a, surroundings, output))
        }
        Command::Destroy(a) => told("destroy", &a.outputs, none, &|output| destroy::run(&a, surroundings, output)),
        Command::Render(arguments) => bare(render::run(&arguments, surroundings, terminal)),
        Command::Permissions(arguments) => bare(permissions::run(&arguments, surroundings, terminal)),
        Command::Explain(arguments) => bare(explain::run(&arguments, terminal)),
        Command::Schema(arguments) => bare(schema::run(&arguments, terminal)),
        Command::Version => bare(version::run(terminal)),
    }
}

/// The log level: the flag, else the variable; a word in the variable that is no level is ignored,
/// since a log that nobody can read must not stop a rollout.
pub fn log_level(arguments: &Arguments, surroundings: &Surroundings) -> Option<LogLevel> {
    let of_variable = || surroundings.variable("GROUNDWORK_LOG").and_then(|word| LogLevel::from_str(word, true).ok());
    arguments.log.or_else(of_variable)
}
