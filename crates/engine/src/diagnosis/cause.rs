//! Why a stack operation failed, from its events: ordinary functions.

use std::borrow::Borrow;

use groundwork_model::StackName;
use groundwork_model::diagnosis::{Failure, work};
use groundwork_model::problem::Problem;

use super::catalogue;
use super::history::is_of_stack;
use crate::ports::{Finding, StackEvent};

/// The event that tells why an operation failed, given its events, oldest first.
///
/// Of the failures, CloudFormation's own cancellations of what was under way beside the first one are
/// noise, and so is what happens to the stack because of it. The first that is left is the cause.
pub(crate) fn root_cause<'a, T: Borrow<StackEvent>>(events: &'a [T], stack: &StackName) -> Option<&'a StackEvent> {
    failures(events, stack).next()
}

/// Every failure of an operation that is not noise, oldest first.
pub(super) fn failures<'a, T: Borrow<StackEvent>>(
    events: &'a [T],
    stack: &StackName,
) -> impl Iterator<Item = &'a StackEvent> {
    events.iter().map(Borrow::borrow).filter(|event: &&StackEvent| {
        event.status.ends_with("_FAILED") && !is_of_stack(event, stack) && !is_cancellation(event)
    })
}

fn is_cancellation(event: &StackEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| reason.to_ascii_lowercase().contains("cancelled"))
}

/// The failure that kept the undoing of an operation from its end, if that failed as well.
pub(crate) fn undoing_failure<'a, T: Borrow<StackEvent>>(events: &'a [T], stack: &StackName) -> Option<&'a StackEvent> {
    failures(undoing(events, stack).1, stack).last()
}

/// Events up to where AWS began to undo, and from there on. What was begun by undoing, or deletes from the start,
/// undoes nothing.
pub(super) fn undoing<'a, T: Borrow<StackEvent>>(events: &'a [T], stack: &StackName) -> (&'a [T], &'a [T]) {
    let begins = |event: &StackEvent| {
        is_of_stack(event, stack) && (event.status.contains("ROLLBACK") || event.status == "DELETE_IN_PROGRESS")
    };
    let at = events.iter().position(|event| begins(event.borrow())).filter(|at| *at > 0);
    events.split_at(at.unwrap_or(events.len()))
}

/// What an event tells of a failure.
pub(super) fn told(event: &StackEvent, findings: &[Finding]) -> Failure {
    let own = event.reason.clone().unwrap_or_else(|| "AWS gave no reason".to_owned());
    let about = |finding: &&Finding| finding.logical_id.as_deref().is_none_or(|id| id == event.logical_id);
    let found = findings.iter().filter(about).map(said);
    let code = event.reason.as_deref().and_then(error_code).map(str::to_owned);
    Failure {
        logical_id: event.logical_id.clone(),
        resource_type: event.resource_type.clone(),
        physical_id: event.physical_id.clone(),
        status: event.status.clone(),
        at_ms: event.at_ms,
        remedies: catalogue::remedies(&event.resource_type, &own, code.as_deref()),
        reasons: std::iter::once(own).chain(found).collect(),
        code,
    }
}

/// What a validation or a hook found, in a line.
pub(super) fn said(finding: &Finding) -> String {
    let path = finding.path.as_deref().map(|path| format!(" at {path}")).unwrap_or_default();
    format!("{}{path}: {}", finding.found_by, finding.reason)
}

/// The code that a resource's handler gave: `HandlerErrorCode: AccessDenied` or `Error Code: ...`.
pub(super) fn error_code(reason: &str) -> Option<&str> {
    let after = |mark: &str| reason.find(mark).map(|at| reason[at + mark.len()..].trim_start());
    let rest = after("HandlerErrorCode:").or_else(|| after("Error Code:"))?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '-')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|code| !code.is_empty())
}

/// What failed, in words: `creating EipUsw2Az2 failed`.
pub(crate) fn what_failed(cause: Option<&StackEvent>, otherwise: &str) -> String {
    match cause {
        None => format!("{otherwise} failed"),
        Some(event) => format!("{} {} failed", work(&event.status), event.logical_id),
    }
}

/// Adds AWS's words, or those that the stack itself has, what hooks found, and what is known to help.
pub(crate) fn explained(
    problem: Problem,
    events: &[StackEvent],
    cause: Option<&StackEvent>,
    stack_reason: Option<&str>,
) -> Problem {
    let Some(cause) = cause else {
        return match stack_reason {
            Some(reason) => problem.because(format!("AWS said: {reason}")),
            None => problem.because("AWS gave no reason"),
        };
    };
    let hooks: Vec<Finding> = events.iter().filter_map(|event| event.hook.clone()).collect();
    let Failure { reasons, remedies, .. } = told(cause, &hooks);
    let mut reasons = reasons.into_iter();
    let words = reasons.next().unwrap_or_default();
    let problem = match cause.reason {
        Some(_) => problem.because(format!("AWS said: {words}")),
        None => problem.because(words),
    };
    let problem = reasons.fold(problem, Problem::because);
    remedies.into_iter().fold(problem, Problem::help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracker::STACK;

    fn event(logical_id: &str, status: &str, reason: Option<&str>) -> StackEvent {
        StackEvent {
            id: format!("{logical_id}-{status}"),
            logical_id: logical_id.to_owned(),
            physical_id: None,
            resource_type: if logical_id == "Net" { STACK } else { "AWS::EC2::EIP" }.to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            at_ms: 0,
            token: None,
            operation: None,
            hook: None,
        }
    }

    fn cause(events: &[StackEvent]) -> Option<String> {
        let stack = "Net".parse().expect("a stack name");
        root_cause(events, &stack).map(|event| event.logical_id.clone())
    }

    #[test]
    fn the_first_real_failure_is_the_cause_and_noise_is_not() {
        let cancelled = Some("Resource creation Cancelled");
        let events = [
            event("Net", "CREATE_IN_PROGRESS", Some("User Initiated")),
            event("Vpc", "CREATE_COMPLETE", None),
            event("SubnetA", "CREATE_FAILED", cancelled),
            event("EipB", "CREATE_FAILED", Some("The maximum number of addresses has been reached.")),
            event("EipC", "CREATE_FAILED", Some("The maximum number of addresses has been reached.")),
            event("Net", "CREATE_FAILED", Some("The following resource(s) failed to create: [EipB].")),
            event("Vpc", "DELETE_FAILED", Some("has dependencies")),
        ];
        assert_eq!(cause(&events).as_deref(), Some("EipB"));
    }

    #[test]
    fn without_a_failed_resource_there_is_no_cause() {
        assert_eq!(cause(&[event("Net", "CREATE_FAILED", Some("quota")), event("Vpc", "CREATE_COMPLETE", None)]), None);
        assert_eq!(cause(&[event("A", "UPDATE_FAILED", Some("Resource update cancelled"))]), None);
    }

    #[test]
    fn a_failed_undoing_is_told_apart_from_the_cause() {
        let stack = "Net".parse().expect("a stack name");
        let events = [
            event("A", "UPDATE_FAILED", Some("no")),
            event("C", "UPDATE_FAILED", Some("no either")),
            event("Net", "UPDATE_ROLLBACK_IN_PROGRESS", None),
            event("B", "UPDATE_FAILED", Some("cannot undo")),
        ];
        assert_eq!(undoing_failure(&events, &stack).map(|event| event.logical_id.as_str()), Some("B"));
        assert_eq!(undoing_failure(&events[..3], &stack), None, "two failures beside each other undo nothing");
    }

    #[test]
    fn error_codes_are_found_in_both_spellings() {
        let table = [
            ("x (RequestToken: 1, HandlerErrorCode: AccessDenied)", Some("AccessDenied")),
            ("(Service: Ec2, Error Code: AddressLimitExceeded; Request ID: 1)", Some("AddressLimitExceeded")),
            ("(HandlerErrorCode:Throttling)", Some("Throttling")),
            ("no code at all", None),
            ("HandlerErrorCode: ", None),
        ];
        for (reason, expected) in table {
            assert_eq!(error_code(reason), expected, "{reason}");
        }
    }
}
