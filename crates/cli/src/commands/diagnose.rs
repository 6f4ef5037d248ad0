//! `groundwork diagnose`: what went wrong last. It asks AWS only.

use groundwork_engine::diagnosis;
use groundwork_model::Exit;

use crate::args::DiagnoseArguments;
use crate::commands::spec::{self, OneTarget};
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Tells what went wrong.
pub fn run(arguments: &DiagnoseArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one(&arguments.spec, &arguments.aws, surroundings)?;
    wiring::runtime()?.block_on(async {
        let ports = wiring::aws_ports(&loaded.spec, &access, &arguments.aws).await?;
        let diagnosis = diagnosis::diagnose(&ports.cloud, &loaded.spec).await;
        output.diagnosis(&diagnosis.map_err(|problems| spec::placed(&loaded, problems))?)?;
        Ok(Exit::Done)
    })
}
