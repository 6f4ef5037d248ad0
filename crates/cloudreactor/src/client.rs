//! The operations of the port, each as requests to the API.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use groundwork_engine::ports::{ApiError, Clock, Created, ErrorClass, Identity, Saas};
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::{RunEnvironment, Settings};
use groundwork_model::world::{Group, Observed};
use groundwork_model::{RunEnvironmentName, Secret, Uuid};
use reqwest::Method;
use serde_json::{Value, json};

use crate::base_url;
use crate::fault::{Fault, Reach, unexpected};
use crate::identity::{self, Key};
use crate::listing::Listing;
use crate::once::Once;
use crate::request::Request;
use crate::session::{Credentials, Session};
use crate::transport::Transport;
use crate::wire::{self, Me, Page, WireApiKey};

const ME: &str = "/auth/users/me/";
const API_KEYS: &str = "/api/v1/api_keys/";
pub(crate) const RUN_ENVIRONMENTS: &str = "/api/v1/run_environments/";

/// CloudReactor's API, as one user or key.
pub struct Client<K> {
    transport: Transport<K>,
    session: Session,
    identity: Once<Identity>,
    listing: Option<Listing>,
    /// The one Run Environment that the API key opens, once that is known.
    scope: OnceLock<Uuid>,
}

impl<K: Clock> Client<K> {
    /// Prepares a client; nothing is sent yet. `http` must not follow redirects: it would take the
    /// credentials along.
    pub fn new(http: reqwest::Client, base_url: &str, credentials: Credentials, clock: K) -> Result<Self, Problem> {
        let base_url = base_url::parse(base_url)?;
        let session = Session::new(credentials)?;
        Ok(Self {
            session,
            transport: Transport::new(http, base_url, clock),
            identity: Once::default(),
            listing: None,
            scope: OnceLock::new(),
        })
    }

    /// Says which Run Environments will be looked up, in whatever group. If they are many, the first
    /// look-up of each is answered from a list of the whole group, which is read once; every other
    /// look-up asks the server.
    #[must_use]
    pub fn expecting(mut self, names: BTreeSet<RunEnvironmentName>) -> Self {
        self.listing = Listing::of(names);
        self
    }

    /// Sends a request with the session's credential; if that is refused, once more with a new one.
    pub(crate) async fn call(&self, request: &Request) -> Result<Value, Fault> {
        if let Some(listing) = self.listing.as_ref().filter(|_| request.method != Method::GET) {
            listing.outdate();
        }
        let authorization = self.session.authorization(&self.transport).await.map_err(Fault::of_prerequisite)?;
        let fault = match self.transport.send(request, Some(&authorization)).await {
            Err(fault) if fault.error.class == ErrorClass::Expired => fault,
            outcome => return outcome,
        };
        match self.session.renew(&self.transport, &authorization).await {
            Some(renewed) => {
                let fresh = renewed.map_err(Fault::of_prerequisite)?;
                self.transport.send(request, Some(&fresh)).await
            }
            None => Err(fault),
        }
    }

    /// What the API says of the key that we use. It takes the key to look itself up.
    async fn key(&self, key: &Secret) -> Result<Key, ApiError> {
        let request = Request::get(API_KEYS).query("key", key.expose());
        let answer = match self.call(&request).await {
            Ok(answer) => answer,
            Err(fault) if fault.error.class == ErrorClass::Denied => return Ok(Key::Hidden),
            Err(fault) => return Err(fault.error),
        };
        let operation = request.operation();
        let page: Page = wire::read(&operation, answer)?;
        // More than one would mean that the filter was ignored, and any of them could be another's.
        let [only] = <[Value; 1]>::try_from(page.results)
            .map_err(|found| unexpected(&operation, format!("{} API keys match the one in use", found.len())))?;
        Ok(Key::Shown(wire::read::<WireApiKey>(&operation, only)?))
    }

    /// Asks who we are.
    async fn ask_identity(&self) -> Result<Identity, ApiError> {
        let request = Request::get(ME);
        let me = async {
            let answer = self.call(&request).await.map_err(|fault| fault.error)?;
            wire::read::<Me>(&request.operation(), answer)
        };
        let key = async {
            match self.session.api_key() {
                Some(key) => self.key(key).await,
                None => Ok(Key::None),
            }
        };
        let (me, key) = futures_util::future::join(me, key).await;
        // The user comes first: if the key is no good at all, that is the answer to show.
        let identity = identity::identity(me?, key?)?;
        if let Some(scope) = &identity.scope {
            self.scope.get_or_init(|| scope.clone());
        }
        Ok(identity)
    }

    /// Every Run Environment of the group with this name.
    async fn find(&self, group: &Group, name: &RunEnvironmentName) -> Result<Vec<Value>, ApiError> {
        let listed = match &self.listing {
            Some(listing) => listing.answer(self, group, name).await?,
            None => None,
        };
        let mut found = match listed {
            Some(found) => found,
            None => self.named(group, name).await?,
        };
        found.retain(|found| found.get("name").and_then(Value::as_str) == Some(name.as_str()));
        Ok(found)
    }

    /// Every Run Environment of the group that the server thinks has this name.
    async fn named(&self, group: &Group, name: &RunEnvironmentName) -> Result<Vec<Value>, ApiError> {
        let mut found = Vec::new();
        loop {
            let mut request =
                Request::get(RUN_ENVIRONMENTS).query("created_by_group__id", group.id).query("name", name);
            if !found.is_empty() {
                request = request.query("offset", found.len());
            }
            let answer = self.call(&request).await.map_err(|fault| fault.error)?;
            let page: Page = wire::read(&request.operation(), answer)?;
            let is_empty = page.results.is_empty();
            found.extend(page.results);
            match page.next {
                None => return Ok(found),
                Some(_) if is_empty => {
                    return Err(unexpected(request.operation(), "an empty page claims that another follows"));
                }
                Some(_) => {}
            }
        }
    }
}

impl<K: Clock> Saas for Client<K> {
    /// Who we are does not change while a client lives: it is asked for once.
    async fn identity(&self) -> Result<Identity, ApiError> {
        self.identity.get(self.ask_identity()).await
    }

    /// One call brings the whole object: a look-up and a read would be one round trip more for every plan.
    async fn run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
    ) -> Result<Observed<RunEnvironment>, ApiError> {
        let operation = Request::get(RUN_ENVIRONMENTS).operation();
        let mut matching = self.find(group, name).await?.into_iter();
        match (matching.next(), matching.next()) {
            (None, _) => match self.scope.get() {
                None => Ok(Observed::Absent),
                Some(scope) => Err(out_of_scope(operation, scope)),
            },
            (Some(only), None) => wire::run_environment(&operation, only).map(Observed::Present),
            (Some(_), Some(_)) => Err(unexpected(operation, format!("several Run Environments are named {name:?}"))),
        }
    }

    async fn create_run_environment(
        &self,
        group: &Group,
        name: &RunEnvironmentName,
        aws: &Settings,
        ecs: &Settings,
    ) -> Result<Created, ApiError> {
        let mut body = wire::blocks(Some(aws), Some(ecs));
        body.insert("name".to_owned(), json!(name));
        body.insert("created_by_group".to_owned(), json!({ "id": group.id }));
        let request = Request::post(RUN_ENVIRONMENTS, Value::Object(body));
        let answer = match self.call(&request).await {
            Ok(answer) => answer,
            Err(fault) if fault.reach == Reach::Unanswered || fault.is_duplicate() => return Ok(Created::LookAgain),
            Err(fault) => return Err(fault.error),
        };
        let operation = request.operation();
        check_group(&operation, group, &answer)?;
        wire::run_environment(&operation, answer).map(|made| Created::Made(Box::new(made)))
    }

    async fn update_run_environment(
        &self,
        uuid: &Uuid,
        aws: Option<&Settings>,
        ecs: Option<&Settings>,
    ) -> Result<RunEnvironment, ApiError> {
        let path = format!("{RUN_ENVIRONMENTS}{uuid}/");
        let body = wire::blocks(aws, ecs);
        // An empty PATCH is a save too: it would put our name on somebody else's work.
        let request = if body.is_empty() {
            Request::get(&path).about_object()
        } else {
            Request::patch(&path, Value::Object(body))
        };
        let answer = self.call(&request).await.map_err(|fault| fault.error)?;
        wire::run_environment(&request.operation(), answer)
    }

    async fn delete_run_environment(&self, uuid: &Uuid) -> Result<(), ApiError> {
        match self.call(&Request::delete(&format!("{RUN_ENVIRONMENTS}{uuid}/"))).await {
            Ok(_) => Ok(()),
            Err(fault) if fault.error.class == ErrorClass::Gone => Ok(()),
            Err(fault) => Err(fault.error),
        }
    }
}

/// A key with a scope is shown nothing else: what it does not see may exist all the same.
fn out_of_scope(operation: String, scope: &Uuid) -> ApiError {
    let message = format!("the API key is limited to Run Environment {scope}, which has another name");
    Fault::new(operation, Reach::Answered, ErrorClass::Denied, message).error
}

/// The server puts a Run Environment into the caller's own group if it does not know the one that was
/// asked for, and calls that a success.
fn check_group(operation: &str, asked: &Group, answer: &Value) -> Result<(), ApiError> {
    let landed = answer.get("created_by_group");
    let id = landed.and_then(|group| group.get("id")).and_then(Value::as_u64);
    if id == Some(asked.id) {
        return Ok(());
    }
    let text = |value: Option<&Value>, key: &str| {
        value.and_then(|value| value.get(key)).and_then(Value::as_str).unwrap_or("(unknown)").to_owned()
    };
    let id = id.map_or_else(|| "(unknown)".to_owned(), |id| id.to_string());
    let message = format!(
        "the Run Environment was made in group {} ({id}), not in {} ({}); its uuid there is {}",
        text(landed, "name"),
        asked.name,
        asked.id,
        text(Some(answer), "uuid"),
    );
    Err(unexpected(operation, message))
}

impl<K> fmt::Debug for Client<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.transport.base_url.as_str()).finish_non_exhaustive()
    }
}
