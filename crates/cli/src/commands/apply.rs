//! `groundwork apply`: plans, or takes a saved plan; asks the gates; executes.

use groundwork_engine::approve;
use groundwork_engine::discover::{self, Depth};
use groundwork_engine::execute::Settings;
use groundwork_model::plan::{Class, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::Access;
use groundwork_model::saved::{Saved, SavedPlan};
use groundwork_model::spec::Spec;
use groundwork_model::world::World;
use groundwork_model::{Code, Exit};
use groundwork_planner::saved;

use crate::args::ApplyArguments;
use crate::commands::execution::After;
use crate::commands::patience;
use crate::commands::spec::{self, Targets};
use crate::commands::{execution, exports, plan, rollout, show};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring::{self, RealPorts};

/// Makes the world as the spec says.
pub fn run(arguments: &ApplyArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    if arguments.plan.is_some() {
        patience::refuse_with_saved_plan(arguments.patience)?;
    }
    match &arguments.plan {
        Some(path) => match show::open(path)? {
            Saved::One(saved) => {
                refuse_documents_of_rollouts(arguments)?;
                from_saved(&saved, arguments, surroundings, output)
            }
            Saved::Many(saved) => {
                refuse_to_detach(arguments)?;
                rollout::apply_saved(saved, arguments, surroundings, output)
            }
        },
        None => from_spec(arguments, surroundings, output),
    }
}

/// The waves of a rollout need somebody who waits for them.
fn refuse_to_detach(arguments: &ApplyArguments) -> Result<(), Problem> {
    if !arguments.detach {
        return Ok(());
    }
    let message = "--detach leaves one target, and a wave of several is waited for before the next begins";
    Err(Problem::new(Code::InvalidArguments, message).help("select one with --target NAME in a spec of its own"))
}

/// Refuses to write what there is only of a rollout.
fn refuse_documents_of_rollouts(arguments: &ApplyArguments) -> Result<(), Problem> {
    let refuse = |what: &str| {
        Problem::new(Code::InvalidArguments, format!("{what} of a rollout, and this is about one target"))
            .help("--markdown-into and --json-into tell of one target, too")
    };
    match (&arguments.html_into, &arguments.logs_into) {
        (Some(_), _) => Err(refuse("--html-into writes the report")),
        (None, Some(_)) => Err(refuse("--logs-into writes the logs")),
        (None, None) => Ok(()),
    }
}

fn from_spec(arguments: &ApplyArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let loaded = match spec::load_targets(&arguments.spec, &arguments.aws, surroundings)? {
        Targets::One(loaded) => loaded,
        Targets::Many(loaded) => {
            refuse_to_detach(arguments)?;
            return rollout::apply(loaded, arguments, surroundings, output);
        }
    };
    refuse_documents_of_rollouts(arguments)?;
    wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&loaded.spec, &Access::default(), &arguments.aws, surroundings).await?;
        let patience = patience::of_apply(arguments);
        let (plan, world) = patience::make(&loaded, &ports, Depth::Plan, patience, output).await?;
        let done = carry_out(plan, &loaded.spec, &world, &ports, arguments, output).await;
        done.map_err(|failure| spec::placed(&loaded, failure.problems))
    })
}

fn from_saved(
    saved: &SavedPlan,
    arguments: &ApplyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&saved.spec, &Access::default(), &arguments.aws, surroundings).await?;
        let world = world_of(saved, &ports).await?;
        let plan = saved::verify(saved, &world)?;
        carry_out(plan, &saved.spec, &world, &ports, arguments, output).await
    })
}

/// Reads the world that a saved plan is about, and no other account's.
async fn world_of(saved: &SavedPlan, ports: &RealPorts) -> Result<World, Failure> {
    let mut spec = saved.spec.clone();
    spec.environment.account_id = Some(saved.basis.account.clone());
    let world = discover::discover(&ports.cloud, &ports.saas, &spec, Depth::Basis).await;
    world.map_err(|mut problems| {
        for problem in problems.iter_mut().filter(|problem| problem.code == Code::WrongAccount) {
            problem.key = None;
            problem.help = vec![format!("the saved plan is for account {}: use its credentials", saved.basis.account)];
        }
        problems.into()
    })
}

async fn carry_out(
    plan: Plan,
    spec: &Spec,
    world: &World,
    ports: &RealPorts,
    arguments: &ApplyArguments,
    output: &Output<'_>,
) -> Outcome {
    plan::show(&plan, arguments.cost, output)?;
    output.outputs(exports::of(spec, world, &plan.target));
    let nothing_to_do = plan.is_empty();
    let allowed = arguments.allow.iter().copied().map(Class::from);
    let approved = approve::approve(plan, &plan::gates(allowed, arguments.cost))?;
    if nothing_to_do {
        return Ok(Exit::Done);
    }
    let settings = Settings { detach: arguments.detach, ..arguments.wait.into() };
    execution::run(approved, ports, (spec, After::Verification), settings, output).await
}
