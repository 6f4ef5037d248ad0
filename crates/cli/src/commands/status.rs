//! `groundwork status`: what exists.

use groundwork_engine::discover::Depth;
use groundwork_model::Exit;

use crate::args::StatusArguments;
use crate::commands::spec::{self, OneTarget, Targets};
use crate::commands::{exports, plan, rollout};
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Shows what exists.
pub fn run(arguments: &StatusArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    match spec::load_ready(&arguments.spec, &arguments.aws, surroundings)? {
        Targets::Many(loaded) if loaded.rollout.targets.len() > 1 => {
            rollout::status(&loaded, arguments, surroundings, output)
        }
        targets => one(spec::one(targets)?, arguments, surroundings, output),
    }
}

fn one(
    OneTarget { loaded, access }: OneTarget,
    arguments: &StatusArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    let world = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &access, &arguments.aws, surroundings).await?;
        wiring::discover(&loaded, &ports, Depth::Plan).await
    })?;
    let mut status = groundwork_planner::status(&loaded.spec, &world);
    let mut exit = Exit::Done;
    if arguments.detailed_exitcode {
        let plan = plan::of(&loaded, &world)?;
        status.pending = Some(plan.tally());
        exit = if plan.is_empty() { Exit::Done } else { Exit::ChangesPending };
    }
    output.outputs(exports::of(&loaded.spec, &world, &status.target));
    output.status(&status)?;
    Ok(exit)
}
