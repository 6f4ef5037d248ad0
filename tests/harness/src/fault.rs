//! What can go wrong between the binary and a service, brought about by the proxy.

use serde::Serialize;

/// A fault, and which calls it strikes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Fault {
    /// The service, as [`Call::service`](crate::Call) names it.
    pub service: &'static str,
    /// The operation, as [`Call::op`](crate::Call) names it; a `*` at its end stands for the rest of a path.
    pub op: &'static str,
    /// It sleeps until a call of this operation has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'static str>,
    /// How many calls it strikes; all, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What it does to them.
    #[serde(flatten)]
    pub effect: Effect,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// The service refuses it, in its own protocol.
    Error {
        /// AWS's code; CloudReactor has none.
        code: &'static str,
        /// What the service says.
        message: &'static str,
        /// The HTTP status.
        status: u16,
    },
    /// Something else answers: a gateway or a captive portal, with a web page.
    Page {
        /// The HTTP status.
        status: u16,
    },
    /// No answer comes until the client gives up.
    Silent,
    /// The answer comes late.
    Slow {
        /// By so much.
        seconds: u32,
    },
    /// The connection is reset before the service hears of the call.
    Lost,
    /// The service does what it is asked for, and the connection is reset before the answer.
    Unanswered,
    /// The connection ends in the middle of the answer.
    Cut,
    /// A read brings once more what the same read brought before.
    Stale,
    /// Every page of a listing names another one, with the same token.
    Repeated,
}
