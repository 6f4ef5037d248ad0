//! `status` of a spec with several targets.

use std::mem;

use groundwork_engine::alike::alike;
use groundwork_engine::discover::Depth;
use groundwork_engine::survey::{self, Question, statuses};
use groundwork_model::Exit;
use groundwork_model::rollout::OnUnreachable;
use groundwork_model::status::{RolloutStatus, TargetStatus};
use groundwork_spec::LoadedRollout;

use super::progress::ReadingProgress;
use super::{VERSION, far_ends, refuse_outputs, refused};
use crate::args::StatusArguments;
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Shows what exists of each target. One that cannot be read, or has no plan where that is asked for, is an error as
/// it is of a single target, unless the spec says that such targets are skipped.
pub fn status(
    loaded: &LoadedRollout,
    arguments: &StatusArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    refuse_outputs(arguments.outputs_into.as_deref())?;
    let status = read(loaded, arguments, surroundings, output)?;
    output.rollout_status(&status)?;
    if loaded.rollout.on_unreachable == OnUnreachable::Fail {
        let problems = status
            .targets
            .iter()
            .flat_map(|of_target| of_target.problems.iter().map(|problem| (&of_target.target.name, problem.clone())));
        refused(alike(problems))?;
    }
    let is_pending = status.targets.iter().any(|target| target.is_pending);
    Ok(if is_pending { Exit::ChangesPending } else { Exit::Done })
}

/// Reads all targets in one wave. Problems that name a key of the spec get its place in the target's table.
fn read(
    loaded: &LoadedRollout,
    arguments: &StatusArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Result<RolloutStatus, Failure> {
    let settings = survey::Settings { parallelism: arguments.survey.parallelism, depth: Depth::Plan };
    let question = if arguments.detailed_exitcode { Question::Pending(VERSION) } else { Question::Existing };
    let mut status = wiring::runtime()?.block_on(async {
        let ends = far_ends(loaded, &arguments.aws, surroundings)?;
        let mut progress = ReadingProgress::new(loaded.rollout.targets.len(), output);
        let tell = |_, target: &TargetStatus| progress.one(target.problems.is_empty());
        let connect = async |target: &_| ends.connect(target).await;
        let (saas, stop) = (&ends.shared.saas, &ends.shared.stop);
        statuses(&loaded.rollout, connect, saas, stop, settings, question, tell).await.map_err(Failure::from)
    })?;
    status.notices.clone_from(&loaded.notices);
    for (at, target) in status.targets.iter_mut().enumerate() {
        target.problems = loaded.places(at).place(mem::take(&mut target.problems));
    }
    Ok(status)
}
