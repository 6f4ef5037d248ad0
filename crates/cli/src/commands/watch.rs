//! `groundwork watch`: follows what AWS is doing, whoever began it, from any machine. It asks AWS only.

use groundwork_engine::approve::{self, Gates};
use groundwork_engine::{diagnosis, discover};
use groundwork_model::Exit;
use groundwork_model::diagnosis::{Condition, Diagnosis};

use crate::args::WatchArguments;
use crate::commands::execution::{self, After};
use crate::commands::spec::{self, OneTarget};
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Follows what is under way. Where nothing is, tells how the last operations ended: they may have been what the
/// caller wanted to see.
pub fn run(arguments: &WatchArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one(&arguments.spec, &arguments.aws, surroundings)?;
    wiring::runtime()?.block_on(async {
        let ports = wiring::aws_ports(&loaded.spec, &access, &arguments.aws).await?;
        let placed = |problems| spec::placed(&loaded, problems);
        let estate = discover::estate(&ports.cloud, &loaded.spec).await.map_err(placed)?;
        let plan = groundwork_planner::watch(&loaded.spec, &estate, |_| true);
        if plan.is_empty() {
            let diagnosis = diagnosis::diagnose(&ports.cloud, &loaded.spec).await.map_err(placed)?;
            output.diagnosis(&diagnosis)?;
            return Ok(ended(&diagnosis));
        }
        output.plan(&plan)?;
        let approved = approve::approve(plan, &Gates::default()).map_err(placed)?;
        execution::run(approved, &ports, (&loaded.spec, After::Nothing), arguments.wait.into(), output).await
    })
}

/// How operations that nobody followed have ended.
fn ended(diagnosis: &Diagnosis) -> Exit {
    let has = |condition| diagnosis.stacks.iter().any(|stack| stack.condition == condition);
    if has(Condition::Stuck) {
        Exit::NeedsRecovery
    } else if has(Condition::RolledBack) {
        Exit::RolledBack
    } else {
        Exit::Done
    }
}
