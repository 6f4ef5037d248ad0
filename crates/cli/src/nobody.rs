//! No CloudReactor: for verbs that work on AWS alone, and so need no credentials for it.

use groundwork_engine::ports::{ApiError, Created, ErrorClass, Identity, Saas, Service};
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::world::{Group, Observed};
use groundwork_model::{RunEnvironmentName, Uuid};

/// Answers nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Nobody {
    /// A plan for AWS alone has no step that asks CloudReactor.
    fn asked<T>(operation: &str) -> Result<T, ApiError> {
        Err(ApiError {
            service: Service::CloudReactor,
            operation: operation.to_owned(),
            class: ErrorClass::NoCredentials,
            code: None,
            message: "this verb works on AWS alone".to_owned(),
            request_id: None,
        })
    }
}

impl Saas for Nobody {
    async fn identity(&self) -> Result<Identity, ApiError> {
        Self::asked("log in")
    }

    async fn run_environment(&self, _: &Group, _: &RunEnvironmentName) -> Result<Observed<RunEnvironment>, ApiError> {
        Self::asked("read a Run Environment")
    }

    async fn create_run_environment(
        &self,
        _: &Group,
        _: &RunEnvironmentName,
        _: &Settings,
        _: &Settings,
    ) -> Result<Created, ApiError> {
        Self::asked("create a Run Environment")
    }

    async fn update_run_environment(
        &self,
        _: &Uuid,
        _: Option<&Settings>,
        _: Option<&Settings>,
    ) -> Result<RunEnvironment, ApiError> {
        Self::asked("update a Run Environment")
    }

    async fn delete_run_environment(&self, _: &Uuid) -> Result<(), ApiError> {
        Self::asked("delete a Run Environment")
    }
}
