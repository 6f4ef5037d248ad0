//! JSON Web Tokens, as far as a client can see into them: three parts, claims that can be read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

/// How long an access token lives, in seconds.
const ACCESS_SECONDS: u64 = 3_600;

/// How long a refresh token lives, in seconds.
const REFRESH_SECONDS: u64 = 86_400;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Access,
    Refresh,
}

/// What stands in a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub token_type: Kind,
    /// When it ends, in seconds since 1970.
    pub exp: u64,
    pub iat: u64,
    pub jti: String,
    /// The user's number, as text.
    pub user_id: String,
}

/// Makes a token.
pub(crate) fn issue(kind: Kind, user_id: usize, jti: String, now_us: u64) -> String {
    let iat = now_us / 1_000_000;
    let lifetime = match kind {
        Kind::Access => ACCESS_SECONDS,
        Kind::Refresh => REFRESH_SECONDS,
    };
    let claims = Claims { token_type: kind, exp: iat + lifetime, iat, jti, user_id: user_id.to_string() };
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"})), part(json!(claims)));
    format!("{signed}.{}", signature(&signed))
}

/// Reads a token that this double has made. It may have expired.
pub(crate) fn read(token: &str) -> Option<Claims> {
    let (signed, given) = token.rsplit_once('.')?;
    if signature(signed) != given {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Not HMAC: nothing that these tokens open needs protection.
fn signature(signed: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("double {signed}")))
}

impl Claims {
    /// Whether the token has expired.
    pub fn has_expired(&self, now_us: u64) -> bool {
        self.exp <= now_us / 1_000_000
    }
}
