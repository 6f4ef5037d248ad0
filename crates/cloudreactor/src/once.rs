//! Something that many need and that is asked for once.

use std::sync::atomic::{AtomicU64, Ordering};

use groundwork_engine::ports::ApiError;
use tokio::sync::Mutex;

/// An answer, once there is one.
pub(crate) struct Once<T> {
    /// How often it was asked for.
    tries: AtomicU64,
    /// Held while asking, so that all who come meanwhile wait for the same answer.
    latest: Mutex<Option<Result<T, ApiError>>>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { tries: AtomicU64::new(0), latest: Mutex::default() }
    }
}

impl<T: Clone> Once<T> {
    /// The answer, for which is asked unless there is one. A failure is told to all who waited for it;
    /// whoever comes later asks again.
    pub async fn get(&self, ask: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
        let tries = self.tries.load(Ordering::Relaxed);
        let mut latest = self.latest.lock().await;
        match &*latest {
            Some(Ok(answer)) => return Ok(answer.clone()),
            Some(Err(error)) if self.tries.load(Ordering::Relaxed) > tries => return Err(error.clone()),
            Some(Err(_)) | None => {}
        }
        let outcome = ask.await;
        self.tries.fetch_add(1, Ordering::Relaxed);
        latest.insert(outcome).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::future::{join_all, ready};

    use super::*;
    use crate::fault::unexpected;

    #[tokio::test]
    async fn those_who_wait_share_an_answer_and_a_failure_is_not_kept() {
        let once = Once::default();
        let asked = Cell::new(0);
        let ask = |outcome: Result<u8, ApiError>| {
            once.get(async {
                asked.set(asked.get() + 1);
                tokio::task::yield_now().await;
                outcome
            })
        };
        let failed = join_all((0..5).map(|_| ask(Err(unexpected("GET /x", "no"))))).await;
        assert!(failed.iter().all(Result::is_err));
        assert_eq!(asked.get(), 1);
        let answers = join_all((1..5).map(|n| ask(Ok(n)))).await;
        assert_eq!(answers.into_iter().map(Result::ok).collect::<Vec<_>>(), [Some(1); 4]);
        assert_eq!(asked.get(), 2);
        assert_eq!(once.get(ready(Ok(9))).await.ok(), Some(1));
    }
}
