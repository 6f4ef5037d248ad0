//! What the caller may do: asked of IAM, and of EC2 where IAM may not be asked.

use std::collections::BTreeSet;

use futures_util::future::{join_all, try_join_all};
use groundwork_model::Arn;
use groundwork_model::least_privilege::{CallerStatement, Verb};
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;
use groundwork_model::world::{Caller, Observed};
use groundwork_planner::least_privilege::policy;
use groundwork_planner::preflight::{Rights, rehearsals};

use crate::ports::{ApiError, Cloud, ErrorClass};

/// Asks for every permission that the verb needs.
pub(super) async fn ask<C: Cloud>(cloud: &C, spec: &Spec, verb: Verb, caller: &Caller, plan: Option<&Plan>) -> Rights {
    let mut named = spec.clone();
    named.environment.account_id = Some(caller.account.clone());
    let statements = policy(&[verb], &named).statements;
    match simulated(cloud, caller, &statements).await {
        Ok(rights) => rights,
        Err(why) => {
            let calls = match verb {
                Verb::Apply => plan.map(rehearsals).unwrap_or_default(),
                _ => BTreeSet::new(),
            };
            let rehearse = async |call| (call, cloud.rehearse(call).await.map_err(Problem::from));
            Rights::NotSimulated { why, rehearsed: join_all(calls.into_iter().map(rehearse)).await }
        }
    }
}

/// What IAM says; or why it could not be asked.
async fn simulated<C: Cloud>(
    cloud: &C,
    caller: &Caller,
    statements: &[CallerStatement],
) -> Result<Rights, Vec<String>> {
    let principal = principal(cloud, caller).await?;
    let asked = statements.iter().map(|statement| cloud.refused(&principal, statement));
    let refused = try_join_all(asked).await.map_err(|error| vec![told(&error)])?;
    let actions: BTreeSet<&String> = statements.iter().flat_map(|statement| &statement.actions).collect();
    Ok(Rights::Simulated { actions: actions.len(), refused: refused.into_iter().flatten().collect(), principal })
}

/// The user or role whose policies count. A session names its role without the path, which is a part of the role's ARN.
async fn principal<C: Cloud>(cloud: &C, caller: &Caller) -> Result<Arn, Vec<String>> {
    let resource = caller.arn.resource();
    if resource.starts_with("user/") || resource.starts_with("role/") {
        return Ok(caller.arn.clone());
    }
    if resource == "root" {
        let why = "the caller is the account's root user, which IAM does not simulate: it may do whatever no service \
                   control policy denies";
        return Err(vec![why.to_owned()]);
    }
    let Some(name) = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next()) else {
        return Err(vec![format!("IAM simulates users and roles, and the caller is {resource}")]);
    };
    match cloud.role(name).await {
        Ok(Observed::Present(role)) => Ok(role.arn),
        Ok(Observed::Absent) => Err(vec![format!("there is no role {name} in the account")]),
        // Most roles have no path.
        Err(error) if error.class == ErrorClass::Denied => {
            let arn = format!("arn:{}:iam::{}:role/{name}", caller.arn.partition(), caller.account);
            arn.parse().map_err(|_| vec![told(&error)])
        }
        Err(error) => Err(vec![told(&error)]),
    }
}

fn told(error: &ApiError) -> String {
    let problem = Problem::from(error);
    std::iter::once(problem.message).chain(problem.causes).collect::<Vec<_>>().join(": ")
}
