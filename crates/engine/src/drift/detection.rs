//! CloudFormation's drift detection of one stack, from its beginning to its results.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use groundwork_model::detection::{Detection, Obstacle};
use groundwork_model::problem::Problem;
use groundwork_model::{Code, StackId};

use crate::pace::Pace;
use crate::ports::{ApiError, Clock, Cloud, DetectionBegun, DetectionStatus, Ports, Stop};

/// For so long a detection is waited for, somebody else's included: it takes seconds for a resource at the most.
const PATIENCE: Duration = Duration::from_secs(600);

/// Detects the drift of a stack. Results that an earlier detection left are told from its own by their time.
pub(super) async fn detect<C: Cloud, S, K: Clock, R, T: Stop>(
    ports: &Ports<C, S, K, R, T>,
    stack: &StackId,
) -> Result<Detection, Vec<Problem>> {
    let patience = u64::try_from(PATIENCE.as_millis()).unwrap_or(u64::MAX);
    let deadline_ms = ports.clock.now_ms().saturating_add(patience);
    let mut wait = Wait { ports, stack, deadline_ms, pace: Pace::new() };
    wait.detect().await.map_err(|problem| vec![problem])
}

struct Wait<'a, C, S, K, R, T> {
    ports: &'a Ports<C, S, K, R, T>,
    stack: &'a StackId,
    deadline_ms: u64,
    pace: Pace,
}

impl<C: Cloud, S, K: Clock, R, T: Stop> Wait<'_, C, S, K, R, T> {
    async fn detect(&mut self) -> Result<Detection, Problem> {
        let cloud = &self.ports.cloud;
        let id = loop {
            match cloud.detect_drift(self.stack).await {
                Ok(DetectionBegun::Begun(id)) => break id,
                // Its results may be older than what somebody has changed since: ours comes after it.
                Ok(DetectionBegun::Busy) => self.pause().await?,
                Err(error) => self.survive(error).await?,
            }
        };
        let (begun_ms, failure) = self.end(&id).await?;
        let resources = loop {
            match cloud.checked_resources(self.stack).await {
                Ok(resources) => break resources,
                Err(error) => self.survive(error).await?,
            }
        };
        Ok(Detection { begun_ms, failure, resources })
    }

    /// Waits for the end of a detection: when it began, and what kept it from checking everything.
    async fn end(&mut self, id: &str) -> Result<(u64, Option<Obstacle>), Problem> {
        loop {
            match self.ports.cloud.drift_detection(id).await {
                Ok(DetectionStatus::Ended { begun_ms, failure }) => return Ok((begun_ms, failure)),
                Ok(DetectionStatus::Running) => self.pause().await?,
                Err(error) => self.survive(error).await?,
            }
        }
    }

    async fn survive(&mut self, error: ApiError) -> Result<(), Problem> {
        if !error.class.is_transient() {
            return Err(error.into());
        }
        let pause = self.pace.after_disturbance();
        self.sleep(pause).await
    }

    async fn pause(&mut self) -> Result<(), Problem> {
        let pause = self.pace.after_success();
        self.sleep(pause).await
    }

    async fn sleep(&self, pause: Duration) -> Result<(), Problem> {
        let Ports { clock, stop, .. } = self.ports;
        if clock.now_ms() >= self.deadline_ms {
            let minutes = PATIENCE.as_secs() / 60;
            let message =
                format!("CloudFormation's drift detection of {} took longer than {minutes} minutes", self.stack);
            return Err(Problem::new(Code::DriftDetectionTimedOut, message).help("run the same command again"));
        }
        let is_over =
            stop.requested() || matches!(select(pin!(clock.sleep(pause)), pin!(stop.wait())).await, Either::Right(_));
        if is_over {
            let message = format!("interrupted while CloudFormation detected the drift of {}", self.stack);
            return Err(
                Problem::new(Code::Interrupted, message).help("nothing was changed: run the same command again")
            );
        }
        Ok(())
    }
}
