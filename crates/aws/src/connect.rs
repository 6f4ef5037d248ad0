//! Finding credentials and endpoints: the SDK's default chain, with our transport and deadlines.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudformation::config::IdentityCache;
use groundwork_model::Region;

use crate::cloud::Aws;
use crate::http::Transport;
use crate::retry;

/// How long the credentials may take to load. The SDK's 5 seconds are too few for a credential
/// process that talks to an identity provider; 20 still cover metadata that does not answer.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(20);

/// How AWS is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectSettings {
    /// The Region.
    pub region: Region,
    /// A profile that the user named on the command line. It alone gives the credentials then.
    /// `AWS_PROFILE` is not meant: the SDK heeds that itself.
    pub profile: Option<String>,
}

/// Prepares calls to AWS: reads the environment and the configuration files as the SDK does. Nothing
/// is sent, and no credential is loaded, before the first call.
///
/// `AWS_ENDPOINT_URL` and its kin are heeded, as by every AWS tool.
pub async fn connect(http: &reqwest::Client, settings: ConnectSettings) -> Aws {
    let transport = Transport::new(http.clone());
    let region = aws_config::Region::new(settings.region.as_str().to_owned());
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(region.clone())
        .http_client(transport.clone())
        .retry_config(retry::config())
        .timeout_config(retry::timeouts())
        .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build());
    if let Some(profile) = &settings.profile {
        let provider = only_profile(profile, region, transport);
        loader = loader.profile_name(profile).credentials_provider(SharedCredentialsProvider::new(provider));
    }
    Aws::from_config(http, &loader.load().await, settings.profile)
}

/// In the SDK's chain, keys in the environment come before any profile, also before one that was
/// named: the run would then change an account that the user did not mean.
fn only_profile(name: &str, region: aws_config::Region, transport: Transport) -> ProfileFileCredentialsProvider {
    let config = ProviderConfig::without_region()
        .with_region(Some(region))
        .with_http_client(transport)
        .with_retry_config(retry::config())
        .with_timeout_config(retry::timeouts());
    ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name).build()
}

/// The configuration with our transport, deadlines, retries and name, whatever it says about them.
pub(crate) fn bounded(http: &reqwest::Client, config: &SdkConfig) -> SdkConfig {
    let mut builder = config
        .to_builder()
        .http_client(Transport::new(http.clone()))
        .retry_config(retry::config())
        .timeout_config(retry::timeouts());
    builder.set_app_name(AppName::new(concat!("groundwork-", env!("CARGO_PKG_VERSION"))).ok());
    builder.build()
}
