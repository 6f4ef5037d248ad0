//! `groundwork verify`: proves that tasks can run, from what AWS and CloudReactor show now.

use groundwork_model::Exit;

use crate::args::VerifyArguments;
use crate::commands::spec::{self, OneTarget};
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Verifies one target.
pub fn run(arguments: &VerifyArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one(&arguments.spec, &arguments.aws, surroundings)?;
    let verification = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &access, &arguments.aws, surroundings).await?;
        let verification = groundwork_engine::verify::verify(&ports.cloud, &ports.saas, &loaded.spec).await;
        verification.map_err(|problems| spec::placed(&loaded, problems))
    })?;
    output.verification(&verification)?;
    let problems = verification.problems();
    if problems.is_empty() { Ok(Exit::Done) } else { Err(spec::placed(&loaded, problems)) }
}
