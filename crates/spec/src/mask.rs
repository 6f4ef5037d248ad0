//! Hides what looks like a credential in text that errors quote.
//!
//! No credential belongs into a spec. If one is in it all the same, the error that says so must not
//! print it into a pipeline's log.

use std::borrow::Cow;

/// Words in the names of keys whose values are nobody's business. No key of the spec contains one.
const WORDS: [&str; 9] =
    ["password", "passwd", "api_key", "apikey", "api-key", "token", "secret_key", "access_key", "external_id"];

/// Whether a key looks as if its value were a credential.
pub(crate) fn is_sensitive(key: &str) -> bool {
    first_word(&key.to_ascii_lowercase()).is_some()
}

/// The text with credentials replaced by asterisks, byte for byte, so that spans stay valid.
pub(crate) fn masked(text: &str) -> String {
    text.split_inclusive('\n').map(|line| line_masked(line).into_owned()).collect()
}

fn line_masked(line: &str) -> Cow<'_, str> {
    let after_key = first_word(&line.to_ascii_lowercase()).map(|end| {
        let equals = line[end..].find('=').map_or(end, |at| end + at + 1);
        equals..line.len()
    });
    match after_key.or_else(|| user_info(line)) {
        None => Cow::Borrowed(line),
        Some(range) => {
            let hidden = line[range.clone()].chars().map(|c| match c {
                ' ' | '\t' | '"' | '\'' | '\r' | '\n' => c.to_string(),
                other => "*".repeat(other.len_utf8()),
            });
            Cow::Owned(
                line[..range.start].chars().map(String::from).chain(hidden).collect::<String>() + &line[range.end..],
            )
        }
    }
}

/// Where the first sensitive word ends.
fn first_word(lower: &str) -> Option<usize> {
    WORDS.iter().filter_map(|word| lower.find(word).map(|start| start + word.len())).min()
}

/// The bytes of `user:password` in `https://user:password@host`.
fn user_info(line: &str) -> Option<std::ops::Range<usize>> {
    let start = line.find("://")? + 3;
    let end = start + line[start..].find(['/', '"', '\'', ' ', '\n']).unwrap_or(line.len() - start);
    let at = line[start..end].rfind('@')?;
    Some(start..start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let masked = masked(text);
        assert_eq!(masked, expected);
        assert_eq!(masked.len(), text.len(), "spans must stay valid");
    }

    #[test]
    fn credentials_are_hidden_and_everything_else_is_kept() {
        check("api_key = \"hunter2\"\nname = \"a\"\n", "api_key = \"*******\"\nname = \"a\"\n");
        check(
            "cloudreactor = { group = \"x\", API_KEY = \"é\" }",
            "cloudreactor = { group = \"x\", API_KEY = \"**\" *",
        );
        check("cloudreactor.password=hunter2", "cloudreactor.password=*******");
        check("password hunter2", "password *******");
        check("u = \"https://me:pw@host/x@y\"", "u = \"https://*****@host/x@y\"");
        check("secrets_path_prefix = \"CloudReactor/\"", "secrets_path_prefix = \"CloudReactor/\"");
    }
}
