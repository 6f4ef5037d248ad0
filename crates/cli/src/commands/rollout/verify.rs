//! `verify` of a spec with several targets.

use groundwork_engine::survey::Links;
use groundwork_model::Exit;
use groundwork_model::rollout::OnUnreachable;
use groundwork_spec::LoadedRollout;

use super::look::{look, refuse_for};
use crate::args::VerifyArguments;
use crate::failure::Outcome;
use crate::output::Output;
use crate::surroundings::Surroundings;

/// Verifies all targets. A link that is broken or could not be read is an error as it is of a single target; so is a
/// target that cannot be reached, unless the spec says that such targets are skipped.
pub fn verify(
    loaded: &LoadedRollout,
    arguments: &VerifyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Outcome {
    let found = look(loaded, &Links, &arguments.aws, arguments.survey, surroundings, output)?;
    output.found(&found)?;
    let skips = loaded.rollout.on_unreachable == OnUnreachable::Skip;
    refuse_for(found.targets.iter().filter(|target| target.document.is_some() || !skips))?;
    Ok(Exit::Done)
}
