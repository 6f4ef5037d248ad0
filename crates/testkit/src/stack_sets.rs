//! Stack sets in memory: an operation takes its time, one at a time, and some accounts refuse.

use std::collections::BTreeSet;

use groundwork_engine::ports::{
    ApiError, ErrorClass, OperationStatus, ParameterInput, Service, StackSetRequest, StackSets,
};
use groundwork_model::run_environment::is_secret_parameter;
use groundwork_model::stack_set::{CallAs, InstanceStatus, MissingStacks, Preferences, StackInstance, StackSet};
use groundwork_model::world::{Observed, ObservedParameter};
use groundwork_model::{AccountId, ParameterKey, StackName};

use crate::FakeCloud;

/// How long an operation takes, in milliseconds.
const DURATION_MS: u64 = 20_000;

/// The stack sets of an organization.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    /// The sets.
    pub sets: Vec<StackSet>,
    /// Their stacks.
    pub instances: Vec<StackInstance>,
    /// Accounts in which no stack can be made.
    pub refusing: BTreeSet<AccountId>,
    operations: Vec<Operation>,
}

#[derive(Clone, Debug)]
struct Operation {
    id: String,
    ends_ms: u64,
    max_failures: usize,
    failed: Vec<String>,
    makes: Vec<StackInstance>,
}

impl Sets {
    fn settle(&mut self, now_ms: u64) {
        for operation in self.operations.iter_mut().filter(|operation| operation.ends_ms <= now_ms) {
            self.instances.append(&mut operation.makes);
        }
    }

    fn begin(&mut self, operation: Operation, now_ms: u64) -> Result<String, ApiError> {
        let id = operation.id.clone();
        if self.operations.iter().any(|known| known.id == id) {
            return Ok(id);
        }
        if self.operations.iter().any(|known| known.ends_ms > now_ms) {
            let code = Some("OperationInProgressException".to_owned());
            return Err(ApiError { code, ..error("another operation is in progress") });
        }
        self.operations.push(operation);
        Ok(id)
    }
}

fn error(message: &str) -> ApiError {
    ApiError {
        service: Service::Aws,
        operation: "a call on a stack set".to_owned(),
        class: ErrorClass::Invalid,
        code: None,
        message: message.to_owned(),
        request_id: None,
    }
}

/// The set that a request makes of an older one.
fn made(request: &StackSetRequest, before: Option<&StackSet>) -> Result<StackSet, ApiError> {
    let value = |(key, input): (&ParameterKey, &ParameterInput)| {
        let value = match input {
            ParameterInput::Text(text) if is_secret_parameter(key.as_str()) => {
                ObservedParameter::Secret(groundwork_model::Secret::new(text.clone()))
            }
            ParameterInput::Text(text) => ObservedParameter::Plain(text.clone()),
            ParameterInput::Secret(secret) => ObservedParameter::Secret(secret.clone()),
            ParameterInput::Previous => {
                let before = before.and_then(|set| set.parameters.get(key));
                before.cloned().ok_or_else(|| error("a parameter has no previous value"))?
            }
        };
        Ok((key.clone(), value))
    };
    Ok(StackSet {
        name: request.name.clone(),
        id: format!("{}:1", request.name),
        template: request.template.clone(),
        parameters: request.parameters.iter().map(value).collect::<Result<_, ApiError>>()?,
        tags: request.tags.clone(),
        is_service_managed: true,
        auto_deployment: request.auto_deployment,
    })
}

impl StackSets for FakeCloud {
    async fn stack_set(&self, name: &StackName, _: CallAs) -> Result<Observed<StackSet>, ApiError> {
        let find = |sets: &mut Sets, _| sets.sets.iter().find(|set| set.name == *name).cloned();
        let found = self.call_on_sets("DescribeStackSet", name, |sets, now| Ok(find(sets, now))).await?;
        Ok(found.map_or(Observed::Absent, Observed::Present))
    }

    async fn stack_instances(&self, name: &StackName, _: CallAs) -> Result<Vec<StackInstance>, ApiError> {
        self.call_on_sets("ListStackInstances", name, |sets, _| Ok(sets.instances.clone())).await
    }

    async fn create_stack_set(&self, request: &StackSetRequest, _: &str) -> Result<(), ApiError> {
        let create = |sets: &mut Sets, _| {
            if sets.sets.iter().any(|set| set.name == request.name) {
                return Err(error("the name is taken"));
            }
            sets.sets.push(made(request, None)?);
            Ok(())
        };
        self.call_on_sets("CreateStackSet", &request.name, create).await
    }

    async fn update_stack_set(
        &self,
        request: &StackSetRequest,
        preferences: Preferences,
        operation: &str,
    ) -> Result<String, ApiError> {
        let update = |sets: &mut Sets, now_ms| {
            let at = sets.sets.iter().position(|set| set.name == request.name);
            let at = at.ok_or_else(|| error("there is no such set"))?;
            let made = made(request, sets.sets.get(at))?;
            let operation = Operation {
                id: operation.to_owned(),
                ends_ms: now_ms + DURATION_MS,
                max_failures: preferences.max_failures,
                failed: Vec::new(),
                makes: Vec::new(),
            };
            let id = sets.begin(operation, now_ms)?;
            sets.sets[at] = made;
            for instance in &mut sets.instances {
                instance.status = InstanceStatus::Current;
            }
            Ok(id)
        };
        self.call_on_sets("UpdateStackSet", &request.name, update).await
    }

    async fn create_stack_instances(
        &self,
        name: &StackName,
        _: CallAs,
        _: &[String],
        missing: &MissingStacks,
        operation: &str,
    ) -> Result<String, ApiError> {
        let create = |sets: &mut Sets, now_ms| {
            let refuses = |account: &&AccountId| sets.refusing.contains(*account);
            let failed = missing.accounts.iter().filter(refuses);
            let failed = failed.map(|account| format!("in {account} {}: no room", missing.region)).collect();
            let making = missing.accounts.iter().filter(|account| !sets.refusing.contains(*account));
            let makes = making.map(|account| instance(name, account, missing)).collect();
            let max_failures = missing.preferences.max_failures;
            let ends_ms = now_ms + DURATION_MS;
            sets.begin(Operation { id: operation.to_owned(), ends_ms, max_failures, failed, makes }, now_ms)
        };
        self.call_on_sets("CreateStackInstances", name, create).await
    }

    async fn stack_set_operation(
        &self,
        name: &StackName,
        _: CallAs,
        operation: &str,
    ) -> Result<OperationStatus, ApiError> {
        let status = |sets: &mut Sets, now_ms| {
            let known = sets.operations.iter().find(|known| known.id == operation);
            let known = known.ok_or_else(|| error("there is no such operation"))?;
            Ok(match known {
                running if running.ends_ms > now_ms => OperationStatus::Running,
                ended if ended.failed.len() > ended.max_failures => OperationStatus::Failed,
                _ => OperationStatus::Succeeded,
            })
        };
        self.call_on_sets("DescribeStackSetOperation", name, status).await
    }

    async fn stack_set_failures(&self, name: &StackName, _: CallAs, operation: &str) -> Result<Vec<String>, ApiError> {
        let failures = |sets: &mut Sets, _| {
            let known = sets.operations.iter().find(|known| known.id == operation);
            Ok(known.map(|known| known.failed.clone()).unwrap_or_default())
        };
        self.call_on_sets("ListStackSetOperationResults", name, failures).await
    }
}

fn instance(name: &StackName, account: &AccountId, missing: &MissingStacks) -> StackInstance {
    let region = &missing.region;
    let stack = format!("arn:aws:cloudformation:{region}:{account}:stack/StackSet-{name}-{account}/1");
    StackInstance {
        account: account.clone(),
        region: region.clone(),
        stack: stack.parse().ok(),
        status: InstanceStatus::Current,
        reason: None,
    }
}

impl FakeCloud {
    /// Changes the stack sets as somebody else would.
    pub fn stack_sets<T>(&self, change: impl FnOnce(&mut Sets) -> T) -> T {
        self.with_sets(|sets, _| change(sets))
    }

    async fn call_on_sets<T>(
        &self,
        operation: &str,
        name: &StackName,
        effect: impl FnOnce(&mut Sets, u64) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let act = || {
            self.with_sets(|sets, now_ms| {
                sets.settle(now_ms);
                effect(sets, now_ms)
            })
        };
        self.calls.make(operation, name.as_str(), act).await
    }
}
