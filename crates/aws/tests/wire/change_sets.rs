//! Change sets, from making to executing.

use std::collections::BTreeMap;

use groundwork_engine::ports::{
    ApiError, ChangeSet, ChangeSetHandle, ChangeSetKind, ChangeSetRequest, ChangeSetStatus, Cloud, ErrorClass,
    ObservedAction, ParameterInput,
};
use groundwork_model::Secret;
use wiremock::ResponseTemplate;

use crate::replay::{CHANGE_SET_ID, STACK_ID, on, replay};

pub const EXTERNAL_ID: &str = "Zx81external0id0of0this0account0";

pub fn handle() -> ChangeSetHandle {
    ChangeSetHandle { id: CHANGE_SET_ID.parse().expect("an ARN"), stack_id: STACK_ID.parse().expect("a stack id") }
}

pub fn request(kind: ChangeSetKind) -> ChangeSetRequest {
    let key = |name: &str| name.parse().expect("a parameter name");
    ChangeSetRequest {
        stack: "CloudReactor-staging".parse().expect("a stack name"),
        stack_id: (kind == ChangeSetKind::Update).then(|| STACK_ID.parse().expect("a stack id")),
        name: "gw-1".parse().expect("a change set name"),
        kind,
        template: "{\"Resources\": {}}".to_owned(),
        parameters: BTreeMap::from([
            (key("DeploymentEnvironment"), ParameterInput::Text("staging & more".to_owned())),
            (key("ExternalID"), ParameterInput::Secret(Secret::new(EXTERNAL_ID))),
            (key("WorkflowStarterAccessKey"), ParameterInput::Previous),
        ]),
        tags: BTreeMap::from([("groundwork:environment".to_owned(), "staging".to_owned())]),
        token: "token-1".to_owned(),
    }
}

async fn described(pages: &[&str]) -> Result<ChangeSet, ApiError> {
    let asked = |(at, file): (usize, &&str)| {
        let asked = on("DescribeChangeSet").with("StackName", STACK_ID).with("ChangeSetName", CHANGE_SET_ID);
        let asked = asked.without("IncludePropertyValues");
        let asked = if at == 0 { asked.without("NextToken") } else { asked.with("NextToken", "page-2") };
        asked.answers(file)
    };
    let replay = replay(pages.iter().enumerate().map(asked)).await;
    let outcome = replay.aws.change_set(&handle()).await;
    replay.finish();
    outcome
}

#[tokio::test]
async fn a_creation_says_everything() {
    let asked = on("CreateChangeSet")
        .with("StackName", "CloudReactor-staging")
        .with("ChangeSetName", "gw-1")
        .with("ChangeSetType", "CREATE")
        .with("OnStackFailure", "DELETE")
        .with("ClientToken", "token-1")
        .with("Capabilities.member.1", "CAPABILITY_NAMED_IAM")
        .with("TemplateBody", "{\"Resources\": {}}")
        .with("Parameters.member.1.ParameterKey", "DeploymentEnvironment")
        .with("Parameters.member.1.ParameterValue", "staging & more")
        .with("Parameters.member.2.ParameterKey", "ExternalID")
        .with("Parameters.member.2.ParameterValue", EXTERNAL_ID)
        .with("Parameters.member.3.ParameterKey", "WorkflowStarterAccessKey")
        .with("Parameters.member.3.UsePreviousValue", "true")
        .with("Tags.member.1.Key", "groundwork:environment")
        .with("Tags.member.1.Value", "staging")
        .without("Parameters.member.3.ParameterValue")
        .without("TemplateURL")
        .without("RoleARN")
        .without("IncludePropertyValues");
    let replay = replay([asked.answers("change-set-created.xml")]).await;
    let made = replay.aws.create_change_set(&request(ChangeSetKind::Create)).await.expect("a change set");
    assert_eq!(made, handle());
    replay.finish();
}

#[tokio::test]
async fn an_update_names_the_stack_by_id() {
    let asked = on("CreateChangeSet").with("StackName", STACK_ID).with("ChangeSetType", "UPDATE");
    let replay = replay([asked.with("OnStackFailure", "ROLLBACK").answers("change-set-created.xml")]).await;
    replay.aws.create_change_set(&request(ChangeSetKind::Update)).await.expect("a change set");
    replay.finish();
}

#[tokio::test]
async fn a_second_creation_on_a_shell_keeps_the_stacks_id() {
    let script = [(), ()].map(|()| on("CreateChangeSet").answers("change-set-created.xml"));
    let replay = replay(script).await;
    let first = replay.aws.create_change_set(&request(ChangeSetKind::Create)).await.expect("a change set");
    let second = replay.aws.create_change_set(&request(ChangeSetKind::Create)).await.expect("a change set");
    assert_eq!(first.stack_id, second.stack_id);
    replay.finish();
}

#[tokio::test]
async fn a_quota_is_final_after_one_attempt() {
    let words = "ChangeSet limit exceeded for stack CloudReactor-staging";
    let replay = replay([on("CreateChangeSet").refuses(400, "LimitExceededException", words)]).await;
    let error = replay.aws.create_change_set(&request(ChangeSetKind::Update)).await.expect_err("a refusal");
    assert_eq!((error.class, error.message.as_str()), (ErrorClass::Invalid, words));
    replay.finish();
}

#[tokio::test]
async fn a_change_set_whose_making_was_not_answered_is_found_by_its_name() {
    for (code, words) in [
        ("AlreadyExistsException", "ChangeSet gw-1 cannot be created due to a mismatch with existing attribute"),
        ("TokenAlreadyExistsException", "the token was used"),
    ] {
        let lookup = on("DescribeChangeSet").with("StackName", "CloudReactor-staging").with("ChangeSetName", "gw-1");
        let script = [
            on("CreateChangeSet").breaks(ResponseTemplate::new(503)),
            on("CreateChangeSet").refuses(400, code, words),
            lookup.answers("change-set-pending.xml"),
        ];
        let replay = replay(script).await;
        let made = replay.aws.create_change_set(&request(ChangeSetKind::Create)).await.expect("a change set");
        assert_eq!(made, handle(), "{code}");
        replay.finish();
    }
}

#[tokio::test]
async fn both_ways_to_refuse_a_creation_over_a_live_stack_are_invalid() {
    let lookup = || on("DescribeChangeSet").with("ChangeSetName", "gw-1").refuses(404, "ChangeSetNotFound", "no");
    for (code, words, lookup) in [
        (
            "ValidationError",
            "Stack [CloudReactor-staging] already exists and cannot be created again with the changeSet [gw-1].",
            None,
        ),
        ("AlreadyExistsException", "Stack [CloudReactor-staging] already exists", Some(lookup())),
    ] {
        let script = [on("CreateChangeSet").refuses(400, code, words)].into_iter().chain(lookup);
        let replay = replay(script).await;
        let error = replay.aws.create_change_set(&request(ChangeSetKind::Create)).await.expect_err("a refusal");
        assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Invalid, Some(code)));
        replay.finish();
    }
}

#[tokio::test]
async fn a_change_set_stands_where_aws_says() {
    let failed = |reason: &str| ChangeSetStatus::Failed(reason.to_owned());
    for (file, status) in [
        ("change-set-pending.xml", ChangeSetStatus::Pending),
        ("change-set-in-progress.xml", ChangeSetStatus::Pending),
        ("change-set-not-quite.xml", ChangeSetStatus::Pending),
        ("change-set-outputs-only.xml", ChangeSetStatus::Ready),
        ("change-set-no-changes.xml", ChangeSetStatus::NoChanges),
        ("change-set-no-updates.xml", ChangeSetStatus::NoChanges),
        ("change-set-obsolete.xml", ChangeSetStatus::Obsolete),
        ("change-set-failed.xml", failed(&format!("ChangeSet limit exceeded for stack {STACK_ID}"))),
        ("change-set-executing.xml", failed("its execution status is EXECUTE_IN_PROGRESS")),
        ("change-set-deleting.xml", failed("its status is DELETE_IN_PROGRESS")),
    ] {
        assert_eq!(described(&[file]).await.expect("an answer").status, status, "{file}");
    }
}

#[tokio::test]
async fn all_pages_are_read_also_under_a_warning() {
    let set = described(&["change-set-page-1.xml", "change-set-page-2.xml"]).await.expect("a change set");
    assert_eq!(set.status, ChangeSetStatus::Ready);
    let seen: Vec<(&str, ObservedAction, String)> = set
        .changes
        .iter()
        .map(|change| (change.logical_id.as_str(), change.action, change.properties.join(",")))
        .collect();
    assert_eq!(
        seen,
        [
            ("SubnetPrivateUsw2Az3", ObservedAction::Add, String::new()),
            ("NatGatewayUsw2Az1", ObservedAction::Replace, "AllocationId".to_owned()),
            ("RoutePrivate", ObservedAction::MayReplace, "NatGatewayId".to_owned()),
            ("Vpc", ObservedAction::Modify, "Tags".to_owned()),
            ("Starter", ObservedAction::Modify, "Runtime,Handler,Metadata".to_owned()),
            ("SubnetPrivateUsw2Az2", ObservedAction::Remove, String::new()),
            ("Bucket", ObservedAction::Other, String::new()),
            ("Nested", ObservedAction::Other, String::new()),
        ]
    );
    assert_eq!(set.changes[1].resource_type, "AWS::EC2::NatGateway");
}

#[tokio::test]
async fn a_stack_that_changes_between_pages_makes_the_set_obsolete() {
    let set = described(&["change-set-page-1.xml", "change-set-obsolete.xml"]).await.expect("a change set");
    assert_eq!(set.status, ChangeSetStatus::Obsolete);
}

#[tokio::test]
async fn a_change_that_is_not_understood_is_not_left_out() {
    let error = described(&["change-set-of-tomorrow.xml"]).await.expect_err("an error");
    assert_eq!(error.class, ErrorClass::Unexpected);
    assert!(error.message.contains("ResourceChange"), "{error}");
}

#[tokio::test]
async fn executing_twice_with_one_token_is_executing_once() {
    let asked = || {
        let asked = on("ExecuteChangeSet").with("StackName", STACK_ID).with("ChangeSetName", CHANGE_SET_ID);
        asked.with("ClientRequestToken", "token-2")
    };
    for answer in [
        asked().answers("change-set-executed.xml"),
        asked().refuses(400, "TokenAlreadyExistsException", "the token was used"),
    ] {
        let replay = replay([answer.without("DisableRollback")]).await;
        replay.aws.execute_change_set(&handle(), "token-2").await.expect("an execution");
        replay.finish();
    }
    for (code, class) in [("InvalidChangeSetStatus", ErrorClass::Invalid), ("ChangeSetNotFound", ErrorClass::Gone)] {
        let replay = replay([asked().refuses(400, code, "no")]).await;
        let error = replay.aws.execute_change_set(&handle(), "token-2").await.expect_err("a refusal");
        assert_eq!(error.class, class, "{code}");
        replay.finish();
    }
}

/// AWS's answer says nothing, so that the SDK takes any for it.
#[tokio::test]
async fn a_web_page_says_not_that_a_change_set_is_executed() {
    let page = || ResponseTemplate::new(200).set_body_raw("<html><p>Please log in</p></html>", "text/html");
    let replay = replay((0..5).map(|_| on("ExecuteChangeSet").breaks(page()))).await;
    let error = replay.aws.execute_change_set(&handle(), "token-2").await.expect_err("no answer");
    assert_eq!(error.class, ErrorClass::Unavailable, "{error}");
    replay.finish();
}

#[tokio::test]
async fn deleting_what_is_gone_is_no_error() {
    let asked = || on("DeleteChangeSet").with("StackName", STACK_ID).with("ChangeSetName", CHANGE_SET_ID);
    for answer in [
        asked().answers("change-set-deleted.xml"),
        asked().refuses(404, "ChangeSetNotFound", "ChangeSet [gw-1] does not exist"),
        asked().refuses(400, "ValidationError", "Stack [CloudReactor-staging] does not exist"),
    ] {
        let replay = replay([answer]).await;
        replay.aws.delete_change_set(&handle()).await.expect("a deletion");
        replay.finish();
    }
    let replay = replay([asked().refuses(403, "AccessDenied", "no")]).await;
    let error = replay.aws.delete_change_set(&handle()).await.expect_err("a refusal");
    assert_eq!(error.class, ErrorClass::Denied);
    replay.finish();
}
