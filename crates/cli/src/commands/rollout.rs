//! `plan`, `apply`, `status` and `verify` of a spec with several targets.

mod earlier;
mod first;
mod look;
mod progress;
mod rest;
mod saved;
mod status;
mod verify;
mod waits;

use std::mem;
use std::path::Path;
use std::time::Duration;

use groundwork_engine::alike::alike;
use groundwork_engine::approve;
use groundwork_engine::discover::Depth;
use groundwork_engine::patience::Patience;
use groundwork_engine::ports::Clock;
use groundwork_engine::rollout::{self, Settings};
use groundwork_engine::survey::Made;
use groundwork_engine::{execute, survey};
use groundwork_model::plan::Class;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{OnUnreachable, Planned, Rollout, RolloutPlan, RolloutReport, RolloutTarget};
use groundwork_model::saved::SavedRollout;
use groundwork_model::world::World;
use groundwork_model::{Code, Exit};
use groundwork_planner::saved::{seal_rollout, text};
use groundwork_spec::LoadedRollout;
use groundwork_view::rfc3339;

use crate::args::{ApplyArguments, AwsArguments, CostArguments, PlanArguments, SurveyArguments};
use crate::commands::patience;
use crate::commands::plan::{self, gates};
use crate::commands::stack_set::{self, Stage};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::output::file::PendingFile;
use crate::surroundings::Surroundings;
use crate::system::SystemClock;
use crate::wiring::{self, FarEnds};
use progress::{Progress, ReadingProgress};
use rest::RestFile;
use waits::Waits;

pub use saved::apply as apply_saved;
pub use status::status;
pub use verify::verify;

/// The version that plans are made by.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Plans for every target, shows the plans and saves them.
pub fn plan(
    loaded: LoadedRollout,
    file: Option<PendingFile>,
    arguments: &PlanArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    refuse_prices(&loaded.rollout, arguments.cost)?;
    if file.is_some() && loaded.rollout.role_stack_set.is_some() {
        return Err(unsaved().into());
    }
    let loaded = &match stack_set::stage(loaded, &arguments.aws)? {
        Stage::Targets(loaded) => loaded,
        Stage::Set(set) => return first::plan(&set, arguments, output),
    };
    let plan = wiring::runtime()?.block_on(async {
        let ends = far_ends(loaded, &arguments.aws, surroundings)?;
        let reading = Reading { survey: arguments.survey, patience: patience::of_plan(arguments.patience) };
        make(loaded, &ends, reading, file.is_some(), output).await
    })?;
    show(&plan, arguments.cost, output)?;
    reachable(loaded, &plan)?;
    if let (Some(file), Some(path)) = (file, arguments.output.as_deref()) {
        file.publish_with(text(&seal(&loaded.rollout, &plan)?).as_bytes())?;
        plan::say_saved(plan.approvals_needed(), path, output)?;
    }
    if let Some(problem) = approve::rollout_too_expensive(&plan, &gates([], arguments.cost)) {
        return Err(problem.into());
    }
    Ok(if arguments.detailed_exitcode && plan.has_work() { Exit::ChangesPending } else { Exit::Done })
}

/// Plans for every target, and carries the plans out in waves.
pub fn apply(
    loaded: LoadedRollout,
    arguments: &ApplyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    refuse_outputs(arguments.outputs_into.as_deref())?;
    refuse_prices(&loaded.rollout, arguments.cost)?;
    output.log_into(arguments.logs_into.as_deref())?;
    let loaded = match stack_set::stage(loaded, &arguments.aws)? {
        Stage::Targets(loaded) => loaded,
        Stage::Set(set) => return first::apply(&set, arguments, surroundings, output),
    };
    let loaded = match &arguments.resume {
        None => loaded,
        Some(path) => match earlier::without_done(loaded, path, output)? {
            Some(rest) => rest,
            None => return Ok(Exit::Done),
        },
    };
    let rest = RestFile::create(&loaded.rollout, arguments)?;
    wiring::runtime()?.block_on(async {
        let ends = far_ends(&loaded, &arguments.aws, surroundings)?;
        let reading = Reading { survey: arguments.survey, patience: patience::of_apply(arguments) };
        let plan = make(&loaded, &ends, reading, rest.is_some(), output).await?;
        show(&plan, arguments.cost, output)?;
        let sealed = rest.is_some().then(|| seal(&loaded.rollout, &plan)).transpose()?;
        let report = carry_out(&loaded.rollout, plan, arguments, &ends, output).await;
        let report = report.map_err(|failure| Failure::from(loaded.places(0).place(failure.problems)))?;
        finish(report, rest.zip(sealed), output)
    })
}

/// Shows the report, and saves the plan for the rest if there is one. `None` if the user asked twice to stop: then
/// not even the report was waited for.
fn finish(report: Option<RolloutReport>, rest: Option<(RestFile, SavedRollout)>, output: &Output<'_>) -> Outcome {
    let Some(report) = report else { return Ok(Exit::Interrupted) };
    output.rollout_report(&report)?;
    if let Some((file, sealed)) = rest {
        file.write(sealed, &report, output)?;
    }
    Ok(rollout::exit(&report))
}

/// `None` if the user asked twice to stop.
async fn carry_out(
    rollout: &Rollout,
    plan: RolloutPlan,
    arguments: &ApplyArguments,
    ends: &FarEnds,
    output: &Output<'_>,
) -> Result<Option<RolloutReport>, Failure> {
    let progress = Progress::new(&plan, output);
    let allowed = arguments.allow.iter().copied().map(Class::from);
    let approved = approve::approve_rollout(rollout, plan, &gates(allowed, arguments.cost))?;
    let stack_timeout = Duration::from_secs(arguments.wait.stack_timeout * 60);
    let settings = Settings { execution: execute::Settings { stack_timeout, detach: false }, tool_version: VERSION };
    let connect = async |target: &_| ends.connect(target).await;
    let report = tokio::select! {
        report = rollout::roll_out(approved, connect, &ends.shared, &progress, &settings) => Some(report),
        () = ends.shared.stop.reached(2) => None,
    };
    progress.finish();
    Ok(report)
}

fn far_ends(loaded: &LoadedRollout, aws: &AwsArguments, surroundings: &Surroundings) -> Result<FarEnds, Failure> {
    if let Some((at, problem)) = several_sites(&loaded.rollout) {
        return Err(loaded.places(at).place(vec![problem]).into());
    }
    connected(&loaded.rollout, aws, surroundings)
}

/// The far ends of a rollout that is in one CloudReactor.
fn connected(rollout: &Rollout, aws: &AwsArguments, surroundings: &Surroundings) -> Result<FarEnds, Failure> {
    let sites = || rollout.targets.iter().map(|target| &target.spec.cloudreactor);
    let site = sites().next().ok_or_else(|| Problem::new(Code::Internal, "a rollout without targets"))?;
    let ends = FarEnds::new(&site.api_base_url, aws, surroundings)?;
    Ok(ends.expecting(sites().map(|site| site.run_environment.clone())))
}

/// The first target that is in another CloudReactor than those before it.
fn several_sites(rollout: &Rollout) -> Option<(usize, Problem)> {
    let mut urls = rollout.targets.iter().map(|target| &target.spec.cloudreactor.api_base_url).enumerate();
    let (_, url) = urls.next()?;
    let (at, other) = urls.find(|(_, other)| *other != url)?;
    let message = format!("targets of one rollout are in several CloudReactors: {url} and {other}");
    let problem = Problem::new(Code::InvalidValue, message)
        .at("cloudreactor.api_base_url")
        .because("the CloudReactor credentials in the environment are one CloudReactor's")
        .help("select targets of one CloudReactor at a time, with --label or --target");
    Some((at, problem))
}

/// Plans for every target. Problems that name a key of the spec get its place in the target's table.
async fn make(
    loaded: &LoadedRollout,
    ends: &FarEnds,
    reading: Reading,
    to_be_saved: bool,
    output: &Output<'_>,
) -> Result<RolloutPlan, Failure> {
    let (rollout, random) = (&loaded.rollout, &ends.shared.random);
    let mut plan = if to_be_saved {
        surveyed(rollout, ends, reading, Depth::Basis, survey::to_be_saved(VERSION, random), output).await?
    } else {
        surveyed(rollout, ends, reading, Depth::Plan, survey::fresh(VERSION), output).await?
    };
    plan.notices.clone_from(&loaded.notices);
    for (at, target) in plan.targets.iter_mut().enumerate() {
        if let Planned::Blocked(problems) | Planned::Unreachable(problems) = &mut target.planned {
            let unplaced: Vec<Problem> = mem::take(problems);
            *problems = loaded.places(at).place(unplaced);
        }
    }
    Ok(plan)
}

/// How targets are read.
#[derive(Clone, Copy, Debug)]
struct Reading {
    survey: SurveyArguments,
    patience: Patience,
}

async fn surveyed(
    rollout: &Rollout,
    ends: &FarEnds,
    Reading { survey: SurveyArguments { parallelism }, patience }: Reading,
    depth: Depth,
    make: impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>>,
    output: &Output<'_>,
) -> Result<RolloutPlan, Vec<Problem>> {
    let mut progress = ReadingProgress::new(rollout.targets.len(), output);
    let tell = |_, planned: &Planned| progress.one(planned.plan().is_some());
    let connect = async |target: &_| ends.connect(target).await;
    let (saas, stop) = (&ends.shared.saas, &ends.shared.stop);
    let settings = survey::Settings { parallelism, depth };
    let plan = survey::survey(rollout, connect, saas, stop, settings, &make, tell).await?;
    drop(progress);
    survey::wait_for_busy(rollout, plan, connect, &ends.shared, (depth, patience), make, &Waits { output }).await
}

fn seal(rollout: &Rollout, plan: &RolloutPlan) -> Result<SavedRollout, Problem> {
    seal_rollout(rollout, plan, VERSION, &rfc3339(SystemClock.now_ms()))
}

/// Refuses a plan with holes in it, unless the spec says that those targets are to be skipped.
fn reachable(loaded: &LoadedRollout, plan: &RolloutPlan) -> Result<(), Failure> {
    match loaded.rollout.on_unreachable {
        OnUnreachable::Skip => Ok(()),
        OnUnreachable::Fail => refused_for(plan, |_| true),
    }
}

/// Refuses a plan for these problems of its targets, those that are alike together.
fn refused_for(plan: &RolloutPlan, is_reason: impl Fn(&Problem) -> bool) -> Result<(), Failure> {
    let problems = plan.targets.iter().flat_map(|target| {
        let reasons = target.planned.problems().iter().filter(|problem| is_reason(problem));
        reasons.map(|problem| (&target.target.name, problem.clone()))
    });
    refused(alike(problems))
}

/// Fails with these problems, if there are any.
fn refused(problems: Vec<Problem>) -> Result<(), Failure> {
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

/// Shows the plans, and the prices of the only one if they are asked for.
fn show(plan: &RolloutPlan, cost: CostArguments, output: &Output<'_>) -> Result<(), Failure> {
    output.rollout_plan(plan)?;
    match &plan.targets[..] {
        [one] if cost.explain_cost => match one.planned.plan() {
            Some(plan) => output.say(|out, style| plan::prices(out, &plan.cost, style)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// A set is read and changed apart from the targets: no file could hold what both were planned from.
fn unsaved() -> Problem {
    let message = "the plan of a rollout with rollout.role.engine = \"stack-sets\" cannot be saved";
    Problem::new(Code::InvalidArguments, message).help("leave -o out, and review the plan that apply prints")
}

fn refuse_prices(rollout: &Rollout, cost: CostArguments) -> Result<(), Problem> {
    if !cost.explain_cost || rollout.targets.len() == 1 {
        return Ok(());
    }
    let message = "--explain-cost shows the prices of one target's plan, and this is about several";
    Err(Problem::new(Code::InvalidArguments, message).help("select one with --target NAME"))
}

fn refuse_outputs(path: Option<&Path>) -> Result<(), Problem> {
    if path.is_none() {
        return Ok(());
    }
    let message = "--outputs-into writes of one target, and this is about several";
    Err(Problem::new(Code::InvalidArguments, message).help("--json-into and --markdown-into tell of every target"))
}
