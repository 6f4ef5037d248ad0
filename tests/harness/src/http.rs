//! The few HTTP calls that set a scene.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Longer than anything on loopback takes, starting the emulator on a busy machine included.
const DEADLINE: Duration = Duration::from_secs(60);

/// GETs `url`, with `headers`.
pub(crate) fn get(url: &str, headers: &[(&str, &str)]) -> Result<String> {
    let request = headers.iter().fold(agent().get(url), |request, (name, value)| request.header(*name, *value));
    answer(url, request.call())
}

/// POSTs `body` to `url`, with `headers`.
pub(crate) fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Result<String> {
    let request = headers.iter().fold(agent().post(url), |request, (name, value)| request.header(*name, *value));
    answer(url, request.send(body))
}

/// PATCHes `url` with `body`, with `headers`.
pub(crate) fn patch(url: &str, headers: &[(&str, &str)], body: &str) -> Result<String> {
    let request = headers.iter().fold(agent().patch(url), |request, (name, value)| request.header(*name, *value));
    answer(url, request.send(body))
}

fn agent() -> ureq::Agent {
    let config =
        ureq::Agent::config_builder().timeout_global(Some(DEADLINE)).http_status_as_error(false).proxy(None).build();
    ureq::Agent::new_with_config(config)
}

fn answer(url: &str, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<String> {
    let mut response = response.with_context(|| format!("no answer from {url}"))?;
    let body = response.body_mut().read_to_string().with_context(|| format!("cannot read the answer of {url}"))?;
    ensure!(response.status().is_success(), "{url} answered {}: {body}", response.status());
    Ok(body)
}
