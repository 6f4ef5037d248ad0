//! The SDK's transport on the shared HTTP client.
//!
//! It knows requests and answers as bytes, lets a request wait for its turn, and tells the SDK's
//! retries what kind a failure is. It logs where an attempt went and how it ended, never a header or
//! a body.

use std::error::Error;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use aws_smithy_async::future::timeout::Timeout;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use reqwest::Client;

use crate::client;
use crate::error::{no_answer_of_aws, refuses_for_rate};
use crate::limiter::Limiter;
use crate::renewal::SignedBy;

/// How long an attempt may take once it is its turn. `CreateChangeSet` validates before it answers
/// and can take many seconds. The SDK's own deadline for attempts would count the wait as well.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The SDK's HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    shared: Client,
    /// For metadata services and the like; most runs never need it.
    near: Arc<OnceLock<Client>>,
    limiter: Option<Arc<Limiter>>,
}

impl Transport {
    /// Puts the SDK on the shared client.
    pub(crate) fn new(shared: Client) -> Self {
        Self { shared, near: Arc::default(), limiter: None }
    }

    /// The same, for the calls to one API: each attempt waits for this limiter.
    pub(crate) fn limited(&self, limiter: &Arc<Limiter>) -> Self {
        Self { limiter: Some(Arc::clone(limiter)), ..self.clone() }
    }

    fn client_for(&self, host: &str) -> Result<Client, ConnectorError> {
        if !is_near(host) {
            return Ok(self.shared.clone());
        }
        if let Some(client) = self.near.get() {
            return Ok(client.clone());
        }
        let client = client::near_client().map_err(|problem| ConnectorError::user(problem.into()))?;
        Ok(self.near.get_or_init(|| client).clone())
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let sleep = components.sleep_impl().unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new()));
        SharedHttpConnector::new(Line { transport: self.clone(), limit: limit(settings), sleep })
    }
}

/// How long the SDK gives an exchange with a metadata service. The connect timeout is the client's
/// own.
fn limit(settings: &HttpConnectorSettings) -> Option<Duration> {
    settings.read_timeout().map(|read| read + settings.connect_timeout().unwrap_or_default())
}

/// The transport, as it is set for one attempt.
#[derive(Clone, Debug)]
struct Line {
    transport: Transport,
    limit: Option<Duration>,
    sleep: SharedAsyncSleep,
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let line = self.clone();
        HttpConnectorFuture::new(async move { line.wait_and_exchange(request).await })
    }
}

impl Line {
    /// An attempt, when it is its turn.
    async fn wait_and_exchange(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let Some(limiter) = &self.transport.limiter else { return self.exchange(request).await };
        let permit = limiter.permit().await;
        let outcome = self.exchange(request).await;
        match &outcome {
            Ok(answer) if refuses_for_rate(answer) => permit.refused(),
            Ok(_) => permit.taken(),
            Err(_) => drop(permit),
        }
        outcome
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let signed_by = SignedBy::of(&request);
        let mut request = translate(request)?;
        *request.timeout_mut() = self.limit;
        let host = request.url().authority().rsplit('@').next().unwrap_or_default().to_owned();
        let client = self.transport.client_for(request.url().host_str().unwrap_or_default())?;
        let started = Instant::now();
        let mut outcome = match Timeout::new(send(&client, request), self.sleep.sleep(ATTEMPT_TIMEOUT)).await {
            Ok(Ok(answer)) => match defect(&answer) {
                Some(defect) => Err(ConnectorError::io(defect.into())),
                None => Ok(answer),
            },
            Ok(Err(error)) => Err(connector_error(&host, error)),
            Err(_) => Err(ConnectorError::timeout(format!("{host} did not answer within {ATTEMPT_TIMEOUT:?}").into())),
        };
        if let (Ok(answer), Some(key)) = (&mut outcome, signed_by) {
            answer.add_extension(key);
        }
        let elapsed_ms = started.elapsed().as_millis();
        match &outcome {
            Ok(answer) => tracing::debug!(host, status = answer.status().as_u16(), elapsed_ms, "AWS answered"),
            Err(error) => {
                tracing::debug!(host, elapsed_ms, error = root_cause(error), "an attempt to reach AWS failed");
            }
        }
        outcome
    }
}

/// None of our operations streams, so the body is in memory, where a retry finds it again.
fn translate(request: HttpRequest) -> Result<reqwest::Request, ConnectorError> {
    let (parts, body) = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?.into_parts();
    let bytes = body.bytes().ok_or_else(|| ConnectorError::user("a streaming body".into()))?.to_vec();
    http::Request::from_parts(parts, bytes)
        .try_into()
        .map_err(|error: reqwest::Error| ConnectorError::user(error.into()))
}

async fn send(client: &Client, request: reqwest::Request) -> Result<HttpResponse, reqwest::Error> {
    let mut response = client.execute(request).await?;
    let mut answer = http::Response::new(SdkBody::empty());
    *answer.status_mut() = response.status();
    std::mem::swap(answer.headers_mut(), response.headers_mut());
    *answer.body_mut() = SdkBody::from(response.bytes().await?);
    // The SDK keeps header values as text. One that is none means that this is no AWS endpoint.
    Ok(HttpResponse::try_from(answer)
        .unwrap_or_else(|_| HttpResponse::new(http::StatusCode::BAD_GATEWAY.into(), SdkBody::empty())))
}

/// Why an answer is none of AWS, if the SDK would not notice.
///
/// Of a call whose success says nothing, such as `ExecuteChangeSet`, it takes any answer with a good
/// status for a success, and so the page of a captive portal or of a gateway.
fn defect(answer: &HttpResponse) -> Option<String> {
    let status = answer.status().as_u16();
    let body = answer.body().bytes().unwrap_or_default().trim_ascii_start();
    // By what it begins with: the type is no sign, since emulators call their XML a page.
    let is_page = body.starts_with(b"<!") || body.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<html"));
    if status < 400 && is_page {
        return Some(no_answer_of_aws(answer));
    }
    is_cut_short(body).then(|| format!("HTTP status {status} with an answer that is cut short"))
}

/// Whether XML lacks its end. The SDK takes a list that breaks off for a shorter list.
fn is_cut_short(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let mut text = text.trim();
    if text.starts_with("<?") {
        text = text.split_once("?>").map_or("", |(_, rest)| rest.trim_start());
    }
    let Some(root) = text.strip_prefix('<') else { return false };
    let name = root.split(|end: char| end.is_whitespace() || matches!(end, '>' | '/')).next().unwrap_or_default();
    // A page for people is somebody else's, and whole or not is no answer.
    if name.starts_with('!') || name.eq_ignore_ascii_case("html") {
        return false;
    }
    let is_empty_element = root.strip_suffix("/>").is_some_and(|inner| !inner.contains('<'));
    let is_closed = text.strip_suffix('>').and_then(|text| text.trim_end().strip_suffix(name));
    !(is_empty_element || is_closed.is_some_and(|text| text.ends_with("</")))
}

/// Says what kind the failure is, which decides whether the SDK tries again.
fn connector_error(host: &str, error: reqwest::Error) -> ConnectorError {
    let is_timeout = error.is_timeout();
    let is_connect = error.is_connect();
    // Handshakes fail for reasons that stay: an unknown authority, a wrong name, no TLS at all.
    let is_tls = tls_error(&error).is_some();
    let error = error.without_url();
    let cause = tls_error(&error).map_or_else(|| root_cause(&error), ToString::to_string);
    if is_timeout {
        return ConnectorError::timeout(format!("{host} did not answer in time").into());
    }
    if is_tls {
        return ConnectorError::other(format!("no secure connection to {host}: {cause}").into(), None);
    }
    if is_connect {
        return ConnectorError::io(format!("cannot connect to {host}: {cause}").into()).never_connected();
    }
    ConnectorError::io(format!("the connection to {host} broke: {cause}").into())
}

fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost cause: of a chain of "error sending request, client error, tcp connect error,
/// connection refused" the one that tells something.
pub(crate) fn root_cause(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// The error and what is behind it, layer by layer. An `io::Error` skips what it wraps when it is
/// asked for its source, and what it wraps is the TLS error.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

/// This machine, and the link-local addresses of the metadata services of EC2, ECS and EKS. What
/// they answer is a credential, which no proxy may see, and no proxy could reach them.
fn is_near(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.segments().starts_with(&[0xfd00, 0x0ec2]),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_metadata_services_are_near() {
        for near in
            ["127.0.0.1", "localhost", "a.localhost", "[::1]", "169.254.169.254", "169.254.170.23", "[fd00:ec2::254]"]
        {
            assert!(is_near(near), "{near}");
        }
        for far in ["sts.us-west-2.amazonaws.com", "10.0.0.1", "localhost.example.com", "[fd00::1]", "8.8.8.8", ""] {
            assert!(!is_near(far), "{far}");
        }
    }

    #[test]
    fn xml_without_its_end_is_known() {
        for whole in [
            "<a/>",
            "<a b=\"c\"></a>",
            "<?xml version=\"1.0\"?>\n<a>\n<b/></a>\n",
            "<a><b></b></a >",
            "{\"a\": 1",
            "",
            "<html><p>",
            "<!DOCTYPE html><p>",
        ] {
            assert!(!is_cut_short(whole.as_bytes()), "{whole}");
        }
        for half in ["<a>", "<a", "<a><b/>", "<a><b></b>", "<?xml version=\"1.0\"?><a><b>", "<a></a", "<ab><b></b>"] {
            assert!(is_cut_short(half.as_bytes()), "{half}");
        }
    }

    #[test]
    fn the_read_timeout_limits_an_exchange_and_the_connect_timeout_alone_does_not() {
        let second = Duration::from_secs(1);
        let settings = HttpConnectorSettings::builder().connect_timeout(second).build();
        assert_eq!(limit(&settings), None);
        let settings = HttpConnectorSettings::builder().connect_timeout(second).read_timeout(second).build();
        assert_eq!(limit(&settings), Some(2 * second));
    }
}
