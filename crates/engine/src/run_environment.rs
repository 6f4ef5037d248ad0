//! Saves or deletes the Run Environment. AWS is done by now: what fails here leaves it as it is.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::plan::Shown;
use groundwork_model::problem::Problem;
use groundwork_model::report::SavedRunEnvironment;
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::step::{Draft, RunEnvironmentDraft};
use groundwork_model::world::Observed;
use groundwork_model::{Code, RunEnvironmentName, Uuid};
use groundwork_planner::run_environment::merge::{Merge, hides_secret_key, holds, merge};
use serde_json::Value;

use crate::drafts;
use crate::execute::Done;
use crate::ports::{ApiError, Created, Saas};
use crate::run::{Ends, StepRun};

/// CloudReactor computes this link from a cluster that it could read: where it is missing although a
/// cluster was sent, the ECS settings were not understood.
const CLUSTER_LINK: &str = "cluster_infrastructure_website_url";

/// The field that says which account a Run Environment stands for.
const ACCOUNT: &str = "account_id";

/// Saves the Run Environment.
pub(crate) async fn put<E: Ends>(step: &StepRun<'_, E>, draft: &RunEnvironmentDraft) -> Result<Done, Problem> {
    let aws = drafts::resolve(step, &draft.aws).await?;
    let ecs = drafts::resolve(step, &draft.ecs).await?;
    if step.stop_requested() {
        return Err(interrupted(step, draft));
    }
    let wanted = Wanted { draft, aws, ecs };
    let (saved, done) = match look(step, draft).await? {
        Observed::Present(existing) => update(step, &wanted, existing).await?,
        Observed::Absent => create(step, &wanted).await?,
    };
    check(step, &wanted, &saved)?;
    step.run.results.borrow_mut().run_environment = Some(SavedRunEnvironment {
        uuid: saved.uuid.to_string(),
        dashboard_url: saved.dashboard_url.clone(),
        capabilities: saved.capabilities.clone(),
    });
    Ok(done)
}

/// The Run Environment as it shall be, with every value known.
struct Wanted<'a> {
    draft: &'a RunEnvironmentDraft,
    aws: BTreeMap<String, Value>,
    ecs: BTreeMap<String, Value>,
}

/// Finds the Run Environment as the plan saw it: the one that was there, or none.
async fn look<E: Ends>(
    step: &StepRun<'_, E>,
    draft: &RunEnvironmentDraft,
) -> Result<Observed<RunEnvironment>, Problem> {
    let found = find(step, draft).await?;
    let surprise = match (&draft.existing, found.present()) {
        (Some(planned), Some(existing)) if existing.uuid != *planned => {
            format!("the plan was made for {planned}, and it is now {}", existing.uuid)
        }
        (Some(planned), None) => format!("the plan was made for {planned}, which is gone"),
        (None, Some(existing)) => format!("the plan was made to create it, and {} exists by now", existing.uuid),
        (Some(_), Some(_)) | (None, None) => return Ok(found),
    };
    Err(outgrown(draft, vec![surprise]))
}

async fn find<E: Ends>(
    step: &StepRun<'_, E>,
    draft: &RunEnvironmentDraft,
) -> Result<Observed<RunEnvironment>, Problem> {
    let found = step.insist(|| step.saas().run_environment(&draft.group, &draft.name)).await;
    found.map_err(|error| failed(&draft.name, error))
}

const KEY: &str = "cloudreactor.run_environment";

/// How often the Run Environment is created whose creation was not answered, and which is not there. One that comes
/// late after all makes the next one fail: a name is taken once in a group.
const CREATIONS: u32 = 3;

async fn create<E: Ends>(step: &StepRun<'_, E>, wanted: &Wanted<'_>) -> Result<(RunEnvironment, Done), Problem> {
    let draft = wanted.draft;
    let block = |ours: &BTreeMap<String, Value>| match merge(&Settings::default(), ours) {
        Merge::Changed(settings) => settings,
        Merge::Unchanged => Settings::default(),
    };
    let (aws, ecs) = (block(&wanted.aws), block(&wanted.ecs));
    for _ in 0..CREATIONS {
        let created = step.saas().create_run_environment(&draft.group, &draft.name, &aws, &ecs).await;
        match created.map_err(|error| failed(&draft.name, error))? {
            Created::Made(made) => return Ok((*made, Done::Changed)),
            Created::LookAgain => {
                if let Observed::Present(existing) = find(step, draft).await? {
                    let (saved, _) = save(step, wanted, existing).await?;
                    return Ok((saved, Done::Changed));
                }
            }
        }
    }
    Err(unsaved(&draft.name)
        .because("CloudReactor's answer was lost each time, and the Run Environment is not there")
        .help("run the same command again"))
}

/// Saves what the plan announced, and refuses if more would change.
async fn update<E: Ends>(
    step: &StepRun<'_, E>,
    wanted: &Wanted<'_>,
    existing: RunEnvironment,
) -> Result<(RunEnvironment, Done), Problem> {
    let mut more = unannounced(&existing.aws, &wanted.aws, &wanted.draft.announced_aws);
    more.extend(unannounced(&existing.ecs, &wanted.ecs, &wanted.draft.announced_ecs));
    more.extend(elsewhere(step, &existing));
    if more.is_empty() { save(step, wanted, existing).await } else { Err(outgrown(wanted.draft, more)) }
}

fn unannounced(existing: &Settings, ours: &BTreeMap<String, Value>, announced: &BTreeSet<String>) -> Vec<String> {
    let surprising = ours.iter().filter(|(path, value)| !announced.contains(*path) && !holds(existing, path, value));
    surprising.map(|(path, _)| format!("{path} would change, and the plan does not say so")).collect()
}

/// The account that the Run Environment stands for by now, if that is another one than ours and than the plan
/// shows: that its account may change was announced does not mean that it may be taken from anybody.
fn elsewhere<E: Ends>(step: &StepRun<'_, E>, existing: &RunEnvironment) -> Option<String> {
    let account = existing.aws.0.get(ACCOUNT).filter(|account| !account.is_null())?;
    let mut fields = step.run.components.iter().filter(|planned| planned.component == step.component);
    let shown = fields.find_map(|planned| planned.fields.iter().find(|field| field.path == ACCOUNT));
    let is_known = shown.is_none_or(|field| field.before == Shown::Json(account.clone()));
    (!is_known && account != step.run.target.account.as_str())
        .then(|| format!("it stands for account {account} by now"))
}

async fn save<E: Ends>(
    step: &StepRun<'_, E>,
    wanted: &Wanted<'_>,
    existing: RunEnvironment,
) -> Result<(RunEnvironment, Done), Problem> {
    let changed = |existing: &Settings, ours: &BTreeMap<String, Value>| match merge(existing, ours) {
        Merge::Unchanged => None,
        Merge::Changed(settings) => Some(settings),
    };
    let aws = changed(&existing.aws, &wanted.aws);
    let ecs = changed(&existing.ecs, &wanted.ecs);
    if aws.is_none() && ecs.is_none() {
        return Ok((existing, Done::Unchanged));
    }
    if aws.is_some() && hides_secret_key(&existing.aws) {
        return Err(hidden_key(&existing));
    }
    // A repeated update is the same update: it replaces whole blocks.
    let saved = step
        .insist(|| step.saas().update_run_environment(&existing.uuid, aws.as_ref(), ecs.as_ref()))
        .await
        .map_err(|error| failed(&wanted.draft.name, error))?;
    Ok((saved, Done::Changed))
}

/// CloudReactor takes settings that it cannot use, and answers with a success: what it made of them is
/// the only sign.
fn check<E: Ends>(step: &StepRun<'_, E>, wanted: &Wanted<'_>, saved: &RunEnvironment) -> Result<(), Problem> {
    let mut causes = Vec::new();
    if saved.group_id.is_some_and(|id| id != wanted.draft.group.id) {
        causes.push(format!("it belongs to another group than {}", wanted.draft.group.name));
    }
    // Without a network CloudReactor cannot do anything yet, and a spec may leave the network out.
    if saved.capabilities.is_empty() && wanted.aws.contains_key("network.subnets") {
        causes
            .push("CloudReactor can neither start nor schedule tasks there: it does not take the settings".to_owned());
    }
    let sent = wanted.ecs.get("cluster_arn").is_some_and(|arn| !arn.is_null());
    if sent && saved.ecs.0.get(CLUSTER_LINK).is_none_or(Value::is_null) {
        causes.push("CloudReactor did not process the ECS settings".to_owned());
    }
    if causes.is_empty() {
        return Ok(());
    }
    let message = format!("Run Environment {:?} was saved, but CloudReactor cannot use it", saved.name.as_str());
    let mut problem = Problem::new(Code::RunEnvironmentUnusable, message).at(step.component.as_str());
    problem.causes = causes;
    if let Some(url) = &saved.dashboard_url {
        problem = problem.help(format!("look at its settings in the dashboard: {url}"));
    }
    Err(problem.help("what others set there may be invalid; correct it and run the same command again"))
}

/// Deletes the Run Environment.
pub(crate) async fn delete<E: Ends>(
    step: &StepRun<'_, E>,
    uuid: &Uuid,
    name: &RunEnvironmentName,
) -> Result<Done, Problem> {
    step.insist(|| step.saas().delete_run_environment(uuid)).await.map_err(|error| {
        let message = format!("Run Environment {:?} could not be deleted", name.as_str());
        told(Problem::new(Code::RunEnvironmentFailed, message).at(step.component.as_str()), error)
            .help("run the same command again")
    })?;
    Ok(Done::Changed)
}

fn unsaved(name: &RunEnvironmentName) -> Problem {
    let message = format!("Run Environment {:?} could not be saved", name.as_str());
    Problem::new(Code::RunEnvironmentFailed, message).at(KEY)
}

fn failed(name: &RunEnvironmentName, error: ApiError) -> Problem {
    told(unsaved(name), error).help("AWS is done: run the same command again")
}

fn told(mut problem: Problem, error: ApiError) -> Problem {
    let reason = Problem::from(error);
    problem.causes.push(reason.message);
    problem.causes.extend(reason.causes);
    problem
}

fn outgrown(draft: &RunEnvironmentDraft, causes: Vec<String>) -> Problem {
    let message = format!("saving Run Environment {:?} would do more than the plan says", draft.name.as_str());
    let mut problem = Problem::new(Code::PlanOutgrown, message).at(KEY);
    problem.causes = causes;
    problem.help("AWS is done, and the Run Environment is as it was: plan again")
}

fn hidden_key(existing: &RunEnvironment) -> Problem {
    unsaved(&existing.name)
        .because("it would lose its AWS secret key, which CloudReactor does not show to send it back")
        .help("remove the access key and the secret key in the dashboard: the role takes their place")
}

fn interrupted<E: Ends>(step: &StepRun<'_, E>, draft: &RunEnvironmentDraft) -> Problem {
    let message = format!("interrupted before Run Environment {:?} was saved", draft.name.as_str());
    step.interrupted(message).help("run the same command again")
}

/// Only for [`drafts`]: a value that a stack should have and does not.
pub(crate) fn missing<E: Ends>(step: &StepRun<'_, E>, draft: &Draft, cause: String) -> Problem {
    let what = match draft {
        Draft::Known(_) => "a value".to_owned(),
        Draft::Output(output) | Draft::OutputList(output) => output.to_string(),
        Draft::Parameter { stack, key } => format!("parameter {key} of stack {stack}"),
    };
    Problem::new(Code::RunEnvironmentFailed, format!("{what} is needed for the Run Environment and cannot be read"))
        .at(step.component.as_str())
        .because(cause)
}
