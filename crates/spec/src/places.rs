//! Where the keys of a spec got their values.

use std::collections::BTreeMap;
use std::sync::Arc;

use figment::value::Value;
use groundwork_model::Code;
use groundwork_model::problem::{Place, Problem};

use crate::key;
use crate::merged::{ABOUT_TARGETS, Merged};
use crate::raw::{SpecSection, TargetSection};
use crate::read::{Key, Section};

/// The places of all keys that somebody set. Those of a target know its own keys, too (`account_id`,
/// `assume_role.role`), and those of the whole document (`wave[0].name`).
pub struct Places {
    merged: Merged,
    layers: BTreeMap<String, usize>,
    /// For a target's: those of the document.
    document: Option<Arc<Self>>,
}

impl Places {
    pub(crate) fn new(merged: Merged) -> Self {
        let mut layers = BTreeMap::new();
        collect(&merged, merged.root(), "", &mut layers);
        Self { merged, layers, document: None }
    }

    /// The places of a target.
    pub(crate) fn of_target(merged: Merged, document: Arc<Self>) -> Self {
        Self { document: Some(document), ..Self::new(merged) }
    }

    /// Where a key (`network.nat[1]`) got its value. For one that nobody set: where the nearest table
    /// or list around it is, which is where it would be added.
    pub fn locate(&self, key: &str) -> Option<Place> {
        self.find(key, false)
    }

    /// Adds the place to each problem that names a key and has no place yet. Problems about keys that
    /// nobody set, in no table that anybody wrote, are about a default.
    #[must_use]
    pub fn place(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        for problem in problems.iter_mut().filter(|problem| problem.place.is_none()) {
            // For a key that should not be there, its value is beside the point.
            let of_key = matches!(problem.code, Code::UnknownKey | Code::KeyOutOfPlace);
            let found = problem.key.as_deref().map(|key| self.find(key, of_key));
            problem.place = match found {
                None => None,
                Some(Some(place)) => Some(place),
                Some(None) if problem.code == Code::MissingKey => self.merged.start_of_last_file(),
                Some(None) => Some(Place::Default),
            };
        }
        problems
    }

    /// Sorts placed problems as a reader of the layers meets them.
    pub(crate) fn sort(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        problems.sort_by_key(|problem| self.rank(problem));
        problems
    }

    /// Where a reader of the layers meets a placed problem: in which layer of the document, and where in it.
    pub(crate) fn rank(&self, problem: &Problem) -> (usize, usize) {
        let start = match &problem.place {
            Some(Place::File { span, .. }) => span.start,
            Some(Place::Variable { .. } | Place::Argument { .. } | Place::Default) | None => 0,
        };
        (problem.key.as_deref().and_then(|key| self.layer_of_document(key)).unwrap_or_default(), start)
    }

    /// The layer of the document that set a key, or what is nearest around it.
    pub(crate) fn layer_of_document(&self, key: &str) -> Option<usize> {
        if let Some((document, key)) = self.in_document(key) {
            return document.layer_of_document(&key);
        }
        let (_, layer) = self.layer(key)?;
        Some(self.merged.own().filter(|_| self.merged.is_own(layer)).map_or(layer, |own| own.layer))
    }

    pub(crate) fn merged(&self) -> &Merged {
        &self.merged
    }

    /// Whether somebody set exactly this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.layers.contains_key(key)
    }

    /// Whether a key, or what is nearest around it, stands in a target's own table.
    pub(crate) fn is_own(&self, key: &str) -> bool {
        let in_table = |found, layer| self.merged.is_own(layer) && self.merged.place(layer, found, false).is_some();
        self.layer(key).is_some_and(|(found, layer)| in_table(found, layer))
    }

    /// Whether a variable or an argument set a key, and so would win over any target.
    pub(crate) fn is_above(&self, key: &str) -> bool {
        self.layers.get(key).is_some_and(|layer| self.merged.is_above(*layer))
    }

    fn find(&self, key: &str, of_key: bool) -> Option<Place> {
        if let Some((document, key)) = self.in_document(key) {
            return document.find(&key, of_key);
        }
        let (found, layer) = self.layer(key)?;
        // Something is added to a table where the table is written, though a flag may have set a key in it.
        let written = (found != key).then(|| self.merged.place_in_files(found)).flatten();
        let set = || self.merged.place(layer, found, of_key);
        // Where a target says its Region, no table of the environment needs to be.
        written.or_else(set).or_else(|| self.merged.place_in_files(found))
    }

    /// For a target's places: a key that only the document has, as it is called there.
    fn in_document(&self, key: &str) -> Option<(&Self, String)> {
        let document = self.document.as_deref()?;
        let own = format!("{}.{key}", self.merged.own()?.at);
        let head = key.split(['.', '[']).next()?;
        let is_key = |keys: &[Key]| keys.iter().any(|known| known.name == head);
        // A target's own `wave` is none of the waves.
        if ABOUT_TARGETS.contains(&head) && key != "wave" {
            return Some((document, key.to_owned()));
        }
        if (is_key(SpecSection::KEYS) && key != "wave") || !is_key(TargetSection::KEYS) {
            return None;
        }
        let default = format!("rollout.{key}");
        Some((document, if !document.has(&own) && document.has(&default) { default } else { own }))
    }

    /// The key, or the nearest one around it that somebody set, and its layer.
    fn layer<'a>(&self, key: &'a str) -> Option<(&'a str, usize)> {
        std::iter::once(key).chain(key::parents(key)).find_map(|key| Some((key, *self.layers.get(key)?)))
    }
}

fn collect(merged: &Merged, value: &Value, at: &str, layers: &mut BTreeMap<String, usize>) {
    if let Some(layer) = merged.layer(value).filter(|_| !at.is_empty()) {
        layers.insert(at.to_owned(), layer);
    }
    match value {
        Value::Dict(_, entries) => {
            entries.iter().for_each(|(name, value)| collect(merged, value, &key::entry(at, name), layers));
        }
        Value::Array(_, items) => {
            for (index, value) in items.iter().enumerate() {
                collect(merged, value, &key::item(at, index), layers);
            }
        }
        Value::String(..) | Value::Char(..) | Value::Bool(..) | Value::Num(..) | Value::Empty(..) => {}
    }
}
