//! Why a stack operation failed, from its events: ordinary functions.

use groundwork_model::StackName;
use groundwork_model::problem::Problem;

use crate::hints;
use crate::ports::StackEvent;
use crate::tracker::STACK;

/// The event that tells why an operation failed, given its events, oldest first.
///
/// Of the failures, CloudFormation's own cancellations of what was under way beside the first one are
/// noise, and so is what happens to the stack because of it. The first that is left is the cause.
pub(crate) fn root_cause<'a>(events: &'a [StackEvent], stack: &'a StackName) -> Option<&'a StackEvent> {
    failures(events, stack).next()
}

fn failures<'a>(events: &'a [StackEvent], stack: &'a StackName) -> impl Iterator<Item = &'a StackEvent> {
    events.iter().filter(move |event| {
        let is_stack = event.resource_type == STACK && event.logical_id == stack.as_str();
        event.status.ends_with("_FAILED") && !is_stack && !is_cancellation(event)
    })
}

fn is_cancellation(event: &StackEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| reason.to_ascii_lowercase().contains("cancelled"))
}

/// The failure that kept the undoing of an operation from its end, if that failed as well.
pub(crate) fn undoing_failure<'a>(events: &'a [StackEvent], stack: &'a StackName) -> Option<&'a StackEvent> {
    failures(events, stack).skip(1).last()
}

/// The code that a resource's handler gave: `HandlerErrorCode: AccessDenied` or `Error Code: ...`.
pub(crate) fn error_code(reason: &str) -> Option<&str> {
    let after = |mark: &str| reason.find(mark).map(|at| reason[at + mark.len()..].trim_start());
    let rest = after("HandlerErrorCode:").or_else(|| after("Error Code:"))?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '-')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|code| !code.is_empty())
}

/// What failed, in words: `creating EipUsw2Az2 failed`.
pub(crate) fn what_failed(cause: Option<&StackEvent>, otherwise: &str) -> String {
    match cause {
        None => format!("{otherwise} failed"),
        Some(event) => format!("{} {} failed", verb(&event.status), event.logical_id),
    }
}

fn verb(status: &str) -> &'static str {
    match status.split('_').next() {
        Some("CREATE") => "creating",
        Some("UPDATE") => "changing",
        Some("DELETE") => "deleting",
        Some("IMPORT") => "importing",
        _ => "working on",
    }
}

/// Adds AWS's words, or those that the stack itself has, and what is known to help.
pub(crate) fn explained(problem: Problem, cause: Option<&StackEvent>, stack_reason: Option<&str>) -> Problem {
    let reason = cause.and_then(|event| event.reason.as_deref()).or(stack_reason);
    let Some(reason) = reason else { return problem.because("AWS gave no reason") };
    let problem = problem.because(format!("AWS said: {reason}"));
    let kind = cause.map_or(STACK, |event| event.resource_type.as_str());
    hints::hints(kind, reason, error_code(reason)).into_iter().fold(problem, Problem::help)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let events = [event("A", "UPDATE_FAILED", Some("no")), event("B", "UPDATE_FAILED", Some("cannot undo"))];
        assert_eq!(undoing_failure(&events, &stack).map(|event| event.logical_id.as_str()), Some("B"));
        assert_eq!(undoing_failure(&events[..1], &stack), None);
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
