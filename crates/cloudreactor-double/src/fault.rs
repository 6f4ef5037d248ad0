//! Trouble on demand.

use serde::Deserialize;
use serde_json::Value;

use crate::http::{Reply, Request};

/// Trouble for the next requests that it fits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The method that it strikes; every one if unset.
    #[serde(default)]
    pub method: Option<String>,
    /// What the paths that it strikes begin with.
    #[serde(default)]
    pub path: String,
    /// How many requests it strikes.
    #[serde(default = "once")]
    pub times: u32,
    /// What it does to them.
    pub effect: Effect,
}

fn once() -> u32 {
    1
}

/// What happens to a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// It is not carried out; the answer is this.
    Answer {
        /// The status.
        status: u16,
        /// The body.
        body: Value,
        /// Seconds for a `Retry-After` header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// It is not carried out; the answer is a web page, as a gateway sends.
    Page {
        /// The status.
        status: u16,
    },
    /// It is carried out, and the connection is cut before its answer is complete.
    LoseAnswer,
    /// It is carried out after a pause.
    Delay {
        /// The pause in milliseconds.
        ms: u64,
    },
}

impl Fault {
    /// Strikes the next request of that method whose path begins like that.
    pub fn next(method: &str, path: &str, effect: Effect) -> Self {
        Self { method: Some(method.to_owned()), path: path.to_owned(), times: 1, effect }
    }

    /// Strikes so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn fits(&self, request: &Request) -> bool {
        self.times > 0
            && self.method.as_ref().is_none_or(|method| *method == request.method)
            && request.path.starts_with(&self.path)
    }
}

/// The effect of the first fault that fits a request; it is used up by one.
pub(crate) fn strike(faults: &mut Vec<Fault>, request: &Request) -> Option<Effect> {
    let fault = faults.iter_mut().find(|fault| fault.fits(request))?;
    fault.times -= 1;
    let effect = fault.effect.clone();
    faults.retain(|fault| fault.times > 0);
    Some(effect)
}

impl Effect {
    /// The answer that takes the place of the double's own.
    pub(crate) fn instead(&self) -> Option<Reply> {
        match self {
            Self::Answer { status, body, retry_after } => {
                let reply = Reply::json(*status, body.clone());
                Some(match retry_after {
                    Some(seconds) => reply.header("retry-after", seconds.to_string()),
                    None => reply,
                })
            }
            Self::Page { status } => Some(Reply::html(*status, "<html><body>gateway</body></html>")),
            Self::LoseAnswer | Self::Delay { .. } => None,
        }
    }
}
