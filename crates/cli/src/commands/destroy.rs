//! `groundwork destroy`: shows what would be removed, and removes it once the user names it.

use groundwork_engine::approve::{self, Gates};
use groundwork_engine::discover::Depth;
use groundwork_model::Exit;
use groundwork_planner::RunEnvironmentFate;

use crate::args::DestroyArguments;
use crate::commands::execution::{self, After};
use crate::commands::spec::{self, OneTarget};
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Removes what groundwork made.
pub fn run(arguments: &DestroyArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one(&arguments.spec, &arguments.aws, surroundings)?;
    let fate = if arguments.run_environment { RunEnvironmentFate::Delete } else { RunEnvironmentFate::Keep };
    wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &access, &arguments.aws, surroundings).await?;
        let world = wiring::discover(&loaded, &ports, Depth::Plan).await?;
        let placed = |problems| spec::placed(&loaded, problems);
        let plan = groundwork_planner::destroy(&loaded.spec, &world, fate).map_err(placed)?;
        output.plan(&plan)?;
        if plan.is_empty() {
            return Ok(Exit::Done);
        }
        let Some(confirmed) = &arguments.confirm else {
            let name = &loaded.spec.environment.name;
            output.say(|out, _| writeln!(out, "\nNothing was removed. To remove it, add --confirm {name}."))?;
            return Ok(if arguments.detailed_exitcode { Exit::ChangesPending } else { Exit::Done });
        };
        let approved = approve::confirm(plan, confirmed, &Gates::default()).map_err(placed)?;
        execution::run(approved, &ports, (&loaded.spec, After::Nothing), arguments.wait.into(), output).await
    })
}
