//! Credentials that AWS calls expired although they should be good: their session was revoked, or this
//! machine's clock is late. They are got anew, and the call goes on with those, if there are any.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_credential_types::Credentials;
use aws_sdk_cloudformation::config::{ConfigBag, RuntimeComponents};
use aws_smithy_runtime_api::client::identity::{
    IdentityFuture, ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

use crate::error::error_code;

/// The credentials of one source, kept by a cache of the SDK's until AWS refuses them as expired. It
/// is a cache itself, and decides for the calls that are made with it whether another attempt helps.
#[derive(Clone)]
pub(crate) struct Renewal {
    make: fn() -> SharedIdentityCache,
    state: Arc<Mutex<State>>,
}

struct State {
    cache: SharedIdentityCache,
    /// The access key id of the credentials that were given out last, if those are not to be renewed.
    latest: Option<String>,
    /// The same of those that AWS refused last.
    refused: Option<String>,
}

impl Renewal {
    /// With a cache that this makes, and makes anew to forget what it holds.
    pub fn new(make: fn() -> SharedIdentityCache) -> Self {
        let state = State { cache: make(), latest: None, refused: None };
        Self { make, state: Arc::new(Mutex::new(state)) }
    }

    /// Whether AWS has refused these credentials.
    pub fn has_refused(&self, credentials: &Credentials) -> bool {
        self.state().refused.as_deref() == Some(credentials.access_key_id())
    }

    /// AWS refused a call that was signed with this key. Says whether another attempt would be signed
    /// with another one; credentials that were got anew and are the same as before cannot be renewed.
    fn refused(&self, key: &str) -> bool {
        let mut state = self.state();
        if state.latest.as_deref() != Some(key) {
            return true;
        }
        if state.refused.as_deref() == Some(key) {
            return false;
        }
        *state = State { cache: (self.make)(), latest: None, refused: Some(key.to_owned()) };
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolveCachedIdentity for Renewal {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        config: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        let cache = self.state().cache.clone();
        IdentityFuture::new(async move {
            let identity = cache.resolve_cached_identity(resolver, components, config).await?;
            if let Some(credentials) = identity.data::<Credentials>() {
                self.state().latest = Some(credentials.access_key_id().to_owned());
            }
            Ok(identity)
        })
    }
}

impl ClassifyRetry for Renewal {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some("ExpiredToken" | "ExpiredTokenException") = context.response().and_then(error_code) else {
            return RetryAction::NoActionIndicated;
        };
        match context.response().and_then(|answer| answer.extension::<SignedBy>()) {
            Some(SignedBy(key)) if self.refused(key) => RetryAction::transient_error(),
            Some(_) | None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "expired credentials are renewed"
    }
}

/// The access key id that a call was signed with. The transport attaches it to an answer: the request is
/// gone by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedBy(String);

impl SignedBy {
    /// Reads a signature: `AWS4-HMAC-SHA256 Credential=AKID/20261125/...`.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let (_, credential) = request.headers().get("authorization")?.split_once("Credential=")?;
        credential.split('/').next().map(|key| Self(key.to_owned()))
    }
}

/// Says nothing of the credentials.
impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::config::IdentityCache;

    use super::*;

    #[test]
    fn credentials_are_renewed_once_for_all_calls_and_what_stays_the_same_is_not() {
        let renewal = Renewal::new(IdentityCache::no_cache);
        let given_out = |key: &str| renewal.state().latest = Some(key.to_owned());
        given_out("ONE");
        assert!(renewal.refused("ONE"), "the first call that is refused has them renewed");
        assert!(renewal.refused("ONE"), "so it has for those beside it");
        given_out("TWO");
        assert!(renewal.refused("ONE"), "and for those that were late");
        assert!(renewal.refused("TWO"), "the next ones as well, if they are other ones");
        given_out("TWO");
        assert!(!renewal.refused("TWO"), "these are the same again");
    }

    #[test]
    fn the_signer_is_read_from_the_signature() {
        let signed = |authorization: &'static str| {
            let mut request = HttpRequest::empty();
            request.headers_mut().insert("authorization", authorization);
            SignedBy::of(&request)
        };
        let signature = "AWS4-HMAC-SHA256 Credential=AKID/20261125/us-west-2/sts/aws4_request, SignedHeaders=host";
        assert_eq!(signed(signature), Some(SignedBy("AKID".to_owned())));
        assert_eq!(signed("Bearer x"), None);
        assert_eq!(SignedBy::of(&HttpRequest::empty()), None);
    }
}
