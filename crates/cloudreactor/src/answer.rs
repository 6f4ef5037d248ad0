//! Judges an answer: what it says, if it comes from the API at all.

use std::time::Duration;

use groundwork_engine::ports::ErrorClass;
use serde_json::Value;

use crate::fault::{Fault, Reach};
use crate::message::explain;
use crate::request::About;
use crate::scrub::Scrubber;

/// An answer as it came.
pub(crate) struct Answer {
    pub status: u16,
    pub content_type: String,
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

/// Where an answer came from, for its error message.
pub(crate) struct Asked<'a> {
    pub operation: String,
    pub about: About,
    pub base_url: &'a str,
    pub scrub: &'a Scrubber,
}

impl Answer {
    /// The body of a success, or what went wrong. A status counts only together with a body of JSON:
    /// the dashboard answers wrong paths with 200 and 403.
    pub fn judge(self, asked: &Asked<'_>) -> Result<Value, Fault> {
        if self.is_success() && self.body.is_empty() {
            return Ok(Value::Null);
        }
        match self.json() {
            Some(Ok(body)) if self.is_success() => Ok(body),
            Some(Ok(body)) => Err(self.refusal(&body, asked)),
            // Cut short, or mangled underway: what was asked for may well have been done.
            Some(Err(_)) => Err(Fault::new(
                asked.operation.clone(),
                Reach::Unanswered,
                ErrorClass::Unexpected,
                format!("the answer (status {}) is not valid JSON", self.status),
            )),
            None => Err(self.foreign(asked)),
        }
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn json(&self) -> Option<serde_json::Result<Value>> {
        self.content_type.starts_with("application/json").then(|| serde_json::from_slice(&self.body))
    }

    /// An answer of the API that is no success.
    fn refusal(&self, body: &Value, asked: &Asked<'_>) -> Fault {
        let explanation = explain(self.status, body, asked.scrub);
        let class = match self.status {
            401 => ErrorClass::Expired,
            403 => ErrorClass::Denied,
            404 if asked.about == About::Object => ErrorClass::Gone,
            404 => ErrorClass::Unexpected,
            429 => ErrorClass::Throttled,
            500 if is_about_the_request(explanation.code.as_deref()) => ErrorClass::Invalid,
            400..=499 => ErrorClass::Invalid,
            500..=599 => ErrorClass::Unavailable,
            _ => ErrorClass::Unexpected,
        };
        let mut fault = Fault::new(asked.operation.clone(), self.reach(), class, explanation.message);
        fault.error.code = explanation.code;
        fault.retry_after = self.retry_after;
        fault
    }

    /// An answer that is not the API's: a gateway's, or that of whatever stands at a wrong URL.
    fn foreign(&self, asked: &Asked<'_>) -> Fault {
        let Self { status, content_type, .. } = self;
        let base_url = asked.base_url;
        let (class, message) = match status {
            429 => (ErrorClass::Throttled, "too many requests".to_owned()),
            500 | 502..=504 => (ErrorClass::Unavailable, format!("status {status}, not from the API itself")),
            300..=399 => {
                (ErrorClass::Unexpected, format!("a redirect (status {status}); is {base_url} the API's base URL?"))
            }
            _ => {
                let kind = if content_type.starts_with("text/html") { "a web page" } else { "no JSON" };
                (ErrorClass::Unexpected, format!("{kind} (status {status}); is {base_url} the API's base URL?"))
            }
        };
        let mut fault = Fault::new(asked.operation.clone(), self.reach(), class, message);
        fault.retry_after = self.retry_after;
        fault
    }

    fn reach(&self) -> Reach {
        match self.status {
            502..=504 => Reach::Unanswered,
            _ => Reach::Answered,
        }
    }
}

/// Whether a crash was brought about by the request, and would be again. The server has no better way
/// of refusing a name that is taken or a body of the wrong shape.
fn is_about_the_request(error_class: Option<&str>) -> bool {
    const CLASSES: [&str; 7] =
        ["IntegrityError", "DataError", "DoesNotExist", "AttributeError", "TypeError", "ValueError", "KeyError"];
    error_class.is_some_and(|class| CLASSES.contains(&class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, content_type: &str, body: &str, expect: (ErrorClass, Reach), message: &str) {
        let answer =
            Answer { status, content_type: content_type.to_owned(), retry_after: None, body: body.as_bytes().to_vec() };
        let scrub = Scrubber::default();
        let asked = Asked {
            operation: "GET /x".to_owned(),
            about: About::Object,
            base_url: "https://api.example.test",
            scrub: &scrub,
        };
        let fault = answer.judge(&asked).expect_err("no success");
        assert_eq!((fault.error.class, fault.reach), expect, "{status} {content_type}");
        assert!(fault.error.message.contains(message), "{}", fault.error.message);
    }

    #[test]
    fn statuses_are_sorted_by_what_can_be_done() {
        use ErrorClass::{Denied, Expired, Gone, Invalid, Throttled, Unavailable, Unexpected};
        use Reach::{Answered, Unanswered};
        let json = "application/json";
        let html = "text/html; charset=utf-8";
        let asks_for_url = "is https://api.example.test the API's base URL?";
        check(401, json, r#"{"detail":"no"}"#, (Expired, Answered), "no");
        check(403, json, r#"{"detail":"no"}"#, (Denied, Answered), "no");
        check(404, json, r#"{"detail":"no"}"#, (Gone, Answered), "no");
        check(409, json, r#"{"name":["taken"]}"#, (Invalid, Answered), "name: taken");
        check(422, json, r#"{"detail":"no"}"#, (Invalid, Answered), "no");
        check(429, json, r#"{"detail":"wait"}"#, (Throttled, Answered), "wait");
        check(500, json, r#"{"error_class":"IntegrityError","error_message":"dup"}"#, (Invalid, Answered), "dup");
        check(500, json, r#"{"error_class":"OSError","error_message":"dup"}"#, (Unavailable, Answered), "dup");
        check(200, json, "{\"cut", (Unexpected, Unanswered), "not valid JSON");
        check(200, html, "<html>", (Unexpected, Answered), asks_for_url);
        check(403, html, "<html>", (Unexpected, Answered), asks_for_url);
        check(501, html, "<html>", (Unexpected, Answered), asks_for_url);
        check(302, "", "", (Unexpected, Answered), asks_for_url);
        check(200, "text/plain", "ok", (Unexpected, Answered), asks_for_url);
        check(502, html, "<html>", (Unavailable, Unanswered), "status 502");
        check(504, "", "", (Unavailable, Unanswered), "status 504");
        check(429, html, "<html>", (Throttled, Answered), "too many requests");
    }
}
