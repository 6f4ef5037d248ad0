//! What was found in each target of a rollout, by a verb that makes a document of each.

use crate::problem::Problem;
use crate::rollout::TargetId;

/// What was found in each target of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<D> {
    /// The targets, in the order of the spec.
    pub targets: Vec<FoundIn<D>>,
    /// What is worth knowing of how the targets were found.
    pub notices: Vec<Problem>,
}

/// What was found in a target.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundIn<D> {
    /// Which target.
    pub target: TargetId,
    /// The document; `None` if the target could not be read.
    pub document: Option<D>,
    /// Why it could not be read, or what is wrong with what was found.
    pub problems: Vec<Problem>,
}

impl<D> Found<D> {
    /// The targets that were read, with what was found in each.
    pub fn documents(&self) -> impl Iterator<Item = (&TargetId, &D)> {
        self.targets.iter().filter_map(|found| Some((&found.target, found.document.as_ref()?)))
    }

    /// The targets that could not be read, with the reasons.
    pub fn unreachable(&self) -> impl Iterator<Item = (&TargetId, &[Problem])> {
        let unread = self.targets.iter().filter(|found| found.document.is_none());
        unread.map(|found| (&found.target, &found.problems[..]))
    }
}
