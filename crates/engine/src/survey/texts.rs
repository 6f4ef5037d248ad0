//! The texts of templates, each held once: the plans of a thousand targets that are alike would otherwise hold
//! three thousand copies of three.

use std::collections::BTreeSet;
use std::sync::Arc;

use groundwork_model::rollout::Planned;
use groundwork_model::step::Op;

/// The texts so far.
#[derive(Default)]
pub(super) struct Texts(BTreeSet<Arc<str>>);

impl Texts {
    /// Has a plan share its templates with those before it that have the same.
    pub(super) fn share(&mut self, planned: &mut Planned) {
        let Planned::Plan(plan) = planned else { return };
        for step in &mut plan.steps {
            if let Op::DeployStack(deploy) = &mut step.op {
                match self.0.get(&deploy.template) {
                    Some(known) => deploy.template = Arc::clone(known),
                    None => drop(self.0.insert(Arc::clone(&deploy.template))),
                }
            }
        }
    }
}
