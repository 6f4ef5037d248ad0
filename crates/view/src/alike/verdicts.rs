//! Of which targets the same was verified: the same links hold, are broken for what has the same code, could not be
//! read or are left out.

use std::mem::{Discriminant, discriminant};

use groundwork_model::Code;
use groundwork_model::found::Found;
use groundwork_model::verification::{LinkName, Verdict, Verification};

use super::Trouble;
use super::found::{self, Same};

/// The targets of a rollout, those together of which the same was verified.
#[derive(Clone, Debug, Default)]
pub struct Verdicts<'a> {
    /// Those that could be read, the largest group first.
    pub alike: Vec<Same<'a, Verification>>,
    /// Those with links that are broken or could not be read, the largest group first.
    pub wrong: Vec<Trouble<'a>>,
    /// Those of which nothing could be read, the largest group first.
    pub unreachable: Vec<Trouble<'a>>,
}

impl<'a> Verdicts<'a> {
    /// Groups the targets.
    pub fn of(found: &'a Found<Verification>) -> Self {
        Self { alike: found::same(found, key), wrong: found::wrong(found), unreachable: found::unreachable(found) }
    }
}

/// What is the same in all of a group.
type Key = Vec<(LinkName, Discriminant<Verdict>, Vec<Code>)>;

fn key(verification: &Verification) -> Key {
    let codes = |verdict: &Verdict| verdict.problems().iter().map(|problem| problem.code).collect();
    verification.links.iter().map(|link| (link.name, discriminant(&link.verdict), codes(&link.verdict))).collect()
}
