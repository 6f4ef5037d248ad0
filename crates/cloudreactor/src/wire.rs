//! The API's bodies, as far as they are needed here.

use std::collections::BTreeMap;

use groundwork_engine::ports::{ApiError, ErrorClass};
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::world::Group;
use groundwork_model::{RunEnvironmentName, Uuid};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::fault::{Fault, Reach, unexpected};

/// A page of a list.
#[derive(Deserialize)]
pub(crate) struct Page {
    /// Only whether there is one counts: the URL is built from headers that a proxy can get wrong, and
    /// credentials must not follow it.
    pub next: Option<String>,
    pub results: Vec<Value>,
}

/// A page of a list that is read whole.
#[derive(Deserialize)]
pub(crate) struct ListPage {
    /// How many objects there are on all pages.
    pub count: usize,
    pub results: Vec<Value>,
}

/// `/auth/users/me/`.
#[derive(Deserialize)]
pub(crate) struct Me {
    pub username: String,
    pub groups: Vec<WireGroup>,
    /// By group id, as text.
    pub group_access_levels: BTreeMap<String, u32>,
}

/// A group within another object.
#[derive(Deserialize)]
pub(crate) struct WireGroup {
    pub id: u64,
    pub name: String,
}

impl From<WireGroup> for Group {
    fn from(group: WireGroup) -> Self {
        Self { id: group.id, name: group.name }
    }
}

/// An API key. The key itself, which the server sends in clear, is left out.
#[derive(Deserialize)]
pub(crate) struct WireApiKey {
    pub access_level: u32,
    pub group: WireGroup,
    pub run_environment: Option<Reference>,
}

/// Another object, by its id.
#[derive(Deserialize)]
pub(crate) struct Reference {
    pub uuid: Uuid,
}

/// A Run Environment. A caller below Developer gets it without the last two fields.
#[derive(Deserialize)]
pub(crate) struct WireRunEnvironment {
    pub uuid: Uuid,
    pub name: RunEnvironmentName,
    pub dashboard_url: Option<String>,
    pub created_by_group: Option<WireGroup>,
    pub infrastructure_settings: Option<Value>,
    pub execution_method_settings: Option<Value>,
}

/// Reads a body. What these types hold is no secret, so the error may quote it.
pub(crate) fn read<T: DeserializeOwned>(operation: &str, body: Value) -> Result<T, ApiError> {
    serde_json::from_value(body).map_err(|error| unexpected(operation, format!("the answer cannot be read: {error}")))
}

/// Reads a Run Environment that must be complete.
pub(crate) fn run_environment(operation: &str, body: Value) -> Result<RunEnvironment, ApiError> {
    let wire: WireRunEnvironment = read(operation, body)?;
    let (Some(infrastructure), Some(methods)) = (&wire.infrastructure_settings, &wire.execution_method_settings) else {
        let message = "the settings were left out of the answer: the access level is below Developer (500)";
        return Err(Fault::new(operation.to_owned(), Reach::Answered, ErrorClass::Denied, message).error);
    };
    let ecs = default_block(methods, "AWS ECS");
    Ok(RunEnvironment {
        aws: settings(operation, "infrastructure_settings.AWS", default_block(infrastructure, "AWS"))?,
        ecs: settings(operation, "execution_method_settings.\"AWS ECS\"", ecs)?,
        capabilities: ecs.get("capabilities").map(texts).unwrap_or_default(),
        uuid: wire.uuid,
        name: wire.name,
        dashboard_url: wire.dashboard_url,
        group_id: wire.created_by_group.map(|group| group.id),
    })
}

/// The only block that the server supports for a kind of infrastructure or execution method.
fn default_block<'a>(blocks: &'a Value, kind: &str) -> &'a Value {
    blocks.get(kind).and_then(|kind| kind.get(DEFAULT)).unwrap_or(&Value::Null)
}

const DEFAULT: &str = "__default__";

fn settings(operation: &str, place: &str, block: &Value) -> Result<Settings, ApiError> {
    match block.get("settings") {
        None | Some(Value::Null) => Ok(Settings::default()),
        Some(Value::Object(fields)) => Ok(Settings(fields.clone())),
        // The server stores even that. Taking it for empty would be to overwrite it unseen.
        Some(_) => Err(unexpected(operation, format!("the stored settings of {place} are not an object"))),
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// The fields of a body that set blocks of settings: each is replaced whole, and one that is not named
/// is kept.
pub(crate) fn blocks(aws: Option<&Settings>, ecs: Option<&Settings>) -> Map<String, Value> {
    let mut body = Map::new();
    if let Some(Settings(aws)) = aws {
        body.insert("infrastructure_settings".to_owned(), json!({ "AWS": { DEFAULT: { "settings": aws } } }));
    }
    if let Some(Settings(ecs)) = ecs {
        let block = json!({ "infrastructure_name": DEFAULT, "settings": ecs });
        body.insert("execution_method_settings".to_owned(), json!({ "AWS ECS": { DEFAULT: block } }));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(infrastructure: Value, methods: Value) -> Value {
        json!({
            "uuid": "745fcdb7-fbab-4661-a07c-abcec263c956", "name": "staging",
            "infrastructure_settings": infrastructure, "execution_method_settings": methods,
        })
    }

    #[test]
    fn a_minimal_environment_has_empty_settings() {
        let got = run_environment("GET", object(json!({}), json!({}))).expect("a complete object");
        assert_eq!((got.aws, got.ecs, got.capabilities), (Settings::default(), Settings::default(), Vec::new()));
    }

    #[test]
    fn settings_that_are_left_out_are_not_empty() {
        let mut body = object(json!({}), json!({}));
        body.as_object_mut().expect("an object").remove("infrastructure_settings");
        let error = run_environment("GET", body).expect_err("incomplete");
        assert_eq!(error.class, ErrorClass::Denied);
    }

    #[test]
    fn settings_that_are_no_object_are_not_empty_either() {
        let methods = json!({"AWS ECS": {"__default__": {"settings": "text", "capabilities": []}}});
        let error = run_environment("GET", object(json!({}), methods)).expect_err("not an object");
        assert_eq!(error.class, ErrorClass::Unexpected);
        assert!(error.message.contains("AWS ECS") && !error.message.contains("text"), "{}", error.message);
    }

    #[test]
    fn only_the_given_blocks_are_named() {
        let Value::Object(fields) = json!({"region": "us-west-2"}) else { unreachable!("a literal object") };
        let given = Settings(fields);
        assert_eq!(blocks(None, None), Map::new());
        assert_eq!(
            Value::Object(blocks(Some(&given), None)),
            json!({"infrastructure_settings": {"AWS": {"__default__": {"settings": {"region": "us-west-2"}}}}})
        );
        assert_eq!(
            Value::Object(blocks(None, Some(&given))),
            json!({"execution_method_settings": {"AWS ECS": {"__default__":
                {"infrastructure_name": "__default__", "settings": {"region": "us-west-2"}}}}})
        );
    }
}
