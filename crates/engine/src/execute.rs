//! Carries out an approved plan: every step as soon as what it needs is done, independent ones side by
//! side. It decides nothing; whatever happens, a report comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use groundwork_model::event::Event;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, Span, StepOutcome, StepReport};
use groundwork_model::step::{Op, Step, StepId};
use groundwork_model::{Code, Exit};

use crate::approve::Approved;
use crate::ports::{Clock, Cloud, Ports, Random, Saas, Sink, Stop};
use crate::run::{Ends, Results, Run, StepRun};
use crate::{capacity, delete, deploy, follow, recover, run_environment, stack_set};

/// How an execution behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long to wait for one stack.
    pub stack_timeout: Duration,
    /// Whether to leave as soon as AWS works on what can be begun now.
    pub detach: bool,
}

impl Default for Settings {
    /// An hour: NAT gateways and endpoints take minutes, deletions longer.
    fn default() -> Self {
        Self { stack_timeout: Duration::from_secs(3600), detach: false }
    }
}

/// What a step that succeeded did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Changed,
    Unchanged,
}

/// Executes a plan.
pub async fn execute<C: Cloud, S: Saas, K: Clock, R: Random, T: Stop>(
    approved: Approved,
    ports: &Ports<C, S, K, R, T>,
    sink: &impl Sink,
    settings: &Settings,
) -> Report {
    let started_ms = ports.clock.now_ms();
    let Plan { target, components, steps, .. } = approved.into_plan();
    let (target, components, results) = (&target, &components[..], Default::default());
    let run = Run { ends: ports, settings, sink, started_ms, target, components, results };
    let steps = carry_out(&run, &steps).await;
    let Results { stacks, run_environment, under_way, .. } = run.results.into_inner();
    Report {
        steps,
        outputs: stacks.into_iter().map(|(name, stack)| (name, stack.outputs)).collect(),
        run_environment,
        verification: Vec::new(),
        under_way,
        links: Vec::new(),
        elapsed_ms: ports.clock.now_ms().saturating_sub(started_ms),
    }
}

/// The report of a plan of which nothing is executed, for this reason.
pub(crate) fn refuse(approved: Approved, problem: Problem, sink: &impl Sink) -> Report {
    let steps = approved.into_plan().steps;
    let mut progress = Progress::new(&steps);
    let mut waiting = std::mem::take(&mut progress.waiting).into_iter();
    if let Some(first) = waiting.next() {
        progress.end(first, failed(problem), None, sink);
        waiting.for_each(|step| progress.end(step, StepOutcome::Skipped { because: first.id }, None, sink));
    }
    Report { steps: progress.reports, ..Report::default() }
}

/// The exit code of a run. Of several failures, the one decides that the operator has to look at first:
/// what needs a hand before anything else works, then what needs a correction, and last what a rerun
/// alone puts right.
pub fn exit(report: &Report) -> Exit {
    const FIRST_THINGS_FIRST: [Exit; 11] = [
        Exit::NeedsRecovery,
        Exit::Internal,
        Exit::Access,
        Exit::RolledBack,
        Exit::StalePlan,
        Exit::Refused,
        Exit::Usage,
        Exit::Interrupted,
        Exit::TimedOut,
        Exit::VerificationFailed,
        Exit::CloudReactorFailed,
    ];
    let exits: BTreeSet<Exit> = report.problems().map(|problem| problem.code.exit()).collect();
    let decisive = FIRST_THINGS_FIRST.into_iter().find(|exit| exits.contains(exit));
    decisive.or_else(|| exits.first().copied()).unwrap_or(Exit::Done)
}

/// How far every step has come.
struct Progress<'a> {
    waiting: Vec<&'a Step>,
    /// The steps that ended, and whether well.
    ended: BTreeMap<StepId, bool>,
    reports: Vec<StepReport>,
}

impl<'a> Progress<'a> {
    fn new(steps: &'a [Step]) -> Self {
        Self { waiting: steps.iter().collect(), ended: BTreeMap::new(), reports: Vec::new() }
    }

    /// Takes out the steps that can begin.
    fn ready(&mut self) -> Vec<&'a Step> {
        let done = |step: &Step| step.needs.iter().all(|need| self.ended.get(need) == Some(&true));
        let (ready, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|step| done(step));
        self.waiting = waiting;
        ready
    }

    /// Takes out a step that will never begin, and the one that it needed.
    fn hopeless(&mut self) -> Option<(&'a Step, StepId)> {
        let failed = |step: &Step| step.needs.iter().find(|need| self.ended.get(need) == Some(&false)).copied();
        let (at, because) = self.waiting.iter().enumerate().find_map(|(at, step)| Some((at, failed(step)?)))?;
        Some((self.waiting.remove(at), because))
    }

    /// Takes down how a step ended, and when it ran if it was begun.
    fn end(&mut self, step: &Step, outcome: StepOutcome, span: Option<Span>, sink: &dyn Sink) {
        let well = matches!(outcome, StepOutcome::Changed | StepOutcome::Unchanged);
        self.ended.insert(step.id, well);
        let component = step.component;
        let elapsed_ms = span.map_or(0, |span| span.elapsed_ms);
        sink.event(Event::StepFinished { step: step.id, component, outcome: outcome.clone(), elapsed_ms });
        self.reports.push(StepReport { step: step.id, component, outcome, span });
    }
}

async fn carry_out<E: Ends>(run: &Run<'_, E>, steps: &[Step]) -> Vec<StepReport> {
    let mut progress = Progress::new(steps);
    let mut running = FuturesUnordered::new();
    loop {
        for step in progress.ready() {
            if run.ends.stop().requested() {
                progress.end(step, failed(not_begun(step)), None, run.sink);
            } else {
                running.push(one(run, step));
            }
        }
        while let Some((step, because)) = progress.hopeless() {
            progress.end(step, StepOutcome::Skipped { because }, None, run.sink);
        }
        match running.next().await {
            Some((step, outcome, span)) => progress.end(step, outcome, Some(span), run.sink),
            None => break,
        }
    }
    for step in std::mem::take(&mut progress.waiting) {
        progress.end(step, failed(unreachable_step(step)), None, run.sink);
    }
    progress.reports
}

async fn one<'s, E: Ends>(run: &Run<'_, E>, step: &'s Step) -> (&'s Step, StepOutcome, Span) {
    let this = StepRun::begin(run, step.id, step.component);
    let outcome = match this.alive(operate(&this, &step.op)).await {
        Ok(Done::Changed) => StepOutcome::Changed,
        Ok(Done::Unchanged) => StepOutcome::Unchanged,
        Err(problem) => failed(problem),
    };
    (step, outcome, this.span())
}

async fn operate<E: Ends>(step: &StepRun<'_, E>, op: &Op) -> Result<Done, Problem> {
    match op {
        Op::DeployStack(deploy) => deploy::deploy(step, deploy).await,
        Op::DeployStackSet(deploy) => stack_set::deploy(step, deploy).await,
        Op::DeleteStack(delete) => delete::delete(step, delete).await,
        Op::ContinueRollback(planned) => recover::continue_rollback(step, planned).await,
        Op::RollBack(planned) => recover::roll_back(step, planned).await,
        Op::FollowStack(planned) => follow::follow(step, planned).await,
        Op::PutCapacityProviders(put) => capacity::put(step, put).await,
        Op::PutRunEnvironment(draft) => run_environment::put(step, draft).await,
        Op::DeleteRunEnvironment { uuid, name } => run_environment::delete(step, uuid, name).await,
    }
}

fn failed(problem: Problem) -> StepOutcome {
    StepOutcome::Failed { problem: Box::new(problem) }
}

fn not_begun(step: &Step) -> Problem {
    Problem::new(Code::Interrupted, format!("interrupted before {} was begun", step.id))
        .at(step.component.as_str())
        .help("run the same command again: it goes on where this run stopped")
}

/// The planner's own checks rule this out.
fn unreachable_step(step: &Step) -> Problem {
    Problem::new(Code::Internal, format!("step {} needs a step that the plan does not have", step.id))
}
