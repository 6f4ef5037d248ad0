//! What validations and hooks found: it stands neither in a change set's reason nor in a stack's events.

use groundwork_model::Arn;

use super::cause::said;
use crate::ports::{ApiError, Cloud, Finding};

/// What was found about a change set that failed, one line each, where its reason says that there is more: the
/// reason itself only names who looked. What may not be read is told, and is no reason to fail differently.
pub(crate) async fn of_change_set<C: Cloud>(cloud: &C, change_set: &Arn, reason: &str) -> Vec<String> {
    let validated = reason.contains("AWS::EarlyValidation");
    let hooked = reason.to_ascii_lowercase().contains("hook");
    let mut lines = Vec::new();
    if validated || hooked {
        lines.extend(told(cloud.change_set_findings(change_set).await, "cloudformation:DescribeEvents"));
    }
    if hooked && lines.is_empty() {
        lines.extend(told(cloud.hook_failures(change_set).await, "cloudformation:ListHookResults"));
    }
    lines
}

fn told(found: Result<Vec<Finding>, ApiError>, permission: &str) -> Vec<String> {
    match found {
        Ok(findings) => findings.iter().map(line).collect(),
        Err(_) => vec![format!("what exactly was found could not be read: that takes {permission}")],
    }
}

fn line(finding: &Finding) -> String {
    match &finding.logical_id {
        Some(id) => format!("{id}: {}", said(finding)),
        None => said(finding),
    }
}
