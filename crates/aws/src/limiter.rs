//! Keeps the calls to one API of one account and Region below the rate that AWS permits there.
//!
//! AWS refuses calls above a limit for each API, account and Region. One target's calls hardly reach
//! it. A rollout's do, and there every refusal is a round trip lost, and enough of them fail a call:
//! so it sends no more than AWS is known to take, and less where AWS refuses that too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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

/// CloudFormation's limits are not published. Five calls a second are reported; we take a fifth less,
/// since calls that leave evenly arrive unevenly.
const CLOUDFORMATION: Allowance = Allowance { burst: 5.0, rate: 4.0 };

/// EC2 lets `Describe` calls have a bucket of 100 that 20 a second refill; other tools use it too.
const EC2: Allowance = Allowance { burst: 50.0, rate: 10.0 };

/// ECS lets reads of clusters have a bucket of 50 that 20 a second refill.
const ECS: Allowance = Allowance { burst: 40.0, rate: 16.0 };

/// STS takes hundreds of calls a second from an account. That account's other users share them, and a
/// rollout that needs more than 16 sessions a second has other work to wait for.
const STS: Allowance = Allowance { burst: 20.0, rate: 16.0 };

/// One target makes a dozen calls: nothing is held back before AWS asks for it.
const ALONE: Allowance = Allowance { burst: 100.0, rate: 100.0 };

/// The limiters of the APIs that are called in one account and Region.
#[derive(Clone, Debug)]
pub(crate) struct Limiters {
    pub cloudformation: Arc<Limiter>,
    pub ec2: Arc<Limiter>,
    pub ecs: Arc<Limiter>,
    pub sts: Arc<Limiter>,
}

impl Limiters {
    /// For the only target of a run.
    pub fn of_one() -> Self {
        Self::new(ALONE, ALONE, ALONE, ALONE)
    }

    /// For one of many targets.
    pub fn among_many() -> Self {
        Self::new(CLOUDFORMATION, EC2, ECS, STS)
    }

    fn new(cloudformation: Allowance, ec2: Allowance, ecs: Allowance, sts: Allowance) -> Self {
        let limiter = |allowance| Arc::new(Limiter::new(allowance));
        Self { cloudformation: limiter(cloudformation), ec2: limiter(ec2), ecs: limiter(ecs), sts: limiter(sts) }
    }
}

/// Lets calls pass one after the other, as fast as AWS takes them.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Held by the call that is next: those behind it wait in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
}

/// A call was let pass, then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permit(Instant);

impl Limiter {
    fn new(allowance: Allowance) -> Self {
        Self { turn: tokio::sync::Mutex::default(), bucket: Mutex::new(Bucket::new(allowance, Instant::now())) }
    }

    /// Waits until a call may be made.
    pub async fn permit(&self) -> Permit {
        let _turn = self.turn.lock().await;
        loop {
            let now = Instant::now();
            // Asked anew after each wait: a refusal meanwhile makes it longer.
            let Err(wait) = self.bucket().take(now) else { return Permit(now) };
            sleep(wait).await;
        }
    }

    /// AWS refused a call for its rate.
    pub fn refused(&self, permit: Permit) {
        self.bucket().slow_down(permit, Instant::now());
    }

    /// AWS took a call.
    pub fn taken(&self) {
        self.bucket().recover();
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tokens, of which each call takes one.
#[derive(Debug)]
struct Bucket {
    full: Allowance,
    /// The part of the full allowance that AWS takes at the moment, as far as we know.
    share: f64,
    tokens: f64,
    filled_at: Instant,
    slowed_at: Option<Instant>,
}

impl Bucket {
    fn new(full: Allowance, now: Instant) -> Self {
        Self { full, share: 1.0, tokens: full.burst, filled_at: now, slowed_at: None }
    }

    fn rate(&self) -> f64 {
        self.full.rate * self.share
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        let most = (self.full.burst * self.share).max(1.0);
        self.tokens = (self.tokens + passed * self.rate()).min(most);
        self.filled_at = now;
    }

    /// Takes a token, or tells how long to wait for one.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        /// Waits are rounded down somewhere: without a little more, the last one is followed by another.
        const ROUNDING: Duration = Duration::from_millis(1);
        self.fill(now);
        if self.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - self.tokens) / self.rate()) + ROUNDING);
        }
        self.tokens -= 1.0;
        Ok(())
    }

    /// Halves the rate and empties the bucket, as AWS's is. Calls that were under way by then tell
    /// nothing new with their refusals.
    fn slow_down(&mut self, permit: Permit, now: Instant) {
        if self.slowed_at.is_some_and(|slowed_at| permit.0 <= slowed_at) {
            return;
        }
        self.fill(now);
        self.tokens = 0.0;
        self.share = (self.share / 2.0).max(SLOWEST / self.full.rate);
        self.slowed_at = Some(now);
    }

    fn recover(&mut self) {
        self.share = (self.share + RECOVERY).min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same every time.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }
    }

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn no_window_of_time_sees_more_calls_than_its_allowance() {
        for seed in 0..100 {
            let mut dice = Dice(seed);
            let full = Allowance { burst: 1.0 + dice.below(20) as f64, rate: 1.0 + dice.below(30) as f64 };
            let mut now = Instant::now();
            let mut bucket = Bucket::new(full, now);
            let mut passed = Vec::new();
            while passed.len() < 100 {
                now += ms(dice.below(120));
                if bucket.take(now).is_ok() {
                    passed.push(now);
                    if dice.below(20) == 0 { bucket.slow_down(Permit(now), now) } else { bucket.recover() }
                }
            }
            for (at, first) in passed.iter().enumerate() {
                for (more, last) in passed[at..].iter().enumerate() {
                    let most = full.burst + full.rate * (*last - *first).as_secs_f64();
                    assert!((more + 1) as f64 <= most + 1e-6, "{} calls, not {most}, seed {seed}", more + 1);
                }
            }
        }
    }

    /// What became of calls that were all made at once.
    struct Outcome {
        refusals: usize,
        /// Of the call that was refused most often.
        most_attempts: usize,
        took: Duration,
    }

    /// A call under way.
    #[derive(Clone, Copy)]
    struct Leg {
        until_ms: u64,
        attempts: usize,
        permit: Permit,
        taken: bool,
    }

    /// Plays so many calls, millisecond by millisecond: over a network that delivers unevenly, to an
    /// API with limits of its own, and with the SDK's pauses after refusals.
    fn play(calls: usize, ours: Allowance, theirs: Allowance, dice: &mut Dice) -> Outcome {
        let start = Instant::now();
        let (mut bucket, mut api) = (Bucket::new(ours, start), Bucket::new(theirs, start));
        let fresh = Leg { until_ms: 0, attempts: 0, permit: Permit(start), taken: false };
        let (mut waiting, mut out, mut back) = (vec![fresh; calls], Vec::new(), Vec::new());
        let mut outcome = Outcome { refusals: 0, most_attempts: 0, took: Duration::ZERO };
        for at in 0.. {
            let now = start + ms(at);
            for leg in due(&mut back, at) {
                outcome.most_attempts = outcome.most_attempts.max(leg.attempts);
                outcome.took = ms(at);
                if leg.taken {
                    bucket.recover();
                } else {
                    outcome.refusals += 1;
                    bucket.slow_down(leg.permit, now);
                    let most = (1_000 << (leg.attempts - 1)).min(5_000);
                    waiting.push(Leg { until_ms: at + dice.below(most), ..leg });
                }
            }
            for leg in due(&mut out, at) {
                back.push(Leg { until_ms: at + 10 + dice.below(30), taken: api.take(now).is_ok(), ..leg });
            }
            while let Some(next) = waiting.iter().position(|leg| leg.until_ms <= at) {
                if bucket.take(now).is_err() {
                    break;
                }
                let leg = waiting.remove(next);
                let until_ms = at + 10 + dice.below(30);
                out.push(Leg { until_ms, attempts: leg.attempts + 1, permit: Permit(now), ..leg });
            }
            if waiting.is_empty() && out.is_empty() && back.is_empty() {
                break;
            }
        }
        outcome
    }

    fn due(legs: &mut Vec<Leg>, at: u64) -> Vec<Leg> {
        legs.extract_if(.., |leg| leg.until_ms <= at).collect()
    }

    /// So many runs of so many calls each: the share of refused calls, and the worst of the rest.
    fn runs(count: u64, calls: usize, ours: Allowance, theirs: Allowance) -> (f64, Outcome) {
        let mut worst = Outcome { refusals: 0, most_attempts: 0, took: Duration::ZERO };
        for seed in 0..count {
            let outcome = play(calls, ours, theirs, &mut Dice(seed));
            worst.refusals += outcome.refusals;
            worst.most_attempts = worst.most_attempts.max(outcome.most_attempts);
            worst.took = worst.took.max(outcome.took);
        }
        let sent = count as usize * calls + worst.refusals;
        (worst.refusals as f64 / sent as f64, worst)
    }

    #[test]
    fn forty_targets_are_hardly_refused_and_hardly_held_up() {
        let five = Allowance { burst: 5.0, rate: 5.0 };
        for calls in 1..=15 {
            let (share, worst) = runs(40, calls, CLOUDFORMATION, five);
            assert!(share <= 0.01, "{calls} calls: {share}");
            assert!(worst.took <= Duration::from_millis(2_700), "{calls} calls: {:?}", worst.took);
        }
        let (share, worst) = runs(40, 40, STS, Allowance { burst: 20.0, rate: 20.0 });
        assert!(share <= 0.01, "{share}");
        assert!(worst.took <= Duration::from_millis(1_400), "{:?}", worst.took);
    }

    #[test]
    fn no_call_fails_where_others_use_up_most_of_the_limit() {
        let (share, worst) = runs(40, 15, CLOUDFORMATION, Allowance { burst: 2.0, rate: 1.0 });
        assert!(worst.most_attempts <= 5, "a call took {} attempts", worst.most_attempts);
        assert!(share <= 0.5, "{share}");
    }

    #[test]
    fn a_lone_target_is_not_held_up_until_aws_asks_for_it() {
        let now = Instant::now();
        let mut bucket = Bucket::new(ALONE, now);
        assert!((0..50).all(|_| bucket.take(now).is_ok()));
        let (_, worst) = runs(40, 12, ALONE, Allowance { burst: 5.0, rate: 5.0 });
        assert!(worst.most_attempts <= 5, "a call took {} attempts", worst.most_attempts);
    }

    #[test]
    fn refusals_of_one_burst_count_once_and_answers_bring_the_rate_back() {
        let start = Instant::now();
        let mut bucket = Bucket::new(EC2, start);
        let refused_at = start + ms(50);
        for _ in 0..5 {
            bucket.slow_down(Permit(start), refused_at);
        }
        assert_eq!((bucket.rate(), bucket.tokens), (EC2.rate / 2.0, 0.0));
        bucket.slow_down(Permit(refused_at + ms(200)), refused_at + ms(250));
        assert_eq!(bucket.rate(), EC2.rate / 4.0);
        (0..15).for_each(|_| bucket.recover());
        assert!((bucket.rate() - EC2.rate).abs() < 1e-9, "{}", bucket.rate());
    }

    #[test]
    fn the_rate_never_falls_below_what_a_deadline_can_wait_for() {
        let start = Instant::now();
        let mut bucket = Bucket::new(CLOUDFORMATION, start);
        let mut now = start;
        for _ in 0..20 {
            now += ms(100);
            bucket.slow_down(Permit(now), now);
        }
        assert!(bucket.take(now).expect_err("a wait") <= Duration::from_millis(2_001));
    }
}
