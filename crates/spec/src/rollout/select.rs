//! Some of the targets, by what the user said on the command line.

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Rollout, RolloutTarget, Wave};

use super::LoadedRollout;
use crate::key;

/// So many names are listed in an error.
const LISTED: usize = 10;

/// Which targets are wanted: those that fit each kind of which there is anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Targets with one of these names.
    pub names: Vec<String>,
    /// Targets with all of these labels.
    pub labels: Vec<(String, String)>,
    /// Targets in one of these waves.
    pub waves: Vec<String>,
}

impl LoadedRollout {
    /// Leaves the targets that are selected. The waves stay, with or without targets.
    pub fn select(self, selection: &Selection) -> Result<Self, Problem> {
        if let Some(problem) = selection.unknown(&self.rollout) {
            return Err(problem);
        }
        let selected = self.keeping(|target, waves| selection.takes(target, waves));
        if selected.rollout.targets.is_empty() { Err(selection.takes_nothing()) } else { Ok(selected) }
    }
}

impl Selection {
    /// Whether nothing was said.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    fn takes(&self, target: &RolloutTarget, waves: &[Wave]) -> bool {
        let one_of = |words: &[String], word: &str| words.is_empty() || words.iter().any(|wanted| wanted == word);
        one_of(&self.names, target.name.as_str())
            && one_of(&self.waves, waves[target.wave].name.as_str())
            && self.labels.iter().all(|(name, value)| target.labels.get(name) == Some(value))
    }

    /// A word that nothing in the rollout is called.
    fn unknown(&self, rollout: &Rollout) -> Option<Problem> {
        let targets = rollout.targets.iter().map(|target| target.name.as_str()).collect();
        let waves = rollout.waves.iter().map(|wave| wave.name.as_str()).collect();
        let labels = rollout.targets.iter().flat_map(|target| target.labels.keys().map(String::as_str)).collect();
        no_such("target", self.names.iter(), targets)
            .or_else(|| no_such("wave", self.waves.iter(), waves))
            .or_else(|| no_such("label", self.labels.iter().map(|(name, _)| name), labels))
    }

    fn takes_nothing(&self) -> Problem {
        let any = |what: &str, words: &[String]| (!words.is_empty()).then(|| format!("{what} {}", words.join(" or ")));
        let labels = self.labels.iter().map(|(name, value)| format!("the label {name}={value}"));
        let wanted: Vec<String> =
            any("the name", &self.names).into_iter().chain(any("the wave", &self.waves)).chain(labels).collect();
        let wanted = wanted.join(" and ").escape_debug().to_string();
        Problem::new(Code::InvalidArguments, "no target is selected").because(format!("none has {wanted}"))
    }
}

/// The first of these words that is not known.
fn no_such<'a>(what: &str, words: impl Iterator<Item = &'a String>, known: BTreeSet<&str>) -> Option<Problem> {
    let word = words.into_iter().find(|word| !known.contains(word.as_str()))?;
    let problem = Problem::new(Code::InvalidArguments, format!("there is no {what} {}", key::quoted(word)));
    if let Some(near) = key::nearest(word, known.iter().copied()) {
        return Some(problem.help(format!("did you mean {near:?}?")));
    }
    let more = known.len().saturating_sub(LISTED);
    let rest = (more > 0).then(|| format!("and {more} more"));
    let listed = known.into_iter().take(LISTED).chain(rest.as_deref());
    Some(key::listing(problem, &format!("{what}s"), listed))
}
