//! Stacks, their templates, events and end.

use groundwork_engine::ports::{Cloud, ErrorClass};
use groundwork_model::world::{Observed, ObservedParameter, Settled, Stack, StackPhase};
use groundwork_model::{Secret, StackId, StackName};

use crate::replay::{Exchange, STACK_ID, on, replay};

fn name() -> StackName {
    "CloudReactor-staging".parse().expect("a stack name")
}

fn id() -> StackId {
    STACK_ID.parse().expect("a stack id")
}

async fn stack_from(exchange: Exchange) -> Observed<Stack> {
    let replay = replay([exchange]).await;
    let stack = replay.aws.stack(&name()).await.expect("an answer");
    replay.finish();
    stack
}

fn present(stack: Observed<Stack>) -> Stack {
    match stack {
        Observed::Present(stack) => stack,
        Observed::Absent => panic!("the stack is there"),
    }
}

#[tokio::test]
async fn a_stack_is_read_whole() {
    let asked = on("DescribeStacks").with("StackName", "CloudReactor-staging");
    let stack = present(stack_from(asked.answers("stack.xml")).await);
    assert_eq!(stack.id, id());
    assert_eq!(stack.phase, StackPhase::Settled(Settled::UpdateComplete));
    assert_eq!((stack.template, stack.status_reason), (None, None));
    assert_eq!(
        stack.tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>(),
        ["empty=", "groundwork:environment=staging"]
    );
    let outputs: Vec<(&str, &str)> = stack.outputs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(outputs, [("RoleARN", "arn:aws:iam::123456789012:role/cr")]);
    assert!(stack.termination_protection);
    let parameters: Vec<(&str, &ObservedParameter)> =
        stack.parameters.iter().map(|(key, value)| (key.as_str(), value)).collect();
    assert_eq!(
        parameters,
        [
            ("DeploymentEnvironment", &ObservedParameter::Plain("staging".to_owned())),
            ("ExternalID", &ObservedParameter::Secret(Secret::new("Zx81external0id0of0this0account0"))),
            ("LambdaPathPrefix", &ObservedParameter::Plain(String::new())),
            ("WorkflowStarterAccessKey", &ObservedParameter::Masked),
        ]
    );
}

#[tokio::test]
async fn a_reason_that_quotes_a_secret_is_scrubbed() {
    let stack = present(stack_from(on("DescribeStacks").answers("stack-quoting-a-secret.xml")).await);
    assert_eq!(stack.status_reason.as_deref(), Some("Value '(secret)' is not allowed"));
}

#[tokio::test]
async fn a_status_of_tomorrow_is_kept_by_name() {
    let stack = present(stack_from(on("DescribeStacks").answers("stack-of-tomorrow.xml")).await);
    assert_eq!(stack.phase, StackPhase::Unrecognized("HIBERNATED".to_owned()));
}

#[tokio::test]
async fn a_deleted_stack_is_asked_for_by_id() {
    let replay = replay([on("DescribeStacks").with("StackName", STACK_ID).answers("stack.xml")]).await;
    present(replay.aws.stack_by_id(&id()).await.expect("an answer"));
    replay.finish();
}

#[tokio::test]
async fn only_awss_words_make_a_stack_absent() {
    let words = "Stack with id CloudReactor-staging does not exist";
    assert_eq!(stack_from(on("DescribeStacks").refuses(400, "ValidationError", words)).await, Observed::Absent);

    for (exchange, class) in [
        (on("DescribeStacks").answers("no-stacks.xml"), ErrorClass::Unexpected),
        (on("DescribeStacks").refuses(403, "AccessDenied", words), ErrorClass::Denied),
        (on("DescribeStacks").refuses(400, "ValidationError", "1 validation error detected"), ErrorClass::Invalid),
    ] {
        let replay = replay([exchange]).await;
        let error = replay.aws.stack(&name()).await.expect_err("an error, not absence");
        assert_eq!(error.class, class, "{error}");
        replay.finish();
    }
}

#[tokio::test]
async fn the_template_is_the_text_that_was_handed_in() {
    let asked = on("GetTemplate").with("StackName", "CloudReactor-staging").with("TemplateStage", "Original");
    let replay = replay([asked.answers("template.xml")]).await;
    let Observed::Present(template) = replay.aws.template(&name()).await.expect("an answer") else {
        panic!("the template is there")
    };
    assert!(template.contains(r#""Note": "a < b & c""#), "{template}");
    serde_json::from_str::<serde_json::Value>(&template).expect("JSON as it was");
    replay.finish();
}

#[tokio::test]
async fn a_missing_stack_has_no_template() {
    let words = "Stack with id CloudReactor-staging does not exist";
    let replay = replay([on("GetTemplate").refuses(400, "ValidationError", words)]).await;
    assert_eq!(replay.aws.template(&name()).await.expect("an answer"), Observed::Absent);
    replay.finish();
}

#[tokio::test]
async fn all_events_are_read_if_none_is_known() {
    let replay = replay([
        on("DescribeStackEvents").with("StackName", STACK_ID).without("NextToken").answers("events-1.xml"),
        on("DescribeStackEvents").with("StackName", STACK_ID).with("NextToken", "page-2").answers("events-2.xml"),
    ])
    .await;
    let events = replay.aws.stack_events(&id(), None).await.expect("events");
    replay.finish();
    assert_eq!(events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["e5", "e4", "e3", "e2", "e1"]);
    let failed = &events[1];
    assert_eq!((failed.logical_id.as_str(), failed.status.as_str()), ("EipUsw2Az2", "CREATE_FAILED"));
    assert_eq!((failed.at_ms, failed.physical_id.as_deref()), (1_777_636_804_500, None));
    assert_eq!(failed.token.as_deref(), Some("token-1"));
    assert!(failed.reason.as_ref().is_some_and(|reason| reason.contains("ServiceLimitExceeded")), "{failed:?}");
    assert_eq!(events[0].physical_id.as_deref(), Some(STACK_ID));
}

#[tokio::test]
async fn events_are_read_only_down_to_the_known_one() {
    for (until, pages, seen) in [("e4", 1, vec!["e5"]), ("e2", 2, vec!["e5", "e4", "e3"]), ("e5", 1, vec![])] {
        let script =
            [on("DescribeStackEvents").answers("events-1.xml"), on("DescribeStackEvents").answers("events-2.xml")];
        let replay = replay(script.into_iter().take(pages)).await;
        let events = replay.aws.stack_events(&id(), Some(until)).await.expect("events");
        assert_eq!(events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), seen, "until {until}");
        replay.finish();
    }
}

#[tokio::test]
async fn a_page_that_fails_in_the_middle_fails_the_whole() {
    let replay = replay([
        on("DescribeStackEvents").answers("events-1.xml"),
        on("DescribeStackEvents").with("NextToken", "page-2").refuses(403, "AccessDenied", "no"),
    ])
    .await;
    let error = replay.aws.stack_events(&id(), None).await.expect_err("no half answer");
    assert_eq!(error.class, ErrorClass::Denied);
    replay.finish();
}

#[tokio::test]
async fn a_deletion_is_asked_for_by_id_and_token() {
    for answer in [
        on("DeleteStack").answers("stack-deleted.xml"),
        on("DeleteStack").refuses(400, "TokenAlreadyExistsException", "the token was used"),
    ] {
        let replay = replay([answer.with("StackName", STACK_ID).with("ClientRequestToken", "token-9")]).await;
        replay.aws.delete_stack(&id(), &[], "token-9").await.expect("a deletion that runs");
        replay.finish();
    }
    let words = "Stack [CloudReactor-staging] cannot be deleted while TerminationProtection is enabled";
    let replay = replay([on("DeleteStack").refuses(400, "ValidationError", words)]).await;
    let error = replay.aws.delete_stack(&id(), &[], "token-9").await.expect_err("a refusal");
    assert_eq!((error.class, error.message.as_str()), (ErrorClass::Invalid, words));
    replay.finish();
}
