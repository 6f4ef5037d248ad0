//! What every part of a plan is made from.

use groundwork_model::plan::Target;
use groundwork_model::spec::Spec;
use groundwork_model::world::World;

/// What every part of a plan is made from.
#[derive(Clone, Debug)]
pub(crate) struct Context<'a> {
    /// What the user wants.
    pub spec: &'a Spec,
    /// What there is.
    pub world: &'a World,
    /// Whom it concerns.
    pub target: Target,
}

impl<'a> Context<'a> {
    pub(crate) fn new(spec: &'a Spec, world: &'a World) -> Self {
        Self { spec, world, target: Target::of(&spec.environment, &world.caller) }
    }
}
