//! `groundwork drift`: what differs between what is declared and what is live.

use groundwork_model::Exit;

use crate::args::DriftArguments;
use crate::commands::spec::{self, OneTarget};
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Compares one target. What could not be compared makes the run fail, whatever else was found.
pub fn run(arguments: &DriftArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one(&arguments.spec, &arguments.aws, surroundings)?;
    let mut drift = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &access, &arguments.aws, surroundings).await?;
        let drift = groundwork_engine::drift::drift(&ports, &loaded.spec, env!("CARGO_PKG_VERSION")).await;
        drift.map_err(|problems| spec::placed(&loaded, problems))
    })?;
    drift.warnings = loaded.places.place(drift.warnings);
    output.drift(&drift)?;
    let problems = drift.all_problems();
    if !problems.is_empty() {
        return Err(spec::placed(&loaded, problems));
    }
    let differs = drift.differences().next().is_some();
    Ok(if arguments.detailed_exitcode && differs { Exit::ChangesPending } else { Exit::Done })
}
