//! The problems of all targets. One that several have from the same line is told once.

use std::collections::BTreeMap;

use groundwork_model::problem::{Place, Problem};
use groundwork_model::{Code, TargetName};

use crate::places::Places;
use crate::raw::{TARGET, TargetSection};
use crate::read::Field;
use crate::text::Text;
use crate::{key, resolve};

/// So many names are listed.
const LISTED: usize = 3;

/// The problems so far.
pub(super) struct Told {
    names: Vec<Option<TargetName>>,
    /// From which place on they are accounts that were found.
    found_from: usize,
    all: Vec<Entry>,
    /// Where each is in `all`.
    known: BTreeMap<(Code, String, String), usize>,
}

struct Entry {
    problem: Problem,
    /// Where a reader of the layers meets it.
    rank: (usize, usize),
    /// The targets that have it.
    targets: Vec<usize>,
    /// Whether it is from a target's own table.
    own: bool,
}

impl Told {
    pub(super) fn new(targets: &[Field<TargetSection>], found_from: usize) -> Self {
        let name = |section: &TargetSection| section.name.value().map(|Text(name)| name.clone());
        let names = targets.iter().map(|section| section.value().and_then(name)).collect();
        Self { names, found_from, all: Vec::new(), known: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds problems that a target has, or that are no single target's.
    pub(super) fn add(&mut self, places: &Places, target: Option<usize>, problems: Vec<Problem>) {
        for problem in places.place(problems) {
            let own = target.is_some() && problem.key.as_deref().is_some_and(|key| places.is_own(key));
            self.push(places.rank(&problem), target, own, problem);
        }
    }

    /// Adds problems whose keys are the document's. Those in a target's table are that target's.
    pub(super) fn of_document(&mut self, document: &Places, problems: Vec<Problem>) {
        for problem in document.place(problems) {
            let target = problem.key.as_deref().and_then(index).filter(|index| self.names[*index].is_some());
            self.push(document.rank(&problem), target, target.is_some(), problem);
        }
    }

    fn push(&mut self, rank: (usize, usize), target: Option<usize>, own: bool, problem: Problem) {
        let key = (problem.code, problem.message.clone(), spot(problem.place.as_ref()));
        let next = self.all.len();
        let at = *self.known.entry(key).or_insert(next);
        if at == next {
            self.all.push(Entry { problem, rank, targets: Vec::new(), own });
        }
        self.all[at].targets.extend(target);
    }

    /// All problems as a reader of the layers meets them.
    pub(super) fn end(mut self) -> Vec<Problem> {
        if self.all.iter().any(|entry| resolve::is_version(&entry.problem)) {
            self.all.retain(|entry| resolve::is_version(&entry.problem));
        }
        self.all.sort_by_key(|entry| entry.rank);
        let (names, found_from) = (self.names, self.found_from);
        self.all.into_iter().map(|entry| entry.told(&names, found_from)).collect()
    }
}

impl Entry {
    /// Says which targets have it, unless all have it from what they share, or all that were found from what they
    /// are made from.
    fn told(mut self, names: &[Option<TargetName>], found_from: usize) -> Problem {
        let of_found = self.problem.key.as_deref().and_then(|key| key::in_organization(key, found_from));
        if let (Some(written), Some(key)) = (of_found, &self.problem.key) {
            self.problem.message = self.problem.message.replace(key, &written);
            self.problem.key = Some(written);
        }
        let all_found = self.targets.iter().filter(|at| **at >= found_from).count() == names.len() - found_from;
        let all_in_it = self.targets.iter().all(|at| *at >= found_from) && all_found;
        let all = !self.own && self.targets.len() == names.len();
        if self.targets.is_empty() || all || (self.own && all_in_it) {
            return self.problem;
        }
        let name = |index: &usize| match &names[*index] {
            Some(name) => format!("\"{name}\""),
            None => key::item(TARGET, *index),
        };
        let names: Vec<String> = self.targets.iter().map(name).collect();
        let targets = if names.len() == 1 { "target" } else { "targets" };
        self.problem.because(format!("in {targets} {}", list(&names)))
    }
}

/// The target in whose table a key of the document stands.
fn index(key: &str) -> Option<usize> {
    key.strip_prefix(TARGET)?.strip_prefix('[')?.split(']').next()?.parse().ok()
}

/// A place as text, without what is quoted from it.
fn spot(place: Option<&Place>) -> String {
    match place {
        Some(Place::File { path, line, column, .. }) => format!("{path}:{line}:{column}"),
        Some(Place::Variable { name }) => format!("${name}"),
        Some(Place::Argument { text }) => format!("--set {text}"),
        Some(Place::Default) => "default".to_owned(),
        None => String::new(),
    }
}

/// The first few of several.
pub(super) fn list(words: &[String]) -> String {
    let (shown, more) = words.split_at(words.len().min(LISTED));
    match (shown, more.len()) {
        ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (shown, 0) => shown.concat(),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
