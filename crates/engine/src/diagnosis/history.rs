//! A stack's events as the story of its newest operation: an ordinary function of them.

use groundwork_model::StackName;

use crate::ports::StackEvent;
use crate::tracker::STACK;

/// The events of the newest operation, and of those that it undoes or goes on undoing; oldest first.
///
/// A rollback that CloudFormation begins by itself has an id of its own (`OperationId`) and the token of what it
/// undoes; where AWS shows neither, an operation begins where it says "User Initiated".
pub(crate) fn newest<'a>(newest_first: &'a [StackEvent], stack: &StackName) -> Vec<&'a StackEvent> {
    let mut operations = split(newest_first, stack);
    let mut story = operations.pop().unwrap_or_default();
    while let Some(before) = operations.pop_if(|before| undoes(&story, before, stack)) {
        story.splice(0..0, before);
    }
    story
}

/// The event before those of a stack's newest operation, and whether somebody has begun that in order to undo an
/// earlier one: what CloudFormation undoes by itself is a part of what it undoes.
pub(crate) fn before_newest<'a>(newest_first: &'a [StackEvent], stack: &StackName) -> (Option<&'a StackEvent>, bool) {
    let mut operations = split(newest_first, stack);
    let newest = operations.pop().unwrap_or_default();
    let is_by_hand = newest.iter().find(|event| is_of_stack(event, stack)).is_some_and(|event| is_initiated(event));
    if !is_by_hand {
        operations.pop_if(|before| undoes(&newest, before, stack));
    }
    let undoes = is_by_hand && newest.first().is_some_and(|event| event.status.contains("ROLLBACK"));
    (operations.pop().and_then(|before| before.last().copied()), undoes)
}

/// The events of each operation, oldest first.
fn split<'a>(newest_first: &'a [StackEvent], stack: &StackName) -> Vec<Vec<&'a StackEvent>> {
    let mut operations: Vec<Vec<&StackEvent>> = Vec::new();
    for event in newest_first.iter().rev() {
        match operations.last_mut() {
            Some(operation) if !begins_another(operation, event, stack) => operation.push(event),
            Some(_) | None => operations.push(vec![event]),
        }
    }
    operations
}

fn begins_another(operation: &[&StackEvent], event: &StackEvent, stack: &StackName) -> bool {
    let Some(last) = operation.last() else { return false };
    if let (Some(one), Some(other)) = (&last.operation, &event.operation) {
        return one != other;
    }
    // The shell is made by the change set, which is no operation on resources.
    let was_review = last.status == "REVIEW_IN_PROGRESS";
    if last.token.is_some() || event.token.is_some() {
        return last.token != event.token || was_review;
    }
    was_review || is_of_stack(event, stack) && is_initiated(event)
}

/// Whether an operation is there to undo the one before it: a rollback, or the deletion of what failed to be created.
fn undoes(operation: &[&StackEvent], before: &[&StackEvent], stack: &StackName) -> bool {
    let own = |event: &&&StackEvent| is_of_stack(event, stack);
    let (first, last) = (operation.iter().find(own), before.iter().rfind(own));
    let failed = last.is_some_and(|event| event.status.ends_with("_FAILED"));
    first.is_some_and(|event| match event.status.as_str() {
        "DELETE_IN_PROGRESS" => failed && !is_initiated(event),
        status => status.contains("ROLLBACK"),
    })
}

fn is_initiated(event: &StackEvent) -> bool {
    event.reason.as_deref().is_some_and(|reason| reason.eq_ignore_ascii_case("user initiated"))
}

/// Whether an event is the stack's own.
pub(crate) fn is_of_stack(event: &StackEvent, stack: &StackName) -> bool {
    event.resource_type == STACK && event.logical_id == stack.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(who, status, operation, token, reason)`, oldest first; `Net` is the stack.
    type Told<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);

    fn story(told: &[Told<'_>]) -> Vec<String> {
        let events = told.iter().enumerate().rev().map(|(at, (who, status, operation, token, reason))| StackEvent {
            id: at.to_string(),
            logical_id: (*who).to_owned(),
            physical_id: None,
            resource_type: if *who == "Net" { STACK } else { "AWS::EC2::EIP" }.to_owned(),
            status: (*status).to_owned(),
            reason: reason.map(str::to_owned),
            hook: None,
            at_ms: at as u64,
            token: token.map(str::to_owned),
            operation: operation.map(str::to_owned),
        });
        let events: Vec<StackEvent> = events.collect();
        newest(&events, &"Net".parse().expect("a stack's name")).iter().map(|event| event.id.clone()).collect()
    }

    const USER: Option<&str> = Some("User Initiated");

    #[test]
    fn a_rollback_with_an_id_of_its_own_belongs_to_what_it_undoes() {
        let told = [
            ("Net", "CREATE_COMPLETE", Some("1"), None, None),
            ("Net", "UPDATE_IN_PROGRESS", Some("2"), None, USER),
            ("Eip", "CREATE_FAILED", Some("2"), None, Some("no")),
            ("Net", "UPDATE_ROLLBACK_IN_PROGRESS", Some("3"), None, None),
            ("Net", "UPDATE_ROLLBACK_FAILED", Some("3"), None, None),
            ("Net", "UPDATE_ROLLBACK_IN_PROGRESS", Some("4"), None, USER),
            ("Net", "UPDATE_ROLLBACK_COMPLETE", Some("4"), None, None),
        ];
        assert_eq!(story(&told[..5]), ["1", "2", "3", "4"]);
        assert_eq!(story(&told), ["1", "2", "3", "4", "5", "6"], "a continued rollback has the whole story");
        assert_eq!(story(&told[..3]), ["1", "2"], "an update that runs undoes nothing");
    }

    #[test]
    fn a_deletion_of_what_failed_to_be_created_belongs_to_it_and_a_users_does_not() {
        let told = |reason| {
            [
                ("Net", "REVIEW_IN_PROGRESS", None, None, USER),
                ("Net", "CREATE_IN_PROGRESS", Some("1"), None, USER),
                ("Net", "CREATE_FAILED", Some("1"), None, None),
                ("Net", "DELETE_IN_PROGRESS", Some("2"), None, reason),
                ("Net", "DELETE_COMPLETE", Some("2"), None, None),
            ]
        };
        assert_eq!(story(&told(None)), ["1", "2", "3", "4"]);
        assert_eq!(story(&told(USER)), ["3", "4"]);
    }

    #[test]
    fn without_ids_tokens_tell_operations_apart_and_without_tokens_awss_words() {
        let token = |token| {
            [
                ("Net", "UPDATE_IN_PROGRESS", None, Some("a"), USER),
                ("Net", "UPDATE_COMPLETE", None, Some("a"), None),
                ("Net", "UPDATE_IN_PROGRESS", None, token, USER),
                ("Eip", "CREATE_FAILED", None, token, Some("no")),
                ("Net", "UPDATE_ROLLBACK_COMPLETE", None, token, None),
            ]
        };
        assert_eq!(story(&token(Some("b"))), ["2", "3", "4"]);
        let deleted = [
            ("Net", "CREATE_COMPLETE", None, Some("a"), None),
            ("Net", "DELETE_IN_PROGRESS", None, None, None),
            ("Net", "DELETE_FAILED", None, None, None),
        ];
        assert_eq!(story(&deleted), ["1", "2"], "what was well was not to be undone");
        assert_eq!(story(&token(None)), ["2", "3", "4"]);
        assert_eq!(story(&token(Some("a"))).len(), 5, "one token is one operation");
    }

    #[test]
    fn no_events_make_no_story() {
        assert_eq!(story(&[]), Vec::<String>::new());
        assert_eq!(story(&[("Net", "REVIEW_IN_PROGRESS", None, None, USER)]), ["0"]);
    }
}
