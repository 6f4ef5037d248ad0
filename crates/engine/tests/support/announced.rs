//! Whether what was written is what a plan announced: held against the plan by rules of its own, not by those
//! of the engine.

use std::collections::BTreeSet;

use groundwork_engine::ports::{ChangeSetKind, ObservedAction, ObservedChange};
use groundwork_model::plan::{Action, Plan, Shown};
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::step::{DeployKind, DeployStack, Op, RunEnvironmentDraft};
use groundwork_model::world::{StackPhase, Stuck};
use groundwork_testkit::{Saving, Write};
use serde_json::{Map, Value};

/// What was written in AWS and was not announced, in words.
pub fn in_aws(plan: &Plan, write: &Write) -> Vec<String> {
    match write {
        Write::Execution { stack, .. } => {
            let deploys = plan.steps.iter().filter_map(|step| match &step.op {
                Op::DeployStack(deploy) => Some(deploy),
                _ => None,
            });
            match deploys.into_iter().find(|deploy| deploy.stack == *stack) {
                Some(deploy) => execution(plan, deploy, write),
                None => vec![format!("stack {stack} was deployed")],
            }
        }
        Write::Deletion { stack, id, was } => {
            let is_corpse = |op: &Op| matches!(op, Op::DeployStack(DeployStack { kind: DeployKind::Recreate { corpse }, .. }) if corpse == id);
            let announced = plan.steps.iter().any(|step| is_corpse(&step.op));
            let fits = match was {
                // What a change set of ours left.
                StackPhase::Shell => true,
                StackPhase::Stuck(
                    Stuck::CreateFailed | Stuck::RollbackComplete | Stuck::RollbackFailed | Stuck::DeleteFailed,
                ) => announced,
                _ => false,
            };
            if fits { Vec::new() } else { vec![format!("stack {stack} was deleted in {was:?}")] }
        }
        Write::Undoing { stack, .. } => vec![format!("stack {stack} was rolled back")],
        Write::CapacityProviders { before, after } => {
            let is_announced = plan.steps.iter().any(|step| match &step.op {
                Op::PutCapacityProviders(put) => {
                    (&put.providers, &put.strategy) == (&after.capacity_providers, &after.default_strategy)
                }
                _ => false,
            });
            let lost = before.capacity_providers.iter().find(|provider| !after.capacity_providers.contains(provider));
            let strategy = !before.default_strategy.is_empty() && before.default_strategy != after.default_strategy;
            let mut found = Vec::new();
            found.extend((!is_announced).then(|| "other capacity providers were set".to_owned()));
            found.extend(lost.map(|provider| format!("capacity provider {provider} was lost")));
            found.extend(strategy.then(|| "a strategy was replaced".to_owned()));
            found
        }
    }
}

fn execution(plan: &Plan, deploy: &DeployStack, write: &Write) -> Vec<String> {
    let Write::Execution { id, was, tags, kind, template, changes, .. } = write else { return Vec::new() };
    let mut found = Vec::new();
    let mut unless = |fits: bool, what: &str| found.extend((!fits).then(|| format!("stack {}: {what}", deploy.stack)));
    let (meant, fresh) = match &deploy.kind {
        DeployKind::Update { id: planned, .. } => (id == planned && *kind == ChangeSetKind::Update, false),
        DeployKind::Create | DeployKind::Recreate { .. } => (*kind == ChangeSetKind::Create, true),
    };
    unless(meant, "another stack, or in another way");
    unless(fresh == (*was == StackPhase::Shell), "it was new, or was not");
    unless(**template == *deploy.template, "another template");
    let environment = tags.get("groundwork:environment").map(String::as_str);
    unless(fresh || environment.is_none_or(|name| name == plan.target.environment.as_str()), "of another environment");
    let fields: BTreeSet<&str> = paths(plan).collect();
    let bookkeeping = ["groundwork:digest", "groundwork:version"];
    for key in tags.keys().chain(deploy.tags.keys()).filter(|key| !fresh && !bookkeeping.contains(&key.as_str())) {
        let changed = tags.get(key) != deploy.tags.get(key);
        unless(!changed || fields.contains(format!("Tags[{key}]").as_str()), &format!("tag {key}"));
    }
    for change in changes {
        unless(is_announced(deploy, change), &format!("{change:?}"));
    }
    found
}

fn paths(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.components.iter().flat_map(|component| &component.fields).map(|field| field.path.as_str())
}

fn is_announced(deploy: &DeployStack, change: &ObservedChange) -> bool {
    let action = deploy.announced.get(&change.logical_id).map_or(Action::NoOp, |announced| announced.action);
    match change.action {
        // Tags of the stack are those of its resources, too.
        ObservedAction::Modify if change.properties == ["Tags"] => true,
        ObservedAction::Modify => matches!(action, Action::Update | Action::Replace),
        ObservedAction::Add => matches!(action, Action::Create | Action::Replace),
        ObservedAction::Remove => action == Action::Delete,
        ObservedAction::Replace | ObservedAction::MayReplace => action == Action::Replace,
        ObservedAction::Other => false,
    }
}

/// What was written in CloudReactor and was not announced, in words.
pub fn in_cloudreactor(plan: &Plan, saving: &Saving) -> Vec<String> {
    let draft = plan.steps.iter().find_map(|step| match &step.op {
        Op::PutRunEnvironment(draft) => Some(draft),
        _ => None,
    });
    match (draft, &saving.before, &saving.after) {
        (Some(draft), None, Some(made)) => {
            let ours = |fields: &RunEnvironmentDraft| {
                (fields.aws.keys().cloned().collect(), fields.ecs.keys().cloned().collect())
            };
            let (aws, ecs): (BTreeSet<String>, BTreeSet<String>) = ours(draft);
            let mut found = beyond(&Settings::default(), &made.aws, &aws);
            found.extend(beyond(&Settings::default(), &made.ecs, &ecs));
            found.extend(draft.existing.as_ref().map(|_| "it was made although it was to be changed".to_owned()));
            found.extend((made.name != draft.name).then(|| "it has another name".to_owned()));
            found
        }
        (Some(draft), Some(before), Some(after)) => {
            let mut found = beyond(&before.aws, &after.aws, &draft.announced_aws);
            found.extend(beyond(&before.ecs, &after.ecs, &draft.announced_ecs));
            found.extend((draft.existing.as_ref() != Some(&before.uuid)).then(|| "another one was changed".to_owned()));
            found.extend(taken(plan, before));
            found
        }
        _ => vec!["the Run Environment was written".to_owned()],
    }
}

/// The account that a Run Environment was taken from without announcement.
fn taken(plan: &Plan, before: &RunEnvironment) -> Option<String> {
    let account = before.aws.0.get("account_id").filter(|account| !account.is_null())?;
    let mut fields = plan.components.iter().flat_map(|component| &component.fields);
    let is_shown = fields.any(|field| field.path == "account_id" && field.before == Shown::Json(account.clone()));
    (!is_shown && account != plan.target.account.as_str()).then(|| format!("it was taken from account {account}"))
}

/// The fields that differ and lie in none of these paths.
fn beyond(before: &Settings, after: &Settings, announced: &BTreeSet<String>) -> Vec<String> {
    let (before, after) = (leaves(&before.0), leaves(&after.0));
    let changed = before.symmetric_difference(&after).map(|(path, _)| path);
    let lies_in = |path: &str, known: &str| path == known || path.starts_with(&format!("{known}."));
    let changed = changed.filter(|path| !announced.iter().any(|known| lies_in(path, known)));
    changed.map(|path| format!("field {path}")).collect()
}

/// Every field with its value, but for those that are unset and those that CloudReactor computes.
fn leaves(block: &Map<String, Value>) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (key, value) in block.iter().filter(|(key, _)| !key.contains("infrastructure_website_url")) {
        match value {
            Value::Null => {}
            Value::Object(inner) => {
                found.extend(leaves(inner).into_iter().map(|(path, value)| (format!("{key}.{path}"), value)));
            }
            plain => drop(found.insert((key.clone(), plain.to_string()))),
        }
    }
    found
}
