//! What leads stacks out of where they are stuck, and what AWS remembers of why, on the wire.

use groundwork_engine::ports::{Cloud, ErrorClass, Finding, StackOperations};
use groundwork_model::{Arn, LogicalId, StackId};

use crate::replay::{CHANGE_SET_ID, STACK_ID, on, replay};

fn id() -> StackId {
    STACK_ID.parse().expect("a stack id")
}

fn change_set() -> Arn {
    CHANGE_SET_ID.parse().expect("an ARN")
}

fn logical(name: &str) -> LogicalId {
    name.parse().expect("a logical id")
}

#[tokio::test]
async fn the_resources_of_a_stack_are_all_pages_of_them() {
    let replay = replay([
        on("ListStackResources").with("StackName", STACK_ID).without("NextToken").answers("resources-1.xml"),
        on("ListStackResources").with("NextToken", "page-2").answers("resources-2.xml"),
    ])
    .await;
    let resources = replay.aws.stack_resources(id().as_str()).await.expect("an answer");
    let told = |resource: &groundwork_model::world::StackResource| {
        (resource.logical_id.to_string(), resource.status.clone(), resource.is_held())
    };
    assert_eq!(
        resources.iter().map(told).collect::<Vec<_>>(),
        [
            ("Vpc".to_owned(), "UPDATE_FAILED".to_owned(), true),
            ("Subnet".to_owned(), "DELETE_COMPLETE".to_owned(), false),
            ("Eip".to_owned(), "CREATE_FAILED".to_owned(), false),
        ]
    );
    assert_eq!(resources[0].reason.as_deref(), Some("has dependencies and cannot be changed"));
    replay.finish();
}

#[tokio::test]
async fn a_page_of_resources_that_fails_fails_the_whole() {
    let replay = replay([
        on("ListStackResources").answers("resources-1.xml"),
        on("ListStackResources").with("NextToken", "page-2").refuses(403, "AccessDenied", "no"),
    ])
    .await;
    assert_eq!(replay.aws.stack_resources(id().as_str()).await.expect_err("no half answer").class, ErrorClass::Denied);
    replay.finish();
}

#[tokio::test]
async fn a_rollback_goes_on_once_per_token_and_without_what_is_skipped() {
    let call = || on("ContinueUpdateRollback").with("StackName", STACK_ID).with("ClientRequestToken", "token-9");
    let replay = replay([
        call().with("ResourcesToSkip.member.1", "Vpc").answers("rollback-continued.xml"),
        call().without("ResourcesToSkip").answers("rollback-continued.xml"),
        call().refuses(400, "TokenAlreadyExistsException", "the token was used"),
        call().refuses(400, "ValidationError", "Stack is not in UPDATE_ROLLBACK_FAILED state"),
    ])
    .await;
    replay.aws.continue_rollback(&id(), &[logical("Vpc")], "token-9").await.expect("it goes on");
    replay.aws.continue_rollback(&id(), &[], "token-9").await.expect("it goes on");
    replay.aws.continue_rollback(&id(), &[], "token-9").await.expect("a repeated call is the same call");
    let error = replay.aws.continue_rollback(&id(), &[], "token-9").await.expect_err("a refusal");
    assert_eq!(error.class, ErrorClass::Invalid);
    replay.finish();
}

#[tokio::test]
async fn a_rollback_begins_once_per_token() {
    let call = || on("RollbackStack").with("StackName", STACK_ID).with("ClientRequestToken", "token-9");
    let replay = replay([
        call().answers("rolled-back.xml"),
        call().refuses(400, "TokenAlreadyExistsException", "the token was used"),
    ])
    .await;
    replay.aws.roll_back(&id(), "token-9").await.expect("it begins");
    replay.aws.roll_back(&id(), "token-9").await.expect("a repeated call is the same call");
    replay.finish();
}

#[tokio::test]
async fn only_a_failed_deletion_names_what_is_retained() {
    let call = || on("DeleteStack").with("StackName", STACK_ID);
    let replay = replay([
        call().with("RetainResources.member.1", "Vpc").answers("stack-deleted.xml"),
        call().without("RetainResources").answers("stack-deleted.xml"),
    ])
    .await;
    replay.aws.delete_stack(&id(), &[logical("Vpc")], "token-9").await.expect("a deletion that runs");
    replay.aws.delete_stack(&id(), &[], "token-9").await.expect("a deletion that runs");
    replay.finish();
}

#[tokio::test]
async fn of_deleted_stacks_of_a_name_the_last_is_found_whatever_their_order() {
    let replay = replay([
        on("ListStacks").with("StackStatusFilter.member.1", "DELETE_COMPLETE").answers("deleted-stacks-1.xml"),
        on("ListStacks").with("NextToken", "page-2").answers("deleted-stacks-2.xml"),
    ])
    .await;
    let name = "CloudReactor-staging".parse().expect("a stack name");
    let last = replay.aws.last_deleted(&name).await.expect("an answer").expect("there was one");
    assert!(last.as_str().ends_with("/the-last"), "{last}");
    replay.finish();
}

#[tokio::test]
async fn a_shells_change_sets_are_named() {
    let replay = replay([on("ListChangeSets").with("StackName", STACK_ID).answers("change-sets.xml")]).await;
    assert_eq!(replay.aws.change_set_names(&id()).await.expect("an answer"), ["groundwork-abc", "mine"]);
    replay.finish();
}

#[tokio::test]
async fn findings_of_validations_and_hooks_are_told_and_events_of_other_kinds_are_not() {
    let replay = replay([
        on("DescribeEvents")
            .with("ChangeSetName", CHANGE_SET_ID)
            .with("Filters.FailedEvents", "true")
            .answers("failed-events.xml"),
        on("DescribeEvents").with("OperationId", "operation-1").without("StackName").answers("failed-events.xml"),
        on("DescribeEvents").refuses(403, "AccessDenied", "no"),
    ])
    .await;
    let expected = [
        Finding {
            logical_id: Some("TaskRole".to_owned()),
            found_by: "AWS::EarlyValidation::NameConflict".to_owned(),
            reason: "A role of that name exists".to_owned(),
            path: Some("/Resources/TaskRole/Properties/RoleName".to_owned()),
        },
        Finding {
            logical_id: Some("Vpc".to_owned()),
            found_by: "Acme::Guard::Hook".to_owned(),
            reason: "no VPC without an owner tag".to_owned(),
            path: None,
        },
    ];
    assert_eq!(replay.aws.change_set_findings(&change_set()).await.expect("an answer"), expected);
    assert_eq!(replay.aws.operation_findings("operation-1").await.expect("an answer"), expected);
    let denied = replay.aws.operation_findings("operation-1").await.expect_err("it is denied");
    assert_eq!(denied.class, ErrorClass::Denied);
    replay.finish();
}

#[tokio::test]
async fn hooks_that_failed_on_a_change_set_are_told() {
    let replay = replay([on("ListHookResults")
        .with("TargetType", "CHANGE_SET")
        .with("TargetId", CHANGE_SET_ID)
        .answers("hook-results.xml")])
    .await;
    let failures = replay.aws.hook_failures(&change_set()).await.expect("an answer");
    let told: Vec<(&str, &str)> =
        failures.iter().map(|found| (found.found_by.as_str(), found.reason.as_str())).collect();
    assert_eq!(told, [("Acme::Guard::Hook", "no VPC without an owner tag")]);
    replay.finish();
}

#[tokio::test]
async fn events_tell_their_operation_and_the_hook_that_failed() {
    let replay = replay([on("DescribeStackEvents").answers("events-of-a-hook.xml")]).await;
    let events = replay.aws.stack_events(&id(), None).await.expect("an answer");
    let operations: Vec<Option<&str>> = events.iter().map(|event| event.operation.as_deref()).collect();
    assert_eq!(operations, [Some("operation-2"), Some("operation-1"), None]);
    assert_eq!(events[0].hook, None);
    let hook = events[1].hook.as_ref().expect("it tells of a hook");
    assert_eq!((hook.found_by.as_str(), hook.reason.as_str()), ("Acme::Guard::Hook", "no VPC without an owner tag"));
    assert_eq!(events[2].hook, None, "one that succeeded is none that failed");
    replay.finish();
}
