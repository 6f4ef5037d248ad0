//! The layers laid over each other. figment merges them and remembers which one each value is from.

use std::collections::BTreeMap;
use std::sync::Arc;

use figment::value::{Dict, Map, Tag, Value};
use figment::{Figment, Metadata, Profile, Provider};
use groundwork_model::problem::Place;

use crate::layer::{Layer, Origin};
use crate::raw::{TARGET, TARGETS};

/// The root's tables that are about targets, and no part of a target's own spec.
pub(crate) const ABOUT_TARGETS: [&str; 4] = ["rollout", "wave", TARGET, TARGETS];

/// The layers, the first one first.
pub(crate) struct Stack {
    origins: Arc<[Origin]>,
    values: Vec<Dict>,
}

impl Stack {
    pub(crate) fn new(layers: Vec<Layer>) -> Self {
        let (origins, values): (Vec<Origin>, Vec<Dict>) =
            layers.into_iter().map(|layer| (layer.origin, layer.values)).unzip();
        Self { origins: origins.into(), values }
    }

    /// Lays each layer over those before it.
    pub(crate) fn merged(&self) -> Merged {
        let sources = self.values.iter().enumerate().map(|(index, values)| Source { index, values: values.clone() });
        Merged::new(&sources.fold(Figment::new(), Figment::merge), Arc::clone(&self.origins), None)
    }

    /// The layers as far as all targets share them.
    pub(crate) fn shared(&self) -> Shared {
        let mut shared = Shared { below: Figment::new(), above: Vec::new(), origins: Arc::clone(&self.origins) };
        for (index, values) in self.values.iter().enumerate() {
            let of_all = values.iter().filter(|(name, _)| !ABOUT_TARGETS.contains(&name.as_str()));
            let source = Source { index, values: of_all.map(|(name, value)| (name.clone(), value.clone())).collect() };
            if self.origins[index].is_file() {
                shared.below = shared.below.merge(source);
            } else {
                shared.above.push(source);
            }
        }
        shared
    }

    /// The layer with the list of targets, and the list.
    pub(crate) fn targets(&self, merged: &Merged) -> Option<(usize, &[Value])> {
        let layer = merged.layer(merged.root().as_dict()?.get(TARGET)?)?;
        Some((layer, self.values.get(layer)?.get(TARGET)?.as_array()?))
    }
}

/// What all targets share: the files, over which a target is laid, and the variables and arguments that are
/// laid over the target.
pub(crate) struct Shared {
    below: Figment,
    above: Vec<Source>,
    origins: Arc<[Origin]>,
}

impl Shared {
    /// With a target's own layer.
    pub(crate) fn with(&self, own: Own, values: Dict) -> Merged {
        let layer = Source { index: self.origins.len(), values };
        let figment = self.above.iter().fold(self.below.clone().merge(layer), Figment::merge);
        Merged::new(&figment, Arc::clone(&self.origins), Some(own))
    }
}

/// Where a target's own layer stands.
pub(crate) struct Own {
    /// The target's key in the document: `target[2]`.
    pub(crate) at: String,
    /// The layer with the list of targets.
    pub(crate) layer: usize,
}

impl Own {
    /// What a key of the target's spec is called in the document.
    pub(crate) fn key(&self, key: &str) -> String {
        match key {
            "environment.account_id" | "environment.region" => key.replacen("environment", &self.at, 1),
            _ => format!("{}.{key}", self.at),
        }
    }
}

/// The merged values, and the layers that they come from.
pub(crate) struct Merged {
    root: Value,
    /// The numbers of the layers, by the tags of their values. figment knows them too, and holds all values once
    /// more: for a thousand targets that is too much.
    layers: BTreeMap<Tag, usize>,
    origins: Arc<[Origin]>,
    own: Option<Own>,
}

impl Merged {
    fn new(figment: &Figment, origins: Arc<[Origin]>, own: Option<Own>) -> Self {
        let root = figment.find_value("").unwrap_or_else(|_| Value::from(Dict::new()));
        let mut layers = BTreeMap::new();
        note_layers(figment, &root, &mut layers);
        Self { root, layers, origins, own }
    }

    /// The table of all keys.
    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    /// A target's own layer.
    pub(crate) fn own(&self) -> Option<&Own> {
        self.own.as_ref()
    }

    /// The number of the layer that a value is from; for a table, of the last one that had a part in it.
    /// A target's own layer has the number behind those of the document.
    pub(crate) fn layer(&self, value: &Value) -> Option<usize> {
        self.layers.get(&value.tag()).copied()
    }

    /// The origin of a value, unless it is from a target's own layer.
    pub(crate) fn origin(&self, value: &Value) -> Option<&Origin> {
        self.origins.get(self.layer(value)?)
    }

    /// What stands behind a key in the layer that its value is from, as it is written there.
    pub(crate) fn written(&self, value: &Value, key: &str) -> Option<&str> {
        match (self.origin(value), &self.own) {
            (Some(origin), _) => origin.written(key),
            (None, Some(own)) => self.origins.get(own.layer)?.written(&own.key(key)),
            (None, None) => None,
        }
    }

    /// Whether a layer is a target's own.
    pub(crate) fn is_own(&self, layer: usize) -> bool {
        layer == self.origins.len()
    }

    /// Whether a layer is neither a file nor a target.
    pub(crate) fn is_above(&self, layer: usize) -> bool {
        self.origins.get(layer).is_some_and(|origin| !origin.is_file())
    }

    /// The place of a key in a layer: of its value, or of the key itself.
    pub(crate) fn place(&self, layer: usize, key: &str, of_key: bool) -> Option<Place> {
        match (self.origins.get(layer), &self.own) {
            (Some(origin), _) => origin.place(key, of_key),
            (None, Some(own)) => self.origins.get(own.layer)?.place(&own.key(key), of_key),
            (None, None) => None,
        }
    }

    /// The place of a key in the last layer that is a file or in one and has it.
    pub(crate) fn place_in_files(&self, key: &str) -> Option<Place> {
        let own = self.own.as_ref().filter(|own| self.origins[own.layer].is_file());
        let own = own.and_then(|own| self.origins[own.layer].place(&own.key(key), false));
        let mut files = self.origins.iter().rev().filter(|origin| origin.is_file());
        own.or_else(|| files.find_map(|file| file.place(key, false)))
    }

    /// What is missing altogether belongs into some file: the last one is the most particular.
    pub(crate) fn start_of_last_file(&self) -> Option<Place> {
        self.origins.iter().rev().find_map(Origin::start)
    }
}

fn note_layers(figment: &Figment, value: &Value, layers: &mut BTreeMap<Tag, usize>) {
    let tag = value.tag();
    if let Some(layer) = figment.get_metadata(tag).and_then(|layer| layer.name.parse().ok()) {
        layers.insert(tag, layer);
    }
    match value {
        Value::Dict(_, entries) => entries.values().for_each(|value| note_layers(figment, value, layers)),
        Value::Array(_, items) => items.iter().for_each(|value| note_layers(figment, value, layers)),
        Value::String(..) | Value::Char(..) | Value::Bool(..) | Value::Num(..) | Value::Empty(..) => {}
    }
}

/// A layer as figment wants it. Its name is its number.
struct Source {
    index: usize,
    values: Dict,
}

impl Provider for Source {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.index.to_string())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}
