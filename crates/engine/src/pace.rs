//! How long to wait between two looks at a stack.

use std::time::Duration;

/// The usual pause: a stack that ends is noticed at most so late.
const USUAL: Duration = Duration::from_secs(2);
/// The pause of the first minute, in which clusters, roles and small networks end: somebody waits for
/// them, and the few looks more that it takes are far from any rate limit.
const EARLY: Duration = Duration::from_millis(1500);
/// So many looks take about a minute at the early pause.
const EARLY_LOOKS: usize = 40;
/// The pause while AWS refuses for its rate limit.
const LONGEST: Duration = Duration::from_secs(5);
/// The first pauses: small stacks end within a second or two.
const FIRST: [Duration; 3] = [Duration::from_millis(500), Duration::from_millis(500), Duration::from_secs(1)];

/// The pauses of one wait.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    looks: usize,
    usual: Duration,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { looks: 0, usual: USUAL }
    }

    /// The pause after a look that worked.
    pub(crate) fn after_success(&mut self) -> Duration {
        self.usual = self.usual.mul_f64(0.5).max(USUAL);
        let usual = if self.looks < EARLY_LOOKS && self.usual == USUAL { EARLY } else { self.usual };
        let pause = FIRST.get(self.looks).copied().unwrap_or(usual);
        self.looks += 1;
        pause
    }

    /// The pause after a look that failed in a way that passes.
    pub(crate) fn after_disturbance(&mut self) -> Duration {
        self.looks = EARLY_LOOKS;
        self.usual = self.usual.mul_f64(1.5).min(LONGEST);
        self.usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_fast_slows_down_when_disturbed_and_recovers() {
        let mut pace = Pace::new();
        let millis = |pause: Duration| u64::try_from(pause.as_millis()).expect("a short pause");
        let first: Vec<u64> = (0..5).map(|_| millis(pace.after_success())).collect();
        assert_eq!(first, [500, 500, 1000, 1500, 1500]);
        let later = (0..EARLY_LOOKS).map(|_| millis(pace.after_success())).last();
        assert_eq!(later, Some(2000));
        let disturbed: Vec<u64> = (0..4).map(|_| millis(pace.after_disturbance())).collect();
        assert_eq!(disturbed, [3000, 4500, 5000, 5000]);
        let recovered: Vec<u64> = (0..3).map(|_| millis(pace.after_success())).collect();
        assert_eq!(recovered, [2500, 2000, 2000]);
    }
}
