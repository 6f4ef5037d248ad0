//! The far ends that all targets of a rollout share, and those of one target, made of them.

use std::time::Duration;

use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::world::{Group, Observed};
use groundwork_model::{RunEnvironmentName, Secret, Uuid};

use super::{ApiError, Clock, Created, Identity, Ports, Random, Saas, Stop};

/// All far ends but AWS, of which each target has its own.
#[derive(Debug)]
pub struct Shared<S, K, R, T> {
    /// CloudReactor.
    pub saas: S,
    /// Time.
    pub clock: K,
    /// Chance.
    pub random: R,
    /// The wish to stop.
    pub stop: T,
}

impl<S, K, R, T> Shared<S, K, R, T> {
    /// All far ends of one target.
    pub fn with<C>(&self, cloud: C) -> Ports<C, &S, &K, &R, &T> {
        Ports { cloud, saas: &self.saas, clock: &self.clock, random: &self.random, stop: &self.stop }
    }
}

impl<S: Saas> Saas for &S {
    async fn identity(&self) -> Result<Identity, ApiError> {
        (**self).identity().await
    }

    async fn run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
    ) -> Result<Observed<RunEnvironment>, ApiError> {
        (**self).run_environment(group, name).await
    }

    async fn create_run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
        aws: &Settings,
        ecs: &Settings,
    ) -> Result<Created, ApiError> {
        (**self).create_run_environment(group, name, aws, ecs).await
    }

    async fn update_run_environment(
        &self,
        uuid: &Uuid,
        aws: Option<&Settings>,
        ecs: Option<&Settings>,
    ) -> Result<RunEnvironment, ApiError> {
        (**self).update_run_environment(uuid, aws, ecs).await
    }

    async fn delete_run_environment(&self, uuid: &Uuid) -> Result<(), ApiError> {
        (**self).delete_run_environment(uuid).await
    }
}

impl<K: Clock> Clock for &K {
    fn now_ms(&self) -> u64 {
        (**self).now_ms()
    }

    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }
}

impl<R: Random> Random for &R {
    fn text(&self, length: usize) -> Secret {
        (**self).text(length)
    }
}

impl<T: Stop> Stop for &T {
    fn requested(&self) -> bool {
        (**self).requested()
    }

    async fn wait(&self) {
        (**self).wait().await;
    }
}
