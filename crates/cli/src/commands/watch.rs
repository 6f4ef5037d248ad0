//! `groundwork watch`: follows what AWS is doing, whoever began it, from any machine. It asks AWS only.

use groundwork_engine::approve::{self, Gates};
use groundwork_engine::{diagnosis, discover};
use groundwork_model::diagnosis::{Condition, Diagnosis};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::Access;
use groundwork_model::world::Observed;
use groundwork_model::{Code, Exit, StackId};
use groundwork_planner::ownership::ENVIRONMENT_TAG;

use crate::args::WatchArguments;
use crate::commands::execution::{self, After};
use crate::commands::handles;
use crate::commands::spec::{self, OneTarget};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Follows what is under way. Where nothing is, tells how the last operations ended: they may have been what the
/// caller wanted to see.
pub fn run(arguments: &WatchArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
    if arguments.handles.is_empty() { of_spec(arguments, surroundings, output) } else { of_handles(arguments, output) }
}

/// Follows the stacks that another run has left: those, and no others that have their names.
fn of_handles(arguments: &WatchArguments, output: &Output<'_>) -> Outcome {
    let handles = &arguments.handles[..];
    let nameless = handles::spec(handles, None)?;
    let ids: Vec<StackId> = handles.iter().map(|handle| handle.id.clone()).collect();
    wiring::runtime()?.block_on(async {
        let ports = wiring::aws_ports(&nameless.spec, &Access::default(), &arguments.aws).await?;
        let estate = discover::estate_of(&ports.cloud, &nameless.spec, &ids).await.map_err(of_account)?;
        let stacks = || estate.stacks.values().filter_map(Observed::present);
        let name = stacks().find_map(|stack| stack.tags.get(ENVIRONMENT_TAG));
        let spec = handles::spec(handles, name.map(String::as_str))?.spec;
        let mut plan = groundwork_planner::watch(&spec, &estate, |_| true);
        plan.components.retain(|part| handles::names(handles, part.component));
        if plan.is_empty() {
            let diagnosis = diagnosis::diagnose_these(&ports.cloud, &spec, &estate).await.map_err(Failure::from)?;
            output.diagnosis(&diagnosis)?;
            return Ok(ended(&diagnosis));
        }
        output.plan(&plan)?;
        let approved = approve::approve(plan, &Gates::default())?;
        execution::run(approved, &ports, (&spec, After::Nothing), arguments.wait.into(), output).await
    })
}

/// There is no spec that could be corrected.
fn of_account(mut problems: Vec<Problem>) -> Failure {
    for problem in problems.iter_mut().filter(|problem| problem.code == Code::WrongAccount) {
        problem.key = None;
        problem.help = vec!["use credentials of the account that the handle names".to_owned()];
    }
    problems.into()
}

fn of_spec(arguments: &WatchArguments, surroundings: &Surroundings, output: &Output<'_>) -> Outcome {
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
