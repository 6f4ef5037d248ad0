//! Saved plans of rollouts: written, and carried out exactly.

use groundwork_engine::alike::alike;
use groundwork_engine::discover::Depth;
use groundwork_engine::survey::Made;
use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{
    Planned, PlannedTarget, RolloutPlan, RolloutReport, RolloutTarget, TargetEnd, TargetReport,
};
use groundwork_model::saved::SavedRollout;
use groundwork_model::world::World;
use groundwork_planner::saved::{self, External};

use super::{carry_out, connected, finish, refuse_outputs, surveyed};
use crate::args::ApplyArguments;
use crate::commands::spec;
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::output::file::PendingFile;
use crate::surroundings::Surroundings;
use crate::wiring;

use super::rest::RestFile;

/// Writes a document and puts it in its place.
pub fn write(saved: &SavedRollout, mut file: PendingFile) -> Result<(), Problem> {
    file.fill(saved::text(saved).as_bytes())?;
    file.publish()
}

/// Carries saved plans out: those of all targets, or none if one of them is stale.
pub fn apply(
    sealed: SavedRollout,
    arguments: &ApplyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    refuse_outputs(arguments)?;
    let ids = spec::external_ids(&arguments.external_ids_from, surroundings)?;
    let rollout = saved::rollout(&sealed, &External { ids, named: !arguments.external_ids_from.is_empty() })?;
    let rest = RestFile::create(&rollout, arguments)?;
    wiring::runtime()?.block_on(async {
        let ends = connected(&rollout, &arguments.aws, surroundings)?.map_err(|(_, problem)| problem)?;
        let verified = |target: &RolloutTarget, world: &World| {
            let plan = saved::verify_target(&sealed, &target.name, world)?;
            Ok(Made { plan, basis: None })
        };
        let plan = surveyed(&rollout, &ends, arguments.survey, Depth::Basis, verified).await?;
        as_it_was_saved(&plan)?;
        output.rollout_plan(&with_skipped(&sealed, &plan))?;
        let report = carry_out(&rollout, plan, arguments, &ends, output).await?;
        let report = report.map(|report| report_with_skipped(&sealed, report));
        finish(report, rest.map(|file| (file, sealed.clone())), output)
    })
}

/// Refuses everything if a part of it is not what was reviewed.
fn as_it_was_saved(plan: &RolloutPlan) -> Result<(), Failure> {
    let is_of_the_file =
        |problem: &&Problem| matches!(problem.code, Code::PlanStale | Code::PlanTampered | Code::PlanOfOtherVersion);
    let problems = plan.targets.iter().flat_map(|target| {
        let of_file = target.planned.problems().iter().filter(is_of_the_file);
        of_file.map(move |problem| (&target.target.name, problem.clone()))
    });
    let problems = alike(problems);
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

/// The plan with the targets that had none when it was saved, each in its place.
fn with_skipped(sealed: &SavedRollout, plan: &RolloutPlan) -> RolloutPlan {
    let mut whole = saved::shown_plan(sealed);
    let mut now = plan.targets.iter();
    for target in whole.targets.iter_mut().filter(|target| target.planned.plan().is_some()) {
        if let Some(planned) = now.next() {
            target.planned = planned.planned.clone();
        }
    }
    whole
}

fn report_with_skipped(sealed: &SavedRollout, report: RolloutReport) -> RolloutReport {
    let mut reports = report.targets.into_iter();
    let of_target = |PlannedTarget { target, planned, .. }| match planned {
        Planned::Plan(_) => reports.next(),
        Planned::Blocked(problems) | Planned::Unreachable(problems) => {
            Some(TargetReport { target, end: TargetEnd::Skipped { problems } })
        }
    };
    let targets = saved::shown_plan(sealed).targets.into_iter().filter_map(of_target).collect();
    RolloutReport { targets, ..report }
}
