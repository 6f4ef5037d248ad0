//! The development commands: `cargo xtask demo`, `test`, `bench` and `generate`.

mod bench;
mod checks;
mod demo;
mod generate;
mod interrupt;
mod say;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use groundwork_harness::groundwork_binary;

use crate::interrupt::Interrupted;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "groundwork's development commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the main job on a local AWS emulator and a CloudReactor double.
    Demo,
    /// Check everything that CI checks.
    Test {
        /// Of the tests, run those beside the code alone.
        #[arg(long)]
        quick: bool,
    },
    /// Measure calls, round trips, time and memory behind a proxy that adds latency.
    Bench(bench::Arguments),
    /// Rewrite what is generated: JSON Schemas, exit codes, error codes, the CLI reference.
    Generate {
        /// Only tell whether anything is out of date, and fail if so.
        #[arg(long)]
        check: bool,
    },
    /// Run a program and print what it took, as JSON.
    #[command(hide = true)]
    Measure {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        program: Vec<std::ffi::OsString>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => ExitCode::from(130),
        Err(error) => {
            say::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo => demo::run(),
        Command::Test { quick } => checks::run(quick),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Generate { check } => generate::run(groundwork_binary()?, check),
        Command::Measure { program } => bench::measure::run(&program),
    }
}

/// The repository's root.
fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
