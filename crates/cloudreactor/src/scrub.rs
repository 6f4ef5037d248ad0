//! Takes secrets out of texts that the server wrote.
//!
//! The server quotes what it was sent: SQL with its values after a failed save, a body that it could not
//! read. So whatever it says passes through here before anybody sees it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use groundwork_model::run_environment::SECRET_FIELDS;
use groundwork_model::secret::REDACTED;
use serde_json::Value;

/// Fields of other bodies and answers that are secrets.
const CREDENTIAL_FIELDS: [&str; 5] = ["password", "access", "refresh", "token", "key"];

/// An API key: 40 hexadecimal digits.
const API_KEY_LENGTH: usize = 40;

/// The secrets that were sent or received: an answer can bring up those of an earlier request.
#[derive(Default)]
pub(crate) struct Scrubber {
    /// The longest first, lest a short one tear a hole into a long one and leave the rest.
    secrets: BTreeSet<(Reverse<usize>, String)>,
}

impl Scrubber {
    /// Knows a secret.
    pub fn add(&mut self, secret: &str) {
        if !secret.is_empty() {
            self.secrets.insert((Reverse(secret.len()), secret.to_owned()));
        }
    }

    /// Knows every secret field of a body, at any depth.
    pub fn add_fields(&mut self, body: &Value) {
        match body {
            Value::Object(object) => {
                for (key, value) in object {
                    let is_secret = SECRET_FIELDS.contains(&key.as_str()) || CREDENTIAL_FIELDS.contains(&key.as_str());
                    match value.as_str().filter(|_| is_secret) {
                        Some(secret) => self.add(secret),
                        None => self.add_fields(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add_fields(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The text without the secrets that are known, and without anything that looks like a token.
    pub fn clean(&self, text: &str) -> String {
        let known = self.secrets.iter().fold(text.to_owned(), |text, (_, secret)| text.replace(secret, REDACTED));
        known
            .split_inclusive(|c: char| !is_token_character(c))
            .map(|piece| {
                let word = piece.trim_end_matches(|c| !is_token_character(c));
                if looks_like_token(word) { piece.replacen(word, REDACTED, 1) } else { piece.to_owned() }
            })
            .collect()
    }
}

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn looks_like_token(word: &str) -> bool {
    let is_api_key = word.len() == API_KEY_LENGTH && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Every JWT begins with the base64 of `{"`.
    let is_jwt = word.starts_with("eyJ") && word.len() > 16;
    is_api_key || is_jwt
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn known_secrets_and_whatever_looks_like_a_token_are_taken_out() {
        let mut scrubber = Scrubber::default();
        scrubber.add("hunter2");
        scrubber.add("hunter2-and-more");
        scrubber.add("");
        scrubber.add_fields(&json!({"a": [{"secret_key": "sk-1", "region": "us-west-2"}], "password": "pw-1"}));
        let text = "hunter2-and-more, hunter2; sk-1 pw-1 us-west-2 \
                    (0123456789abcdef0123456789abcdef01234567) eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln.";
        assert_eq!(scrubber.clean(text), "(secret), (secret); (secret) (secret) us-west-2 ((secret)) (secret)");
    }
}
