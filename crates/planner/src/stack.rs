//! The plan of one stack: what is deployed against what is desired.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::plan::{Action, Component, ComponentPlan, FieldChange, Reason, Shown, Subject, Unknown};
use groundwork_model::run_environment::is_secret_parameter;
use groundwork_model::spec::OutputRef;
use groundwork_model::step::{DeployKind, DeployStack, Op, ParameterValue, Step, StepId};
use groundwork_model::world::{ObservedParameter, Stack};
use groundwork_model::{ParameterKey, StackName};
use serde_json::Value;

use crate::context::Context;
use crate::diff::resolve::Scope;
use crate::diff::{self, Difference, Side};
use crate::permissions;
use crate::standing::Standing;
use crate::template::{Template, outputs};
use crate::{digest, ownership};

/// What a stack shall be.
pub(crate) struct Wanted<'a> {
    pub component: Component,
    pub step: StepId,
    pub name: &'a StackName,
    pub template: &'a Template,
    pub parameters: BTreeMap<ParameterKey, ParameterValue>,
}

/// The plan of one stack.
pub(crate) struct StackPlan {
    pub component: ComponentPlan,
    pub step: Option<Step>,
    name: StackName,
    /// The outputs whose values stay as they are.
    staying: BTreeMap<String, String>,
}

/// A stack's output as far as it is known now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    /// It has this value and keeps it.
    Known(String),
    /// Known after apply.
    Later(OutputRef),
}

impl StackPlan {
    /// An output of the stack as it will be.
    pub(crate) fn output(&self, key: &str) -> Output {
        match self.staying.get(key) {
            Some(value) => Output::Known(value.clone()),
            None => Output::Later(OutputRef { stack: self.name.clone(), key: outputs::key(key) }),
        }
    }
}

/// Plans one stack.
pub(crate) fn plan(context: &Context<'_>, wanted: Wanted<'_>, standing: &Standing<'_>, version: &str) -> StackPlan {
    let body = wanted.template.body();
    let digest = digest::stack(&body, &wanted.parameters);
    let tags = ownership::tags(&context.spec.tags, &context.target.environment, &digest, version);
    let comparison = Comparison::new(context, &wanted, standing, &tags);
    let component = comparison.component(context, &wanted, standing);
    let step = (component.action != Action::NoOp).then(|| Step {
        id: wanted.step,
        component: wanted.component,
        needs: BTreeSet::new(),
        op: Op::DeployStack(DeployStack {
            stack: wanted.name.clone(),
            kind: kind(standing),
            template: body.into(),
            parameters: wanted.parameters.clone(),
            tags,
            announced: diff::announced(&comparison.desired, &comparison.difference),
        }),
    });
    StackPlan { component, step, name: wanted.name.clone(), staying: comparison.staying_outputs(standing) }
}

fn kind(standing: &Standing<'_>) -> DeployKind {
    match standing {
        Standing::Absent => DeployKind::Create,
        Standing::Corpse(stack) => DeployKind::Recreate { corpse: stack.id.clone() },
        Standing::Deployed { stack, .. } => DeployKind::Update { id: stack.id.clone(), updated: stack.updated.clone() },
    }
}

/// What differs between a stack as it is and as it shall be.
struct Comparison {
    deployed: Side,
    desired: Side,
    difference: Difference,
    /// Parameters, tags and outputs that change.
    fields: Vec<FieldChange>,
}

impl Comparison {
    fn new(
        context: &Context<'_>,
        wanted: &Wanted<'_>,
        standing: &Standing<'_>,
        tags: &BTreeMap<String, String>,
    ) -> Self {
        let previous = standing.deployed();
        let json = wanted.template.json();
        let scope = Scope::desired(json, &wanted.parameters, previous, wanted.name, &context.target);
        let desired = Side::new(json, &scope);
        let (Some(stack), Some(template)) = (previous, standing.template()) else {
            let difference = diff::creation(&desired);
            return Self { deployed: Side::default(), desired, difference, fields: Vec::new() };
        };
        let deployed = Side::new(template, &Scope::deployed(template, stack, &context.target));
        let difference = diff::between(&deployed, &desired);
        let mut fields = parameter_changes(&stack.parameters, &wanted.parameters);
        fields.extend(ownership::tag_changes(&stack.tags, tags));
        fields.extend(difference.outputs.iter().cloned());
        Self { deployed, desired, difference, fields }
    }

    fn component(&self, context: &Context<'_>, wanted: &Wanted<'_>, standing: &Standing<'_>) -> ComponentPlan {
        let differs = !self.difference.is_empty() || !self.fields.is_empty();
        let (action, reason) = match standing {
            Standing::Absent => (Action::Create, Reason::Missing),
            Standing::Corpse(stack) => (Action::Create, Reason::Corpse(stack.phase.status())),
            Standing::Deployed { adopted: true, .. } => (Action::Update, Reason::Adopted),
            Standing::Deployed { .. } if differs => (Action::Update, Reason::Differs),
            Standing::Deployed { .. } => (Action::NoOp, Reason::Converged),
        };
        ComponentPlan {
            component: wanted.component,
            subject: Subject::Stack(wanted.name.clone()),
            action,
            reason,
            resources: self.difference.resources.clone(),
            fields: self.fields.clone(),
            kept: Vec::new(),
            permissions: permissions::changes(&self.deployed, &self.desired, &context.spec.role),
        }
    }

    fn staying_outputs(&self, standing: &Standing<'_>) -> BTreeMap<String, String> {
        let values = standing.deployed().map(|stack| &stack.outputs).into_iter().flatten();
        values
            .filter(|(key, _)| diff::output_stays(&self.deployed, &self.desired, &self.difference, key.as_str()))
            .map(|(key, value)| (key.to_string(), value.clone()))
            .collect()
    }
}

fn parameter_changes(
    deployed: &BTreeMap<ParameterKey, ObservedParameter>,
    desired: &BTreeMap<ParameterKey, ParameterValue>,
) -> Vec<FieldChange> {
    let keys: BTreeSet<&ParameterKey> = deployed.keys().chain(desired.keys()).collect();
    keys.into_iter().filter_map(|key| parameter_change(key, deployed.get(key), desired.get(key))).collect()
}

fn parameter_change(
    key: &ParameterKey,
    before: Option<&ObservedParameter>,
    after: Option<&ParameterValue>,
) -> Option<FieldChange> {
    let after = match (before, after) {
        (_, Some(ParameterValue::Previous)) => return None,
        (Some(ObservedParameter::Plain(one)), Some(ParameterValue::Literal(other))) if one == other => return None,
        (_, Some(ParameterValue::Literal(_))) if is_secret_parameter(key.as_str()) => Shown::Secret,
        (_, Some(ParameterValue::Literal(text))) => Shown::Json(Value::String(text.clone())),
        (_, Some(ParameterValue::Generated(_))) => Shown::Unknown(Unknown::Generated),
        (_, None) => Shown::Absent,
    };
    let before = match before {
        None => Shown::Absent,
        Some(ObservedParameter::Plain(_)) if is_secret_parameter(key.as_str()) => Shown::Secret,
        Some(ObservedParameter::Plain(text)) => Shown::Json(Value::String(text.clone())),
        Some(ObservedParameter::Secret(_) | ObservedParameter::Masked) => Shown::Secret,
    };
    Some(FieldChange { path: format!("Parameters.{key}"), before, after, create_only: false })
}

/// Whether a stack has a parameter, so that its value can be kept.
pub(crate) fn has_parameter(stack: Option<&Stack>, key: &ParameterKey) -> bool {
    stack.is_some_and(|stack| stack.parameters.contains_key(key))
}
