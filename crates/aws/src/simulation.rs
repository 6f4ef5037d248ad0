//! What IAM says that a caller may do: `SimulatePrincipalPolicy`.

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType as Decision,
};
use groundwork_engine::ports::ApiError;
use groundwork_model::Arn;
use groundwork_model::least_privilege::{CallerCondition, CallerStatement, Refused, RefusedBy};

use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// Results of a page: IAM's most.
const PAGE: i32 = 1000;

/// What of a statement is not allowed.
pub(crate) async fn refused(aws: &Aws, principal: &Arn, statement: &CallerStatement) -> Result<Vec<Refused>, ApiError> {
    let call = Call::new(aws, "SimulatePrincipalPolicy");
    let context = context(aws, statement);
    let results = pages::all(&call, async |marker| {
        let request = aws
            .iam
            .simulate_principal_policy()
            .policy_source_arn(principal.as_str())
            .set_action_names(Some(statement.actions.clone()))
            .set_resource_arns(Some(statement.resources.clone()))
            .set_context_entries(Some(context.clone()))
            .max_items(PAGE);
        let page = request.set_marker(marker).send().await.map_err(|error| call.failed(error))?;
        Ok((page.evaluation_results.unwrap_or_default(), page.marker.filter(|_| page.is_truncated)))
    });
    Ok(results.await?.iter().flat_map(read).collect())
}

/// What the call would have on it: what the statement asks for, the Region, and that a service calls if one does.
fn context(aws: &Aws, statement: &CallerStatement) -> Vec<ContextEntry> {
    let region = aws.ec2.config().region().map(|region| region.as_ref().to_owned());
    let region = region.map(|region| entry("aws:RequestedRegion", ContextKeyTypeEnum::String, vec![region]));
    let by_service = statement.conditions.iter().any(|condition| condition.key == "aws:CalledVia");
    let by_service =
        by_service.then(|| entry("aws:ViaAWSService", ContextKeyTypeEnum::Boolean, vec!["true".to_owned()]));
    statement.conditions.iter().map(of_condition).chain(region).chain(by_service).collect()
}

/// A key with several values has another type than one with a single value.
fn of_condition(condition: &CallerCondition) -> ContextEntry {
    let is_list = condition.operator.starts_with("ForAnyValue:");
    let kind = if is_list { ContextKeyTypeEnum::StringList } else { ContextKeyTypeEnum::String };
    entry(condition.key, kind, condition.values.clone())
}

fn entry(key: &str, kind: ContextKeyTypeEnum, values: Vec<String>) -> ContextEntry {
    ContextEntry::builder().context_key_name(key).context_key_type(kind).set_context_key_values(Some(values)).build()
}

/// What of an action is refused. IAM answers once for an action, with a decision for each resource; it used to answer
/// once for each of both, as emulators do, and leaves out the decisions where there is one resource.
fn read(result: &EvaluationResult) -> Vec<Refused> {
    let refused = |resource: &str, decision: &Decision| {
        let by = match decision {
            Decision::Allowed => return None,
            _ if result.organizations_decision_detail().is_some_and(|detail| !detail.allowed_by_organizations()) => {
                RefusedBy::Organization
            }
            Decision::ExplicitDeny => RefusedBy::Statement,
            _ if is_bounded(result) => RefusedBy::Boundary,
            _ => RefusedBy::Nobody,
        };
        Some(Refused { action: result.eval_action_name().to_owned(), resource: resource.to_owned(), by })
    };
    let of_resources = result.resource_specific_results();
    if of_resources.is_empty() {
        let resource = result.eval_resource_name().unwrap_or("*");
        return refused(resource, result.eval_decision()).into_iter().collect();
    }
    of_resources.iter().filter_map(|one| refused(one.eval_resource_name(), one.eval_resource_decision())).collect()
}

fn is_bounded(result: &EvaluationResult) -> bool {
    result.permissions_boundary_decision_detail().is_some_and(|detail| !detail.allowed_by_permissions_boundary())
}
