//! `groundwork recover`: leads stuck stacks out of their state, once the user says so. It asks AWS only, so that it
//! works while CloudReactor does not.

use std::collections::BTreeSet;

use groundwork_engine::approve::{self, Gates};
use groundwork_engine::discover;
use groundwork_model::plan::Class;
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Exit, LogicalId};

use crate::args::RecoverArguments;
use crate::commands::execution::{self, After};
use crate::commands::spec::{self, OneTarget};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Leads stuck stacks out of their state.
pub fn run(arguments: &RecoverArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let skip = skipped(&arguments.skip)?;
    let OneTarget { loaded, access } = spec::load_one(&arguments.spec, &arguments.aws, surroundings)?;
    wiring::runtime()?.block_on(async {
        let ports = wiring::aws_ports(&loaded.spec, &access, &arguments.aws).await?;
        let placed = |problems| spec::placed(&loaded, problems);
        let estate = discover::estate(&ports.cloud, &loaded.spec).await.map_err(placed)?;
        let plan = groundwork_planner::recover(&loaded.spec, &estate, &skip).map_err(placed)?;
        output.plan(&plan)?;
        if plan.is_empty() {
            return Ok(Exit::Done);
        }
        let Some(confirmed) = &arguments.confirm else {
            let name = &loaded.spec.environment.name;
            output.say(|out, _| writeln!(out, "\nNothing was done. To do it, add --confirm {name}."))?;
            return Ok(if arguments.detailed_exitcode { Exit::ChangesPending } else { Exit::Done });
        };
        let gates = Gates::permitting(arguments.allow.iter().copied().map(Class::from));
        let approved = approve::confirm(plan, confirmed, &gates).map_err(placed)?;
        execution::run(approved, &ports, (&loaded.spec, After::Nothing), arguments.wait.into(), output).await
    })
}

fn skipped(names: &[String]) -> Result<BTreeSet<LogicalId>, Failure> {
    let parse = |name: &String| {
        name.parse().map_err(|error| {
            Problem::new(Code::InvalidArguments, format!("--skip {name:?} names no resource: {error}"))
                .help("name a resource as it is called in the template: groundwork recover lists them")
                .into()
        })
    };
    names.iter().map(parse).collect()
}
