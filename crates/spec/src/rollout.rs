//! From a document with targets to a rollout: each target is laid over what all share and resolved like any
//! other spec, and then the targets are held against each other.

mod access;
mod clashes;
mod head;
mod organization;
mod select;
mod stack_set;
mod told;
mod waves;

use std::collections::BTreeSet;
use std::sync::Arc;

use figment::value::{Dict, Value};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Rollout, RolloutTarget, Wave};
use groundwork_model::spec::Spec;
use groundwork_model::{Code, Region, RunEnvironmentName, Secret, TargetName};

use crate::access::{AssumeRole, ExternalId};
use crate::merged::{ABOUT_TARGETS, Merged, Own, Shared, Stack};
use crate::places::Places;
use crate::raw::{AssumeRoleSection, RolloutRoleSection, SpecSection, TARGET, TargetSection};
use crate::read::{Field, Node, Read, Section};
use crate::text::Text;
use crate::{Loaded, key, resolve};

use head::Head;
use organization::Found;
use told::Told;
use waves::Waves;

pub use organization::InOrganization;
pub use select::Selection;

pub(crate) use organization::has_organization;

/// A valid spec with targets, and where its values came from.
pub struct LoadedRollout {
    /// The rollout.
    pub rollout: Rollout,
    /// What is worth knowing about how the targets were found.
    pub notices: Vec<Problem>,
    /// The ids of the organization's units that they were found in.
    pub units: Vec<String>,
    /// For each target, in the same order.
    places: Vec<Places>,
}

impl LoadedRollout {
    /// The places of a target's keys, by its index in [`Rollout::targets`].
    ///
    /// # Panics
    ///
    /// If there is no such target.
    pub fn places(&self, target: usize) -> &Places {
        &self.places[target]
    }

    /// Leaves targets out.
    #[must_use]
    pub fn without(self, names: &BTreeSet<TargetName>) -> Self {
        self.keeping(|target, _| !names.contains(&target.name))
    }

    /// Keeps some targets, each with its places. The waves stay, with or without targets.
    fn keeping(mut self, keep: impl Fn(&RolloutTarget, &[Wave]) -> bool) -> Self {
        let targets = self.rollout.targets.into_iter().zip(self.places);
        let kept = targets.filter(|(target, _)| keep(target, &self.rollout.waves));
        (self.rollout.targets, self.places) = kept.unzip();
        self
    }

    /// The target as a spec of its own, if there is exactly one.
    pub fn into_one(mut self) -> Option<(Loaded, RolloutTarget)> {
        let (target, places) = (self.rollout.targets.pop()?, self.places.pop()?);
        let loaded = Loaded { spec: target.spec.clone(), places };
        self.rollout.targets.is_empty().then_some((loaded, target))
    }
}

/// Whether a document has a list of targets, right or wrong.
pub(crate) fn has_targets(document: &Merged) -> bool {
    Node::root(document).entry(TARGET).is_some()
}

/// Turns a document with targets into a rollout, or tells everything that is wrong with it.
pub(crate) fn load(stack: &Stack, document: Merged) -> Result<LoadedRollout, Vec<Problem>> {
    load_with(stack, document, None)
}

/// The same, where some of the targets are accounts that were found.
fn load_with(stack: &Stack, document: Merged, found: Option<&Found<'_>>) -> Result<LoadedRollout, Vec<Problem>> {
    let document = Arc::new(Places::new(document));
    let mut problems = Vec::new();
    let head = Head::read(&document, &mut problems);
    let found_from = found.map_or(head.targets.len(), |found| found.from);
    let mut told = Told::new(&head.targets, found_from);
    told.of_document(&document, problems);
    told.add(&document, None, head::same_names(&head.targets, found_from));
    let overridden = head::overridden(&document, &head.targets);
    if !overridden.is_empty() {
        // Every target's spec would be about another Region.
        told.add(&document, None, overridden);
        return Err(told.end());
    }
    let (layer, overlays) = stack.targets(document.merged()).unwrap_or_default();
    let base = Base { shared: stack.shared(), document, layer, waves: head.waves, assume_role: head.assume_role };
    let targets = head.targets.iter().zip(overlays).enumerate();
    let complete: Vec<Complete> =
        targets.filter_map(|(index, (section, values))| base.target(index, section, values, &mut told)).collect();
    clashes::check(&complete, &mut told);
    let mut problems = Vec::new();
    let role_stack_set = stack_set::resolve(&head.role, found, &complete, &mut problems);
    told.of_document(&base.document, problems);
    if !told.is_empty() {
        return Err(told.end());
    }
    let (targets, places) = complete.into_iter().map(|complete| (complete.target, complete.places)).unzip();
    let rollout = Rollout { targets, waves: base.waves.all, on_unreachable: head.on_unreachable, role_stack_set };
    Ok(LoadedRollout { rollout, notices: Vec::new(), units: Vec::new(), places })
}

/// Reads a field of the root.
fn field<T: Read>(root: &Node<'_>, name: &str, problems: &mut Vec<Problem>) -> Field<T> {
    root.entry(name).map(|node| Field::read(&node, problems)).unwrap_or_default()
}

/// Every external id in a document, for plans that were saved without.
pub(crate) fn external_ids(document: Merged) -> Result<Vec<Secret>, Vec<Problem>> {
    let document = Places::new(document);
    let mut problems = Vec::new();
    let head = Head::read(&document, &mut problems);
    let own = head.targets.iter().filter_map(Field::value).filter_map(|target| target.assume_role.value());
    let own = own.filter_map(AssumeRole::section);
    let ids = head.assume_role.iter().chain(own).filter_map(|section| section.external_id.value().cloned());
    let of_found = organization::external_id(&document, &mut problems);
    let ids: Vec<Secret> = ids.chain(of_found).map(|ExternalId(secret)| secret).collect();
    if problems.is_empty() { Ok(ids) } else { Err(document.sort(document.place(problems))) }
}

/// A target that has all that it needs.
struct Complete {
    target: RolloutTarget,
    places: Places,
}

/// What targets are made from.
struct Base {
    shared: Shared,
    document: Arc<Places>,
    /// The layer with the list of targets.
    layer: usize,
    waves: Waves,
    /// The default of each target's.
    assume_role: Option<AssumeRoleSection>,
}

impl Base {
    /// Makes a target; `None` if a problem with it was told.
    fn target(
        &self,
        index: usize,
        section: &Field<TargetSection>,
        values: &Value,
        told: &mut Told,
    ) -> Option<Complete> {
        let Field::Given(section) = section else { return None };
        let at = key::item(TARGET, index);
        let mut problems = Vec::new();
        let wave = self.waves.of(section, &at, &mut problems);
        let (places, spec, problems_of_spec) = self.spec(section, values, &at);
        told.add(&places, Some(index), problems_of_spec);
        let region = Node::root(places.merged()).elsewhere("environment.region").and_then(|text| text.parse().ok());
        let region: Option<Region> = region;
        let access = access::resolve(section, self.assume_role.as_ref(), region.as_ref(), &at, &mut problems);
        told.of_document(&self.document, problems);
        let (Field::Given(Text(name)), Field::Given(Text(account))) = (&section.name, &section.account_id) else {
            return None;
        };
        let labels = section.labels.value().map(|labels| labels.0.clone()).unwrap_or_default();
        let target = RolloutTarget { name: name.clone(), account: account.clone(), access, wave, labels, spec: spec? };
        Some(Complete { target, places })
    }

    /// The target's own spec, and what is wrong with it.
    fn spec(&self, section: &TargetSection, values: &Value, at: &str) -> (Places, Option<Spec>, Vec<Problem>) {
        let own = Own { at: at.to_owned(), layer: self.layer };
        let merged = self.shared.with(own, layer_of(values));
        let mut problems = Vec::new();
        let raw = SpecSection::read(&Node::root(&merged), &mut problems).unwrap_or_default();
        problems.retain(|problem| !is_of_section(problem, section));
        let spec = resolve::resolve(raw, run_environment(section), &mut problems);
        let problems = problems.into_iter().map(with_region).collect();
        (Places::of_target(merged, Arc::clone(&self.document)), spec, problems)
    }
}

/// What a target lays over the rest of the spec.
fn layer_of(values: &Value) -> Dict {
    let mut own = values.as_dict().cloned().unwrap_or_default();
    let mut environment = own.remove("environment").and_then(Value::into_dict).unwrap_or_default();
    environment.retain(|name, _| name == "name");
    for name in ["account_id", "region"] {
        environment.extend(own.remove(name).map(|value| (name.to_owned(), value)));
    }
    let of_spec = |name: &str| SpecSection::KEYS.iter().any(|key| key.name == name) && !ABOUT_TARGETS.contains(&name);
    own.retain(|name, _| of_spec(name) && TargetSection::KEYS.iter().any(|key| key.name == name));
    own.insert("environment".to_owned(), Value::from(environment));
    own
}

/// Whether a problem with a value was told when the target's table was read.
fn is_of_section(problem: &Problem, section: &TargetSection) -> bool {
    match problem.key.as_deref() {
        Some("environment.account_id") => !section.account_id.is_absent(),
        Some("environment.region") => !section.region.is_absent(),
        Some(_) | None => false,
    }
}

/// A missing Region may be given to all or to each.
fn with_region(problem: Problem) -> Problem {
    match (problem.code, problem.key.as_deref()) {
        (Code::MissingKey, Some("environment.region")) => problem.help("or a region of its own for each [[target]]"),
        _ => problem,
    }
}

/// The default name of the target's Run Environment: the environment's name is likely to be shared by many.
fn run_environment(section: &TargetSection) -> Option<RunEnvironmentName> {
    let own_name = section.environment.value().is_some_and(|environment| !environment.name.is_absent());
    let Text(name) = section.name.value().filter(|_| !own_name)?;
    Some(name.as_str().parse().expect("a target's name is a Run Environment's name"))
}
