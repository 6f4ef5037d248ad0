//! Waits for operations that are under way, and plans then. Where none is, it costs nothing.

use std::time::Duration;

use groundwork_engine::discover::Depth;
use groundwork_engine::execute::Settings;
use groundwork_engine::patience::{self, Follow, Next, Patience};
use groundwork_engine::ports::Clock;
use groundwork_engine::watching::Moving;
use groundwork_model::Code;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::world::World;
use groundwork_spec::Loaded;

use crate::args::{ApplyArguments, PatienceArguments};
use crate::commands::{execution, plan, spec};
use crate::failure::Failure;
use crate::output::Output;
use crate::wiring::RealPorts;

/// A plan waits only if it is told to: nobody wants to hear of its plan an hour later by surprise.
pub fn of_plan(arguments: PatienceArguments) -> Patience {
    Patience { own: arguments.wait_for_stack, others: arguments.wait_for_stack }
}

/// An apply takes up what an earlier run has begun.
pub fn of_apply(arguments: &ApplyArguments) -> Patience {
    let own = Duration::from_secs(arguments.wait.stack_timeout * 60);
    Patience { own: Some(own), others: arguments.patience.wait_for_stack }
}

/// Refuses to wait for what a saved plan was not made from.
pub fn refuse_with_saved_plan(arguments: PatienceArguments) -> Result<(), Problem> {
    if arguments.wait_for_stack.is_none() {
        return Ok(());
    }
    let message = "--wait-for-stack does not work for a saved plan, which holds only while nothing changes";
    Err(Problem::new(Code::InvalidArguments, message)
        .help("groundwork watch follows a stack to its end; then plan again"))
}

/// Plans; and if stacks are busy that are worth waiting for, waits for them and plans again.
pub async fn make(
    loaded: &Loaded,
    ports: &RealPorts,
    depth: Depth,
    patience: Patience,
    output: &Output<'_>,
) -> Result<(Plan, World), Failure> {
    let started_ms = ports.clock.now_ms();
    loop {
        let busy = match plan::make(loaded, ports, depth).await {
            Err(failure) if patience::is_busy(&failure.problems) => failure,
            outcome => return outcome,
        };
        let waited = Duration::from_millis(ports.clock.now_ms().saturating_sub(started_ms));
        if !rests(loaded, ports, patience, waited, output).await? {
            return Err(busy);
        }
    }
}

/// Waits until nothing is under way any more; `false` if that is not worth it, or has taken too long.
async fn rests(
    loaded: &Loaded,
    ports: &RealPorts,
    patience: Patience,
    waited: Duration,
    output: &Output<'_>,
) -> Result<bool, Failure> {
    let placed = |problems| spec::placed(loaded, problems);
    let next = patience::next(&ports.cloud, &loaded.spec, patience, waited).await.map_err(placed)?;
    let Follow { moving, plan, left } = match next {
        Next::Plan => return Ok(true),
        Next::GiveUp => return Ok(false),
        Next::Follow(follow) => *follow,
    };
    for stack in &moving {
        output.terminal().complain(|out, _| writeln!(out, "waiting for {}", told(stack)))?;
    }
    let settings = Settings { stack_timeout: left, detach: false };
    let Some(report) = execution::followed(plan, ports, &loaded.spec, &settings, output).await else {
        return Err(Problem::new(Code::Interrupted, "interrupted while stacks were waited for").into());
    };
    let unseen = patience::unseen(&report);
    if unseen.is_empty() { Ok(true) } else { Err(placed(unseen)) }
}

/// `stack X: UPDATE_IN_PROGRESS, begun by somebody else`.
pub fn told(stack: &Moving) -> String {
    let by = if stack.is_ours { "an earlier run of groundwork" } else { "somebody else" };
    format!("stack {}: {}, begun by {by}", stack.name, stack.status)
}
