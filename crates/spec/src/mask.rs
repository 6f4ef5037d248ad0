//! Hides what looks like a credential in text that errors quote.
//!
//! No credential belongs into a spec. If one is in it all the same, the error that says so must not
//! print it into a pipeline's log.

use std::ops::Range;

/// Words in the names of keys whose values are nobody's business. The one that belongs into a spec is a
/// role's external id: no secret to AWS, and all the same not shown.
const WORDS: [&str; 10] = [
    "password",
    "passwd",
    "api_key",
    "apikey",
    "api-key",
    "token",
    "secret_key",
    "access_key",
    "external_id",
    "external-id",
];

/// Whether a key looks as if its value were a credential.
pub(crate) fn is_sensitive(key: &str) -> bool {
    first_word(&key.to_ascii_lowercase()).is_some()
}

/// The text with credentials replaced by asterisks, byte for byte, so that spans stay valid.
pub(crate) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let Some(start) = credential(line) else {
            mask_user_info(line, &mut out);
            continue;
        };
        mask_user_info(&line[..start], &mut out);
        hide(&line[start..], &mut out);
        if goes_on(line, start) {
            // Where it ends cannot be told in a text that may be no TOML: better too much than too little.
            hide(&text[out.len()..], &mut out);
            break;
        }
    }
    out
}

/// The text with these bytes of it hidden, too.
pub(crate) fn without(text: &str, hidden: &[Range<usize>]) -> String {
    let mut out = text.to_owned();
    for range in hidden {
        let mut stars = String::new();
        hide(out.get(range.clone()).unwrap_or_default(), &mut stars);
        if stars.len() == range.len() {
            out.replace_range(range.clone(), &stars);
        }
    }
    out
}

/// Where the value of a sensitive key begins.
fn credential(line: &str) -> Option<usize> {
    let end = first_word(&line.to_ascii_lowercase())?;
    Some(line[end..].find('=').map_or(end, |at| end + at + 1))
}

/// Where the first sensitive word ends.
fn first_word(lower: &str) -> Option<usize> {
    WORDS.iter().filter_map(|word| lower.find(word).map(|start| start + word.len())).min()
}

/// Whether the value from `start` on, or the table of a sensitive name, ends on a later line. A comment
/// that only names a credential does not.
fn goes_on(line: &str, start: usize) -> bool {
    if line.trim_start().starts_with('#') {
        return false;
    }
    let value = line[start..].trim();
    for (open, close) in [("\"\"\"", "\"\"\""), ("'''", "'''"), ("[", "]"), ("{", "}")] {
        if let Some(rest) = value.strip_prefix(open) {
            return !rest.ends_with(close);
        }
    }
    value.starts_with(']') || (value.is_empty() && line[..start].ends_with('='))
}

/// Hides `user:password` in each `https://user:password@host`. A password may hold a slash that makes
/// the URL another one, so everything up to the last `@` is hidden.
fn mask_user_info(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(start) = authority(rest) {
        let end = rest[start..].find(['"', '\'', ' ', '\t', '\n']).map_or(rest.len(), |at| start + at);
        let user_info = rest[start..end].rfind('@').map_or(start, |at| start + at);
        out.push_str(&rest[..start]);
        hide(&rest[start..user_info], out);
        out.push_str(&rest[user_info..end]);
        rest = &rest[end..];
    }
    out.push_str(rest);
}

/// Where the first URL goes on behind its scheme. Those who read URLs take `https:host` and
/// `https:\\host`, too.
fn authority(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let ends = ["http:", "https:", "://"].map(|scheme| lower.find(scheme).map(|at| at + scheme.len()));
    let end = ends.into_iter().flatten().min()?;
    Some(text.len() - text[end..].trim_start_matches(['/', '\\']).len())
}

fn hide(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            ' ' | '\t' | '"' | '\'' | '\r' | '\n' => out.push(c),
            other => out.extend(std::iter::repeat_n('*', other.len_utf8())),
        }
    }
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
        check("u = \"https://me:p/w@host/x\"", "u = \"https://******@host/x\"");
        check("u = \"https:\\\\a@b\", v = 'ftp://c@d'", "u = \"https:\\\\*@b\", v = 'ftp://*@d'");
        check("api_key = [\n\"a\"\n]\nb = 1", "api_key = *\n\"*\"\n*\n* * *");
        check("api_key = [\"a\"]\nb = 1", "api_key = *\"*\"*\nb = 1");
        check("u = \"https://host/x\" # a@b", "u = \"https://host/x\" # a@b");
        check("# set CLOUDREACTOR_API_KEY\nb = 1", "# set CLOUDREACTOR_API_KEY\nb = 1");
        check("[a.token]\nb = 1", "[a.token*\n* * *");
        check("secrets_path_prefix = \"CloudReactor/\"", "secrets_path_prefix = \"CloudReactor/\"");
    }
}
