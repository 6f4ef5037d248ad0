//! A request to the API, before a credential is put on it.

use reqwest::Method;
use serde_json::Value;

/// A request, and when it may be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub method: Method,
    /// The path below the base URL. Never holds a secret: it stands in logs and errors.
    pub path: String,
    /// The query's pairs. May hold a secret: stands nowhere.
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    pub repeat: Repeat,
    /// Whether it is about one object, which may be gone. A list that is not found is something else.
    pub about: About,
}

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Something that every server of this API has.
    Api,
    /// An object that was there before.
    Object,
}

/// After which failures a request may be sent again.
///
/// One that never reached the server, and one that was refused for the rate, always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It reads, or logs in: after any failure that can pass.
    Freely,
    /// Sent twice it has the same effect: also if there was no answer. A 500 is an answer, and writes
    /// that got one get it again.
    IfUnanswered,
    /// Sent twice it might make two things.
    Never,
}

impl Request {
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path, Repeat::Freely)
    }

    pub fn post(path: &str, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, path, Repeat::Never) }
    }

    pub fn patch(path: &str, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::PATCH, path, Repeat::IfUnanswered) }.about_object()
    }

    pub fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path, Repeat::IfUnanswered).about_object()
    }

    fn new(method: Method, path: &str, repeat: Repeat) -> Self {
        Self { method, path: path.to_owned(), query: Vec::new(), body: None, repeat, about: About::Api }
    }

    #[must_use]
    pub fn query(mut self, key: &'static str, value: impl ToString) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    #[must_use]
    pub fn about_object(mut self) -> Self {
        self.about = About::Object;
        self
    }

    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// What the request is called in errors.
    pub fn operation(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}
