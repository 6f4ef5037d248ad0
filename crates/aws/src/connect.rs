//! Ways into accounts: credentials from the SDK's default chain or a profile, and from there perhaps a
//! role, with our transport, deadlines and limits.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_cloudformation::config::IdentityCache;
use aws_sdk_cloudformation::config::retry::RetryPartition;
use groundwork_model::Region;
use groundwork_model::rollout::{Access, AssumeRole};
use tokio::sync::Mutex;

use crate::cloud::Aws;
use crate::http::Transport;
use crate::limiter::Limiters;
use crate::organizations::AwsOrganizations;
use crate::renewal::Renewal;
use crate::retry;
use crate::session::Sessions;

/// How long the credentials may take to load. The SDK's 5 seconds are too few for a credential
/// process that talks to an identity provider; 20 still cover metadata that does not answer.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(20);

/// Hands out connections to many accounts and Regions.
///
/// They share what can be shared: the HTTP client, the configuration of a profile, the session of a
/// role, and the limits of an API in an account and Region.
pub struct Connector {
    transport: Transport,
    profile: Option<String>,
    limiters: fn() -> Limiters,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sources: BTreeMap<Option<String>, Source>,
    ways: Vec<Way>,
}

/// The configuration of a profile, or of the default chain.
struct Source {
    config: SdkConfig,
    identity: Renewal,
    /// For the calls that assume roles, which all count against the source's own account.
    limiters: Limiters,
    retries: RetryPartition,
}

/// A way into an account.
struct Way {
    access: Access,
    config: SdkConfig,
    identity: Renewal,
    limiters: BTreeMap<Region, Limiters>,
}

/// What calls in an account and Region are made with.
struct Prepared {
    config: SdkConfig,
    identity: Renewal,
    limiters: Limiters,
    /// The profile behind it.
    profile: Option<String>,
}

impl Connector {
    /// A connector for the only target of a run, which nobody else slows down.
    pub fn for_one(http: reqwest::Client, profile: Option<String>) -> Self {
        Self { limiters: Limiters::of_one, ..Self::new(http, profile) }
    }

    /// A connector, for which nothing was read yet. `profile` is for targets that name none: the user's
    /// choice on the command line. It alone gives the credentials then. `AWS_PROFILE` is not meant: the
    /// SDK heeds that itself.
    pub fn new(http: reqwest::Client, profile: Option<String>) -> Self {
        Self { transport: Transport::new(http), profile, limiters: Limiters::among_many, state: Mutex::default() }
    }

    /// For a configuration that was made otherwise, as tests do: it takes the default chain's place.
    pub fn from_config(http: reqwest::Client, config: &SdkConfig) -> Self {
        let state = State { sources: [(None, Source::new(config))].into(), ways: Vec::new() };
        Self { state: Mutex::new(state), ..Self::new(http, None) }
    }

    /// Prepares calls in an account and Region: reads the environment and the configuration files as
    /// the SDK does, unless that was done. Nothing is sent, and no credential is loaded, before the
    /// first call.
    ///
    /// `AWS_ENDPOINT_URL` and its kin are heeded, as by every AWS tool. A role is assumed at STS in the
    /// Region in which it was asked for first.
    pub async fn connect(&self, access: &Access, region: &Region) -> Aws {
        let Prepared { config, identity, limiters, profile } = self.prepared(access, region).await;
        Aws::new(&self.transport, &config, &identity, &limiters, profile)
    }

    /// The same for one of many targets: it waits until the session is there, if the access is by a role. Calls
    /// that are prepared and wait for their session take a hundred times the memory. That there is no session is
    /// for the calls to tell: they ask once more.
    pub async fn reach(&self, access: &Access, region: &Region) -> Aws {
        let Prepared { config, identity, limiters, profile } = self.prepared(access, region).await;
        if access.assume_role.is_some()
            && let Some(sessions) = config.credentials_provider()
        {
            drop(sessions.provide_credentials().await);
        }
        Aws::new(&self.transport, &config, &identity, &limiters, profile)
    }

    async fn prepared(&self, access: &Access, region: &Region) -> Prepared {
        let mut state = self.state.lock().await;
        let way = self.way(&mut state, access, region).await;
        Prepared {
            config: way.config.to_builder().region(aws_region(region)).build(),
            identity: way.identity.clone(),
            limiters: way.limiters.entry(region.clone()).or_insert_with(self.limiters).clone(),
            profile: self.profile_of(access),
        }
    }

    /// Prepares calls to AWS Organizations in the partition of a Region, as [`Self::connect`] does.
    pub async fn organizations(&self, access: &Access, region: &Region) -> AwsOrganizations {
        let mut state = self.state.lock().await;
        let way = self.way(&mut state, access, region).await;
        let config = way.config.to_builder().region(aws_region(region)).build();
        AwsOrganizations::new(&self.transport, &config, self.profile_of(access))
    }

    fn profile_of(&self, access: &Access) -> Option<String> {
        access.profile.clone().or_else(|| self.profile.clone())
    }

    /// The way into an account, made unless it is known.
    async fn way<'s>(&self, state: &'s mut State, access: &Access, region: &Region) -> &'s mut Way {
        let profile = self.profile_of(access);
        let State { sources, ways } = state;
        let source = match sources.entry(profile.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Source::new(&self.load(profile.as_deref(), region).await)),
        };
        let at = ways.iter().position(|way| way.access == *access).unwrap_or_else(|| {
            let (config, identity) = match &access.assume_role {
                Some(role) => self.with_role(source, role, profile.as_deref(), region),
                None => (source.config.clone(), source.identity.clone()),
            };
            ways.push(Way { access: access.clone(), config, identity, limiters: BTreeMap::new() });
            ways.len() - 1
        });
        &mut ways[at]
    }

    async fn load(&self, profile: Option<&str>, region: &Region) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(aws_region(region))
            .http_client(self.transport.clone())
            .retry_config(retry::config())
            .timeout_config(retry::timeouts());
        if let Some(profile) = profile {
            let provider = only_profile(profile, aws_region(region), self.transport.clone());
            loader = loader.profile_name(profile).credentials_provider(SharedCredentialsProvider::new(provider));
        }
        loader.load().await
    }

    /// The source's configuration with the credentials of a role's session.
    fn with_role(
        &self,
        source: &Source,
        role: &AssumeRole,
        profile: Option<&str>,
        region: &Region,
    ) -> (SdkConfig, Renewal) {
        let config = source.config.to_builder().region(aws_region(region)).build();
        let sts = aws_sdk_sts::config::Builder::from(&config)
            .http_client(self.transport.limited(&source.limiters.sts))
            .retry_classifier(source.identity.clone())
            .retry_partition(source.retries.clone());
        let sts = aws_sdk_sts::Client::from_conf(sts.build());
        let time = config.time_source().unwrap_or_default();
        // The sessions remember their credentials, and what went wrong, better than the SDK's cache does:
        // that lets everybody who waits for a session that is refused ask again, one after the other.
        let identity = Renewal::new(IdentityCache::no_cache);
        let sessions = Sessions::new(sts, role.clone(), profile.map(str::to_owned), time, identity.clone());
        let builder = config.into_builder().identity_cache(identity.clone());
        (builder.credentials_provider(SharedCredentialsProvider::new(sessions)).build(), identity)
    }
}

/// Says nothing: the SDK's configuration shows what it holds.
impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl Source {
    fn new(config: &SdkConfig) -> Self {
        let identity = cached();
        Self {
            config: bounded(config, &identity),
            identity,
            limiters: Limiters::among_many(),
            retries: retry::partition(),
        }
    }
}

fn aws_region(region: &Region) -> aws_config::Region {
    aws_config::Region::new(region.as_str().to_owned())
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

/// Credentials that are kept until shortly before their end.
pub(crate) fn cached() -> Renewal {
    Renewal::new(|| IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
}

/// The configuration with our deadlines, retries, keeping of credentials and name, whatever it says about
/// them.
pub(crate) fn bounded(config: &SdkConfig, identity: &Renewal) -> SdkConfig {
    let builder = config.to_builder().retry_config(retry::config()).timeout_config(retry::timeouts());
    let mut builder = builder.identity_cache(identity.clone());
    builder.set_app_name(AppName::new(concat!("groundwork-", env!("CARGO_PKG_VERSION"))).ok());
    builder.build()
}
