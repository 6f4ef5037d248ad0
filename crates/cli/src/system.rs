//! Time, chance and signals, as the operating system gives them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use groundwork_engine::ports::{Clock, Random, Stop};
use groundwork_model::Secret;
use tokio::sync::watch;

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time is read")]
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The operating system's random generator.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn text(&self, length: usize) -> Secret {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let mut bytes = [0_u8; 64];
            // Without the generator there is no secret, and a guessable one is worse than none.
            getrandom::fill(&mut bytes).expect("the operating system's random generator");
            // 248 is the largest multiple of 62 in a byte: what is beyond it would favour some letters.
            let letters = bytes.iter().filter(|&&byte| byte < 248).map(|byte| ALPHABET[usize::from(byte % 62)]);
            text.extend(letters.map(char::from).take(length - text.len()));
        }
        Secret::new(text)
    }
}

/// Signals that ask the program to stop: SIGINT and SIGTERM.
#[derive(Clone, Debug)]
pub struct Signals {
    count: watch::Receiver<u32>,
}

impl Signals {
    /// Listens from now on. Needs a running runtime.
    pub fn listen() -> std::io::Result<Self> {
        let (sender, count) = watch::channel(0);
        let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                sender.send_modify(|count| *count += 1);
            }
        });
        Ok(Self { count })
    }

    /// Waits until so many signals have come.
    pub async fn reached(&self, wanted: u32) {
        let mut count = self.count.clone();
        if count.wait_for(|count| *count >= wanted).await.is_err() {
            // The listener is gone, so no signal can come any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Stop for Signals {
    fn requested(&self) -> bool {
        *self.count.borrow() > 0
    }

    async fn wait(&self) {
        self.reached(1).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn random_text_has_the_asked_length_and_alphabet_and_differs() {
        let texts: BTreeSet<String> = (0..50).map(|_| SystemRandom.text(32).expose().to_owned()).collect();
        assert_eq!(texts.len(), 50);
        for text in texts {
            assert_eq!(text.len(), 32);
            assert!(text.chars().all(|c| c.is_ascii_alphanumeric()), "{text}");
        }
    }
}
