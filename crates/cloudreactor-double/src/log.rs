//! What was asked of the double, for a test to look at.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;

use crate::http::Request;

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's pairs, decoded; the value of `key` is left out, for it is one.
    pub query: Vec<(String, String)>,
    /// The status that it got.
    pub status: u16,
    /// The connection that it came by: each has a number of its own.
    pub connection: u64,
    /// When it came, in microseconds since the double started.
    pub started_us: u64,
    /// When its answer was ready.
    pub ended_us: u64,
}

/// All requests so far, in the order of their answers.
#[derive(Debug)]
pub(crate) struct Log {
    start: Instant,
    entries: Mutex<Vec<Entry>>,
}

impl Log {
    pub fn new() -> Self {
        Self { start: Instant::now(), entries: Mutex::default() }
    }

    pub fn elapsed_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub fn add(&self, request: &Request, connection: u64, status: u16, started_us: u64) {
        let hide = |(key, value): &(String, String)| {
            (key.clone(), if key == "key" { "(secret)".to_owned() } else { value.clone() })
        };
        let entry = Entry {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.iter().map(hide).collect(),
            status,
            connection,
            started_us,
            ended_us: self.elapsed_us(),
        };
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
