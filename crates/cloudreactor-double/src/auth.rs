//! Logging in, and telling from its header who sends a request.

use serde_json::{Map, Value, json};

use crate::body;
use crate::errors;
use crate::http::{Outcome, Reply, Request};
use crate::state::{Caller, State};
use crate::tokens::{self, Claims, Kind};

/// Which credentials an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// Tokens and API keys.
    Both,
    /// Tokens only.
    TokensOnly,
}

/// Tells who sends a request, and counts it.
pub(crate) fn caller(state: &mut State, request: &Request, accepts: Accepts) -> Outcome<Caller> {
    let challenge = match accepts {
        Accepts::Both => "Bearer",
        Accepts::TokensOnly => "JWT realm=\"api\"",
    };
    let caller = identify(state, request, accepts).map_err(|mut reply| {
        if reply.status == 401 {
            reply.headers.push(("www-authenticate", challenge.to_owned()));
        }
        reply
    })?;
    let now = state.now_us();
    let limits = state.config.limits.clone();
    match &caller.key {
        Some(key) => state.counters.key(&limits, key.group, now)?,
        None if caller.user.staff => {}
        None => state.counters.user(&limits, &caller.user.username, now)?,
    }
    Ok(caller)
}

fn identify(state: &State, request: &Request, accepts: Accepts) -> Outcome<Caller> {
    let header = request.authorization.as_deref().unwrap_or_default();
    let words: Vec<&str> = header.split_whitespace().collect();
    let Some(&scheme) = words.first() else { return Err(anonymous()) };
    if scheme == "JWT" {
        return of_token(state, &words[1..]);
    }
    let is_key = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
    if is_key && accepts == Accepts::Both { of_key(state, &words[1..]) } else { Err(anonymous()) }
}

fn of_token(state: &State, rest: &[&str]) -> Outcome<Caller> {
    let [token] = rest else {
        let message = "Authorization header must contain two space-delimited values";
        return Err(errors::token("bad_authorization_header", "AuthenticationFailed", message));
    };
    // A token that is no good is skipped rather than refused: it looks as if there were none.
    let claims = tokens::read(token)
        .filter(|claims| claims.token_type == Kind::Access && !claims.has_expired(state.now_us()))
        .ok_or_else(anonymous)?;
    let user = numbered_user(state, &claims).ok_or_else(anonymous)?;
    if !user.active {
        return Err(errors::token("user_inactive", "AuthenticationFailed", "User is inactive"));
    }
    Ok(Caller { user: user.clone(), key: None })
}

fn of_key(state: &State, rest: &[&str]) -> Outcome<Caller> {
    let refuse = |message| errors::detail(401, "authentication_failed", "AuthenticationFailed", message);
    let key = match rest {
        [] => return Err(refuse("Invalid token header. No credentials provided.")),
        [key] => state.keys.iter().find(|known| known.key == *key),
        _ => return Err(refuse("Invalid token header. Token string should not contain spaces.")),
    };
    let key = key.ok_or_else(|| refuse("Invalid token."))?;
    let user = state.user(&key.user).ok_or_else(|| refuse("Invalid token."))?;
    if !key.enabled {
        return Err(errors::forbidden("Token is deactivated"));
    }
    Ok(Caller { user: user.clone(), key: Some(key.clone()) })
}

fn anonymous() -> Box<Reply> {
    let message = "Authentication credentials were not provided.";
    errors::detail(401, "not_authenticated", "NotAuthenticated", message)
}

fn numbered_user<'a>(state: &'a State, claims: &Claims) -> Option<&'a crate::config::User> {
    state.config.users.get(claims.user_id.parse::<usize>().ok()?.checked_sub(1)?)
}

/// `/auth/jwt/create/`, `/auth/jwt/refresh/` and `/auth/jwt/verify/`.
pub(crate) fn jwt(state: &mut State, request: &Request, operation: &str) -> Outcome {
    if request.method != "POST" {
        return Err(errors::method_not_allowed(&request.method, "POST, OPTIONS"));
    }
    let now = state.now_us();
    let limits = state.config.limits.clone();
    state.counters.login(&limits, &request.client, now)?;
    let body = body::object(request)?;
    match operation {
        "create" => create(state, &body),
        "refresh" => {
            let claims = valid_token(state, &body, "refresh")?;
            if claims.token_type != Kind::Refresh {
                return Err(invalid_token("Token has wrong type"));
            }
            let user = claims.user_id.parse().unwrap_or_default();
            Ok(Reply::json(200, json!({ "access": tokens::issue(Kind::Access, user, state.hex(32), now) })))
        }
        _ => valid_token(state, &body, "token").map(|_| Reply::json(200, json!({}))),
    }
}

fn create(state: &mut State, body: &Map<String, Value>) -> Outcome {
    let [username, password] = required_texts(body, ["username", "password"])?;
    let found = state.config.users.iter().position(|user| user.username == username && user.password == password);
    let Some(at) = found.filter(|&at| state.config.users[at].active) else {
        let message = "No active account found with the given credentials";
        let reply = errors::detail(401, "no_active_account", "AuthenticationFailed", message);
        return Err(Box::new(reply.header("www-authenticate", "JWT realm=\"api\"")));
    };
    let now = state.now_us();
    let refresh = tokens::issue(Kind::Refresh, at + 1, state.hex(32), now);
    let access = tokens::issue(Kind::Access, at + 1, state.hex(32), now);
    Ok(Reply::json(200, json!({ "refresh": refresh, "access": access })))
}

fn valid_token(state: &State, body: &Map<String, Value>, field: &'static str) -> Outcome<Claims> {
    let [token] = required_texts(body, [field])?;
    let claims = tokens::read(&token).ok_or_else(|| invalid_token("Token is invalid"))?;
    if claims.has_expired(state.now_us()) {
        return Err(invalid_token("Token is expired"));
    }
    Ok(claims)
}

fn invalid_token(message: &str) -> Box<Reply> {
    errors::token("token_not_valid", "InvalidToken", message)
}

/// Text fields that must be there. Passwords are not trimmed.
fn required_texts<const N: usize>(body: &Map<String, Value>, names: [&'static str; N]) -> Outcome<[String; N]> {
    let mut wrong = Vec::new();
    let texts = names.map(|name| match body.get(name) {
        None => complaint(&mut wrong, name, "required", "This field is required."),
        Some(Value::Null) => complaint(&mut wrong, name, "null", "This field may not be null."),
        Some(Value::String(text)) if text.trim().is_empty() => {
            complaint(&mut wrong, name, "blank", "This field may not be blank.")
        }
        Some(Value::String(text)) => text.clone(),
        Some(_) => complaint(&mut wrong, name, "invalid", "Not a valid string."),
    });
    if wrong.is_empty() { Ok(texts) } else { Err(errors::fields(400, &wrong)) }
}

fn complaint(
    wrong: &mut Vec<(&'static str, &'static str, String)>,
    name: &'static str,
    code: &'static str,
    text: &str,
) -> String {
    wrong.push((name, code, text.to_owned()));
    String::new()
}

/// `/auth/users/me/`. With an API key it still describes the user.
pub(crate) fn me(state: &mut State, request: &Request) -> Outcome {
    let caller = caller(state, request, Accepts::Both)?;
    if !request.is_get() {
        return Err(errors::method_not_allowed(&request.method, "GET, HEAD, OPTIONS"));
    }
    let user = &caller.user;
    let groups: Vec<Value> = user
        .groups
        .iter()
        .filter_map(|membership| state.group(membership.group))
        .map(|group| crate::groups::reference(group, request))
        .collect();
    let levels: Map<String, Value> = user
        .groups
        .iter()
        .map(|membership| (membership.group.to_string(), json!(membership.level.unwrap_or(crate::config::OBSERVER))))
        .collect();
    Ok(Reply::json(
        200,
        json!({
            "username": user.username, "email": user.email, "first_name": "", "last_name": "",
            "date_joined": "2026-11-24T01:57:12.641976Z",
            "groups": groups, "group_access_levels": levels, "user_profile": null,
        }),
    ))
}
