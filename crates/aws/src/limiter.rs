//! Keeps the calls to one API of one account and Region below the rate that AWS permits there.
//!
//! AWS refuses calls above a limit for each API, account and Region. One target's calls hardly reach
//! it. A rollout's do, and there every refusal is a round trip lost, and enough of them fail a call:
//! so it sends no more than AWS is known to take, and less where AWS refuses that too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How much of its allowance a limiter gets back with each answer, after a refusal halved it.
const RECOVERY: f64 = 0.05;

/// The slowest rate, in calls a second: a call that waits longer than this allows has passed its
/// deadline anyway.
const SLOWEST: f64 = 0.5;

/// How many calls may be made: so many at once, and so many more a second.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    burst: f64,
    rate: f64,
}

/// CloudFormation's limits are not published. Five calls a second are reported.
const CLOUDFORMATION: Allowance = Allowance { burst: 5.0, rate: 5.0 };

/// EC2 lets `Describe` calls have a bucket of 100 that 20 a second refill; other tools use it too.
const EC2: Allowance = Allowance { burst: 50.0, rate: 10.0 };

/// ECS lets reads of clusters have a bucket of 50 that 20 a second refill.
const ECS: Allowance = Allowance { burst: 40.0, rate: 16.0 };

/// IAM's limits are not published. It is one for all Regions of an account, and 15 reads a second are reported.
const IAM: Allowance = Allowance { burst: 15.0, rate: 10.0 };

/// STS takes hundreds of calls a second from an account. That account's other users share them, and a
/// rollout that has 20 new sessions a second has enough to do in them.
const STS: Allowance = Allowance { burst: 20.0, rate: 20.0 };

/// The limits of Service Quotas are not published, and low.
const QUOTAS: Allowance = Allowance { burst: 5.0, rate: 5.0 };

/// The limits of AWS Organizations are not published, and low.
const ORGANIZATIONS: Allowance = Allowance { burst: 10.0, rate: 5.0 };

/// One target makes a dozen calls: nothing is held back before AWS asks for it.
const ALONE: Allowance = Allowance { burst: 100.0, rate: 100.0 };

/// The limiters of the APIs that are called in one account and Region.
#[derive(Clone, Debug)]
pub(crate) struct Limiters {
    pub cloudformation: Arc<Limiter>,
    pub ec2: Arc<Limiter>,
    pub ecs: Arc<Limiter>,
    pub iam: Arc<Limiter>,
    pub quotas: Arc<Limiter>,
    pub sts: Arc<Limiter>,
}

impl Limiters {
    /// For the only target of a run.
    pub fn of_one() -> Self {
        Self::new([ALONE; 6])
    }

    /// For one of many targets.
    pub fn among_many() -> Self {
        Self::new([CLOUDFORMATION, EC2, ECS, IAM, QUOTAS, STS])
    }

    fn new(allowances: [Allowance; 6]) -> Self {
        let [cloudformation, ec2, ecs, iam, quotas, sts] =
            allowances.map(|allowance| Arc::new(Limiter::new(allowance)));
        Self { cloudformation, ec2, ecs, iam, quotas, sts }
    }
}

/// Lets calls pass one after the other, as fast as AWS takes them.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Held by the call that is next: those behind it wait in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
    settled: Notify,
}

impl Limiter {
    /// For AWS Organizations, which is one for all accounts and Regions.
    pub fn of_organizations() -> Self {
        Self::new(ORGANIZATIONS)
    }

    fn new(allowance: Allowance) -> Self {
        let bucket = Mutex::new(Bucket::new(allowance, Instant::now()));
        Self { turn: tokio::sync::Mutex::default(), bucket, settled: Notify::new() }
    }

    /// Waits until a call may be made.
    pub async fn permit(&self) -> Permit<'_> {
        let _turn = self.turn.lock().await;
        loop {
            let now = Instant::now();
            let outcome = self.bucket().take(now);
            // Asked anew after each wait: a refusal meanwhile makes it longer.
            match outcome {
                Ok(()) => return Permit { limiter: self, granted_at: now },
                Err(Until::Time(wait)) => sleep(wait).await,
                Err(Until::Answer) => self.settled.notified().await,
            }
        }
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call may be made. To be kept until it is answered, or given up.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    limiter: &'a Limiter,
    granted_at: Instant,
}

impl Permit<'_> {
    /// AWS refused the call for its rate.
    pub fn refused(self) {
        self.limiter.bucket().slow_down(self.granted_at, Instant::now());
    }

    /// AWS took the call.
    pub fn taken(self) {
        self.limiter.bucket().recover();
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.bucket().settle(Instant::now());
        self.limiter.settled.notify_one();
    }
}

/// Tokens, of which each call takes one.
///
/// Nobody knows when a call arrives at AWS's own bucket: the first ones have connections to open and
/// may be overtaken. So a token is only set aside for a call under way, and taken when the answer is
/// there: then it was certainly taken at AWS, and ours never holds more than AWS's.
#[derive(Debug)]
struct Bucket {
    full: Allowance,
    /// The part of the full allowance that AWS takes at the moment, as far as we know.
    share: f64,
    tokens: f64,
    under_way: f64,
    filled_at: Instant,
    slowed_at: Option<Instant>,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Until {
    /// Until so much time has passed.
    Time(Duration),
    /// Until a call under way is answered.
    Answer,
}

impl Bucket {
    fn new(full: Allowance, now: Instant) -> Self {
        Self { full, share: 1.0, tokens: full.burst, under_way: 0.0, filled_at: now, slowed_at: None }
    }

    fn rate(&self) -> f64 {
        self.full.rate * self.share
    }

    fn burst(&self) -> f64 {
        (self.full.burst * self.share).max(1.0)
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.rate()).min(self.burst());
        self.filled_at = now;
    }

    /// Sets a token aside, or tells what to wait for.
    fn take(&mut self, now: Instant) -> Result<(), Until> {
        /// Waits are rounded down somewhere: without a little more, the last one is followed by another.
        const ROUNDING: Duration = Duration::from_millis(1);
        self.fill(now);
        let wanted = self.under_way + 1.0;
        if self.tokens >= wanted {
            self.under_way = wanted;
            return Ok(());
        }
        if wanted > self.burst() {
            return Err(Until::Answer);
        }
        Err(Until::Time(Duration::from_secs_f64((wanted - self.tokens) / self.rate()) + ROUNDING))
    }

    /// Takes the token of a call that is no longer under way.
    fn settle(&mut self, now: Instant) {
        self.fill(now);
        self.tokens -= 1.0;
        self.under_way -= 1.0;
    }

    /// Halves the rate and empties the bucket, as AWS's is. Calls that were under way by then tell
    /// nothing new with their refusals.
    fn slow_down(&mut self, granted_at: Instant, now: Instant) {
        if self.slowed_at.is_some_and(|slowed_at| granted_at <= slowed_at) {
            return;
        }
        self.fill(now);
        self.tokens = self.tokens.min(self.under_way);
        self.share = (self.share / 2.0).max(SLOWEST / self.full.rate);
        self.slowed_at = Some(now);
    }

    fn recover(&mut self) {
        self.share = (self.share + RECOVERY).min(1.0);
    }
}

#[cfg(test)]
mod tests;
