//! Which targets stand alike: their components are in the same states, in AWS's own word for it too where one is not
//! ready, and apply would do as much in each.

use groundwork_model::found::Found;
use groundwork_model::plan::{Component, Tally};
use groundwork_model::status::{State, Status, TargetStatus};

use super::Trouble;
use super::found::{self, Same};

/// The targets of a rollout, those together that stand alike.
#[derive(Clone, Debug, Default)]
pub struct Standings<'a> {
    /// Those that could be read, the largest group first.
    pub alike: Vec<Same<'a, TargetStatus>>,
    /// Those from which no plan leads to what the spec wants, the largest group first; they were read, too.
    pub blocked: Vec<Trouble<'a>>,
    /// Those that could not be read, the largest group first.
    pub unreachable: Vec<Trouble<'a>>,
}

impl<'a> Standings<'a> {
    /// Groups the targets.
    pub fn of(found: &'a Found<TargetStatus>) -> Self {
        Self {
            alike: found::same(found, |target| key(&target.status)),
            blocked: found::wrong(found),
            unreachable: found::unreachable(found),
        }
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
