//! How groundwork knows its own stacks: by a tag that names the environment.

use std::collections::BTreeMap;

use groundwork_model::EnvironmentName;
use groundwork_model::plan::{FieldChange, Shown};
use groundwork_model::world::Stack;
use serde_json::Value;

/// The tag that marks a stack as ours; its value is the environment's name.
pub const ENVIRONMENT_TAG: &str = "groundwork:environment";
/// The tag with the fingerprint of template and parameters, for whoever looks at the stack.
pub const DIGEST_TAG: &str = "groundwork:digest";
/// The tag with the version of groundwork that wrote the stack last.
pub const VERSION_TAG: &str = "groundwork:version";

/// Tags that say how a stack was written, not what it is: they are rewritten with any other change,
/// and are no change by themselves.
const BOOKKEEPING: [&str; 2] = [DIGEST_TAG, VERSION_TAG];

/// Whose a stack is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// It carries our environment's tag.
    Us,
    /// It carries another environment's tag.
    OtherEnvironment(String),
    /// It carries no such tag.
    Unmarked,
}

/// Tells whose a stack is.
pub fn owner(stack: &Stack, environment: &EnvironmentName) -> Owner {
    match stack.tags.get(ENVIRONMENT_TAG) {
        Some(name) if name == environment.as_str() => Owner::Us,
        Some(name) => Owner::OtherEnvironment(name.clone()),
        None => Owner::Unmarked,
    }
}

/// Every tag of a stack of ours.
pub fn tags(
    user: &BTreeMap<String, String>,
    environment: &EnvironmentName,
    digest: &str,
    version: &str,
) -> BTreeMap<String, String> {
    let own = [(ENVIRONMENT_TAG, environment.as_str()), (DIGEST_TAG, digest), (VERSION_TAG, version)];
    let mut tags = user.clone();
    tags.extend(own.map(|(key, value)| (key.to_owned(), value.to_owned())));
    tags
}

/// The tags that differ, leaving out our bookkeeping and AWS's own.
pub fn tag_changes(deployed: &BTreeMap<String, String>, desired: &BTreeMap<String, String>) -> Vec<FieldChange> {
    let shown = |value: Option<&String>| value.map_or(Shown::Absent, |text| Shown::Json(Value::String(text.clone())));
    let keys: std::collections::BTreeSet<&String> = deployed.keys().chain(desired.keys()).collect();
    keys.into_iter()
        .filter(|key| !key.starts_with("aws:") && !BOOKKEEPING.contains(&key.as_str()))
        .filter(|key| deployed.get(*key) != desired.get(*key))
        .map(|key| FieldChange {
            path: format!("Tags[{key}]"),
            before: shown(deployed.get(key)),
            after: shown(desired.get(key)),
            create_only: false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bookkeeping_and_aws_tags_are_no_change() {
        let tags = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let deployed = tags(&[("team", "data"), (DIGEST_TAG, "1"), (VERSION_TAG, "1"), ("aws:x", "y")]);
        assert_eq!(tag_changes(&deployed, &tags(&[("team", "data"), (DIGEST_TAG, "2")])), []);
        let changes = tag_changes(&deployed, &tags(&[("team", "web"), ("cost", "1")]));
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["Tags[cost]", "Tags[team]"]);
    }
}
