//! Requests and answers, as the double's own logic sees them: no sockets, no futures.

use serde_json::Value;

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub method: String,
    pub path: String,
    /// The query's pairs, decoded.
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub accept: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
    /// Scheme and host as the client (or the proxy before us) names them: links are built from it.
    pub origin: String,
    /// Whom logins are counted for.
    pub client: String,
}

impl Request {
    /// The value of a query parameter; of the last one if it comes several times, as Django has it.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.query.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The parts of the path. A slash at the end makes no difference.
    pub fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').trim_end_matches('/').split('/').collect()
    }

    pub fn is_get(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    Html(&'static str),
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub fn html(status: u16, page: &'static str) -> Self {
        Self { status, headers: Vec::new(), body: Body::Html(page) }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty }
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Either an answer or the answer that ends the request early.
pub(crate) type Outcome<T = Reply> = Result<T, Box<Reply>>;
