//! The waves, and which of them a target belongs to.

use std::num::NonZeroUsize;

use groundwork_model::problem::Problem;
use groundwork_model::rollout::{MaxFailures, Pause, Wave};
use groundwork_model::{Code, WaveName};

use crate::key;
use crate::limit::{Concurrency, FailureLimit};
use crate::raw::{TargetSection, WaveSection};
use crate::read::Field;
use crate::resolve::missing;
use crate::tables::Tables;
use crate::text::Text;
use crate::word::OneOf;

/// Where nobody says anything: as many as leave an operator a chance to see what is going on.
const DEFAULT_CONCURRENT: NonZeroUsize = NonZeroUsize::new(10).expect("10 is not 0");

/// The waves in their order.
pub(super) struct Waves {
    pub(super) all: Vec<Wave>,
    /// Whether all that are written are there.
    complete: bool,
}

impl Waves {
    pub(super) fn new(field: Field<Tables<WaveSection>>, problems: &mut Vec<Problem>) -> Self {
        let sections = match field {
            Field::Given(Tables(sections)) => sections,
            Field::Absent => Vec::new(),
            Field::Broken => return Self { all: Vec::new(), complete: false },
        };
        if sections.is_empty() {
            let name = "all".parse().expect("letters are a wave's name");
            return Self { all: vec![wave(name, &WaveSection::default())], complete: true };
        }
        let (mut all, count) = (Vec::new(), sections.len());
        for (index, section) in sections.into_iter().enumerate() {
            let Field::Given(section) = section else { continue };
            all.extend(named(&section, &all, &format!("{}.name", key::item("wave", index)), problems));
        }
        Self { complete: all.len() == count, all }
    }

    /// The index of a target's wave: by default the last one.
    pub(super) fn of(&self, section: &TargetSection, at: &str, problems: &mut Vec<Problem>) -> usize {
        let last = self.all.len().saturating_sub(1);
        let Some(Text(name)) = section.wave.value() else { return last };
        let found = self.all.iter().position(|wave| wave.name == *name);
        if found.is_none() && self.complete {
            problems.push(unknown(name, &self.all).at(format!("{at}.wave")));
        }
        found.unwrap_or(last)
    }
}

/// A wave, unless it has no name or that of an earlier one.
fn named(section: &WaveSection, before: &[Wave], key: &str, problems: &mut Vec<Problem>) -> Option<Wave> {
    let name = match &section.name {
        Field::Given(Text(name)) => name,
        Field::Broken => return None,
        Field::Absent => {
            problems.push(missing(key, "for example name = \"canary\""));
            return None;
        }
    };
    if before.iter().any(|wave| wave.name == *name) {
        let problem = Problem::new(Code::Duplicate, format!("\"{name}\" is the name of another wave, too"));
        problems.push(problem.at(key).help("give each a name of its own"));
    }
    Some(wave(name.clone(), section))
}

fn wave(name: WaveName, section: &WaveSection) -> Wave {
    Wave {
        name,
        max_concurrent: section.max_concurrent.value().map_or(DEFAULT_CONCURRENT, |Concurrency(number)| *number),
        max_failures: section.max_failures.value().map_or(MaxFailures::Count(0), |FailureLimit(limit)| *limit),
        pause: section.pause.value().map_or_else(Pause::default, |OneOf(word)| *word),
    }
}

/// No wave has this name.
fn unknown(name: &WaveName, waves: &[Wave]) -> Problem {
    let names = || waves.iter().map(|wave| wave.name.as_str());
    let problem = Problem::new(Code::InvalidValue, format!("there is no wave \"{name}\""));
    match key::nearest(name.as_str(), names().collect::<Vec<_>>()) {
        Some(near) => problem.help(format!("did you mean {near:?}?")),
        None => key::listing(problem, "waves", names()),
    }
}
