//! Which credential goes with a request: an API key as it is, or a token that a login gave.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use groundwork_engine::ports::{Clock, ErrorClass};
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Secret};
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::fault::{Fault, Reach};
use crate::request::{Repeat, Request};
use crate::transport::Transport;

/// A token is renewed this long before it expires: a request with an expired one gets the same answer
/// as one without any.
const RENEWAL_MARGIN_MS: u64 = 60_000;

/// How the user proves who they are.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An API key, which stands for one user in one group.
    ApiKey(Secret),
    /// A user name, not an e-mail address, and its password.
    Password {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// The value of an `Authorization` header.
#[derive(Clone)]
pub(crate) struct Authorization {
    scheme: Scheme,
    secret: Secret,
    header: HeaderValue,
}

/// The server tells keys from tokens by the first word, whose case matters for tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Bearer,
    Jwt,
}

impl Authorization {
    /// `None` if the secret has characters that no header can carry.
    fn new(scheme: Scheme, secret: Secret) -> Option<Self> {
        let word = match scheme {
            Scheme::Bearer => "Bearer",
            Scheme::Jwt => "JWT",
        };
        if secret.expose().is_empty() || !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut header = HeaderValue::try_from(format!("{word} {}", secret.expose())).ok()?;
        header.set_sensitive(true);
        Some(Self { scheme, secret, header })
    }

    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    pub fn is_api_key(&self) -> bool {
        self.scheme == Scheme::Bearer
    }
}

/// The credentials and what was obtained with them.
pub(crate) enum Session {
    Key(Authorization),
    /// The lock is held while logging in, so that requests side by side log in once.
    Login {
        username: String,
        password: Secret,
        token: Mutex<Option<Token>>,
    },
}

/// A token, and until when it can be used.
pub(crate) struct Token {
    authorization: Authorization,
    /// By our own clock, from the token's length of life: the server's clock may differ.
    good_until_ms: Option<u64>,
}

impl Session {
    pub fn new(credentials: Credentials) -> Result<Self, Problem> {
        match credentials {
            Credentials::ApiKey(key) => Authorization::new(Scheme::Bearer, key).map(Self::Key).ok_or_else(|| {
                Problem::new(Code::NoCloudReactorCredentials, "the API key has characters that no API key has")
                    .help("give the key alone: no quotes, blanks or line breaks")
            }),
            Credentials::Password { username, password } => {
                Ok(Self::Login { username, password, token: Mutex::new(None) })
            }
        }
    }

    /// The API key, if there is one.
    pub fn api_key(&self) -> Option<&Secret> {
        match self {
            Self::Key(authorization) => Some(authorization.secret()),
            Self::Login { .. } => None,
        }
    }

    /// The credential for a request; logs in unless that was done and still holds.
    pub async fn authorization<K: Clock>(&self, transport: &Transport<K>) -> Result<Authorization, Fault> {
        match self {
            Self::Key(authorization) => Ok(authorization.clone()),
            Self::Login { username, password, token } => {
                let mut held = token.lock().await;
                let now = transport.clock.now_ms();
                if let Some(token) = held.as_ref().filter(|token| token.good_until_ms.is_none_or(|end| now < end)) {
                    return Ok(token.authorization.clone());
                }
                Ok(held.insert(log_in(transport, username, password).await?).authorization.clone())
            }
        }
    }

    /// Another credential in place of one that was refused; `None` if there can be no other.
    pub async fn renew<K: Clock>(
        &self,
        transport: &Transport<K>,
        refused: &Authorization,
    ) -> Option<Result<Authorization, Fault>> {
        let Self::Login { token, .. } = self else { return None };
        let mut held = token.lock().await;
        // A request beside this one may have renewed it already.
        if held.as_ref().is_some_and(|token| token.authorization.secret == refused.secret) {
            *held = None;
        }
        drop(held);
        Some(self.authorization(transport).await)
    }
}

#[derive(Deserialize)]
struct Tokens {
    access: String,
}

async fn log_in<K: Clock>(transport: &Transport<K>, username: &str, password: &Secret) -> Result<Token, Fault> {
    let body = json!({ "username": username, "password": password.expose() });
    let request = Request::post("/auth/jwt/create/", body).repeat(Repeat::Freely);
    let answer = transport.send(&request, None).await?;
    let odd =
        || Fault::new(request.operation(), Reach::Answered, ErrorClass::Unexpected, "the answer holds no usable token");
    let tokens: Tokens = serde_json::from_value(answer).map_err(|_| odd())?;
    let good_until_ms = lifetime_ms(&tokens.access)
        .map(|lifetime| transport.clock.now_ms() + lifetime.saturating_sub(RENEWAL_MARGIN_MS));
    let authorization = Authorization::new(Scheme::Jwt, Secret::new(tokens.access)).ok_or_else(odd)?;
    Ok(Token { authorization, good_until_ms })
}

#[derive(Deserialize)]
struct Claims {
    exp: u64,
    iat: u64,
}

/// How long a JWT lives from its issue, if it says so. Its signature is the server's affair.
fn lifetime_ms(token: &str) -> Option<u64> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    Some(claims.exp.saturating_sub(claims.iat) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lifetime_is_read_from_the_claims() {
        let token = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(lifetime_ms(&token(r#"{"exp":4600,"iat":1000}"#)), Some(3_600_000));
        assert_eq!(lifetime_ms(&token(r#"{"exp":4600}"#)), None);
        assert_eq!(lifetime_ms("opaque"), None);
        assert_eq!(lifetime_ms("a.%%%.c"), None);
    }

    #[test]
    fn an_unusable_api_key_is_refused_without_showing_it() {
        for key in ["", "with blank", "line\n", "\"quoted\u{e9}\""] {
            let problem = Session::new(Credentials::ApiKey(Secret::new(key))).err().expect("not a key");
            assert!(key.is_empty() || !format!("{problem:?}").contains(key), "{problem:?}");
        }
    }

    #[test]
    fn credentials_do_not_show_their_secret() {
        let password = Credentials::Password { username: "someone".to_owned(), password: Secret::new("hunter2") };
        assert!(!format!("{password:?} {:?}", Credentials::ApiKey(Secret::new("hunter2"))).contains("hunter2"));
    }
}
