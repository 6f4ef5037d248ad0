//! Targets in which the same was found, together.

use std::collections::HashMap;
use std::hash::Hash;

use groundwork_model::found::Found;
use groundwork_model::rollout::TargetId;

use super::{Trouble, Troubles};

/// Targets in which the same was found.
#[derive(Clone, Debug)]
pub struct Same<'a, D> {
    /// What was found in the first of them.
    pub document: &'a D,
    /// All of them, in the order of the spec. Never empty.
    pub targets: Vec<&'a TargetId>,
}

/// The targets that were read, the largest group first. What is the same in all of a group is the key.
pub(super) fn same<'a, D, K: Eq + Hash>(found: &'a Found<D>, key: impl Fn(&'a D) -> K) -> Vec<Same<'a, D>> {
    let mut groups: Vec<Same<'a, D>> = Vec::new();
    let mut known: HashMap<K, usize> = HashMap::new();
    for (target, document) in found.documents() {
        let at = *known.entry(key(document)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.targets.push(target),
            None => groups.push(Same { document, targets: vec![target] }),
        }
    }
    // Groups of the same size stay in the order of the spec.
    groups.sort_by_key(|group| std::cmp::Reverse(group.targets.len()));
    groups
}

/// The targets that were read in which something is wrong, the largest group first.
pub(super) fn wrong<D>(found: &Found<D>) -> Vec<Trouble<'_>> {
    let mut troubles = Troubles::default();
    for of_target in found.targets.iter().filter(|found| found.document.is_some() && !found.problems.is_empty()) {
        troubles.add(&of_target.target, &of_target.problems);
    }
    troubles.sorted()
}

/// The targets that could not be read, the largest group first.
pub(super) fn unreachable<D>(found: &Found<D>) -> Vec<Trouble<'_>> {
    let mut troubles = Troubles::default();
    found.unreachable().for_each(|(target, problems)| troubles.add(target, problems));
    troubles.sorted()
}
