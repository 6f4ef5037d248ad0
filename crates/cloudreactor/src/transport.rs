//! Sends requests, and sends them again where that helps and cannot hurt.

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use groundwork_engine::ports::{Clock, ErrorClass};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use url::Url;

use crate::answer::{Answer, Asked};
use crate::fault::{Fault, Reach};
use crate::gate::Gate;
use crate::request::{Repeat, Request};
use crate::scrub::Scrubber;
use crate::session::Authorization;

/// How long one exchange may take. A full list takes the server seconds, never half a minute.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(30);

/// After this time nothing is sent again: a caller who waits this long wants to be told. An exchange that was not
/// answered at all leaves time for one more.
const PATIENCE: Duration = Duration::from_secs(45);

/// The same after refusals for the rate. The server counts a user's requests of the last minute: two
/// minutes outlast what many targets ask for at once.
const RATE_PATIENCE: Duration = Duration::from_secs(120);

/// Pauses before the second, third and fourth attempt.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// How often a refusal for the rate is sat out while no request at all gets through. It must be few:
/// with the monthly allowance of an API key used up, the server asks for another try in one second
/// until the month is over.
const THROTTLE_LIMIT: u32 = 3;

/// The longest pause that the server is granted at once: after a minute, its count starts anew.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pause after a refusal for the rate that names none.
const DEFAULT_PAUSE: Duration = Duration::from_secs(2);

/// The way to the API.
pub(crate) struct Transport<K> {
    http: reqwest::Client,
    pub base_url: Url,
    pub clock: K,
    scrub: Mutex<Scrubber>,
    gate: Gate,
}

impl<K: Clock> Transport<K> {
    pub fn new(http: reqwest::Client, base_url: Url, clock: K) -> Self {
        Self { http, base_url, clock, scrub: Mutex::default(), gate: Gate::default() }
    }

    /// Sends a request until it works, or fails for good, or patience ends.
    pub async fn send(&self, request: &Request, authorization: Option<&Authorization>) -> Result<Value, Fault> {
        self.gate.wait(&self.clock).await;
        let mut patience = Patience::from(self.clock.now_ms());
        loop {
            let fault = match self.exchange(request, authorization).await {
                Ok(body) => {
                    self.gate.pass();
                    return Ok(body);
                }
                Err(fault) => fault,
            };
            let now_ms = self.clock.now_ms();
            match patience.pause(&fault, request.repeat, now_ms, self.gate.passed()) {
                Some(pause) if fault.error.class == ErrorClass::Throttled => self.gate.close(now_ms, pause),
                Some(pause) => self.clock.sleep(pause).await,
                None => return Err(patience.last_words(fault, authorization)),
            }
            self.gate.wait(&self.clock).await;
        }
    }

    /// One request and its answer.
    async fn exchange(&self, request: &Request, authorization: Option<&Authorization>) -> Result<Value, Fault> {
        self.learn(request, authorization);
        let started = self.clock.now_ms();
        let answer = self.transmit(request, authorization).await;
        let elapsed_ms = self.clock.now_ms().saturating_sub(started);
        let method = request.method.as_str();
        match answer {
            Ok(answer) => {
                tracing::debug!(method, path = request.path, status = answer.status, elapsed_ms, "CloudReactor");
                self.judge(request, answer)
            }
            Err(error) => {
                tracing::debug!(method, path = request.path, elapsed_ms, "CloudReactor did not answer");
                Err(unanswered(request, &error, &self.scrubber()))
            }
        }
    }

    fn judge(&self, request: &Request, answer: Answer) -> Result<Value, Fault> {
        let mut scrub = self.scrubber();
        let base_url = self.base_url.as_str().trim_end_matches('/');
        let asked = Asked { operation: request.operation(), about: request.about, base_url, scrub: &scrub };
        let body = answer.judge(&asked)?;
        scrub.add_fields(&body);
        Ok(body)
    }

    /// Learns every secret that goes out with a request.
    fn learn(&self, request: &Request, authorization: Option<&Authorization>) {
        let mut scrub = self.scrubber();
        if let Some(authorization) = authorization {
            scrub.add(authorization.secret().expose());
        }
        if let Some(body) = &request.body {
            scrub.add_fields(body);
        }
    }

    fn scrubber(&self) -> MutexGuard<'_, Scrubber> {
        self.scrub.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn transmit(
        &self,
        request: &Request,
        authorization: Option<&Authorization>,
    ) -> Result<Answer, reqwest::Error> {
        let mut outgoing = self
            .http
            .request(request.method.clone(), self.url(request))
            .timeout(EXCHANGE_TIMEOUT)
            // Anything else gets a page for people to look at.
            .header(ACCEPT, "application/json");
        if let Some(authorization) = authorization {
            outgoing = outgoing.header(AUTHORIZATION, authorization.header());
        }
        if let Some(body) = &request.body {
            outgoing = outgoing.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let response = outgoing.send().await?;
        let status = response.status().as_u16();
        let content_type = text_header(response.headers(), CONTENT_TYPE.as_str()).to_owned();
        let retry_after = text_header(response.headers(), RETRY_AFTER.as_str()).parse().ok().map(Duration::from_secs);
        Ok(Answer { status, content_type, retry_after, body: response.bytes().await?.to_vec() })
    }

    fn url(&self, request: &Request) -> Url {
        let mut url = self.base_url.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}{}", request.path));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }
}

fn text_header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The failure of an exchange that ended without an answer. Only the innermost cause is told: it says
/// what happened, and unlike the outermost it does not name the URL, which can hold an API key.
fn unanswered(request: &Request, error: &reqwest::Error, scrub: &Scrubber) -> Fault {
    let (reach, message) = if error.is_connect() || error.is_builder() {
        (Reach::NotSent, format!("cannot connect: {}", innermost(error)))
    } else if error.is_timeout() {
        (Reach::Unanswered, format!("no answer within {} s", EXCHANGE_TIMEOUT.as_secs()))
    } else {
        (Reach::Unanswered, format!("the connection was lost: {}", innermost(error)))
    };
    Fault::new(request.operation(), reach, ErrorClass::Unavailable, scrub.clean(&message))
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}

/// How often, and until when, a request is sent again.
struct Patience {
    started_ms: u64,
    repeats: usize,
    throttles: u32,
    /// How many of those there were since a request got through, and how many had got through by then.
    in_vain: u32,
    passed: u64,
}

impl Patience {
    fn from(started_ms: u64) -> Self {
        Self { started_ms, repeats: 0, throttles: 0, in_vain: 0, passed: 0 }
    }

    /// The pause before the next attempt, if there is to be one. `passed` requests got through so far.
    fn pause(&mut self, fault: &Fault, repeat: Repeat, now_ms: u64, passed: u64) -> Option<Duration> {
        let (pause, patience) = if fault.error.class == ErrorClass::Throttled {
            self.throttles += 1;
            self.in_vain = if passed > self.passed { 1 } else { self.in_vain + 1 };
            self.passed = passed;
            let wish = fault.retry_after.unwrap_or(DEFAULT_PAUSE).min(LONGEST_PAUSE);
            ((self.in_vain <= THROTTLE_LIMIT).then_some(wish)?, RATE_PATIENCE)
        } else if may_repeat(fault, repeat) {
            self.repeats += 1;
            (*PAUSES.get(self.repeats - 1)?, PATIENCE)
        } else {
            return None;
        };
        let waited = Duration::from_millis(now_ms.saturating_sub(self.started_ms));
        (waited + pause <= patience).then_some(pause)
    }

    /// Adds to a failure what the attempts before it have shown.
    fn last_words(&self, mut fault: Fault, authorization: Option<&Authorization>) -> Fault {
        if fault.error.class == ErrorClass::Throttled {
            fault.error.message += &format!(" (refused {} times)", self.throttles);
            if authorization.is_some_and(Authorization::is_api_key) {
                fault.error.message += "; the group's monthly allowance for API keys may be used up";
            }
        }
        fault
    }
}

fn may_repeat(fault: &Fault, repeat: Repeat) -> bool {
    match fault.reach {
        Reach::NotSent => fault.error.class == ErrorClass::Unavailable,
        Reach::Unanswered => repeat != Repeat::Never,
        Reach::Answered => repeat == Repeat::Freely && fault.error.class == ErrorClass::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(reach: Reach, class: ErrorClass) -> Fault {
        Fault::new("GET /x".to_owned(), reach, class, "no")
    }

    #[test]
    fn only_what_cannot_hurt_is_sent_again() {
        use ErrorClass::{Denied, Expired, Invalid, Throttled, Unavailable, Unexpected};
        use Repeat::{Freely, IfUnanswered, Never};
        let cases = [
            (Reach::NotSent, Unavailable, [true, true, true]),
            (Reach::Unanswered, Unavailable, [true, true, false]),
            (Reach::Unanswered, Unexpected, [true, true, false]),
            (Reach::Answered, Unavailable, [true, false, false]),
            (Reach::Answered, Throttled, [true, true, true]),
            (Reach::Answered, Invalid, [false, false, false]),
            (Reach::Answered, Expired, [false, false, false]),
            (Reach::Answered, Denied, [false, false, false]),
            (Reach::Answered, Unexpected, [false, false, false]),
        ];
        for (reach, class, expect) in cases {
            let got = [Freely, IfUnanswered, Never]
                .map(|repeat| Patience::from(0).pause(&fault(reach, class), repeat, 0, 0).is_some());
            assert_eq!(got, expect, "{reach:?} {class:?}");
        }
    }

    #[test]
    fn patience_ends_by_count_and_by_time() {
        let down = fault(Reach::Answered, ErrorClass::Unavailable);
        let mut patience = Patience::from(0);
        let pauses: Vec<_> = std::iter::from_fn(|| patience.pause(&down, Repeat::Freely, 0, 0)).collect();
        assert_eq!(pauses, PAUSES);
        assert_eq!(Patience::from(0).pause(&down, Repeat::Freely, 44_501, 0), None);
        let after_silence = u64::try_from(EXCHANGE_TIMEOUT.as_millis()).expect("half a minute");
        assert!(Patience::from(0).pause(&down, Repeat::Freely, after_silence, 0).is_some());
    }

    #[test]
    fn a_refusal_for_the_rate_is_sat_out_a_few_times_only() {
        let wait = |seconds| Fault {
            retry_after: Some(Duration::from_secs(seconds)),
            ..fault(Reach::Answered, ErrorClass::Throttled)
        };
        let mut patience = Patience::from(0);
        let pauses: Vec<_> = std::iter::from_fn(|| patience.pause(&wait(1), Repeat::Never, 0, 7)).collect();
        assert_eq!(pauses, [Duration::from_secs(1); 3]);
        assert_eq!(Patience::from(0).pause(&wait(3600), Repeat::Freely, 0, 0), Some(LONGEST_PAUSE));
        assert_eq!(Patience::from(0).pause(&wait(60), Repeat::Freely, 60_001, 0), None);
    }

    #[test]
    fn a_refusal_for_the_rate_is_sat_out_as_long_as_others_get_through() {
        let busy = fault(Reach::Answered, ErrorClass::Throttled);
        let mut patience = Patience::from(0);
        let pauses = (1..10).map(|round| patience.pause(&busy, Repeat::Freely, 1_000, round));
        assert!(pauses.into_iter().all(|pause| pause == Some(DEFAULT_PAUSE)));
        assert_eq!(patience.throttles, 9);
    }
}
