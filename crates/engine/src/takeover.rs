//! What a new stack would take over instead of making it.

use groundwork_model::Code;
use groundwork_model::plan::Action;
use groundwork_model::problem::Problem;
use groundwork_model::step::DeployStack;
use groundwork_model::world::Observed;
use serde_json::Value;

use crate::ports::Cloud;
use crate::run::{Ends, StepRun};

const CLUSTER: &str = "AWS::ECS::Cluster";

/// Makes sure that no cluster has come, since the plan was made, to where the stack makes one. ECS answers the
/// creation of a cluster that exists with that cluster: no change set would tell, and the stack would delete it
/// some day. One that a stack of the same name has left is the planner's to judge, and was.
pub(crate) async fn check<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack) -> Result<(), Problem> {
    let Some(name) = made(deploy) else { return Ok(()) };
    // After a wish to stop nothing is executed, whatever is there.
    let Ok(found) = step.unless_stopped(step.insist(|| step.cloud().cluster(&name))).await else { return Ok(()) };
    let found = found.map_err(|error| Problem::from(error).at(step.component.as_str()))?;
    let Observed::Present(cluster) = found else { return Ok(()) };
    if cluster.stack.as_deref() == Some(deploy.stack.as_str()) {
        return Ok(());
    }
    let message = format!("cluster {} exists by now, outside of stack {}", cluster.name, deploy.stack);
    Err(Problem::new(Code::ClusterExists, message)
        .at("cluster.name")
        .because("the plan was made to create it")
        .help("nothing was changed: plan again"))
}

/// The name of the cluster that the stack makes, if it makes one.
fn made(deploy: &DeployStack) -> Option<String> {
    let is_made = |action: Action| matches!(action, Action::Create | Action::Replace);
    let mut all = deploy.announced.iter();
    let (id, _) = all.find(|(_, announced)| announced.resource_type == CLUSTER && is_made(announced.action))?;
    let template: Value = serde_json::from_str(&deploy.template).ok()?;
    Some(template["Resources"][id.as_str()]["Properties"]["ClusterName"].as_str()?.to_owned())
}
