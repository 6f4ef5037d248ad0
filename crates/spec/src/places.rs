//! Where the keys of a spec got their values.

use std::collections::BTreeMap;

use figment::value::Value;
use groundwork_model::Code;
use groundwork_model::problem::{Place, Problem};

use crate::key;
use crate::merged::Merged;

/// The places of all keys that somebody set.
pub struct Places {
    merged: Merged,
    layers: BTreeMap<String, usize>,
}

impl Places {
    pub(crate) fn new(merged: Merged) -> Self {
        let mut layers = BTreeMap::new();
        collect(&merged, merged.root(), "", &mut layers);
        Self { merged, layers }
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
                Some(None) if problem.code == Code::MissingKey => self.end_of_files(),
                Some(None) => Some(Place::Default),
            };
        }
        problems
    }

    /// Sorts placed problems as a reader of the layers meets them.
    pub(crate) fn sort(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        problems.sort_by_key(|problem| {
            let layer = problem.key.as_deref().and_then(|key| self.layer(key)).map_or(0, |(_, layer)| layer);
            let start = match &problem.place {
                Some(Place::File { span, .. }) => span.start,
                Some(Place::Variable { .. } | Place::Argument { .. } | Place::Default) | None => 0,
            };
            (layer, start)
        });
        problems
    }

    fn find(&self, key: &str, of_key: bool) -> Option<Place> {
        let (found, layer) = self.layer(key)?;
        let origins = self.merged.origins();
        // Something is added to a table where the table is written, though a flag may have set a key in it.
        let in_file =
            || origins.iter().rev().filter(|origin| origin.is_file()).find_map(|file| file.place(found, false));
        let written = (found != key).then(in_file).flatten();
        written.or_else(|| origins.get(layer)?.place(found, of_key))
    }

    /// The key, or the nearest one around it that somebody set, and its layer.
    fn layer<'a>(&self, key: &'a str) -> Option<(&'a str, usize)> {
        std::iter::once(key).chain(key::parents(key)).find_map(|key| Some((key, *self.layers.get(key)?)))
    }

    /// What is missing altogether belongs into some file: the last one is the most particular.
    fn end_of_files(&self) -> Option<Place> {
        self.merged.origins().iter().rev().find_map(|origin| origin.start())
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
