//! What policies decide about one request, as far as that can be told from outside.
//!
//! What is in doubt is not allowed: an allowance under a condition that cannot be judged does not count, and a
//! denial under one does. Statements with `NotAction`, `NotResource` or `NotPrincipal` are neither: they name
//! nothing that could be compared.

use serde_json::{Value, json};

use super::condition::{Condition, Verdict};
use super::pattern::Pattern;
use super::principal::Principal;
use super::statement::{Audience, Effect, Statement};

/// A request to AWS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// Who asks; whoever has the policies, if nobody is named.
    pub asker: Asker<'a>,
    /// The action, such as `iam:PassRole`.
    pub action: &'a str,
    /// What is acted on; anything, for a policy that names no resource.
    pub resource: Option<&'a str>,
    /// The keys that conditions can look at, with their values. Others are not known.
    pub context: &'a [(&'a str, &'a str)],
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asker<'a> {
    /// Whoever has the policies.
    Holder,
    /// A role or user, by ARN.
    Aws(&'a str),
    /// Some principal of AWS that is not known.
    AnyAws,
    /// A service of AWS.
    Service(&'a str),
}

/// What policies decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// One allows it, and none denies it.
    Allowed,
    /// One denies it, or may; its conditions in words.
    Denied(Vec<String>),
    /// None allows it. The conditions, in words, under which one would: those that do not hold, or cannot be
    /// judged. Empty if no statement is about it.
    NotAllowed(Vec<String>),
}

/// Decides a request by a role's trust policy.
pub(crate) fn by_trust(trust: &Value, request: &Request<'_>) -> Decision {
    decide(&Statement::parse_all(trust, Audience::Named), request)
}

/// Decides a request by the policies of whoever makes it.
pub(crate) fn by_policies<'a>(documents: impl Iterator<Item = &'a Value>, request: &Request<'_>) -> Decision {
    let statements: Vec<Statement> =
        documents.flat_map(|document| Statement::parse_all(document, Audience::Holder)).collect();
    decide(&statements, request)
}

fn decide(statements: &[Statement], request: &Request<'_>) -> Decision {
    let about: Vec<&Statement> = statements.iter().filter(|statement| is_about(statement, request)).collect();
    let judged = |effect| about.iter().filter(move |statement| statement.effect == effect);
    let denial = judged(Effect::Deny).find(|statement| failing(statement, request, Verdict::Fails).is_empty());
    if let Some(denial) = denial {
        return Decision::Denied(denial.conditions.iter().map(Condition::words).collect());
    }
    let mut conditions = Vec::new();
    for statement in judged(Effect::Allow) {
        let mut open = failing(statement, request, Verdict::Fails);
        open.extend(failing(statement, request, Verdict::Unknown));
        if open.is_empty() {
            return Decision::Allowed;
        }
        conditions.extend(open);
    }
    Decision::NotAllowed(conditions)
}

fn is_about(statement: &Statement, request: &Request<'_>) -> bool {
    let action = Pattern::action(&json!(request.action));
    statement.principals.iter().any(|own| is_meant(own, request.asker))
        && statement.actions.iter().any(|own| own.contains(&action))
        && request.resource.is_none_or(|resource| {
            let resource = Pattern::literal(&json!(resource), super::pattern::Variables::Unknown);
            statement.resources.iter().any(|own| own.contains_arn(&resource))
        })
}

/// Whether a principal of a statement means who asks. To trust an account is to trust those whom it permits.
fn is_meant(own: &Principal, asker: Asker<'_>) -> bool {
    match asker {
        Asker::Holder => *own == Principal::Holder,
        Asker::Aws(arn) => {
            let account = arn.split(':').nth(4).unwrap_or_default();
            own.contains(&Principal::Aws(json!(arn))) || *own == Principal::Account(account.to_owned())
        }
        Asker::AnyAws => matches!(own, Principal::Anybody | Principal::Account(_) | Principal::Aws(_)),
        Asker::Service(name) => *own == Principal::Service(json!(name)),
    }
}

/// The conditions of a statement with this verdict, in words.
fn failing(statement: &Statement, request: &Request<'_>, wanted: Verdict) -> Vec<String> {
    let judged = statement.conditions.iter().filter(|condition| condition.judge(request.context) == wanted);
    judged.map(Condition::words).collect()
}
