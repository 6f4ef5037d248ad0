//! The fake and the emulator tell the same story.

use std::time::Duration;

use anyhow::Result;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use groundwork_aws::Aws;
use groundwork_emulator::Story;
use groundwork_engine::ports::Clock;
use groundwork_harness::Emulator;
use groundwork_testkit::{FakeCloud, ScriptedClock};

struct RealTime;

impl Clock for RealTime {
    fn now_ms(&self) -> u64 {
        0
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[test]
fn the_fake_behaves() {
    let clock = ScriptedClock::new();
    let cloud = FakeCloud::new(&clock);
    clock.run(Story { cloud: &cloud, clock: &clock }.tell()).expect("every call is answered");
}

#[tokio::test]
async fn the_adapter_behaves_in_front_of_the_emulator() -> Result<()> {
    let keys = Credentials::new("300000000001", "test", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-west-2"))
        .endpoint_url(Emulator::shared().url())
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build();
    let aws = Aws::from_config(&groundwork_aws::http_client()?, &config, None);
    Story { cloud: &aws, clock: &RealTime }.tell().await?;
    Ok(())
}
