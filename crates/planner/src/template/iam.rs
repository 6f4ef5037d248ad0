//! IAM policy documents.

use super::value::{ACCOUNT_ID, Expr};

/// A policy document that allows what its statements say.
pub(super) fn policy<const N: usize>(statements: [Expr; N]) -> Expr {
    Expr::object([("Version", "2012-10-17".into()), ("Statement", Expr::list(statements))])
}

/// A named policy within a role.
pub(super) fn inline_policy<const N: usize>(name: &'static str, statements: [Expr; N]) -> Expr {
    Expr::object([("PolicyName", Expr::sub(name)), ("PolicyDocument", policy(statements))])
}

/// Allows actions on resources.
pub(super) fn allow<const N: usize>(sid: &str, actions: [&str; N], resource: Expr) -> Expr {
    Expr::object([
        ("Sid", sid.into()),
        ("Effect", "Allow".into()),
        ("Action", Expr::list(actions)),
        ("Resource", resource),
    ])
}

/// Allows to pass roles to one service.
pub(super) fn allow_pass_role(sid: &str, service: &str, resource: Expr) -> Expr {
    Expr::object([
        ("Sid", sid.into()),
        ("Effect", "Allow".into()),
        ("Action", Expr::list(["iam:PassRole"])),
        ("Resource", resource),
        ("Condition", Expr::object([("StringEquals", Expr::object([("iam:PassedToService", service.into())]))])),
    ])
}

/// Lets an AWS principal assume the role if it shows the external id.
pub(super) fn trust_principal_with_external_id(principal: &str, external_id: Expr) -> Expr {
    trust("AWS", principal.into(), Some(("sts:ExternalId", external_id)))
}

/// Lets an AWS principal assume the role.
pub(super) fn trust_principal(principal: Expr) -> Expr {
    trust("AWS", principal, None)
}

/// Lets services assume the role on behalf of this account, and of no other.
pub(super) fn trust_services_for_this_account<const N: usize>(services: [&str; N]) -> Expr {
    trust("Service", Expr::list(services), Some(("aws:SourceAccount", Expr::parameter(ACCOUNT_ID))))
}

/// Lets services assume the role. They do so only for whoever may pass them the role, and a role can
/// not be passed from another account.
pub(super) fn trust_services<const N: usize>(services: [&str; N]) -> Expr {
    trust("Service", Expr::list(services), None)
}

fn trust(kind: &str, principal: Expr, condition: Option<(&str, Expr)>) -> Expr {
    let mut fields = vec![
        ("Effect".to_owned(), "Allow".into()),
        ("Principal".to_owned(), Expr::object([(kind, principal)])),
        ("Action".to_owned(), "sts:AssumeRole".into()),
    ];
    if let Some((key, value)) = condition {
        fields.push(("Condition".to_owned(), Expr::object([("StringEquals", Expr::object([(key, value)]))])));
    }
    Expr::Object(fields)
}
