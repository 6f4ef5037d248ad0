//! Keeps the secrets that are known out of a report, wherever somebody may have put them. By their names they are
//! hidden before.

use groundwork_model::Secret;
use groundwork_model::drift::{ComponentDrift, Difference};
use groundwork_model::plan::Shown;
use groundwork_model::run_environment::{SECRET_FIELDS, is_secret_parameter};
use groundwork_model::secret::REDACTED;
use groundwork_model::world::{Observed, ObservedParameter};
use serde_json::Value;

use super::Live;

/// Shorter texts may stand anywhere by chance. CloudReactor's template takes no shorter one either.
const SHORTEST: usize = 8;

/// Hides every secret that is known in every difference.
pub(super) fn hide(components: &mut [ComponentDrift], live: &Live) {
    let secrets: Vec<Secret> = known(live).into_iter().filter(|secret| secret.expose().len() >= SHORTEST).collect();
    for difference in components.iter_mut().flat_map(|component| &mut component.differences) {
        let Difference { field, expected, actual, .. } = difference;
        for secret in &secrets {
            if let Some(field) = field.as_mut().filter(|field| field.contains(secret.expose())) {
                *field = field.replace(secret.expose(), REDACTED);
            }
            for shown in [&mut *expected, &mut *actual] {
                if let Shown::Json(value) = shown {
                    replace(value, secret.expose());
                }
            }
        }
    }
}

fn known(live: &Live) -> Vec<Secret> {
    let stacks = live.stacks.values().filter_map(|stack| stack.stack.as_ref().ok().and_then(Observed::present));
    let parameters = stacks.flat_map(|stack| &stack.parameters);
    let of_stacks = parameters.filter_map(|(key, value)| match value {
        ObservedParameter::Secret(secret) => Some(secret.clone()),
        ObservedParameter::Plain(text) if is_secret_parameter(key.as_str()) => Some(Secret::new(text.clone())),
        ObservedParameter::Plain(_) | ObservedParameter::Masked => None,
    });
    let environment = live.cloudreactor.as_ref().ok().and_then(|state| state.run_environment.present());
    let fields = environment.into_iter().flat_map(|environment| [&environment.aws.0, &environment.ecs.0]);
    let of_fields = fields.flat_map(|block| SECRET_FIELDS.into_iter().filter_map(|name| block.get(name)?.as_str()));
    of_stacks.chain(of_fields.map(|text| Secret::new(text.to_owned()))).collect()
}

fn replace(value: &mut Value, secret: &str) {
    match value {
        Value::String(text) if text.contains(secret) => *text = text.replace(secret, REDACTED),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, secret)),
        Value::Object(map) => map.values_mut().for_each(|inner| replace(inner, secret)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
