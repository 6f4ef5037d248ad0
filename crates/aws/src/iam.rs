//! IAM: roles and their policies. Everything here only reads.

use aws_sdk_iam::types;
use futures_util::future::try_join_all;
use groundwork_engine::ports::{ApiError, ErrorClass};
use groundwork_model::Arn;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::world::Observed;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

/// Entries of a page: IAM's most.
const PAGE: i32 = 1000;

/// `GetRole`.
pub(crate) async fn role(aws: &Aws, name: &str) -> Result<Observed<IamRole>, ApiError> {
    let call = Call::new(aws, "GetRole");
    let answer = aws.iam.get_role().role_name(name).send().await.map_err(|error| call.failed(error));
    observed(answer, |answer| {
        let role = call.required("Role", answer.role())?;
        Ok(IamRole {
            arn: call.id("Arn", Some(role.arn()))?,
            trust: document(&call, "AssumeRolePolicyDocument", role.assume_role_policy_document())?,
            boundary: boundary(&call, role)?,
        })
    })
}

fn boundary(call: &Call<'_>, role: &types::Role) -> Result<Option<Arn>, ApiError> {
    let arn = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
    arn.map(|arn| call.id("PermissionsBoundaryArn", Some(arn))).transpose()
}

/// Every policy of a role, inline and attached.
pub(crate) async fn role_policies(aws: &Aws, role: &str) -> Result<Vec<IamPolicy>, ApiError> {
    let (inline, attached) = tokio::try_join!(inline_policies(aws, role), attached_policies(aws, role))?;
    Ok(inline.into_iter().chain(attached).collect())
}

/// `ListRolePolicies`, and `GetRolePolicy` of each.
pub(crate) async fn inline_policies(aws: &Aws, role: &str) -> Result<Vec<IamPolicy>, ApiError> {
    let call = Call::new(aws, "ListRolePolicies");
    let names = pages::all(&call, async |marker| {
        let request = aws.iam.list_role_policies().role_name(role).max_items(PAGE).set_marker(marker);
        let page = request.send().await.map_err(|error| call.failed(error))?;
        Ok((page.policy_names, page.marker.filter(|_| page.is_truncated)))
    });
    let found = try_join_all(names.await?.into_iter().map(|name| inline_policy(aws, role, name))).await?;
    Ok(found.iter().filter_map(Observed::present).cloned().collect())
}

async fn inline_policy(aws: &Aws, role: &str, name: String) -> Result<Observed<IamPolicy>, ApiError> {
    let call = Call::new(aws, "GetRolePolicy");
    let request = aws.iam.get_role_policy().role_name(role).policy_name(&name);
    let answer = request.send().await.map_err(|error| call.failed(error));
    observed(answer, |answer| {
        Ok(IamPolicy { name, document: document(&call, "PolicyDocument", Some(answer.policy_document()))? })
    })
}

/// `ListAttachedRolePolicies`, and the policies.
async fn attached_policies(aws: &Aws, role: &str) -> Result<Vec<IamPolicy>, ApiError> {
    let arns = attached_arns(aws, role).await?;
    let found = try_join_all(arns.iter().map(|arn| managed_policy(aws, arn))).await?;
    Ok(found.iter().filter_map(Observed::present).cloned().collect())
}

/// `ListAttachedRolePolicies`.
pub(crate) async fn attached_arns(aws: &Aws, role: &str) -> Result<Vec<Arn>, ApiError> {
    let call = Call::new(aws, "ListAttachedRolePolicies");
    let attached = pages::all(&call, async |marker| {
        let request = aws.iam.list_attached_role_policies().role_name(role).max_items(PAGE).set_marker(marker);
        let page = request.send().await.map_err(|error| call.failed(error))?;
        Ok((page.attached_policies.unwrap_or_default(), page.marker.filter(|_| page.is_truncated)))
    });
    attached.await?.iter().map(|policy| call.id("PolicyArn", policy.policy_arn())).collect()
}

/// `GetPolicy`, and `GetPolicyVersion` of its default version.
pub(crate) async fn managed_policy(aws: &Aws, arn: &Arn) -> Result<Observed<IamPolicy>, ApiError> {
    let call = Call::new(aws, "GetPolicy");
    let answer = aws.iam.get_policy().policy_arn(arn.as_str()).send().await.map_err(|error| call.failed(error));
    let version = observed(answer, |answer| {
        let policy = call.required("Policy", answer.policy())?;
        call.required("DefaultVersionId", policy.default_version_id()).map(str::to_owned)
    })?;
    let Observed::Present(version) = version else { return Ok(Observed::Absent) };
    let call = Call::new(aws, "GetPolicyVersion");
    let request = aws.iam.get_policy_version().policy_arn(arn.as_str()).version_id(version);
    let answer = request.send().await.map_err(|error| call.failed(error));
    observed(answer, |answer| {
        let version = call.required("PolicyVersion", answer.policy_version())?;
        let name = arn.last_segment().to_owned();
        Ok(IamPolicy { name, document: document(&call, "Document", version.document())? })
    })
}

/// IAM says `NoSuchEntity` of what is not there.
fn observed<T, U>(
    answer: Result<T, ApiError>,
    read: impl FnOnce(T) -> Result<U, ApiError>,
) -> Result<Observed<U>, ApiError> {
    match answer {
        Ok(answer) => read(answer).map(Observed::Present),
        Err(error) if error.class == ErrorClass::Gone => Ok(Observed::Absent),
        Err(error) => Err(error),
    }
}

/// A policy document: JSON that IAM writes URL-encoded (RFC 3986).
fn document(call: &Call<'_>, field: &str, text: Option<&str>) -> Result<Value, ApiError> {
    let text = percent_decode_str(call.required(field, text)?);
    let text = text.decode_utf8().map_err(|error| call.unexpected(format_args!("{field}: {error}")))?;
    // What serde_json says of the place is no secret; the text may hold one.
    serde_json::from_str(&text).map_err(|error| {
        call.unexpected(format_args!("{field} is no JSON (line {}, column {})", error.line(), error.column()))
    })
}
