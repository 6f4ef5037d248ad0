//! Sessions in other accounts: a role is assumed once for all who need it, and again before the
//! session ends.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_sdk_sts::error::BuildError;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_sdk_sts::types::Tag;
use aws_smithy_async::time::SharedTimeSource;
use groundwork_engine::ports::{ApiError, ErrorClass, Service};
use groundwork_model::rollout::AssumeRole;
use tokio::sync::Mutex;

use crate::custody::Custody;
use crate::error;
use crate::renewal::Renewal;

/// The operation, as AWS names it.
const ASSUME_ROLE: &str = "AssumeRole";

/// How long a session lasts, in seconds. A role that was assumed from a role, as SSO's and an
/// instance's are, gets no longer session, and every role permits this one.
const LENGTH: i32 = 3600;

/// A session is renewed this long before it ends: a call that is signed now may be tried for a minute
/// and a half.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// The session's name if the spec gives none.
const NAME: &str = "groundwork";

/// The sessions of one role, one after the other.
pub(crate) struct Sessions {
    sts: aws_sdk_sts::Client,
    role: AssumeRole,
    /// The profile of the credentials that assume the role; named in messages only.
    profile: Option<String>,
    time: SharedTimeSource,
    identity: Renewal,
    custody: Custody,
    /// How often the role was assumed, or was not to be.
    tries: AtomicU64,
    /// Held while the role is assumed, so that all who need the session wait for one call.
    latest: Mutex<Option<Result<Credentials, ApiError>>>,
}

impl Sessions {
    /// Prepares sessions; nothing is sent yet.
    pub fn new(
        sts: aws_sdk_sts::Client,
        role: AssumeRole,
        profile: Option<String>,
        time: SharedTimeSource,
        identity: Renewal,
    ) -> Self {
        let custody = Custody::default();
        if let Some(id) = &role.external_id {
            custody.take(id);
        }
        Self { sts, role, profile, time, identity, custody, tries: AtomicU64::new(0), latest: Mutex::default() }
    }

    /// The current session's credentials. Whoever waited while the role could not be assumed is told
    /// the same; whoever comes later makes another try.
    async fn credentials(&self) -> Result<Credentials, ApiError> {
        let tries = self.tries.load(Ordering::Relaxed);
        let mut latest = self.latest.lock().await;
        match &*latest {
            Some(Ok(credentials)) if self.is_good(credentials) => return Ok(credentials.clone()),
            Some(Err(error)) if self.tries.load(Ordering::Relaxed) > tries => return Err(error.clone()),
            Some(_) | None => {}
        }
        let outcome = self.assume().await;
        self.tries.fetch_add(1, Ordering::Relaxed);
        latest.insert(outcome).clone()
    }

    fn is_good(&self, credentials: &Credentials) -> bool {
        !self.identity.has_refused(credentials) && credentials.expiry().is_none_or(|end| self.time.now() + MARGIN < end)
    }

    async fn assume(&self) -> Result<Credentials, ApiError> {
        let role = &self.role;
        let tags = role.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let tags: Vec<Tag> = tags.collect::<Result<_, BuildError>>().map_err(|error| self.unexpected(error))?;
        let answer = self
            .sts
            .assume_role()
            .role_arn(role.role.as_str())
            .role_session_name(role.session_name.as_deref().unwrap_or(NAME))
            .duration_seconds(LENGTH)
            .set_external_id(role.external_id.as_ref().map(|id| id.expose().to_owned()))
            .set_tags((!tags.is_empty()).then_some(tags))
            .send()
            .await
            .map_err(|error| self.refused(error::classify(ASSUME_ROLE, self.profile.as_deref(), &error)))?;
        self.read(answer)
    }

    fn read(&self, answer: AssumeRoleOutput) -> Result<Credentials, ApiError> {
        let given = answer.credentials.ok_or_else(|| self.unexpected("the answer holds no credentials"))?;
        let end = SystemTime::try_from(given.expiration).map_err(|error| self.unexpected(error))?;
        let token = Some(given.session_token);
        Ok(Credentials::new(given.access_key_id, given.secret_access_key, token, Some(end), NAME))
    }

    /// Says which role it is about, and what to look at where AWS only says no: it does not tell which
    /// of the trust policy's conditions was not met, or whether there is such a role.
    fn refused(&self, mut error: ApiError) -> ApiError {
        let mut message = format!("role {} cannot be assumed: {}", self.role.role, error.message);
        if error.class == ErrorClass::Denied && error.code.as_deref() == Some("AccessDenied") {
            let external_id = match self.role.external_id {
                Some(_) => " with the external id that the spec gives",
                None => " and ask for no external id, since the spec gives none",
            };
            let tags = if self.role.tags.is_empty() { "" } else { ", and permit sts:TagSession" };
            message += &format!(
                "; its trust policy has to name these credentials{external_id}{tags}, \
                 and their own policies have to allow sts:AssumeRole on it"
            );
        }
        error.message = self.custody.scrub(&message);
        error
    }

    fn unexpected(&self, cause: impl fmt::Display) -> ApiError {
        self.refused(ApiError {
            service: Service::Aws,
            operation: ASSUME_ROLE.to_owned(),
            class: ErrorClass::Unexpected,
            code: None,
            message: cause.to_string(),
            request_id: None,
        })
    }
}

impl ProvideCredentials for Sessions {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let outcome: provider::Result = self.credentials().await.map_err(CredentialsError::provider_error);
            outcome
        })
    }
}

/// Says nothing of the external id, the credentials or the client.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("role", &self.role.role).finish_non_exhaustive()
    }
}
