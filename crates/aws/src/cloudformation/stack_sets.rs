//! Stack sets: service-managed ones, as their administrator sees them.

use aws_sdk_cloudformation::types::{
    self, AccountFilterType, AutoDeployment, CallAs as WireCallAs, Capability, ConcurrencyMode, DeploymentTargets,
    PermissionModels, RegionConcurrencyType, StackInstanceStatus, StackSetOperationPreferences,
    StackSetOperationResultStatus, StackSetOperationStatus, StackSetStatus,
};
use groundwork_engine::ports::{ApiError, ErrorClass, OperationStatus, StackSetRequest};
use groundwork_model::StackName;
use groundwork_model::stack_set::{CallAs, InstanceStatus, MissingStacks, Preferences, StackInstance, StackSet};
use groundwork_model::world::Observed;

use super::stacks;
use crate::call::Call;
use crate::cloud::Aws;
use crate::pages;

fn wire(call_as: CallAs) -> WireCallAs {
    match call_as {
        CallAs::DelegatedAdmin => WireCallAs::DelegatedAdmin,
        CallAs::Management => WireCallAs::SelfValue,
    }
}

/// `DescribeStackSet`.
pub(crate) async fn describe(aws: &Aws, name: &StackName, call_as: CallAs) -> Result<Observed<StackSet>, ApiError> {
    let call = Call::new(aws, "DescribeStackSet");
    let request = aws.cloudformation.describe_stack_set().stack_set_name(name.as_str()).call_as(wire(call_as));
    let answer = match request.send().await.map_err(|error| call.failed(error)) {
        Err(error) if error.class == ErrorClass::Gone => return Ok(Observed::Absent),
        answer => answer?,
    };
    let set = call.required("StackSet", answer.stack_set())?;
    if set.status() == Some(&StackSetStatus::Deleted) {
        return Ok(Observed::Absent);
    }
    Ok(Observed::Present(StackSet {
        name: call.id("StackSetName", set.stack_set_name())?,
        id: call.required("StackSetId", set.stack_set_id())?.to_owned(),
        template: call.required("TemplateBody", set.template_body())?.to_owned(),
        parameters: stacks::parameters(&call, set.parameters())?,
        tags: stacks::tags(&call, set.tags())?,
        is_service_managed: set.permission_model() == Some(&PermissionModels::ServiceManaged),
        auto_deployment: set.auto_deployment().and_then(AutoDeployment::enabled).unwrap_or_default(),
    }))
}

/// `ListStackInstances`.
pub(crate) async fn instances(aws: &Aws, name: &StackName, call_as: CallAs) -> Result<Vec<StackInstance>, ApiError> {
    let call = Call::new(aws, "ListStackInstances");
    let page = async |token| {
        let request = aws.cloudformation.list_stack_instances().stack_set_name(name.as_str()).call_as(wire(call_as));
        let answer = request.set_next_token(token).send().await.map_err(|error| call.failed(error))?;
        let found = answer.summaries().iter().map(|summary| instance(&call, summary));
        Ok((found.collect::<Result<Vec<_>, _>>()?, answer.next_token))
    };
    match pages::all(&call, page).await {
        Err(error) if error.class == ErrorClass::Gone => Ok(Vec::new()),
        found => found,
    }
}

fn instance(call: &Call<'_>, summary: &types::StackInstanceSummary) -> Result<StackInstance, ApiError> {
    let status = match call.required("Status", summary.status())? {
        StackInstanceStatus::Current => InstanceStatus::Current,
        StackInstanceStatus::Inoperable => InstanceStatus::Inoperable,
        // OUTDATED, and whatever AWS invents: not what the set says.
        _ => InstanceStatus::Outdated,
    };
    Ok(StackInstance {
        account: call.id("Account", summary.account())?,
        region: call.id("Region", summary.region())?,
        stack: match summary.stack_id().filter(|id| !id.is_empty()) {
            Some(id) => Some(call.id("StackId", Some(id))?),
            None => None,
        },
        status,
        reason: call.words(summary.status_reason()),
    })
}

/// `CreateStackSet`.
pub(crate) async fn create(aws: &Aws, request: &StackSetRequest, token: &str) -> Result<(), ApiError> {
    let call = Call::new(aws, "CreateStackSet");
    super::keep(aws, &request.parameters);
    let create = aws
        .cloudformation
        .create_stack_set()
        .stack_set_name(request.name.as_str())
        .description("made by groundwork")
        .template_body(&request.template)
        .set_parameters(Some(super::parameters(&request.parameters)))
        .set_tags(Some(super::tags(&request.tags)))
        .capabilities(Capability::CapabilityNamedIam)
        .permission_model(PermissionModels::ServiceManaged)
        .auto_deployment(auto_deployment(request.auto_deployment))
        .call_as(wire(request.call_as))
        .client_request_token(token);
    create.send().await.map(drop).map_err(|error| call.failed(error))
}

/// `UpdateStackSet`.
pub(crate) async fn update(
    aws: &Aws,
    request: &StackSetRequest,
    preferences: Preferences,
    operation: &str,
) -> Result<String, ApiError> {
    let call = Call::new(aws, "UpdateStackSet");
    super::keep(aws, &request.parameters);
    let update = aws
        .cloudformation
        .update_stack_set()
        .stack_set_name(request.name.as_str())
        .template_body(&request.template)
        .set_parameters(Some(super::parameters(&request.parameters)))
        .set_tags(Some(super::tags(&request.tags)))
        .capabilities(Capability::CapabilityNamedIam)
        .permission_model(PermissionModels::ServiceManaged)
        .auto_deployment(auto_deployment(request.auto_deployment))
        .operation_preferences(through(&call, preferences)?)
        .operation_id(operation)
        .call_as(wire(request.call_as));
    let answer = update.send().await.map_err(|error| call.failed(error))?;
    call.required("OperationId", answer.operation_id)
}

/// `CreateStackInstances`.
pub(crate) async fn add(
    aws: &Aws,
    name: &StackName,
    call_as: CallAs,
    units: &[String],
    missing: &MissingStacks,
    operation: &str,
) -> Result<String, ApiError> {
    let call = Call::new(aws, "CreateStackInstances");
    // Those of the accounts that are in the units, and no others in them.
    let targets = DeploymentTargets::builder()
        .set_organizational_unit_ids(Some(units.to_vec()))
        .set_accounts(Some(missing.accounts.iter().map(ToString::to_string).collect()))
        .account_filter_type(AccountFilterType::Intersection)
        .build();
    let create = aws
        .cloudformation
        .create_stack_instances()
        .stack_set_name(name.as_str())
        .deployment_targets(targets)
        .regions(missing.region.as_str())
        .operation_preferences(through(&call, missing.preferences)?)
        .operation_id(operation)
        .call_as(wire(call_as));
    let answer = create.send().await.map_err(|error| call.failed(error))?;
    call.required("OperationId", answer.operation_id)
}

/// `DescribeStackSetOperation`.
pub(crate) async fn operation(
    aws: &Aws,
    name: &StackName,
    call_as: CallAs,
    operation: &str,
) -> Result<OperationStatus, ApiError> {
    let call = Call::new(aws, "DescribeStackSetOperation");
    let request = aws.cloudformation.describe_stack_set_operation().stack_set_name(name.as_str());
    let answer = request.operation_id(operation).call_as(wire(call_as)).send().await;
    let answer = answer.map_err(|error| call.failed(error))?;
    let operation = call.required("StackSetOperation", answer.stack_set_operation())?;
    Ok(match call.required("Status", operation.status())? {
        StackSetOperationStatus::Succeeded => OperationStatus::Succeeded,
        StackSetOperationStatus::Queued | StackSetOperationStatus::Running | StackSetOperationStatus::Stopping => {
            OperationStatus::Running
        }
        StackSetOperationStatus::Failed | StackSetOperationStatus::Stopped => OperationStatus::Failed,
        other => return Err(call.unexpected(format_args!("the operation's status is {}", other.as_str()))),
    })
}

/// `ListStackSetOperationResults`.
pub(crate) async fn failures(
    aws: &Aws,
    name: &StackName,
    call_as: CallAs,
    operation: &str,
) -> Result<Vec<String>, ApiError> {
    let call = Call::new(aws, "ListStackSetOperationResults");
    let page = async |token| {
        let request = aws.cloudformation.list_stack_set_operation_results().stack_set_name(name.as_str());
        let request = request.operation_id(operation).call_as(wire(call_as)).set_next_token(token);
        let answer = request.send().await.map_err(|error| call.failed(error))?;
        let failed = answer.summaries().iter().filter(|result| {
            !matches!(
                result.status(),
                Some(StackSetOperationResultStatus::Succeeded | StackSetOperationResultStatus::Pending)
            )
        });
        let told = failed.map(|result| {
            let place = format!("{} {}", result.account().unwrap_or("?"), result.region().unwrap_or("?"));
            let status = result.status().map_or("?", StackSetOperationResultStatus::as_str);
            match call.words(result.status_reason()) {
                Some(reason) => format!("in {place}: {reason}"),
                None => format!("in {place}: {status}"),
            }
        });
        Ok((told.collect::<Vec<String>>(), answer.next_token))
    };
    pages::all(&call, page).await
}

fn auto_deployment(enabled: bool) -> AutoDeployment {
    let deployment = AutoDeployment::builder().enabled(enabled);
    // What leaves the units keeps its stack: nothing is deleted that nobody asked for.
    if enabled { deployment.retain_stacks_on_account_removal(true) } else { deployment }.build()
}

/// As many at once as the wave says also where few may fail, which AWS calls soft.
fn through(call: &Call<'_>, preferences: Preferences) -> Result<StackSetOperationPreferences, ApiError> {
    let number = |number: usize| i32::try_from(number).map_err(|error| call.unexpected(error));
    Ok(StackSetOperationPreferences::builder()
        .region_concurrency_type(RegionConcurrencyType::Sequential)
        .concurrency_mode(ConcurrencyMode::SoftFailureTolerance)
        .max_concurrent_count(number(preferences.max_concurrent.get())?)
        .failure_tolerance_count(number(preferences.max_failures)?)
        .build())
}
