//! A request that failed, with what decides whether to send it again.

use std::time::Duration;

use groundwork_engine::ports::{ApiError, ErrorClass, Service};

/// A request that failed.
#[derive(Debug)]
pub(crate) struct Fault {
    pub error: ApiError,
    pub reach: Reach,
    /// The pause that the server asked for.
    pub retry_after: Option<Duration>,
}

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The server never saw it.
    NotSent,
    /// It may have been carried out: no answer came, half of one, or one from a gateway in between.
    Unanswered,
    /// The server answered.
    Answered,
}

impl Fault {
    pub fn new(operation: String, reach: Reach, class: ErrorClass, message: impl Into<String>) -> Self {
        let error = ApiError {
            service: Service::CloudReactor,
            operation,
            class,
            code: None,
            message: message.into(),
            request_id: None,
        };
        Self { error, reach, retry_after: None }
    }

    /// The failure of a request that had to come before: this one was not sent then.
    pub fn of_prerequisite(mut self) -> Self {
        self.reach = Reach::NotSent;
        self
    }

    /// Whether the server said that a name is taken, in the only way that it has of saying so.
    pub fn is_duplicate(&self) -> bool {
        self.error.code.as_deref() == Some("IntegrityError")
    }
}

/// An answer that says something else than the API should.
pub(crate) fn unexpected(operation: impl Into<String>, message: impl Into<String>) -> ApiError {
    Fault::new(operation.into(), Reach::Answered, ErrorClass::Unexpected, message).error
}
