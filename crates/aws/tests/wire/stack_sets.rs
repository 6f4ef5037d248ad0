//! Stack sets on the wire.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use groundwork_engine::ports::{ErrorClass, OperationStatus, ParameterInput, StackSetRequest, StackSets};
use groundwork_model::stack_set::{CallAs, InstanceStatus, MissingStacks, Preferences};
use groundwork_model::world::{Observed, ObservedParameter};
use groundwork_model::{Secret, StackName};

use crate::change_sets::EXTERNAL_ID;
use crate::replay::{Exchange, on, replay};

fn name() -> StackName {
    "CloudReactor-staging".parse().expect("a name")
}

fn preferences() -> Preferences {
    Preferences { max_concurrent: NonZeroUsize::new(20).expect("20 is not 0"), max_failures: 3 }
}

fn request(call_as: CallAs) -> StackSetRequest {
    let key = |name: &str| name.parse().expect("a parameter name");
    StackSetRequest {
        name: name(),
        call_as,
        template: "{\"Resources\": {}}".to_owned(),
        parameters: BTreeMap::from([
            (key("ExternalID"), ParameterInput::Secret(Secret::new(EXTERNAL_ID))),
            (key("WorkflowStarterAccessKey"), ParameterInput::Previous),
        ]),
        tags: BTreeMap::from([("groundwork:environment".to_owned(), "staging".to_owned())]),
        auto_deployment: true,
    }
}

fn of_delegated(operation: &'static str) -> Exchange {
    on(operation).with("StackSetName", "CloudReactor-staging").with("CallAs", "DELEGATED_ADMIN")
}

#[tokio::test]
async fn a_set_is_read_with_its_parameters_and_no_secret_is_one_more() {
    let replay = replay([of_delegated("DescribeStackSet").answers("stack-set.xml")]).await;
    let Observed::Present(set) = replay.aws.stack_set(&name(), CallAs::DelegatedAdmin).await.expect("an answer") else {
        panic!("there is such a set");
    };
    assert_eq!((set.is_service_managed, set.auto_deployment), (true, true));
    assert_eq!(set.template, "{\"Resources\": {}}");
    let parameter = |key: &str| &set.parameters[&key.parse().expect("a key")];
    assert_eq!(*parameter("DeploymentEnvironment"), ObservedParameter::Plain("staging".to_owned()));
    assert_eq!(*parameter("ExternalID"), ObservedParameter::Secret(Secret::new(EXTERNAL_ID)));
    assert_eq!(*parameter("WorkflowStarterAccessKey"), ObservedParameter::Masked);
    assert_eq!(set.tags["groundwork:environment"], "staging");
    assert_eq!(set.tags["empty"], "", "a tag without a value is one, too");
    replay.finish();
}

#[tokio::test]
async fn a_missing_set_is_absent_and_has_no_stacks() {
    let gone =
        |operation| on(operation).refuses(404, "StackSetNotFoundException", "StackSet CloudReactor-staging not found");
    let replay = replay([gone("DescribeStackSet"), gone("ListStackInstances")]).await;
    assert_eq!(replay.aws.stack_set(&name(), CallAs::Management).await.expect("an answer"), Observed::Absent);
    assert_eq!(replay.aws.stack_instances(&name(), CallAs::Management).await.expect("an answer"), []);
    replay.finish();
}

#[tokio::test]
async fn the_stacks_of_a_set_are_read_to_the_last_page() {
    let replay = replay([
        of_delegated("ListStackInstances").without("NextToken").answers("stack-instances-1.xml"),
        of_delegated("ListStackInstances").with("NextToken", "page-2").answers("stack-instances-2.xml"),
    ])
    .await;
    let found = replay.aws.stack_instances(&name(), CallAs::DelegatedAdmin).await.expect("an answer");
    let told: Vec<(&str, &InstanceStatus, bool)> =
        found.iter().map(|found| (found.account.as_str(), &found.status, found.stack.is_some())).collect();
    let expected = [
        ("210000000001", &InstanceStatus::Current, true),
        ("210000000002", &InstanceStatus::Outdated, false),
        ("210000000003", &InstanceStatus::Inoperable, true),
        // Whatever it is: it is not said to be as the set says.
        ("210000000004", &InstanceStatus::Outdated, true),
    ];
    assert_eq!(told, expected);
    assert_eq!(found[1].reason.as_deref(), Some("Account is suspended"));
    replay.finish();
}

#[tokio::test]
async fn a_set_is_made_for_an_organization() {
    let asked = on("CreateStackSet")
        .with("StackSetName", "CloudReactor-staging")
        .with("CallAs", "SELF")
        .with("PermissionModel", "SERVICE_MANAGED")
        .with("AutoDeployment.Enabled", "true")
        .with("AutoDeployment.RetainStacksOnAccountRemoval", "true")
        .with("Capabilities.member.1", "CAPABILITY_NAMED_IAM")
        .with("ClientRequestToken", "token-1")
        .with("Parameters.member.1.ParameterValue", EXTERNAL_ID)
        .with("Tags.member.1.Key", "groundwork:environment")
        .without("AdministrationRoleARN")
        .without("ExecutionRoleName");
    let replay = replay([asked.answers("stack-set-created.xml")]).await;
    replay.aws.create_stack_set(&request(CallAs::Management), "token-1").await.expect("a set");
    replay.finish();
}

#[tokio::test]
async fn an_update_and_new_stacks_go_as_the_wave_says() {
    let going = |operation| {
        of_delegated(operation)
            .with("OperationId", "operation-1")
            .with("OperationPreferences.MaxConcurrentCount", "20")
            .with("OperationPreferences.FailureToleranceCount", "3")
            .with("OperationPreferences.ConcurrencyMode", "SOFT_FAILURE_TOLERANCE")
    };
    let update = going("UpdateStackSet").with("Parameters.member.2.UsePreviousValue", "true");
    let add = going("CreateStackInstances")
        .with("DeploymentTargets.OrganizationalUnitIds.member.1", "ou-ab12-11111111")
        .with("DeploymentTargets.Accounts.member.2", "210000000002")
        .with("DeploymentTargets.AccountFilterType", "INTERSECTION")
        .with("Regions.member.1", "us-west-2")
        .without("Regions.member.2");
    let replay = replay([update.answers("stack-set-updated.xml"), add.answers("stack-instances-created.xml")]).await;
    let request = request(CallAs::DelegatedAdmin);
    replay.aws.update_stack_set(&request, preferences(), "operation-1").await.expect("it begins");
    let missing = MissingStacks {
        wave: "all".parse().expect("a wave"),
        region: "us-west-2".parse().expect("a Region"),
        accounts: ["210000000001", "210000000002"].map(|id| id.parse().expect("an id")).into(),
        preferences: preferences(),
    };
    let units = ["ou-ab12-11111111".to_owned()];
    let begun = replay.aws.create_stack_instances(&name(), request.call_as, &units, &missing, "operation-1").await;
    begun.expect("it begins");
    replay.finish();
}

#[tokio::test]
async fn an_operation_has_ended_only_when_aws_says_so() {
    for (file, status) in [
        ("queued", OperationStatus::Running),
        ("running", OperationStatus::Running),
        ("succeeded", OperationStatus::Succeeded),
        ("failed", OperationStatus::Failed),
        ("stopped", OperationStatus::Failed),
    ] {
        let asked = of_delegated("DescribeStackSetOperation").with("OperationId", "operation-1");
        let replay = replay([asked.answers(&format!("stack-set-operation-{file}.xml"))]).await;
        let seen = replay.aws.stack_set_operation(&name(), CallAs::DelegatedAdmin, "operation-1").await;
        assert_eq!(seen.expect("a status"), status, "{file}");
        replay.finish();
    }
}

#[tokio::test]
async fn what_failed_is_told_with_its_place_and_without_secrets() {
    let replay = replay([
        of_delegated("DescribeStackSet").answers("stack-set.xml"),
        of_delegated("ListStackSetOperationResults").answers("stack-set-results.xml"),
    ])
    .await;
    // What was read as a secret is one in every message.
    replay.aws.stack_set(&name(), CallAs::DelegatedAdmin).await.expect("an answer");
    let failures = replay.aws.stack_set_failures(&name(), CallAs::DelegatedAdmin, "operation-1").await;
    let failures = failures.expect("results");
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(failures[0].starts_with("in 210000000002 us-west-2: ResourceLogicalId:executionSchedulingRole"));
    assert!(!failures[0].contains(EXTERNAL_ID), "{failures:?}");
    assert_eq!(failures[1], "in 210000000003 us-west-2: CANCELLED");
    replay.finish();
}

#[tokio::test]
async fn another_operation_is_told_by_its_code() {
    let busy = on("UpdateStackSet").refuses(409, "OperationInProgressException", "Another Operation is in progress");
    let replay = replay([busy]).await;
    let refused = replay.aws.update_stack_set(&request(CallAs::DelegatedAdmin), preferences(), "operation-1").await;
    let refused = refused.expect_err("it is refused");
    assert_eq!((refused.class, refused.code.as_deref()), (ErrorClass::Invalid, Some("OperationInProgressException")));
    replay.finish();
}
