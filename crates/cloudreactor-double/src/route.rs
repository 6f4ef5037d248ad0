//! Finds what a request is for.

use crate::errors;
use crate::http::{Outcome, Reply, Request};
use crate::state::State;
use crate::{api_keys, auth, groups, run_environments};

const DASHBOARD: &str = "<!doctype html><html><head><title>Dashboard</title></head><body></body></html>";
const CSRF: &str =
    "<!doctype html><html><head><title>403 Forbidden</title></head><body>CSRF verification failed.</body></html>";
const BROWSABLE: &str = "<!doctype html><html><head><title>API</title></head><body></body></html>";

/// Answers a request.
pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let segments = request.segments();
    let outcome = match segments[..] {
        ["auth", "jwt", operation @ ("create" | "refresh" | "verify")] => {
            acceptable(request).and_then(|()| auth::jwt(state, request, operation))
        }
        // The one path whose slash is not optional.
        ["auth", "users", "me"] if request.path.ends_with('/') => {
            acceptable(request).and_then(|()| auth::me(state, request))
        }
        ["api", "v1", "groups"] => acceptable(request).and_then(|()| groups::handle(state, request, None)),
        ["api", "v1", "groups", id] => acceptable(request).and_then(|()| groups::handle(state, request, Some(id))),
        ["api", "v1", "api_keys"] => acceptable(request).and_then(|()| api_keys::handle(state, request)),
        ["api", "v1", "run_environments", ref rest @ ..] if is_run_environment_path(rest) => {
            acceptable(request).and_then(|()| run_environments::handle(state, request, rest))
        }
        _ => return elsewhere(request),
    };
    outcome.unwrap_or_else(|reply| *reply)
}

fn is_run_environment_path(rest: &[&str]) -> bool {
    matches!(rest, [] | [_] | [_, "clone"])
}

/// The dashboard answers every other path, whatever it is.
fn elsewhere(request: &Request) -> Reply {
    if request.is_get() { Reply::html(200, DASHBOARD) } else { Reply::html(403, CSRF) }
}

/// JSON, unless the client asks for something else: for a page it gets one, and for anything unknown
/// nothing.
fn acceptable(request: &Request) -> Outcome<()> {
    let accept = request.accept.as_deref().unwrap_or("*/*");
    let takes = |media_type: &str| {
        accept.split(',').any(|item| item.split(';').next().unwrap_or_default().trim() == media_type)
    };
    if takes("application/json") || takes("*/*") || takes("application/*") {
        Ok(())
    } else if takes("text/html") {
        Err(Box::new(Reply::html(200, BROWSABLE)))
    } else {
        let message = "Could not satisfy the request Accept header.";
        Err(errors::detail(406, "not_acceptable", "NotAcceptable", message))
    }
}
