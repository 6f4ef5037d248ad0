//! Saved plans of rollouts, carried out exactly.

use groundwork_engine::discover::Depth;
use groundwork_engine::patience::Patience;
use groundwork_engine::survey::Made;
use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{RolloutPlan, RolloutReport, RolloutTarget, TargetEnd, TargetReport};
use groundwork_model::saved::{SavedOutcome, SavedRollout, SavedTarget};
use groundwork_model::world::World;
use groundwork_planner::saved;

use super::rest::RestFile;
use super::{Reading, carry_out, connected, finish, refuse_outputs, refused_for, several_sites, surveyed};
use crate::args::ApplyArguments;
use crate::commands::spec;
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Carries saved plans out: those of all targets, or none if one of them is stale.
pub fn apply(
    sealed: SavedRollout,
    arguments: &ApplyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    refuse_outputs(arguments.outputs_into.as_deref())?;
    output.log_into(arguments.logs_into.as_deref())?;
    let external_ids = spec::external_ids(&arguments.external_ids_from, surroundings)?;
    let rollout = saved::rollout(&sealed, external_ids.as_deref())?;
    if rollout.targets.is_empty() {
        return all_skipped(&sealed, output);
    }
    if let Some((_, problem)) = several_sites(&rollout) {
        return Err(problem.into());
    }
    let rest = RestFile::create(&rollout, arguments)?;
    wiring::runtime()?.block_on(async {
        let ends = connected(&rollout, &arguments.aws, surroundings)?;
        // What was reviewed holds only while nothing changes.
        let reading = Reading { survey: arguments.survey, patience: Patience::NONE };
        let verified = |target: &RolloutTarget, world: &World| {
            let plan = saved::verify_target(&sealed, &target.name, world)?;
            Ok(Made { plan, basis: None })
        };
        let plan = surveyed(&rollout, &ends, reading, Depth::Basis, verified, output).await?;
        refused_for(&plan, is_of_the_file)?;
        let mut plan = RolloutPlan { targets: with_skipped(&sealed, plan.targets, saved::shown_target), ..plan };
        output.rollout_plan(&plan)?;
        let mut has_plan = sealed.targets.iter().map(has_plan);
        plan.targets.retain(|_| has_plan.next() == Some(true));
        let report = carry_out(&rollout, plan, arguments, &ends, output).await?;
        let report =
            report.map(|report| RolloutReport { targets: with_skipped(&sealed, report.targets, skipped), ..report });
        finish(report, rest.map(|file| (file, sealed.clone())), output)
    })
}

/// What becomes of a file in which no target has a plan: nobody needs to be asked.
fn all_skipped(sealed: &SavedRollout, output: &Output<'_>) -> Outcome {
    output.rollout_plan(&saved::shown_plan(sealed))?;
    let targets = sealed.targets.iter().map(skipped).collect();
    finish(Some(RolloutReport { targets, elapsed_ms: 0 }), None, output)
}

/// Whether what is in the file is not what was reviewed: then nothing of it is carried out.
fn is_of_the_file(problem: &Problem) -> bool {
    matches!(problem.code, Code::PlanStale | Code::PlanTampered | Code::PlanOfOtherVersion)
}

fn has_plan(target: &SavedTarget) -> bool {
    matches!(target.planned, SavedOutcome::Planned { .. })
}

/// What there is of the targets with a plan, and what is made of those that had none when it was saved, in the
/// order of the spec.
fn with_skipped<T>(sealed: &SavedRollout, planned: Vec<T>, skipped: impl Fn(&SavedTarget) -> T) -> Vec<T> {
    let mut planned = planned.into_iter();
    let of_target = |target| if has_plan(target) { planned.next() } else { Some(skipped(target)) };
    sealed.targets.iter().filter_map(of_target).collect()
}

fn skipped(target: &SavedTarget) -> TargetReport {
    let problems = saved::shown_target(target).planned.problems().to_vec();
    TargetReport { target: target.target.clone(), span: None, end: TargetEnd::Skipped { problems } }
}
