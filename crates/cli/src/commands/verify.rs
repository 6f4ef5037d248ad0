//! `groundwork verify`: proves that tasks can run, from what AWS and CloudReactor show now.

use groundwork_model::Exit;

use crate::args::VerifyArguments;
use crate::commands::rollout;
use crate::commands::spec::{self, OneTarget, Targets};
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Verifies one target, or all that are selected.
pub fn run(arguments: &VerifyArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    match spec::load_ready(&arguments.spec, &arguments.aws, surroundings)? {
        Targets::Many(loaded) if loaded.rollout.targets.len() > 1 => {
            rollout::verify(&loaded, arguments, surroundings, output)
        }
        targets => one(spec::one(targets)?, arguments, surroundings, output),
    }
}

fn one(
    OneTarget { loaded, access }: OneTarget,
    arguments: &VerifyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    let verification = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &access, &arguments.aws, surroundings).await?;
        let verification = groundwork_engine::verify::verify(&ports.cloud, &ports.saas, &loaded.spec).await;
        verification.map_err(|problems| spec::placed(&loaded, problems))
    })?;
    output.verification(&verification)?;
    let problems = verification.problems();
    if problems.is_empty() { Ok(Exit::Done) } else { Err(spec::placed(&loaded, problems)) }
}
