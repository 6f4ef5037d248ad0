//! `groundwork plan`: what apply would do. Reads only.

use std::io::{self, Write};
use std::path::Path;

use groundwork_engine::approve::{self, Gates};
use groundwork_engine::discover::Depth;
use groundwork_engine::ports::Clock;
use groundwork_engine::survey::basis_key;
use groundwork_model::cost::Cost;
use groundwork_model::plan::{Class, Plan};
use groundwork_model::rollout::Access;
use groundwork_model::world::World;
use groundwork_model::{Exit, spec::Spec};
use groundwork_planner::{basis, saved};
use groundwork_spec::Loaded;
use groundwork_view::{Style, human, rfc3339};

use crate::args::{CostArguments, PlanArguments};
use crate::commands::patience;
use crate::commands::preflight;
use crate::commands::rollout;
use crate::commands::spec::{self, Targets};
use crate::failure::{Failure, Outcome};
use crate::output::file::PendingFile;
use crate::output::{Output, file};
use crate::surroundings::Surroundings;
use crate::wiring::{self, RealPorts, discover};

/// Plans, shows the plan and saves it.
pub fn run(arguments: &PlanArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    // Before anything is read: a plan that cannot be saved is not worth the wait.
    let file = arguments.output.as_deref().map(PendingFile::create).transpose()?;
    let loaded = match spec::load_targets(&arguments.spec, &arguments.aws, surroundings)? {
        Targets::One(loaded) => loaded,
        Targets::Many(loaded) => {
            preflight::refuse(arguments)?;
            return rollout::plan(loaded, file, arguments, surroundings, output);
        }
    };
    let depth = if file.is_some() { Depth::Basis } else { Depth::Plan };
    let (plan, world, key, checked) = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &Access::default(), &arguments.aws, surroundings).await?;
        let patience = patience::of_plan(arguments.patience);
        let (plan, world) = patience::make(&loaded, &ports, depth, patience, output).await?;
        let checked =
            if arguments.preflight { Some(preflight::of_plan(&loaded, &ports, &world, &plan).await) } else { None };
        Ok::<_, Failure>((plan, world, basis_key(&ports.random), checked))
    })?;
    show(&plan, arguments.cost, output)?;
    let ready = checked.map_or(Ok(()), |checked| preflight::tell(&loaded, checked, output));
    if let (Some(file), Some(path)) = (file, arguments.output.as_deref()) {
        save(&loaded.spec, &plan, &world, key.expose(), file)?;
        say_saved(plan.approvals_needed(), path, output)?;
    }
    if let Some(problem) = approve::too_expensive(&plan, &gates([], arguments.cost)) {
        return Err(problem.into());
    }
    ready?;
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::ChangesPending } else { Exit::Done })
}

/// Discovers and plans. Problems that name a key of the spec get its place in the user's file.
pub async fn make(loaded: &Loaded, ports: &RealPorts, depth: Depth) -> Result<(Plan, World), Failure> {
    let world = discover(loaded, ports, depth).await?;
    Ok((of(loaded, &world)?, world))
}

/// Plans for a world that was read.
pub fn of(loaded: &Loaded, world: &World) -> Result<Plan, Failure> {
    let plan = groundwork_planner::plan(&loaded.spec, world, env!("CARGO_PKG_VERSION"));
    plan.map_err(|problems| spec::placed(loaded, problems))
}

/// Shows a plan, and its prices if they are asked for.
pub fn show(plan: &Plan, cost: CostArguments, output: &Output<'_>) -> Result<(), Failure> {
    output.plan(plan)?;
    if cost.explain_cost { output.say(|out, style| prices(out, &plan.cost, style)) } else { Ok(()) }
}

/// Writes the prices below a plan.
pub fn prices(out: &mut dyn Write, cost: &Cost, style: &Style) -> io::Result<()> {
    writeln!(out)?;
    human::cost(out, cost, style)
}

/// What the caller permits.
pub fn gates(allow: impl IntoIterator<Item = Class>, cost: CostArguments) -> Gates {
    Gates { max_monthly_increase: cost.max_monthly_increase, ..Gates::permitting(allow) }
}

fn save(spec: &Spec, plan: &Plan, world: &World, key: &str, file: PendingFile) -> Result<(), Failure> {
    let created = rfc3339(crate::system::SystemClock.now_ms());
    let basis = basis::basis(spec, world, key);
    let document = saved::seal(spec, plan.clone(), basis, env!("CARGO_PKG_VERSION"), created);
    Ok(file.publish_with(saved::text(&document).as_bytes())?)
}

/// Says how a saved plan is carried out that needs these approvals.
pub fn say_saved(needs: impl IntoIterator<Item = Class>, path: &Path, output: &Output<'_>) -> Result<(), Failure> {
    let needs: Vec<&str> = needs.into_iter().map(|class| class.as_str()).collect();
    let allow = if needs.is_empty() { String::new() } else { format!(" --allow {}", needs.join(",")) };
    output.say(|out, _| writeln!(out, "\nSaved. To do exactly this:\n  groundwork apply {}{allow}", file::quoted(path)))
}
