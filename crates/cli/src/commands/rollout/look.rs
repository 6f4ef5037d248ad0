//! A document of each target, for the verbs that make one: what they look for differs, and nothing else.

use std::mem;

use groundwork_engine::alike::alike;
use groundwork_engine::survey::{self, Look};
use groundwork_model::found::{Found, FoundIn};
use groundwork_spec::LoadedRollout;

use super::progress::ReadingProgress;
use super::{far_ends, refused};
use crate::args::{AwsArguments, SurveyArguments};
use crate::failure::Failure;
use crate::output::Output;
use crate::surroundings::Surroundings;
use crate::wiring;

/// Looks in all targets in one wave. Problems that name a key of the spec get its place in the target's table.
pub(super) fn look<L: Look>(
    loaded: &LoadedRollout,
    wanted: &L,
    aws: &AwsArguments,
    SurveyArguments { parallelism }: SurveyArguments,
    surroundings: &Surroundings,
    output: &Output<'_>,
) -> Result<Found<L::Document>, Failure> {
    let mut found = wiring::runtime()?.block_on(async {
        let ends = far_ends(loaded, aws, surroundings)?;
        let mut progress = ReadingProgress::new(loaded.rollout.targets.len(), output);
        let tell = |_, found: &FoundIn<_>| progress.one(found.problems.is_empty());
        let connect = async |target: &_| ends.connect(target).await;
        let (saas, stop) = (&ends.shared.saas, &ends.shared.stop);
        survey::look(&loaded.rollout, connect, saas, stop, parallelism, wanted, tell).await.map_err(Failure::from)
    })?;
    found.notices.clone_from(&loaded.notices);
    for (at, target) in found.targets.iter_mut().enumerate() {
        target.problems = loaded.places(at).place(mem::take(&mut target.problems));
    }
    Ok(found)
}

/// Fails for what is wrong with these targets, if anything is: what is alike is told once.
pub(super) fn refuse_for<'a, D: 'a>(targets: impl IntoIterator<Item = &'a FoundIn<D>>) -> Result<(), Failure> {
    let problems = targets
        .into_iter()
        .flat_map(|found| found.problems.iter().map(|problem| (&found.target.name, problem.clone())));
    refused(alike(problems))
}
