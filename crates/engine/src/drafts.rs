//! Finds the values of a Run Environment that only the deployed stacks know.

use std::collections::BTreeMap;

use groundwork_model::problem::Problem;
use groundwork_model::spec::OutputRef;
use groundwork_model::step::Draft;
use groundwork_model::world::{Observed, ObservedParameter, Stack};
use groundwork_model::{Arn, Code, StackName};
use serde_json::{Value, json};

use crate::ports::Cloud;
use crate::run::{Ends, StepRun};
use crate::run_environment::missing;

/// The values of drafts, by the same paths.
pub(crate) async fn resolve<E: Ends>(
    step: &StepRun<'_, E>,
    drafts: &BTreeMap<String, Draft>,
) -> Result<BTreeMap<String, Value>, Problem> {
    let mut values = BTreeMap::new();
    for (path, draft) in drafts {
        values.insert(path.clone(), value(step, draft).await?);
    }
    Ok(values)
}

async fn value<E: Ends>(step: &StepRun<'_, E>, draft: &Draft) -> Result<Value, Problem> {
    match draft {
        Draft::Known(value) => Ok(value.clone()),
        Draft::Output(output) | Draft::OutputList(output) => {
            let stack = deployed(step, draft, &output.stack).await?;
            let text = stack.outputs.get(&output.key);
            let text = text.ok_or_else(|| missing(step, draft, "the stack has no such output".to_owned()))?;
            stays_at_home(step, output, text)?;
            Ok(match draft {
                Draft::OutputList(_) => text.split(',').map(|item| json!(item.trim())).collect(),
                Draft::Known(_) | Draft::Output(_) | Draft::Parameter { .. } => json!(text),
            })
        }
        Draft::Parameter { stack, key } => match deployed(step, draft, stack).await?.parameters.get(key) {
            Some(ObservedParameter::Secret(secret)) => Ok(json!(secret.expose())),
            Some(ObservedParameter::Plain(text)) => Ok(json!(text)),
            Some(ObservedParameter::Masked) => {
                Err(missing(step, draft, "the template says NoEcho, so that AWS hides it".to_owned()))
            }
            None => Err(missing(step, draft, "the stack has no such parameter".to_owned())),
        },
    }
}

/// The plan was reviewed for one account: an ARN that leads to another is another trust.
fn stays_at_home<E: Ends>(step: &StepRun<'_, E>, output: &OutputRef, value: &str) -> Result<(), Problem> {
    let account = step.run.target.account.as_str();
    match value.parse::<Arn>() {
        Ok(arn) if !arn.account().is_empty() && arn.account() != account => {
            let message = format!("{output} leads to account {}, and the plan is for {account}", arn.account());
            Err(Problem::new(Code::PlanOutgrown, message)
                .at(step.component.as_str())
                .because(format!("its value is {arn}"))
                .help("the Run Environment is as it was: see who changed the stack, and plan again"))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The stack as this run has left it, or as it was before: read once.
async fn deployed<E: Ends>(step: &StepRun<'_, E>, draft: &Draft, name: &StackName) -> Result<Stack, Problem> {
    let known = step.run.results.borrow().known(name).cloned();
    if let Some(stack) = known {
        return Ok(stack);
    }
    let read = step.insist(|| step.cloud().stack(name)).await;
    match read.map_err(|error| missing(step, draft, Problem::from(error).message))? {
        Observed::Present(stack) => {
            step.run.results.borrow_mut().untouched.insert(name.clone(), stack.clone());
            Ok(stack)
        }
        Observed::Absent => Err(missing(step, draft, "there is no such stack".to_owned())),
    }
}
