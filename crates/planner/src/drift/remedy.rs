//! What leads back: commands of AWS's own client for what only it can undo, and groundwork's own where apply does it.

use groundwork_model::plan::Target;
use groundwork_model::world::Stack;

/// What apply sets again by itself.
pub(super) const APPLY: &str = "groundwork apply -f PATH";

/// What shows what apply would do.
pub(super) const PLAN: &str = "groundwork plan -f PATH";

/// Lets CloudFormation compare a stack with what is live, and make a change set that leads back (CloudFormation User
/// Guide, "Using drift-aware change sets"). It is read, and then executed, like any other.
pub(super) fn revert(stack: &Stack, target: &Target) -> String {
    let parameters: Vec<String> =
        stack.parameters.keys().map(|key| format!(" ParameterKey={key},UsePreviousValue=true")).collect();
    let parameters =
        if parameters.is_empty() { String::new() } else { format!(" --parameters{}", parameters.concat()) };
    format!(
        "aws cloudformation create-change-set --stack-name {} --region {} --change-set-name revert-drift \
         --deployment-mode REVERT_DRIFT --use-previous-template --capabilities CAPABILITY_NAMED_IAM{parameters}",
        stack.name, target.region
    )
}
