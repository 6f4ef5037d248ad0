//! Whether the caller may do what the verb needs, as far as AWS tells beforehand.

use std::collections::BTreeMap;

use groundwork_model::least_privilege::{Refused, RefusedBy, Rehearsal, Rehearsed, Verb};
use groundwork_model::preflight::{Check, CheckName, CheckVerdict};
use groundwork_model::problem::Problem;
use groundwork_model::{Arn, Code};

use super::check;

const NAME: CheckName = CheckName::Permissions;

/// What AWS said of what the caller may do.
#[derive(Clone, Debug)]
pub enum Rights {
    /// IAM simulated the whole policy that the verb needs.
    Simulated {
        /// For this user or role.
        principal: Arn,
        /// So many actions.
        actions: usize,
        /// What it may not do.
        refused: Vec<Refused>,
    },
    /// IAM could not be asked.
    NotSimulated {
        /// Why.
        why: Vec<String>,
        /// What EC2 said of calls that were rehearsed, or why it said nothing.
        rehearsed: Vec<(Rehearsed, Result<Rehearsal, Problem>)>,
    },
}

pub(super) fn of_caller(verb: Verb, rights: &Rights) -> Check {
    match rights {
        Rights::Simulated { principal, actions, refused } => {
            let found = format!("{actions} actions that {verb} needs, simulated for {}", principal.resource());
            let problems =
                if refused.is_empty() { Vec::new() } else { vec![missing(verb, principal, *actions, refused)] };
            check(NAME, found, CheckVerdict::of(problems))
        }
        Rights::NotSimulated { why, rehearsed } => {
            let denied = rehearsed.iter().filter_map(|(call, outcome)| denied(*call, outcome.as_ref().ok()?));
            let problems: Vec<Problem> = denied.chain([not_checked(verb, why, rehearsed)]).collect();
            check(NAME, "not simulated", CheckVerdict::of(problems))
        }
    }
}

/// What is missing, put together by what it is about and what stands in the way.
fn missing(verb: Verb, principal: &Arn, asked: usize, refused: &[Refused]) -> Problem {
    let mut alike: BTreeMap<(RefusedBy, &str), Vec<&str>> = BTreeMap::new();
    for Refused { action, resource, by } in refused {
        let actions = alike.entry((*by, resource)).or_default();
        if !actions.contains(&action.as_str()) {
            actions.push(action);
        }
    }
    let mut actions: Vec<&str> = refused.iter().map(|refused| refused.action.as_str()).collect();
    actions.sort_unstable();
    actions.dedup();
    let message =
        format!("{} lacks {} of the {asked} permissions that {verb} needs", principal.resource(), actions.len());
    let problem = Problem::new(Code::PermissionsMissing, message);
    let causes = alike.into_iter().map(|((by, resource), actions)| {
        let on = if resource == "*" { String::new() } else { format!(" on {resource}") };
        format!("{}: {}{on}", reason(by), actions.join(", "))
    });
    causes
        .fold(problem, Problem::because)
        .help(format!("the policy that is needed: groundwork permissions --for {verb} -f PATH"))
}

fn reason(by: RefusedBy) -> &'static str {
    match by {
        RefusedBy::Nobody => "no policy allows",
        RefusedBy::Statement => "a statement denies",
        RefusedBy::Boundary => "the permissions boundary does not allow",
        RefusedBy::Organization => "a service control policy denies",
    }
}

/// A call that is denied whoever makes it on the caller's behalf.
fn denied(call: Rehearsed, rehearsal: &Rehearsal) -> Option<Problem> {
    match rehearsal {
        Rehearsal::Denied(words) => Some(
            Problem::new(Code::PermissionsMissing, format!("the caller may not do {}", call.action()))
                .because(words.clone()),
        ),
        Rehearsal::Allowed | Rehearsal::NotAllowed => None,
    }
}

fn not_checked(verb: Verb, why: &[String], rehearsed: &[(Rehearsed, Result<Rehearsal, Problem>)]) -> Problem {
    let message = format!("whether the caller may do what {verb} needs was not checked");
    let problem = why.iter().cloned().fold(Problem::new(Code::NotChecked, message), Problem::because);
    let told = rehearsed.iter().filter_map(|(call, outcome)| match outcome {
        Ok(Rehearsal::Allowed) => Some(format!("rehearsed: {} is allowed", call.action())),
        Ok(Rehearsal::NotAllowed) => Some(format!(
            "rehearsed: {} is not allowed to the caller itself, and may be where CloudFormation calls",
            call.action()
        )),
        Ok(Rehearsal::Denied(_)) => None,
        Err(problem) => Some(format!("{} could not be rehearsed: {}", call.action(), problem.message)),
    });
    told.fold(problem, Problem::because)
        .help("allow the caller iam:SimulatePrincipalPolicy on itself, and iam:GetRole if it is a role")
        .help(format!("or compare by hand: groundwork permissions --for {verb} -f PATH"))
}
