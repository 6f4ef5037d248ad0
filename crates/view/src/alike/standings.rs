//! Which targets stand alike: their components are in the same states, in AWS's own word for it too where one is not
//! ready, and apply would do as much in each.

use std::collections::HashMap;

use groundwork_model::plan::{Component, Tally};
use groundwork_model::rollout::TargetId;
use groundwork_model::status::{RolloutStatus, State, Status};

use super::{Trouble, Troubles};

/// The targets of a rollout, those together that stand alike.
#[derive(Clone, Debug, Default)]
pub struct Standings<'a> {
    /// Those that could be read, the largest group first.
    pub alike: Vec<Standing<'a>>,
    /// Those from which no plan leads to what the spec wants, the largest group first; they were read, too.
    pub blocked: Vec<Trouble<'a>>,
    /// Those that could not be read, the largest group first.
    pub unreachable: Vec<Trouble<'a>>,
}

/// Targets that stand alike.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// The status of the first of them.
    pub status: &'a Status,
    /// All of them, in the order of the spec. Never empty.
    pub targets: Vec<&'a TargetId>,
}

impl<'a> Standings<'a> {
    /// Groups the targets.
    pub fn of(status: &'a RolloutStatus) -> Self {
        let mut alike: Vec<Standing<'a>> = Vec::new();
        let mut known: HashMap<Key<'a>, usize> = HashMap::new();
        let (mut blocked, mut unreachable) = (Troubles::default(), Troubles::default());
        for of_target in &status.targets {
            let target = &of_target.target;
            let Some(status) = &of_target.status else {
                unreachable.add(target, &of_target.problems);
                continue;
            };
            if !of_target.problems.is_empty() {
                blocked.add(target, &of_target.problems);
            }
            let at = *known.entry(key(status)).or_insert(alike.len());
            match alike.get_mut(at) {
                Some(standing) => standing.targets.push(target),
                None => alike.push(Standing { status, targets: vec![target] }),
            }
        }
        // Groups of the same size stay in the order of the spec.
        alike.sort_by_key(|standing| std::cmp::Reverse(standing.targets.len()));
        Self { alike, blocked: blocked.sorted(), unreachable: unreachable.sorted() }
    }
}

/// What is the same in all of a group.
type Key<'a> = (Vec<(Component, State, Option<&'a str>)>, Option<Tally>);

fn key(status: &Status) -> Key<'_> {
    let components = status.components.iter().map(|part| {
        // Whether what is ready was created or updated last matters to nobody.
        let word = part.status.as_deref().filter(|_| part.state != State::Ready);
        (part.component, part.state, word)
    });
    (components.collect(), status.pending)
}
