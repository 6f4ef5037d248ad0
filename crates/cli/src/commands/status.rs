//! `groundwork status`: what exists.

use groundwork_model::Exit;
use groundwork_view::{human, json};

use crate::args::StatusArguments;
use crate::commands::spec;
use crate::failure::Outcome;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use crate::wiring;

/// Shows what exists.
pub fn run(arguments: &StatusArguments, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    let loaded = spec::load(&arguments.spec, surroundings)?;
    let world = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &arguments.aws, surroundings).await?;
        wiring::discover(&loaded, &ports).await
    })?;
    let status = groundwork_planner::status(&loaded.spec, &world);
    if arguments.json {
        terminal.print(|out, _| json::status(out, &status))?;
    } else {
        terminal.print(|out, style| human::status(out, &status, style))?;
    }
    Ok(Exit::Done)
}
