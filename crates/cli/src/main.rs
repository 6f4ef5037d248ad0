//! The command line of groundwork: arguments in, wiring, exit code out.

mod args;
mod commands;
mod failure;
mod log;
mod nobody;
mod output;
mod surroundings;
mod system;
mod terminal;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use groundwork_model::Exit;

use crate::args::Arguments;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    ExitCode::from(run().code())
}

fn run() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let surroundings = Surroundings::read();
    let terminal = Terminal::new(&surroundings, arguments.color);
    if let Some(level) = commands::log_level(&arguments, &surroundings) {
        log::start(level, terminal.err.color == groundwork_view::Color::Always);
    }
    commands::run(arguments.command, &surroundings, &terminal)
}

/// clap's own outcomes: help and version are no errors, anything else is a usage error.
fn refused(error: &clap::Error) -> Exit {
    drop(error.print());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
        _ => Exit::Usage,
    }
}
