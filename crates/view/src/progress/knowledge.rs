//! What the plan adds to its events: which resources are replaced, how many there are, and how long
//! their names are.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::LogicalId;
use groundwork_model::plan::{Action, Component, Plan};
use groundwork_model::step::{Op, StepId};

use crate::text::widest;

/// Resources' names take so many columns if nobody tells which ones there are.
const USUAL_NAMES: usize = 24;

/// What is known of the plan that is executed. Without a plan, nothing.
#[derive(Clone, Debug)]
pub(super) struct Knowledge {
    /// Columns of the resources' names.
    pub names: usize,
    replaced: BTreeSet<(Component, LogicalId)>,
    resources: BTreeMap<StepId, usize>,
    /// What a step's success means, where `done` says too little.
    deeds: BTreeMap<StepId, String>,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self { names: USUAL_NAMES, replaced: BTreeSet::new(), resources: BTreeMap::new(), deeds: BTreeMap::new() }
    }
}

impl Knowledge {
    /// What is known of a plan.
    pub fn of(plan: &Plan) -> Self {
        let changes =
            || plan.components.iter().flat_map(|part| part.resources.iter().map(|change| (part.component, change)));
        let replaced = changes().filter(|(_, change)| change.action == Action::Replace);
        let counted = plan.steps.iter().filter(|step| matches!(step.op, Op::DeployStack(_) | Op::DeleteStack(_)));
        Self {
            names: widest(changes().map(|(_, change)| change.logical_id.as_str())),
            replaced: replaced.map(|(component, change)| (component, change.logical_id.clone())).collect(),
            resources: counted
                .map(|step| (step.id, changes().filter(|(component, _)| *component == step.component).count()))
                .collect(),
            deeds: plan.steps.iter().filter_map(|step| Some((step.id, deed(&step.op)?))).collect(),
        }
    }

    /// Whether the plan replaces a resource.
    pub fn replaces(&self, component: Component, id: &LogicalId) -> bool {
        self.replaced.contains(&(component, id.clone()))
    }

    /// How many resources a step changes, if that is known.
    pub fn resources(&self, step: StepId) -> Option<usize> {
        self.resources.get(&step).copied().filter(|number| *number > 0)
    }

    /// What a step has done once it has succeeded.
    pub fn deed(&self, step: StepId) -> &str {
        self.deeds.get(&step).map_or("done", String::as_str)
    }
}

fn deed(op: &Op) -> Option<String> {
    match op {
        Op::DeployStack(_) | Op::DeleteStack(_) | Op::ContinueRollback(_) | Op::RollBack(_) | Op::FollowStack(_) => {
            None
        }
        Op::DeployStackSet(deploy) => Some(format!("stack set {} is in every account", deploy.stack_set)),
        Op::PutCapacityProviders(put) => {
            Some(format!("capacity providers of cluster {} set", put.cluster.last_segment()))
        }
        Op::PutRunEnvironment(draft) => {
            let done = if draft.existing.is_none() { "created" } else { "updated" };
            Some(format!("Run Environment \"{}\" {done}", draft.name))
        }
        Op::DeleteRunEnvironment { name, .. } => Some(format!("Run Environment \"{name}\" deleted")),
    }
}
