//! CloudReactor, asked only once who we are.

use futures_util::future::{FutureExt, LocalBoxFuture, Shared};
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::world::{Group, Observed};
use groundwork_model::{RunEnvironmentName, Uuid};

use crate::ports::{ApiError, Created, Identity, Saas};

/// CloudReactor with one answer, or one failure, to the question who we are. Every discovery asks that, all
/// targets of a survey have the same credentials, and CloudReactor counts requests.
pub(super) struct Asked<'a, S> {
    saas: &'a S,
    identity: Shared<LocalBoxFuture<'a, Result<Identity, ApiError>>>,
}

impl<'a, S: Saas> Asked<'a, S> {
    /// Asks nothing yet.
    pub(super) fn new(saas: &'a S) -> Self {
        Self { saas, identity: saas.identity().boxed_local().shared() }
    }
}

impl<S: Saas> Saas for Asked<'_, S> {
    async fn identity(&self) -> Result<Identity, ApiError> {
        self.identity.clone().await
    }

    async fn run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
    ) -> Result<Observed<RunEnvironment>, ApiError> {
        self.saas.run_environment(group, name).await
    }

    async fn create_run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
        aws: &Settings,
        ecs: &Settings,
    ) -> Result<Created, ApiError> {
        self.saas.create_run_environment(group, name, aws, ecs).await
    }

    async fn update_run_environment(
        &self,
        uuid: &Uuid,
        aws: Option<&Settings>,
        ecs: Option<&Settings>,
    ) -> Result<RunEnvironment, ApiError> {
        self.saas.update_run_environment(uuid, aws, ecs).await
    }

    async fn delete_run_environment(&self, uuid: &Uuid) -> Result<(), ApiError> {
        self.saas.delete_run_environment(uuid).await
    }
}
