//! `plan` and `apply` of a spec with several targets.

mod progress;

use std::mem;
use std::time::Duration;

use groundwork_engine::alike::alike;
use groundwork_engine::approve::{self, Gates};
use groundwork_engine::execute::Settings;
use groundwork_engine::{rollout, survey};
use groundwork_model::plan::Class;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{OnUnreachable, Planned, RolloutPlan, RolloutReport};
use groundwork_model::{Code, Exit};
use groundwork_spec::LoadedRollout;

use crate::args::{ApplyArguments, AwsArguments, PlanArguments, SurveyArguments};
use crate::commands::plan::gates;
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring::{self, FarEnds};
use progress::Progress;

/// Plans for every target, and shows the plans.
pub fn plan(
    loaded: &LoadedRollout,
    arguments: &PlanArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    if arguments.output.is_some() {
        return Err(unsavable("--output").into());
    }
    let plan = wiring::runtime()?.block_on(async {
        let ends = far_ends(loaded, &arguments.aws, surroundings)?;
        make(loaded, &ends, arguments.survey).await
    })?;
    output.rollout_plan(&plan)?;
    reachable(loaded, &plan)?;
    if let Some(problem) = approve::rollout_too_expensive(&plan, &gates([], arguments.cost)) {
        return Err(problem.into());
    }
    Ok(if arguments.detailed_exitcode && has_work(&plan) { Exit::ChangesPending } else { Exit::Done })
}

/// Plans for every target, and carries the plans out in waves.
pub fn apply(
    loaded: &LoadedRollout,
    arguments: &ApplyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    if arguments.outputs_into.is_some() {
        return Err(unsavable("--outputs-into").into());
    }
    wiring::runtime()?.block_on(async {
        let ends = far_ends(loaded, &arguments.aws, surroundings)?;
        let plan = make(loaded, &ends, arguments.survey).await?;
        output.rollout_plan(&plan)?;
        let allowed = arguments.allow.iter().copied().map(Class::from);
        let settings = Settings { stack_timeout: Duration::from_secs(arguments.wait.stack_timeout * 60) };
        match carry_out(loaded, plan, &gates(allowed, arguments.cost), &ends, &settings, output).await? {
            Some(report) => {
                output.rollout_report(&report)?;
                Ok(rollout::exit(&report))
            }
            None => Ok(Exit::Interrupted),
        }
    })
}

/// `None` if the user asked twice to stop: then not even the report is waited for.
async fn carry_out(
    loaded: &LoadedRollout,
    plan: RolloutPlan,
    gates: &Gates,
    ends: &FarEnds,
    settings: &Settings,
    output: &Output<'_>,
) -> Result<Option<RolloutReport>, Failure> {
    let progress = Progress::new(&plan, output);
    let approved =
        approve::approve_rollout(&loaded.rollout, plan, gates).map_err(|problems| loaded.places(0).place(problems))?;
    let connect = async |target: &_| ends.connect(target).await;
    let report = tokio::select! {
        report = rollout::roll_out(approved, connect, &ends.shared, &progress, settings) => Some(report),
        () = ends.shared.stop.reached(2) => None,
    };
    progress.finish();
    Ok(report)
}

fn far_ends(loaded: &LoadedRollout, aws: &AwsArguments, surroundings: &Surroundings) -> Result<FarEnds, Failure> {
    let sites = || loaded.rollout.targets.iter().map(|target| &target.spec.cloudreactor);
    let mut urls = sites().map(|site| &site.api_base_url).enumerate();
    let (_, url) = urls.next().ok_or_else(|| Problem::new(Code::Internal, "a rollout without targets"))?;
    match urls.find(|(_, other)| *other != url) {
        None => Ok(FarEnds::new(url, aws, surroundings)?.expecting(sites().map(|site| site.run_environment.clone()))),
        Some((at, other)) => {
            let message = format!("targets of one rollout are in several CloudReactors: {url} and {other}");
            let problem = Problem::new(Code::InvalidValue, message)
                .at("cloudreactor.api_base_url")
                .because("the CloudReactor credentials in the environment are one CloudReactor's")
                .help("select targets of one CloudReactor at a time, with --label or --target");
            Err(loaded.places(at).place(vec![problem]).into())
        }
    }
}

/// Plans for every target. Problems that name a key of the spec get its place in the target's table.
async fn make(loaded: &LoadedRollout, ends: &FarEnds, arguments: SurveyArguments) -> Result<RolloutPlan, Failure> {
    let settings = survey::Settings { parallelism: arguments.parallelism, tool_version: env!("CARGO_PKG_VERSION") };
    let connect = async |target: &_| ends.connect(target).await;
    let (saas, stop) = (&ends.shared.saas, &ends.shared.stop);
    let mut plan = survey::survey(&loaded.rollout, connect, saas, stop, settings, |_, _| {}).await?;
    for (at, target) in plan.targets.iter_mut().enumerate() {
        if let Planned::Blocked(problems) | Planned::Unreachable(problems) = &mut target.planned {
            let unplaced: Vec<Problem> = mem::take(problems);
            *problems = loaded.places(at).place(unplaced);
        }
    }
    Ok(plan)
}

/// Refuses a plan with holes in it, unless the spec says that those targets are to be skipped.
fn reachable(loaded: &LoadedRollout, plan: &RolloutPlan) -> Result<(), Failure> {
    if loaded.rollout.on_unreachable == OnUnreachable::Skip {
        return Ok(());
    }
    let problems = plan
        .targets
        .iter()
        .flat_map(|target| target.planned.problems().iter().map(move |problem| (&target.target.name, problem.clone())));
    let problems = alike(problems);
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

fn has_work(plan: &RolloutPlan) -> bool {
    plan.targets.iter().any(|target| target.planned.plan().is_some_and(|plan| !plan.is_empty()))
}

fn unsavable(option: &str) -> Problem {
    Problem::new(Code::InvalidArguments, format!("{option} writes of one target, and this spec has several"))
        .help("--json-into and --markdown-into tell of every target")
}
