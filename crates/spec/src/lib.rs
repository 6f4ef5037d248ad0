//! From TOML text to a valid [`Spec`], or to every problem that is in the way, each with its place.
//!
//! Layers, later wins: defaults, files in their order, `GROUNDWORK_...` variables, `--set` arguments.
//! Tables are merged key by key; anything else, a list too, replaces what was there. A spec with targets
//! is one spec for each of them: the target's table is a layer of its own, behind the files.
//!
//! The steps: `layer` parses each layer and remembers where its keys stand, `merged` lays them
//! over each other, `raw` says which keys there are and of what kind, `resolve` fills in defaults
//! and holds the values against each other, `rollout` does that for each target. Keys are declared
//! once, in `raw`: the reader, the JSON Schema and the suggestions for mistyped keys all come from
//! there.
//!
//! Nothing here reads the environment or calls AWS; variables and arguments are handed in. What needs
//! to know AWS's zones or existing resources is the planner's, whose problems name a key of the spec
//! that [`Places`] finds the place of.

mod access;
mod address;
mod ignore;
mod key;
mod layer;
mod limit;
mod mask;
mod merged;
mod pattern;
mod places;
mod raw;
mod read;
mod reference;
mod resolve;
mod rollout;
mod schema;
mod tables;
mod tags;
mod text;
mod unknown;
mod word;
mod zone;

use std::path::Path;

use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;
use groundwork_model::{Code, Secret};

use layer::Layer;
use merged::{Merged, Stack};
use read::{Node, Read};

pub use places::Places;
pub use rollout::{InOrganization, LoadedRollout, Selection};
pub use schema::schema;

/// All that a spec is made of, apart from defaults.
#[derive(Clone, Default)]
pub struct Layers {
    /// The files, in the order in which they were named.
    pub files: Vec<SpecFile>,
    /// Environment variables, name and value. Those that are not the spec's are passed over.
    pub variables: Vec<(String, String)>,
    /// `--set` arguments, each `key=value`.
    pub sets: Vec<String>,
}

/// A spec file's text.
#[derive(Clone)]
pub struct SpecFile {
    /// The path as the user gave it.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// A valid spec, and where its values came from.
pub struct Loaded {
    /// The spec.
    pub spec: Spec,
    /// The places of its keys.
    pub places: Places,
}

/// A valid spec, for one target or for many.
#[expect(clippy::large_enum_variant, reason = "there is one in a run, and it is soon taken apart")]
pub enum Document {
    /// It is about one account and Region.
    One(Loaded),
    /// It has a list of targets, perhaps with only one in it.
    Many(LoadedRollout),
    /// Its targets are accounts of an organization, which have yet to be found.
    InOrganization(InOrganization),
}

/// Reads a spec file.
pub fn read(path: &Path) -> Result<SpecFile, Problem> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(SpecFile { path: path.display().to_string(), text }),
        Err(error) => {
            let message = format!("cannot read the spec {}", path.display());
            Err(Problem::new(Code::SpecUnreadable, message).because(error.to_string()))
        }
    }
}

/// Whether an environment variable belongs to the spec, right or wrong: one with nested keys, or with
/// the name of a key at the top.
pub fn is_spec_variable(name: &str, value: &str) -> bool {
    layer::variable(name, value).is_some()
}

/// Turns layers into a spec, or tells everything that is wrong with them, in the order of the layers
/// and of the places in them.
pub fn load_any(layers: &Layers) -> Result<Document, Vec<Problem>> {
    let stack = Stack::new(parse(layers)?);
    let merged = stack.merged();
    if rollout::has_organization(&merged) {
        InOrganization::new(layers, merged).map(Document::InOrganization)
    } else if rollout::has_targets(&merged) {
        rollout::load(&stack, merged).map(Document::Many)
    } else {
        one(merged).map(Document::One)
    }
}

/// The external ids of the roles in a spec with targets. A saved plan holds none of them.
pub fn external_ids(layers: &Layers) -> Result<Vec<Secret>, Vec<Problem>> {
    rollout::external_ids(Stack::new(parse(layers)?).merged())
}

fn one(merged: Merged) -> Result<Loaded, Vec<Problem>> {
    let mut problems = Vec::new();
    let raw = raw::SpecSection::read(&Node::root(&merged), &mut problems).unwrap_or_default();
    let spec = resolve::resolve(raw, None, &mut problems);
    let places = Places::new(merged);
    match spec {
        Some(spec) if problems.is_empty() => Ok(Loaded { spec, places }),
        _ => Err(places.sort(places.place(problems))),
    }
}

/// Parses each layer. One that cannot be parsed ends it: its keys would all seem to be missing.
fn parse(layers: &Layers) -> Result<Vec<Layer>, Vec<Problem>> {
    let files = layers.files.iter().map(layer::file);
    let variables = layers.variables.iter().filter_map(|(name, value)| layer::variable(name, value));
    let sets = layers.sets.iter().map(|text| layer::argument(text));
    let mut parsed = Vec::new();
    let mut problems = Vec::new();
    for layer in files.chain(variables).chain(sets) {
        match layer {
            Ok(layer) => parsed.push(layer),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(parsed) } else { Err(problems) }
}
