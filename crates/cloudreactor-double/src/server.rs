//! The double as a server: a thread with a listener on a loopback port.

use std::convert::Infallible;
use std::future::IntoFuture;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, to_bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request as HttpRequest, State as Extract};
use axum::http::{HeaderMap, Response};
use axum::serve::IncomingStream;
use futures_util::stream;
use serde_json::json;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::config::Config;
use crate::fault::{Effect, Fault, strike};
use crate::http::{Body, Reply, Request};
use crate::log::{Entry, Log};
use crate::route;
use crate::state::State;

/// How long requests under way may take to end when the double is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// The largest body that is read: the server itself was not seen to have a limit.
const LARGEST_BODY: usize = 64 << 20;

/// The double, before it runs.
#[derive(Debug)]
pub struct Double;

/// A double that runs. It stops when it is dropped.
#[derive(Debug)]
pub struct Running {
    /// Its base URL: `http://127.0.0.1:PORT`.
    pub url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    faults: Mutex<Vec<Fault>>,
    log: Log,
}

impl Double {
    /// Starts one on a free port of the loopback interface.
    ///
    /// It runs on a thread of its own, so that it also answers a test that blocks.
    pub fn start(config: Config) -> io::Result<Running> {
        Self::start_on(0, config)
    }

    /// Starts one on that port of the loopback interface; 0 takes a free one.
    pub fn start_on(port: u16, config: Config) -> io::Result<Running> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared =
            Arc::new(Shared { state: Mutex::new(State::new(config)), faults: Mutex::default(), log: Log::new() });
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("cloudreactor-double".to_owned()).spawn(move || {
            // Without a listener there is nobody to tell; clients will find the port closed.
            let _: io::Result<()> = runtime.block_on(serve(listener, served, stopped));
        })?;
        Ok(Running { url, shared, stop: Some(stop), thread: Some(thread) })
    }
}

impl Running {
    /// The requests that it has answered. Those to the double's own `/__double/` are left out.
    pub fn log(&self) -> Vec<Entry> {
        self.shared.log.entries()
    }

    /// Sets up trouble for requests to come.
    pub fn fault(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    /// Waits until it ends, which it does not by itself.
    pub fn wait(mut self) {
        self.join();
    }

    /// Stops it: requests under way get their answers, if they take no longer than moments.
    pub fn stop(self) {
        drop(self);
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic in there was printed already, and shows as a lost connection.
            let _: Result<(), _> = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.join();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<Infallible>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let app = Router::new().fallback(handle).with_state(shared).into_make_service_with_connect_info::<Connection>();
    let (ending, ended) = oneshot::channel::<()>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        // The sender sends nothing: that it is dropped is the signal.
        let _: Result<Infallible, _> = stopped.await;
        drop(ending);
    });
    let patience = async move {
        let _: Result<(), _> = ended.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = server.into_future() => outcome,
        () = patience => Ok(()),
    }
}

/// A connection: its number, and where it comes from.
#[derive(Clone, Copy, Debug)]
struct Connection {
    number: u64,
    peer: SocketAddr,
}

impl Connected<IncomingStream<'_, tokio::net::TcpListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, tokio::net::TcpListener>) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        Self { number: NUMBERS.fetch_add(1, Ordering::Relaxed), peer: *stream.remote_addr() }
    }
}

async fn handle(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: HttpRequest,
) -> Response<HttpBody> {
    let started_us = shared.log.elapsed_us();
    let request = read(request, connection.peer).await;
    if let Some(reply) = control(&shared, &request) {
        return write(reply);
    }
    let effect = strike(&mut lock(&shared.faults), &request);
    if let Some(Effect::Delay { ms }) = effect {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let reply = match effect.as_ref().and_then(Effect::instead) {
        Some(reply) => reply,
        None => route::answer(&mut lock(&shared.state), &request),
    };
    shared.log.add(&request, connection.number, reply.status, started_us);
    match effect {
        Some(Effect::LoseAnswer) => cut(reply),
        Some(Effect::Answer { .. } | Effect::Page { .. } | Effect::Delay { .. }) | None => write(reply),
    }
}

/// The double's own paths, which the server does not have.
fn control(shared: &Shared, request: &Request) -> Option<Reply> {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/__double/log") => Some(Reply::json(200, json!(shared.log.entries()))),
        ("POST", "/__double/faults") => Some(match serde_json::from_slice(&request.body) {
            Ok(fault) => {
                lock(&shared.faults).push(fault);
                Reply::empty(204)
            }
            Err(error) => Reply::json(400, json!({ "detail": error.to_string() })),
        }),
        _ => None,
    }
}

async fn read(request: HttpRequest, peer: SocketAddr) -> Request {
    let (parts, body) = request.into_parts();
    let header = |name| text(&parts.headers, name);
    let host = header("x-forwarded-host").or_else(|| header("host")).unwrap_or_default();
    let scheme = header("x-forwarded-proto").unwrap_or_else(|| "http".to_owned());
    let query = parts.uri.query().unwrap_or_default();
    Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        authorization: header("authorization"),
        accept: header("accept"),
        content_type: header("content-type"),
        origin: format!("{scheme}://{host}"),
        client: header("x-forwarded-for").unwrap_or_else(|| peer.ip().to_string()),
        // A body that breaks off is as good as none: its sender is gone.
        body: to_bytes(body, LARGEST_BODY).await.map(Vec::from).unwrap_or_default(),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}

fn write(reply: Reply) -> Response<HttpBody> {
    let (content_type, body) = match reply.body {
        Body::Empty => (None, HttpBody::empty()),
        Body::Json(body) => (Some("application/json"), HttpBody::from(body.to_string())),
        Body::Html(page) => (Some("text/html; charset=utf-8"), HttpBody::from(page)),
    };
    let mut response = Response::builder().status(reply.status);
    if let Some(content_type) = content_type {
        response = response.header("content-type", content_type);
    }
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(body).unwrap_or_default()
}

/// The beginning of an answer whose body never comes.
fn cut(reply: Reply) -> Response<HttpBody> {
    let broken = stream::iter([Err::<Vec<u8>, _>(io::Error::from(io::ErrorKind::ConnectionAborted))]);
    write(reply).map(|_| HttpBody::from_stream(broken))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
