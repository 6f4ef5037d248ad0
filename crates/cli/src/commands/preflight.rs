//! `groundwork preflight`: whether a verb could be carried out. Reads only.

use groundwork_engine::ports::Saas;
use groundwork_engine::preflight;
use groundwork_model::least_privilege::Verb;
use groundwork_model::plan::Plan;
use groundwork_model::preflight::Preflight;
use groundwork_model::problem::Problem;
use groundwork_model::world::World;
use groundwork_model::{Code, Exit};
use groundwork_spec::Loaded;

use crate::args::{PlanArguments, PreflightArguments};
use crate::commands::spec::{self, OneTarget};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring::{self, RealPorts, RealPortsWith};

/// Checks one target.
pub fn run(arguments: &PreflightArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one(&arguments.spec, &arguments.aws, surroundings)?;
    let verb = Verb::from(arguments.verb);
    let preflight = wiring::runtime()?.block_on(async {
        if verb.asks_cloudreactor() {
            let ports = wiring::ports(&loaded.spec, &access, &arguments.aws, surroundings).await?;
            found(&loaded, verb, &ports).await
        } else {
            let ports = wiring::aws_ports(&loaded.spec, &access, &arguments.aws).await?;
            found(&loaded, verb, &ports).await
        }
    })?;
    tell(&loaded, preflight, output)?;
    Ok(Exit::Done)
}

async fn found<S: Saas>(loaded: &Loaded, verb: Verb, ports: &RealPortsWith<S>) -> Result<Preflight, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let preflight = preflight::preflight(&ports.cloud, &ports.saas, &loaded.spec, verb, version).await;
    preflight.map_err(|problems| spec::placed(loaded, problems))
}

/// Checks whether a plan could be carried out that was just made.
pub async fn of_plan(loaded: &Loaded, ports: &RealPorts, world: &World, plan: &Plan) -> Preflight {
    preflight::of_plan(&ports.cloud, &loaded.spec, Verb::Apply, world, plan).await
}

/// Refuses to check the plans of several targets.
pub fn refuse(arguments: &PlanArguments) -> Result<(), Problem> {
    if !arguments.preflight {
        return Ok(());
    }
    let problem = Problem::new(Code::InvalidArguments, "--preflight does not work for several targets");
    Err(problem.help("select one: --target NAME"))
}

/// Shows what was found. What would make the verb fail makes this run fail.
pub fn tell(loaded: &Loaded, preflight: Preflight, output: &Output<'_>) -> Result<(), Failure> {
    output.preflight(&preflight)?;
    let failures = preflight.failures();
    if failures.is_empty() { Ok(()) } else { Err(spec::placed(loaded, failures)) }
}
