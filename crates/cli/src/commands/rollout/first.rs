//! What comes before the targets of a rollout: the stack set that their role stacks are of.

use groundwork_engine::approve;
use groundwork_model::Exit;
use groundwork_model::plan::Class;

use crate::args::{ApplyArguments, PlanArguments};
use crate::commands::execution::{self, After};
use crate::commands::plan::{self, gates};
use crate::commands::stack_set::SetStage;
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Shows what would be done to the set.
pub fn plan(stage: &SetStage, arguments: &PlanArguments, output: &Output<'_>) -> Outcome {
    plan::show(&stage.plan, arguments.cost, output)?;
    say_waiting(stage, output)?;
    Ok(if arguments.detailed_exitcode { Exit::ChangesPending } else { Exit::Done })
}

/// Brings the set to its accounts. The targets are left for the next run, since they can be planned only then.
pub fn apply(
    stage: &SetStage,
    arguments: &ApplyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    plan::show(&stage.plan, arguments.cost, output)?;
    let mut spec = stage.spec.clone();
    spec.environment.region = stage.set.region.clone();
    let exit = wiring::runtime()?.block_on(async {
        let ports = wiring::ports(&spec, &stage.set.access, &arguments.aws, surroundings).await?;
        let allowed = arguments.allow.iter().copied().map(Class::from);
        let approved = approve::approve(stage.plan.clone(), &gates(allowed, arguments.cost))?;
        execution::run(approved, &ports, (&spec, After::Nothing), arguments.wait.into(), output).await
    })?;
    if exit != Exit::Done {
        return Ok(exit);
    }
    say_waiting(stage, output)?;
    Ok(Exit::ChangesPending)
}

fn say_waiting(stage: &SetStage, output: &Output<'_>) -> Result<(), Failure> {
    let targets = match stage.waiting {
        1 => "1 target waits".to_owned(),
        many => format!("{many} targets wait"),
    };
    output.say(|out, _| {
        writeln!(out, "\n{targets} for stack set {}: what is done there can be planned", stage.set.name)?;
        writeln!(out, "once each account has its stack. Then run the same command again.")
    })
}
