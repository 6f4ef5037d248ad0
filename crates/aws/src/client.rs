//! The one HTTP client, for AWS and CloudReactor.

use std::time::Duration;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use reqwest::redirect;

use crate::tls;

/// How long a connection may take. Real endpoints connect in well under a second; behind a firewall
/// that drops packets this is what each attempt costs.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The same for metadata services and emulators, which are at most one hop away.
const NEAR_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Builds the HTTP client that AWS and CloudReactor share. It opens no connection and loads no
/// certificate yet, and takes microseconds.
///
/// It follows no redirect, since the credential in a request must never reach another host, and it
/// heeds `HTTPS_PROXY` and `NO_PROXY`.
pub fn http_client() -> Result<reqwest::Client, Problem> {
    builder(CONNECT_TIMEOUT)?.build().map_err(broken)
}

/// A client for this machine and its metadata services: never through a proxy.
pub(crate) fn near_client() -> Result<reqwest::Client, Problem> {
    builder(NEAR_CONNECT_TIMEOUT)?.no_proxy().build().map_err(broken)
}

fn builder(connect_timeout: Duration) -> Result<reqwest::ClientBuilder, Problem> {
    let tls = tls::config().map_err(broken)?;
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .connect_timeout(connect_timeout)
        .user_agent(concat!("groundwork/", env!("CARGO_PKG_VERSION"))))
}

fn broken(error: impl std::error::Error) -> Problem {
    Problem::new(Code::Internal, "cannot set up the HTTP client").because(error.to_string())
}
