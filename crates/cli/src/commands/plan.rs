//! `groundwork plan`: what apply would do. Reads only.

use groundwork_model::Exit;
use groundwork_model::plan::Plan;
use groundwork_spec::Loaded;
use groundwork_view::human;

use crate::args::PlanArguments;
use crate::commands::spec;
use crate::failure::{Failure, Outcome};
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use crate::wiring::{self, RealPorts, discover};

/// Plans and shows the plan.
pub fn run(arguments: &PlanArguments, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    let loaded = spec::load(&arguments.spec, surroundings)?;
    let plan = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &arguments.aws, surroundings).await?;
        make(&loaded, &ports).await
    })?;
    terminal.print(|out, style| human::plan(out, &plan, style))?;
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::ChangesPending } else { Exit::Done })
}

/// Discovers and plans. Problems that name a key of the spec get its place in the user's file.
pub async fn make(loaded: &Loaded, ports: &RealPorts) -> Result<Plan, Failure> {
    let world = discover(loaded, ports).await?;
    groundwork_planner::plan(&loaded.spec, &world, env!("CARGO_PKG_VERSION"))
        .map_err(|problems| Failure::from(loaded.places.place(problems)))
}
