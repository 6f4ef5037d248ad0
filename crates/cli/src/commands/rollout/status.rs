//! `status` of a spec with several targets.

use groundwork_engine::survey::Question;
use groundwork_model::Exit;
use groundwork_model::rollout::OnUnreachable;
use groundwork_spec::LoadedRollout;

use super::look::{look, refuse_for};
use super::{VERSION, refuse_outputs};
use crate::args::StatusArguments;
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;

/// Shows what exists of each target. One that cannot be read, or has no plan where that is asked for, is an error as
/// it is of a single target, unless the spec says that such targets are skipped.
pub fn status(
    loaded: &LoadedRollout,
    arguments: &StatusArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    refuse_outputs(arguments.outputs_into.as_deref())?;
    let question = if arguments.detailed_exitcode { Question::Pending(VERSION) } else { Question::Existing };
    let found = look(loaded, &question, &arguments.aws, arguments.survey, surroundings, output)?;
    output.found(&found)?;
    if loaded.rollout.on_unreachable == OnUnreachable::Fail {
        refuse_for(&found.targets)?;
    }
    let is_pending = found.documents().any(|(_, target)| target.is_pending);
    Ok(if is_pending { Exit::ChangesPending } else { Exit::Done })
}
