//! Virtual time, and the executor that makes it pass.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use groundwork_engine::ports::Clock;

/// 2026-01-01T00:00:00Z: any moment would do.
const START_MS: u64 = 1_767_225_600_000;

/// A clock that moves only when everybody waits, and then at once to the next moment that somebody
/// waits for. Who waits longest is woken first, so that every run takes the same course.
#[derive(Clone, Debug, Default)]
pub struct ScriptedClock(Rc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    passed_ms: Cell<u64>,
    sequence: Cell<u64>,
    sleepers: RefCell<BTreeMap<(u64, u64), Waker>>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl ScriptedClock {
    /// A clock at its start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets time pass, with nobody watching.
    pub fn advance(&self, duration: Duration) {
        self.0.passed_ms.set(self.0.passed_ms.get() + millis(duration));
    }

    /// Runs a future to its end. Panics if it waits for something that no clock brings.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.run_for(usize::MAX, future).expect("a future that is run to its end has one")
    }

    /// Runs a future, but drops it after so many steps, as a killed process would: each step ends where
    /// everything waits. `None` if it was dropped.
    pub fn run_for<T>(&self, steps: usize, future: impl Future<Output = T>) -> Option<T> {
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        for _ in 0..steps {
            loop {
                if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                    return Some(output);
                }
                if !flag.0.swap(false, Ordering::Relaxed) {
                    break;
                }
            }
            self.wake_next();
        }
        None
    }

    fn wake_next(&self) {
        let next = self.0.sleepers.borrow_mut().pop_first();
        let ((due_ms, _), waker) = next.expect("somebody waits for something that no clock brings");
        self.0.passed_ms.set(self.0.passed_ms.get().max(due_ms));
        waker.wake();
    }
}

impl Clock for ScriptedClock {
    fn now_ms(&self) -> u64 {
        START_MS + self.0.passed_ms.get()
    }

    async fn sleep(&self, duration: Duration) {
        let due_ms = self.0.passed_ms.get() + millis(duration);
        let sequence = self.0.sequence.get();
        self.0.sequence.set(sequence + 1);
        Sleep { clock: Rc::clone(&self.0), key: (due_ms, sequence) }.await;
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

struct Sleep {
    clock: Rc<Inner>,
    key: (u64, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.passed_ms.get() >= self.key.0 {
            return Poll::Ready(());
        }
        self.clock.sleepers.borrow_mut().insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.sleepers.borrow_mut().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_jumps_to_whoever_waits_next() {
        let clock = ScriptedClock::new();
        let start = clock.now_ms();
        clock.run(async {
            clock.sleep(Duration::from_secs(3600)).await;
            clock.sleep(Duration::from_millis(1)).await;
        });
        assert_eq!(clock.now_ms() - start, 3_600_001);
    }

    #[test]
    fn a_future_can_be_dropped_where_it_waits() {
        let clock = ScriptedClock::new();
        let steps = Cell::new(0);
        let work = async {
            for _ in 0..5 {
                steps.set(steps.get() + 1);
                clock.sleep(Duration::from_secs(1)).await;
            }
        };
        assert_eq!(clock.run_for(2, work), None);
        assert_eq!(steps.get(), 2);
        assert!(clock.0.sleepers.borrow().is_empty(), "who is dropped no longer waits");
    }
}
