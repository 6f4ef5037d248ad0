//! Waits for operations that are under way, and plans then. Where none is, it costs nothing.

use std::time::Duration;

use groundwork_engine::approve::{self, Gates};
use groundwork_engine::discover::{self, Depth};
use groundwork_engine::execute::Settings;
use groundwork_engine::ports::Clock;
use groundwork_engine::watching;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::world::World;
use groundwork_model::{Code, Exit};
use groundwork_spec::Loaded;

use crate::args::{ApplyArguments, PatienceArguments};
use crate::commands::{execution, plan, spec};
use crate::failure::Failure;
use crate::output::Output;
use crate::wiring::RealPorts;

/// So late a read of CloudFormation may be.
const LATE: Duration = Duration::from_secs(60);

/// For whom, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// What an earlier run of groundwork has begun is waited for so long.
    own: Option<Duration>,
    /// What somebody else has begun is waited for so long.
    others: Option<Duration>,
}

impl Patience {
    /// A plan waits only if it is told to: nobody wants to hear of its plan an hour later by surprise.
    pub fn of_plan(arguments: PatienceArguments) -> Self {
        Self { own: arguments.wait_for_stack, others: arguments.wait_for_stack }
    }

    /// An apply takes up what an earlier run has begun.
    pub fn of_apply(arguments: &ApplyArguments) -> Self {
        let own = Duration::from_secs(arguments.wait.stack_timeout * 60);
        Self { own: Some(own), others: arguments.patience.wait_for_stack }
    }

    /// How long it is worth waiting for something, by whether it is ours.
    fn of(self, ours: bool) -> Option<Duration> {
        if ours { self.own.max(self.others) } else { self.others }
    }
}

/// Refuses to wait where it is not known how.
pub fn refuse(arguments: PatienceArguments, what: &str) -> Result<(), Problem> {
    match arguments.wait_for_stack {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::InvalidArguments, format!("--wait-for-stack does not work for {what}"))
            .help("it works for the spec of one account and Region: groundwork watch follows a stack to its end")),
    }
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
            Err(failure) if failure.problems.iter().any(|problem| problem.code == Code::StackBusy) => failure,
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
    let estate = discover::estate(&ports.cloud, &loaded.spec).await.map_err(placed)?;
    let moving = watching::moving(&ports.cloud, &estate).await?;
    if moving.is_empty() {
        // The next plan finds it so, unless its read is late, and that passes.
        return Ok(waited < patience.of(true).unwrap_or_default() + LATE);
    }
    let limits: Option<Vec<Duration>> = moving.iter().map(|stack| patience.of(stack.is_ours)).collect();
    let shortest = limits.and_then(|limits| limits.into_iter().min()).unwrap_or_default();
    let left = shortest.saturating_sub(waited);
    if left.is_zero() {
        return Ok(false);
    }
    for stack in &moving {
        let by = if stack.is_ours { "an earlier run of groundwork" } else { "somebody else" };
        let line = format!("waiting for stack {}: {}, begun by {by}", stack.name, stack.status);
        output.terminal().complain(|out, _| writeln!(out, "{line}"))?;
    }
    let plan = groundwork_planner::watch(&loaded.spec, &estate, |_| true);
    let approved = approve::approve(plan, &Gates::default()).map_err(placed)?;
    let settings = Settings { stack_timeout: left, detach: false };
    let Some(report) = execution::followed(approved, ports, &loaded.spec, &settings, output).await else {
        return Err(Problem::new(Code::Interrupted, "interrupted while stacks were waited for").into());
    };
    // However an operation ended, the next plan tells what that means; what kept from seeing it ends here.
    let unseen = |problem: &&Problem| !matches!(problem.code.exit(), Exit::RolledBack | Exit::NeedsRecovery);
    let unseen: Vec<Problem> = report.problems().filter(unseen).cloned().collect();
    if unseen.is_empty() { Ok(true) } else { Err(placed(unseen)) }
}
