//! Credentials, Region and endpoints: the SDK's own rules, on our HTTP client.

use aws_config::{AppName, BehaviorVersion};
use groundwork_model::Region;

use crate::cloud::Aws;
use crate::http::Transport;
use crate::retry;

/// How AWS is reached.
#[derive(Clone, Debug)]
pub struct ConnectSettings {
    /// The Region, whatever the environment or the profile says.
    pub region: Region,
    /// A profile of the shared configuration; without it the SDK's own choice.
    pub profile: Option<String>,
}

/// Puts the SDK together. Nothing is called yet: credentials are loaded by the first call.
pub async fn connect(http: &reqwest::Client, settings: ConnectSettings) -> Aws {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(aws_config::Region::new(settings.region.as_str().to_owned()))
        .http_client(Transport::new(http.clone()))
        // Also for the calls that load credentials, which the clients' own settings don't reach.
        .retry_config(retry::config())
        .timeout_config(retry::timeouts());
    if let Ok(name) = AppName::new(concat!("groundwork-", env!("CARGO_PKG_VERSION"))) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    Aws::new(&loader.load().await, settings.profile)
}
