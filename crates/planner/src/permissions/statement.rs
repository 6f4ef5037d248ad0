//! The statements of a policy.

use serde_json::{Map, Value};

use super::condition::Condition;
use super::pattern::{Pattern, Variables};
use super::principal::Principal;

/// The fields of a statement. One that is not known may mean anything.
const FIELDS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever else allows.
    Deny,
}

/// What kind of policy a statement stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// That of a role, user or group: it names what may be acted on.
    Holder,
    /// That of a thing: it names who may act on it.
    Named,
}

/// A statement: each action on each resource, by each principal, under all conditions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    pub effect: Effect,
    pub principals: Vec<Principal>,
    pub actions: Vec<Pattern>,
    pub resources: Vec<Pattern>,
    pub conditions: Vec<Condition>,
}

impl Statement {
    /// The statements of a policy document.
    pub(super) fn parse_all(document: &Value, audience: Audience) -> Vec<Self> {
        let variables = match document.get("Version").and_then(Value::as_str) {
            Some("2012-10-17") => Variables::Known,
            _ => Variables::Unknown,
        };
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().collect(),
            Some(alone @ Value::Object(_)) => vec![alone],
            _ => return Self::unreadable(document, audience),
        };
        statements.into_iter().flat_map(|value| Self::parse(value, audience, variables)).collect()
    }

    fn parse(value: &Value, audience: Audience, variables: Variables) -> Vec<Self> {
        match Self::try_parse(value, audience, variables) {
            Some(statement) => vec![statement],
            None => Self::unreadable(value, audience),
        }
    }

    fn try_parse(value: &Value, audience: Audience, variables: Variables) -> Option<Self> {
        let fields = value.as_object()?;
        let effect = match fields.get("Effect")?.as_str()? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            _ => return None,
        };
        let (principals, resources) = match audience {
            Audience::Holder => (vec![Principal::Holder], resources(fields, variables)?),
            Audience::Named => (principals(fields)?, vec![Pattern::anything()]),
        };
        let conditions = fields.get("Condition").map(|block| Condition::parse(block, variables)).unwrap_or_default();
        let is_known = fields.keys().all(|key| FIELDS.contains(&key.as_str()));
        is_known.then_some(Self { effect, principals, actions: actions(fields)?, resources, conditions })
    }

    /// Something that cannot be read may allow and may deny.
    fn unreadable(value: &Value, audience: Audience) -> Vec<Self> {
        let what = |text: &str| Pattern::opaque(value.to_string(), text.to_owned());
        let principal = match audience {
            Audience::Holder => Principal::Holder,
            Audience::Named => Principal::unreadable(value),
        };
        vec![
            Self::of_all(Effect::Allow, principal.clone(), what("whatever a statement allows that cannot be compared")),
            Self::of_all(Effect::Deny, principal, what("whatever a statement denies that cannot be compared")),
        ]
    }

    /// A statement about everything that one action stands for.
    pub(super) fn of_all(effect: Effect, principal: Principal, action: Pattern) -> Self {
        Self {
            effect,
            principals: vec![principal],
            actions: vec![action],
            resources: vec![Pattern::anything()],
            conditions: Vec::new(),
        }
    }
}

fn actions(fields: &Map<String, Value>) -> Option<Vec<Pattern>> {
    match (fields.get("Action"), fields.get("NotAction")) {
        (Some(actions), None) => Some(list(actions).map(Pattern::action).collect()),
        (None, Some(but)) => Some(vec![except("every action", list(but).map(Pattern::action).collect())]),
        _ => None,
    }
}

fn resources(fields: &Map<String, Value>, variables: Variables) -> Option<Vec<Pattern>> {
    let pattern = |value| Pattern::new(value, variables);
    match (fields.get("Resource"), fields.get("NotResource")) {
        (Some(resources), None) => Some(list(resources).map(pattern).collect()),
        (None, Some(but)) => Some(vec![except("every resource", list(but).map(pattern).collect())]),
        _ => None,
    }
}

fn principals(fields: &Map<String, Value>) -> Option<Vec<Principal>> {
    match (fields.get("Principal"), fields.get("NotPrincipal")) {
        (Some(principals), None) => Some(Principal::parse(principals)),
        (None, Some(but)) => Some(vec![Principal::except(but)]),
        _ => None,
    }
}

/// Everything but some: as a whole equal to itself alone.
fn except(every: &str, but: Vec<Pattern>) -> Pattern {
    let texts: Vec<&str> = but.iter().map(Pattern::text).collect();
    let mut keys: Vec<String> = but.iter().map(Pattern::key).collect();
    keys.sort();
    Pattern::opaque(format!("{every} but {}", keys.join(" ")), format!("{every} but {}", texts.join(", ")))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.iter(),
        alone => std::slice::from_ref(alone).iter(),
    }
}
