//! What the plan of a component consists of.

use groundwork_model::plan::{Action, Component, ComponentPlan, Reason, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::step::Step;

/// The plan of a component, and what others need to know of it.
#[derive(Clone, Debug)]
pub(crate) struct Part<F> {
    pub component: ComponentPlan,
    pub steps: Vec<Step>,
    pub warnings: Vec<Problem>,
    pub facts: F,
}

/// A component of which nothing is done.
pub(crate) fn untouched(component: Component, subject: Subject, reason: Reason) -> ComponentPlan {
    ComponentPlan {
        component,
        subject,
        action: Action::NoOp,
        reason,
        resources: Vec::new(),
        fields: Vec::new(),
        kept: Vec::new(),
        permissions: Vec::new(),
    }
}
