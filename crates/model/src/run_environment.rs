//! The Run Environment as CloudReactor keeps it, and which of its fields must be hidden.

use std::fmt;

use serde_json::{Map, Value};

use crate::ids::{RunEnvironmentName, Uuid};

/// Fields of a Run Environment's settings that are secrets.
pub const SECRET_FIELDS: [&str; 4] =
    ["access_key", "secret_key", "assumed_role_external_id", "workflow_starter_access_key"];

/// The role stack's parameter with the external id.
pub const EXTERNAL_ID: &str = "ExternalID";

/// The role stack's parameter with the key that the workflow starter asks for.
pub const STARTER_KEY: &str = "WorkflowStarterAccessKey";

/// Whether a stack parameter's value must be hidden, whatever the template says about `NoEcho`.
pub fn is_secret_parameter(key: &str) -> bool {
    key == EXTERNAL_ID || key == STARTER_KEY
}

/// A Run Environment that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEnvironment {
    /// Its id.
    pub uuid: Uuid,
    /// Its name.
    pub name: RunEnvironmentName,
    /// Its page.
    pub dashboard_url: Option<String>,
    /// The group that it belongs to.
    pub group_id: Option<u64>,
    /// `infrastructure_settings.AWS.__default__.settings`.
    pub aws: Settings,
    /// `execution_method_settings."AWS ECS".__default__.settings`.
    pub ecs: Settings,
    /// What CloudReactor says it can do there; empty if the settings are incomplete or invalid.
    pub capabilities: Vec<String>,
}

/// A block of settings: an open JSON object, since fields that we don't know must be kept.
/// `Debug` hides the secrets in it.
#[derive(Clone, Default, PartialEq)]
pub struct Settings(pub Map<String, Value>);

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({})", Value::Object(redacted(&self.0)))
    }
}

/// The same object with every secret field's value hidden, at any depth.
pub fn redacted(object: &Map<String, Value>) -> Map<String, Value> {
    fn hide(key: &str, value: &Value) -> Value {
        match value {
            Value::Null => Value::Null,
            _ if SECRET_FIELDS.contains(&key) => Value::String(crate::secret::REDACTED.to_owned()),
            Value::Object(inner) => Value::Object(redacted(inner)),
            Value::Array(items) => Value::Array(items.iter().map(|item| hide("", item)).collect()),
            plain => plain.clone(),
        }
    }
    object.iter().map(|(key, value)| (key.clone(), hide(key, value))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_hide_their_secrets_when_debugged() {
        let Value::Object(block) = json!({
            "assumed_role_external_id": "s3cret", "secret_key": "s3cret", "region": "us-west-2",
            "nested": [{"workflow_starter_access_key": "s3cret"}], "access_key": null
        }) else {
            unreachable!("a literal object")
        };
        let shown = format!("{:?}", Settings(block));
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("us-west-2") && shown.contains("null"), "{shown}");
    }
}
