//! Drift detection in memory: what it is told to find, and how it goes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use groundwork_engine::ports::{ApiError, DetectionBegun, DetectionStatus, Drifts};
use groundwork_model::detection::{CheckOutcome, CheckedResource, Obstacle};
use groundwork_model::world::{Address, InternetGateway, NetworkAcl, StackResource};
use groundwork_model::{LogicalId, StackId, VpcId};

use crate::FakeCloud;

/// What drift detections find, and how they go.
#[derive(Clone, Debug, Default)]
pub struct Detections {
    /// What is found of resources, by logical id. All others are as their stack has them.
    pub found: BTreeMap<LogicalId, CheckOutcome>,
    /// Types that are not compared.
    pub unsupported: Vec<String>,
    /// So often somebody else's detection is under way.
    pub busy: usize,
    /// So many looks a detection takes.
    pub looks: usize,
    /// What keeps a detection from checking everything.
    pub failure: Option<Obstacle>,
    /// By so much the results are older than their detection, in milliseconds.
    pub stale_ms: u64,
    begun: BTreeMap<String, Detection>,
}

#[derive(Clone, Debug)]
struct Detection {
    begun_ms: u64,
    looks: usize,
}

impl Drifts for FakeCloud {
    async fn detect_drift(&self, stack: &StackId) -> Result<DetectionBegun, ApiError> {
        self.call("DetectStackDrift", stack.as_str(), |account, now_ms| {
            let detections = &mut account.things.detections;
            if detections.busy > 0 {
                detections.busy -= 1;
                return Ok(DetectionBegun::Busy);
            }
            let id = format!("detection-of-{stack}");
            detections.begun.insert(id.clone(), Detection { begun_ms: now_ms, looks: detections.looks });
            Ok(DetectionBegun::Begun(id))
        })
        .await
    }

    async fn drift_detection(&self, detection: &str) -> Result<DetectionStatus, ApiError> {
        self.call("DescribeStackDriftDetectionStatus", detection, |account, _| {
            let failure = account.things.detections.failure.clone();
            Ok(match account.things.detections.begun.get_mut(detection) {
                Some(running) if running.looks > 0 => {
                    running.looks -= 1;
                    DetectionStatus::Running
                }
                Some(ended) => DetectionStatus::Ended { begun_ms: ended.begun_ms, failure },
                None => DetectionStatus::Running,
            })
        })
        .await
    }

    async fn checked_resources(&self, stack: &StackId) -> Result<Vec<CheckedResource>, ApiError> {
        self.call("DescribeStackResourceDrifts", stack.as_str(), |account, now_ms| {
            let resources = account.formation.resources(stack)?;
            let detections = &account.things.detections;
            let of = |StackResource { logical_id, resource_type, .. }: StackResource| {
                let outcome = match detections.found.get(&logical_id) {
                    Some(found) => found.clone(),
                    None if detections.unsupported.contains(&resource_type) => CheckOutcome::NotChecked,
                    None => CheckOutcome::InSync,
                };
                let checked_ms = now_ms.saturating_sub(detections.stale_ms);
                CheckedResource { logical_id, resource_type, checked_ms, outcome }
            };
            Ok(resources.into_iter().map(of).collect())
        })
        .await
    }

    async fn internet_gateways(&self, ids: &[String]) -> Result<Vec<InternetGateway>, ApiError> {
        self.call("DescribeInternetGateways", "", |account, _| {
            let all = &account.things.internet_gateways;
            Ok(all.iter().filter(|gateway| ids.contains(&gateway.id)).cloned().collect())
        })
        .await
    }

    async fn addresses(&self, addresses: &[Ipv4Addr]) -> Result<Vec<Address>, ApiError> {
        self.call("DescribeAddresses", "", |account, _| {
            let all = &account.things.addresses;
            Ok(all.iter().filter(|address| addresses.contains(&address.address)).cloned().collect())
        })
        .await
    }

    async fn network_acls(&self, vpc: &VpcId) -> Result<Vec<NetworkAcl>, ApiError> {
        self.call("DescribeNetworkAcls", vpc.as_str(), |account, _| {
            Ok(account.things.acls.iter().filter(|acl| acl.vpc == *vpc).cloned().collect())
        })
        .await
    }
}
