//! Whether a stack still stands as it did when the plan was made, as far as no change set tells.

use std::collections::BTreeSet;

use futures_util::future::join;
use groundwork_model::problem::Problem;
use groundwork_model::step::{DeployStack, ParameterValue};
use groundwork_model::world::{Observed, ObservedParameter, Stack};
use groundwork_model::{Code, ParameterKey, StackId};
use groundwork_planner::ownership::{Owner, owner, tag_changes};

use crate::ports::Cloud;
use crate::run::{Ends, StepRun};
use crate::tracker::Before;
use crate::wait;

/// Makes sure that the stack is the one that the plan was made for, that it is still ours, and that nobody has
/// updated it since then: the change set would set that back without a word, and the plan permits what it would
/// do. Tags and parameters are compared, too. Returns how the stack stands.
pub(crate) async fn planned<E: Ends>(
    step: &StepRun<'_, E>,
    deploy: &DeployStack,
    id: &StackId,
    updated: Option<&str>,
) -> Result<Before, Problem> {
    let (stack, newest) = join(step.insist(|| step.cloud().stack(&deploy.stack)), wait::newest_event(step, id)).await;
    let failed = |error| Problem::from(error).at(step.component.as_str());
    let strange = |found: String| {
        let message = format!("stack {} is not the one that the plan was made for", deploy.stack);
        refused(step, message, vec![found])
    };
    let stack = match stack.map_err(failed)? {
        Observed::Present(stack) if stack.id == *id => stack,
        Observed::Present(other) => return Err(strange(format!("it is now {}", other.id))),
        Observed::Absent => return Err(strange("it was deleted".to_owned())),
    };
    if let Owner::OtherEnvironment(other) = owner(&stack, &step.run.target.environment) {
        return Err(strange(format!("it belongs to environment {other:?} by now")));
    }
    if stack.updated.as_deref() != updated {
        return Err(strange(format!("it was last updated at {}", stack.updated.as_deref().unwrap_or("no known time"))));
    }
    let more = unannounced(step, deploy, &stack);
    if !more.is_empty() {
        let message = format!("deploying stack {} would do more than the plan says", deploy.stack);
        return Err(refused(step, message, more));
    }
    Ok(Before { status: stack.phase.status(), newest: newest.map_err(failed)? })
}

fn refused<E: Ends>(step: &StepRun<'_, E>, message: String, causes: Vec<String>) -> Problem {
    let problem = Problem::new(Code::ChangeSetDisagrees, message).at(step.component.as_str());
    causes.into_iter().fold(problem, Problem::because).help("nothing was changed: plan again")
}

/// The tags and parameters that would change although the plan does not name them: somebody has set them
/// meanwhile.
fn unannounced<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStack, stack: &Stack) -> Vec<String> {
    let own = step.run.components.iter().filter(|planned| planned.component == step.component);
    let announced: BTreeSet<&str> = own.flat_map(|planned| &planned.fields).map(|field| field.path.as_str()).collect();
    let tags = tag_changes(&stack.tags, &deploy.tags).into_iter().map(|change| change.path);
    let all = tags.chain(parameters(stack, deploy));
    all.filter(|path| !announced.contains(path.as_str())).map(|path| format!("{path} was set since then")).collect()
}

/// The paths of the parameters that would change. One that is kept does not, whatever it is by now.
fn parameters(stack: &Stack, deploy: &DeployStack) -> Vec<String> {
    let keys: BTreeSet<&ParameterKey> = stack.parameters.keys().chain(deploy.parameters.keys()).collect();
    let stays = |key: &ParameterKey| match (stack.parameters.get(key), deploy.parameters.get(key)) {
        (_, Some(ParameterValue::Previous)) => true,
        (Some(ObservedParameter::Plain(one)), Some(ParameterValue::Literal(other))) => one == other,
        (None, None) => true,
        (Some(_), None) | (None | Some(_), Some(_)) => false,
    };
    keys.into_iter().filter(|key| !stays(key)).map(|key| format!("Parameters.{key}")).collect()
}
