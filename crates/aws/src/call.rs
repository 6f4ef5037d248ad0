//! One call to AWS: what its failure is called, and how its answer is read.

use std::fmt::Display;
use std::str::FromStr;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use groundwork_engine::ports::{ApiError, ErrorClass, Service};

use crate::custody::Custody;
use crate::error;

/// What calls are made on.
pub(crate) trait Connection {
    /// The profile of the credentials; named in messages only.
    fn profile(&self) -> Option<&str>;

    /// What no message may hold.
    fn custody(&self) -> &Custody;
}

/// A call under way: the operation as AWS names it, and the connection that it is made on.
pub(crate) struct Call<'a> {
    pub(crate) connection: &'a dyn Connection,
    operation: &'static str,
}

impl<'a> Call<'a> {
    /// Names the call.
    pub(crate) fn new(connection: &'a dyn Connection, operation: &'static str) -> Self {
        Self { connection, operation }
    }

    /// The call did not work.
    pub(crate) fn failed<E>(&self, error: SdkError<E, HttpResponse>) -> ApiError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let mut error = error::classify(self.operation, self.connection.profile(), &error);
        error.message = self.connection.custody().scrub(&error.message);
        error
    }

    /// AWS answered something that it does not say it would answer.
    pub(crate) fn unexpected(&self, message: impl Display) -> ApiError {
        ApiError {
            service: Service::Aws,
            operation: self.operation.to_owned(),
            class: ErrorClass::Unexpected,
            code: None,
            message: self.connection.custody().scrub(&message.to_string()),
            request_id: None,
        }
    }

    /// AWS's words about something, without secrets. Emulators send an empty text for none.
    pub(crate) fn words(&self, text: Option<&str>) -> Option<String> {
        text.filter(|text| !text.is_empty()).map(|text| self.connection.custody().scrub(text))
    }

    /// A field that AWS always fills in.
    pub(crate) fn required<T>(&self, field: &str, value: Option<T>) -> Result<T, ApiError> {
        value.ok_or_else(|| self.unexpected(format_args!("the answer lacks {field}")))
    }

    /// A field that AWS always fills in, as an identifier.
    pub(crate) fn id<T: FromStr<Err: Display>>(&self, field: &str, value: Option<&str>) -> Result<T, ApiError> {
        let text = self.required(field, value)?;
        text.parse().map_err(|error| self.unexpected(format_args!("{field}: {error}")))
    }
}
