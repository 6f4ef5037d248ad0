//! Secrets that this connection has seen, kept so that no text from AWS carries one out.
//!
//! AWS quotes parameter values in validation messages and status reasons, also those that are ours
//! to hide.

use std::sync::{Mutex, PoisonError};

use groundwork_model::Secret;
use groundwork_model::secret::REDACTED;

/// Below this a text is too common to be worth hiding: hiding "a" would garble every message.
const SHORTEST: usize = 4;

/// The secrets seen so far.
#[derive(Debug, Default)]
pub(crate) struct Custody(Mutex<Vec<Secret>>);

impl Custody {
    /// Remembers a secret.
    pub(crate) fn take(&self, secret: &Secret) {
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if secret.expose().len() >= SHORTEST && !secrets.contains(secret) {
            secrets.push(secret.clone());
        }
    }

    /// The text without any secret that is known.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), REDACTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_secrets_are_taken_out_of_any_text() {
        let custody = Custody::default();
        custody.take(&Secret::new("abcdefgh"));
        custody.take(&Secret::new("a"));
        assert_eq!(custody.scrub("value 'abcdefgh' at b"), "value '(secret)' at b");
        assert_eq!(custody.scrub("a value"), "a value");
    }
}
