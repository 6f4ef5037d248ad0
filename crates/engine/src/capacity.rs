//! Sets a cluster's capacity providers. The plan has merged them with those that are there.

use std::time::Duration;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::step::PutCapacityProviders;
use groundwork_model::world::Observed;

use crate::execute::Done;
use crate::ports::{ApiError, Cloud, ErrorClass};
use crate::run::{Ends, StepRun};

/// ECS refuses the call while it still works on an earlier one, which takes seconds: after so long, it is something
/// else.
const PATIENCE_MS: u64 = 30_000;
const PAUSE: Duration = Duration::from_secs(3);

/// Sets them.
pub(crate) async fn put<E: Ends>(step: &StepRun<'_, E>, put: &PutCapacityProviders) -> Result<Done, Problem> {
    still_fits(step, put).await?;
    let started_ms = step.now_ms();
    loop {
        match step.cloud().put_capacity_providers(put).await {
            Ok(()) => return Ok(Done::Changed),
            Err(error) if error.class.is_transient() && step.now_ms().saturating_sub(started_ms) < PATIENCE_MS => {
                step.disturbed(&error);
                step.pause(PAUSE).await.map_err(|_| interrupted(step))?;
            }
            Err(error) => return Err(failed(step, put, error)),
        }
    }
}

/// The call replaces: a provider that was added since the plan was made would be lost, and so would a strategy
/// that was set. The plan keeps a strategy that it finds, so only where there is none may the call bring one.
async fn still_fits<E: Ends>(step: &StepRun<'_, E>, put: &PutCapacityProviders) -> Result<(), Problem> {
    let cluster = step.insist(|| step.cloud().cluster(put.cluster.as_str())).await;
    let Observed::Present(cluster) = cluster.map_err(|error| failed(step, put, error))? else { return Ok(()) };
    let lost: Vec<String> =
        cluster.capacity_providers.into_iter().filter(|provider| !put.providers.contains(provider)).collect();
    let moved = !cluster.default_strategy.is_empty() && cluster.default_strategy != put.strategy;
    let (what, cause) = match (lost.is_empty(), moved) {
        (true, false) => return Ok(()),
        (false, _) => ("capacity providers", format!("setting them would remove {}", lost.join(", "))),
        (true, true) => {
            ("a default strategy", "setting the capacity providers would set another strategy, too".to_owned())
        }
    };
    let message = format!("cluster {} got {what} that the plan does not know", put.cluster.last_segment());
    Err(Problem::new(Code::ChangeSetDisagrees, message)
        .at(step.component.as_str())
        .because(cause)
        .help("nothing was changed: plan again"))
}

/// Only what ECS refuses as such is about the capacity providers: who may not ask, or is not heard, has to look
/// elsewhere.
fn failed<E: Ends>(step: &StepRun<'_, E>, put: &PutCapacityProviders, error: ApiError) -> Problem {
    let message = format!("the capacity providers of cluster {} could not be set", put.cluster.last_segment());
    let reason = Problem::from(&error);
    let problem = match error.class {
        ErrorClass::Invalid | ErrorClass::Gone | ErrorClass::Unexpected => {
            let mut problem = Problem::new(Code::CapacityProvidersFailed, message).because(reason.message);
            problem.causes.extend(reason.causes);
            problem.help("they are as they were: run the same command again")
        }
        ErrorClass::NoCredentials
        | ErrorClass::Expired
        | ErrorClass::Denied
        | ErrorClass::Throttled
        | ErrorClass::Unavailable => reason.because(message).help("run the same command again"),
    };
    problem.at(step.component.as_str())
}

fn interrupted<E: Ends>(step: &StepRun<'_, E>) -> Problem {
    step.interrupted("interrupted while the cluster was busy").help("run the same command again")
}
