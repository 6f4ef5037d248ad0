//! Where all requests wait once one of them was refused for the rate.
//!
//! The limit is one for all of them. If each only minded its own refusals, those side by side would
//! use up their attempts against a limit that is known to be reached.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use groundwork_engine::ports::Clock;

/// A gate that a refusal closes for a while.
#[derive(Default)]
pub(crate) struct Gate {
    opens_at_ms: AtomicU64,
    passed: AtomicU64,
}

impl Gate {
    /// Waits until the gate is open. A refusal meanwhile keeps it closed for longer.
    pub async fn wait<K: Clock>(&self, clock: &K) {
        loop {
            let rest = self.opens_at_ms.load(Ordering::Relaxed).saturating_sub(clock.now_ms());
            if rest == 0 {
                return;
            }
            clock.sleep(Duration::from_millis(rest)).await;
        }
    }

    /// Closes the gate, unless it is closed for longer already.
    pub fn close(&self, now_ms: u64, pause: Duration) {
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        self.opens_at_ms.fetch_max(now_ms.saturating_add(pause_ms), Ordering::Relaxed);
    }

    /// The server took a request.
    pub fn pass(&self) {
        self.passed.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests the server took.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }
}
