//! The layers laid over each other. figment merges them and remembers which one each value is from.

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use crate::layer::{Layer, Origin};

/// The merged values, and the layers that they come from.
pub(crate) struct Merged {
    figment: Figment,
    root: Value,
    origins: Vec<Origin>,
}

impl Merged {
    /// Lays each layer over those before it.
    pub(crate) fn new(layers: Vec<Layer>) -> Self {
        let mut figment = Figment::new();
        let mut origins = Vec::new();
        for layer in layers {
            figment = figment.merge(Source { index: origins.len(), values: layer.values });
            origins.push(layer.origin);
        }
        let root = figment.find_value("").unwrap_or_else(|_| Value::from(Dict::new()));
        Self { figment, root, origins }
    }

    /// The table of all keys.
    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    /// The layers, the first one first.
    pub(crate) fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The number of the layer that a value is from; for a table, of the last one that had a part in it.
    pub(crate) fn layer(&self, value: &Value) -> Option<usize> {
        self.figment.get_metadata(value.tag())?.name.parse().ok()
    }

    /// The origin of a value.
    pub(crate) fn origin(&self, value: &Value) -> Option<&Origin> {
        self.origins.get(self.layer(value)?)
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
