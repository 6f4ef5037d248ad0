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
            match bucket.take(now) {
                Ok(()) => passed.push(now),
                Err(Until::Answer) => bucket.settle(now),
                Err(Until::Time(_)) => {}
            }
            match dice.below(20) {
                0 => bucket.slow_down(now, now),
                1..10 if bucket.under_way > 0.0 => bucket.settle(now),
                _ => bucket.recover(),
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
    granted_at: Instant,
    taken: bool,
}

/// Plays so many calls, millisecond by millisecond: over a network that delivers unevenly, to an
/// API with limits of its own, and with the SDK's pauses after refusals.
fn play(calls: usize, ours: Allowance, theirs: Allowance, dice: &mut Dice) -> Outcome {
    let start = Instant::now();
    let (mut bucket, mut api) = (Bucket::new(ours, start), Bucket::new(theirs, start));
    let fresh = Leg { until_ms: 0, attempts: 0, granted_at: start, taken: false };
    let (mut waiting, mut out, mut back) = (vec![fresh; calls], Vec::new(), Vec::new());
    let mut outcome = Outcome { refusals: 0, most_attempts: 0, took: Duration::ZERO };
    for at in 0.. {
        let now = start + ms(at);
        for leg in due(&mut back, at) {
            outcome.most_attempts = outcome.most_attempts.max(leg.attempts);
            outcome.took = ms(at);
            bucket.settle(now);
            if leg.taken {
                bucket.recover();
            } else {
                outcome.refusals += 1;
                bucket.slow_down(leg.granted_at, now);
                let most = (1_000 << (leg.attempts - 1)).min(5_000);
                waiting.push(Leg { until_ms: at + dice.below(most), ..leg });
            }
        }
        for leg in due(&mut out, at) {
            let taken = api.take(now).is_ok();
            if taken {
                api.settle(now);
            }
            back.push(Leg { until_ms: at + 10 + dice.below(30), taken, ..leg });
        }
        while let Some(next) = waiting.iter().position(|leg| leg.until_ms <= at) {
            if bucket.take(now).is_err() {
                break;
            }
            let leg = waiting.remove(next);
            // The first calls have a connection to open, which some get much later than others.
            let until_ms = at + 10 + dice.below(if at == 0 { 500 } else { 30 });
            out.push(Leg { until_ms, attempts: leg.attempts + 1, granted_at: now, ..leg });
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
fn what_aws_is_known_to_take_is_never_refused_however_unevenly_calls_arrive() {
    for (ours, most) in [(CLOUDFORMATION, 15), (STS, 40), (ECS, 60)] {
        for calls in 1..=most {
            let (share, worst) = runs(20, calls, ours, ours);
            assert_eq!(share, 0.0, "{calls} calls");
            let due = (calls as f64 - ours.burst).max(0.0) / ours.rate;
            assert!(worst.took.as_secs_f64() <= due + 1.2, "{calls} calls: {:?}", worst.took);
        }
    }
}

#[test]
fn hundreds_of_sessions_come_as_fast_as_sts_is_known_to_give_them() {
    let (share, worst) = runs(10, 200, STS, STS);
    assert_eq!(share, 0.0);
    assert!(worst.took <= Duration::from_secs(9) + ms(700), "{:?}", worst.took);
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
    for _ in 0..5 {
        bucket.take(start).expect("a full bucket");
    }
    let refused_at = start + ms(50);
    for _ in 0..5 {
        bucket.slow_down(start, refused_at);
        bucket.settle(refused_at);
    }
    assert_eq!((bucket.rate(), bucket.tokens, bucket.under_way), (EC2.rate / 2.0, 0.0, 0.0));
    bucket.slow_down(refused_at + ms(200), refused_at + ms(250));
    assert_eq!(bucket.rate(), EC2.rate / 4.0);
    (0..15).for_each(|_| bucket.recover());
    assert!((bucket.rate() - EC2.rate).abs() < 1e-9, "{}", bucket.rate());
}

#[test]
fn the_rate_never_falls_below_what_a_deadline_can_wait_for() {
    let mut now = Instant::now();
    let mut bucket = Bucket::new(CLOUDFORMATION, now);
    for _ in 0..20 {
        now += ms(100);
        bucket.slow_down(now, now);
    }
    let Err(Until::Time(wait)) = bucket.take(now) else { panic!("an empty bucket") };
    assert!(wait <= ms(2_001), "{wait:?}");
}

#[test]
fn with_all_tokens_set_aside_the_next_call_waits_for_an_answer() {
    let now = Instant::now();
    let mut bucket = Bucket::new(CLOUDFORMATION, now);
    assert_eq!((0..6).map(|_| bucket.take(now)).filter(Result::is_ok).count(), 5);
    let later = now + Duration::from_secs(60);
    assert_eq!(bucket.take(later), Err(Until::Answer));
    bucket.settle(later);
    assert!(matches!(bucket.take(later), Err(Until::Time(wait)) if wait <= ms(201)));
    assert_eq!(bucket.take(later + ms(200)), Ok(()));
}

#[tokio::test]
async fn those_who_wait_pass_in_order_and_a_call_that_is_given_up_makes_room() {
    let limiter = Limiter::new(Allowance { burst: 1.0, rate: 1000.0 });
    let passed = Mutex::new(Vec::new());
    let given_up = limiter.permit().await;
    let calls = (0..5).map(|call| {
        let (limiter, passed) = (&limiter, &passed);
        async move {
            let permit = limiter.permit().await;
            passed.lock().expect("no panic").push(call);
            permit.taken();
        }
    });
    let give_up = async {
        tokio::task::yield_now().await;
        assert!(passed.lock().expect("no panic").is_empty(), "one at a time");
        drop(given_up);
    };
    futures_util::future::join(futures_util::future::join_all(calls), give_up).await;
    assert_eq!(*passed.lock().expect("no panic"), [0, 1, 2, 3, 4]);
}
