//! The fields that we set in a Run Environment.

use std::collections::BTreeMap;

use groundwork_model::Secret;
use groundwork_model::plan::{FieldChange, Shown, Unknown};
use groundwork_model::run_environment::{RunEnvironment, SECRET_FIELDS, Settings};
use groundwork_model::step::Draft;
use serde_json::{Map, Value, json};

use super::merge::{cleaned, get, holds};
use crate::context::Context;
use crate::network::{Ids, NetworkFacts, Places};
use crate::role::{RoleFacts, SecretFact};
use crate::stack::Output;

/// The only platform version that CloudReactor knows by number.
const PLATFORM_VERSION: &str = "1.4.0";

/// A field that we set: what apply is told, and its value where that is known now.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub draft: Draft,
    now: Now,
}

#[derive(Clone, Debug)]
enum Now {
    Known(Value),
    Secret(Secret),
    Later(Unknown),
}

/// Our fields of a block, by dotted path.
pub(super) type Fields = BTreeMap<String, Field>;

/// Our fields of the AWS block.
pub(super) fn aws(context: &Context<'_>, role: &RoleFacts, network: &NetworkFacts) -> Fields {
    let mut fields = Fields::new();
    let mut set = |path: &str, field: Field| fields.insert(path.to_owned(), field);
    set("account_id", known(json!(context.target.account)));
    set("region", known(json!(context.target.region)));
    set("events_role_arn", text(&role.role));
    set("assumed_role_external_id", secret(&role.external_id));
    // CloudReactor schedules workflows only if it stands here too, beside the ECS block.
    set("execution_role_arn", text(&role.execution_role));
    set("workflow_starter_lambda_arn", text(&role.workflow_starter));
    set("workflow_starter_access_key", secret(&role.starter_key));
    if let Some(places) = &network.places {
        let Places { subnets, security_groups, assign_public_ip } = places;
        set("network.region", known(json!(context.target.region)));
        set("network.subnets", list(subnets));
        set("network.security_groups", list(security_groups));
        set("network.assign_public_ip", known(json!(assign_public_ip)));
    }
    fields
}

/// Our fields of the ECS block.
pub(super) fn ecs(role: &RoleFacts, cluster: &Output, existing: Option<&RunEnvironment>) -> Fields {
    let nothing = Map::new();
    let existing = existing.map_or(&nothing, |environment| &environment.ecs.0);
    let mut fields = Fields::new();
    let mut set = |path: &str, field: Field| fields.insert(path.to_owned(), field);
    set("launch_type", known(json!("FARGATE")));
    set("supported_launch_types", known(launch_types(existing.get("supported_launch_types"))));
    set("cluster_arn", text(cluster));
    set("execution_role_arn", text(&role.execution_role));
    // Somebody who chose LATEST in the dashboard meant it, and Fargate runs tasks on it as well.
    if existing.get("platform_version") != Some(&json!("LATEST")) {
        set("platform_version", known(json!(PLATFORM_VERSION)));
    }
    fields
}

/// The launch types that stand there, and FARGATE: CloudReactor refuses to start tasks by a type that
/// is not in the list.
fn launch_types(existing: Option<&Value>) -> Value {
    let mut types: Vec<Value> = existing.and_then(Value::as_array).cloned().unwrap_or_default();
    if !types.contains(&json!("FARGATE")) {
        types.push(json!("FARGATE"));
    }
    Value::Array(types)
}

fn known(value: Value) -> Field {
    Field { draft: Draft::Known(value.clone()), now: Now::Known(value) }
}

fn text(output: &Output) -> Field {
    match output {
        Output::Known(text) => known(json!(text)),
        Output::Later(output) => {
            Field { draft: Draft::Output(output.clone()), now: Now::Later(Unknown::Output(output.clone())) }
        }
    }
}

fn list(ids: &Ids) -> Field {
    match ids {
        Ids::Known(ids) => known(json!(ids)),
        Ids::Output(Output::Known(text)) => known(text.split(',').map(|id| json!(id.trim())).collect()),
        Ids::Output(Output::Later(output)) => {
            Field { draft: Draft::OutputList(output.clone()), now: Now::Later(Unknown::Output(output.clone())) }
        }
    }
}

fn secret(fact: &SecretFact) -> Field {
    let draft = Draft::Parameter { stack: fact.stack.clone(), key: fact.key.clone() };
    let now = fact.value.clone().map_or(Now::Later(Unknown::Generated), Now::Secret);
    Field { draft, now }
}

/// What apply is told of a block's fields.
pub(super) fn drafts(fields: &Fields) -> BTreeMap<String, Draft> {
    fields.iter().map(|(path, field)| (path.clone(), field.draft.clone())).collect()
}

/// The fields of a block that change, or may change.
pub(super) fn changes(existing: &Settings, fields: &Fields) -> Vec<FieldChange> {
    let differing = fields.iter().filter(|(path, field)| !field.stands_in(existing, path));
    differing
        .map(|(path, field)| FieldChange {
            path: path.clone(),
            before: shown(path, get(&existing.0, path).unwrap_or(&Value::Null)),
            after: field.shown(path),
            create_only: false,
        })
        .collect()
}

impl Field {
    fn stands_in(&self, existing: &Settings, path: &str) -> bool {
        match &self.now {
            Now::Known(value) => holds(existing, path, value),
            Now::Secret(secret) => match get(&existing.0, path) {
                Some(Value::String(text)) => Secret::new(text.clone()) == *secret,
                Some(_) | None => false,
            },
            Now::Later(_) => false,
        }
    }

    fn shown(&self, path: &str) -> Shown {
        match &self.now {
            Now::Known(value) => shown(path, value),
            Now::Secret(_) => Shown::Secret,
            Now::Later(unknown) => Shown::Unknown(unknown.clone()),
        }
    }
}

fn shown(path: &str, value: &Value) -> Shown {
    match value {
        Value::Null => Shown::Absent,
        _ if SECRET_FIELDS.contains(&path) => Shown::Secret,
        plain => Shown::Json(plain.clone()),
    }
}

/// The fields of a block that others have set: those that stand there and are not ours.
pub(super) fn kept(existing: &Settings, fields: &Fields) -> Vec<String> {
    let mut kept = Vec::new();
    for (key, value) in cleaned(&existing.0) {
        let inside = format!("{key}.");
        match value {
            _ if fields.contains_key(&key) => {}
            Value::Object(inner) if fields.keys().any(|path| path.starts_with(&inside)) => {
                let paths = inner.keys().map(|name| format!("{inside}{name}"));
                kept.extend(paths.filter(|path| !fields.contains_key(path)));
            }
            _ => kept.push(key),
        }
    }
    kept
}
