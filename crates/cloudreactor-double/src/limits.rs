//! The rate limits: a sliding minute for users and logins, a calendar month for API keys.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::config::Limits;
use crate::errors;
use crate::http::Outcome;

const WINDOW_US: u64 = 60_000_000;

/// What the keys of a used-up group are told to wait, whatever day of the month it is.
const MONTHLY_RETRY_SECONDS: u64 = 1;

/// Who has asked how often.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    users: BTreeMap<String, VecDeque<u64>>,
    logins: BTreeMap<String, VecDeque<u64>>,
    /// By group: the month, and the requests in it.
    keys: BTreeMap<u64, (String, u64)>,
}

impl Counters {
    /// Counts a request of a logged-in user.
    pub fn user(&mut self, limits: &Limits, username: &str, now_us: u64) -> Outcome<()> {
        slide(self.users.entry(username.to_owned()).or_default(), limits.user_requests_per_minute, now_us)
    }

    /// Counts a login, successful or not.
    pub fn login(&mut self, limits: &Limits, client: &str, now_us: u64) -> Outcome<()> {
        slide(self.logins.entry(client.to_owned()).or_default(), limits.logins_per_minute, now_us)
    }

    /// Counts a request with an API key against its group's allowance.
    pub fn key(&mut self, limits: &Limits, group: u64, now_us: u64) -> Outcome<()> {
        let month = month(now_us);
        let (counted_month, count) = self.keys.entry(group).or_default();
        if *counted_month != month {
            (*counted_month, *count) = (month, 0);
        }
        if *count >= limits.key_requests_per_month {
            return Err(errors::throttled(MONTHLY_RETRY_SECONDS));
        }
        *count += 1;
        Ok(())
    }
}

/// Requests that are refused leave no trace in the window.
fn slide(window: &mut VecDeque<u64>, limit: usize, now_us: u64) -> Outcome<()> {
    while window.front().is_some_and(|&oldest| oldest + WINDOW_US <= now_us) {
        window.pop_front();
    }
    if window.len() >= limit {
        let left = window.front().map_or(WINDOW_US, |&oldest| oldest + WINDOW_US - now_us);
        return Err(errors::throttled(left.div_ceil(1_000_000).max(1)));
    }
    window.push_back(now_us);
    Ok(())
}

fn month(now_us: u64) -> String {
    timestamp(now_us).strftime("%Y-%m").to_string()
}

/// A time as the server writes it: UTC, microseconds.
pub(crate) fn written(now_us: u64) -> String {
    timestamp(now_us).strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn timestamp(now_us: u64) -> Timestamp {
    i64::try_from(now_us).ok().and_then(|us| Timestamp::from_microsecond(us).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry_after(outcome: Outcome<()>) -> Option<String> {
        let reply = outcome.err()?;
        assert_eq!(reply.status, 429);
        reply.headers.iter().find(|(name, _)| *name == "retry-after").map(|(_, value)| value.clone())
    }

    #[test]
    fn a_user_waits_until_the_oldest_request_leaves_the_window() {
        let limits = Limits { user_requests_per_minute: 2, ..Limits::default() };
        let mut counters = Counters::default();
        let mut ask = |seconds: u64| retry_after(counters.user(&limits, "someone", seconds * 1_000_000));
        assert_eq!(
            [ask(0), ask(10), ask(10), ask(59), ask(60), ask(61)],
            [None, None, Some("50".to_owned()), Some("1".to_owned()), None, Some("9".to_owned())]
        );
    }

    #[test]
    fn keys_of_a_group_share_a_month() {
        let limits = Limits { key_requests_per_month: 1, ..Limits::default() };
        let mut counters = Counters::default();
        let day = 86_400_000_000;
        let mut ask = |group, days: u64| retry_after(counters.key(&limits, group, days * day));
        assert_eq!(
            [ask(2, 0), ask(2, 1), ask(2, 30), ask(3, 30), ask(2, 31)],
            [None, Some("1".to_owned()), Some("1".to_owned()), None, None]
        );
    }

    #[test]
    fn times_are_written_with_microseconds() {
        assert_eq!(written(1_795_486_222_552_998), "2026-11-24T02:10:22.552998Z");
        assert_eq!(written(0), "1970-01-01T00:00:00.000000Z");
    }
}
