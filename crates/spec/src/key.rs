//! Keys of the spec as text: `network.nat[1]`, `tags."cost center"`.

use std::borrow::Cow;

use groundwork_model::problem::Problem;
use toml_edit::Key;

use crate::raw::{ORGANIZATION, TARGET};

/// So much of a text is repeated in a message.
const LONGEST_QUOTE: usize = 60;

/// A list of words is broken into lines of this width, which leaves room for what stands before it.
const LINE_WIDTH: usize = 64;

/// The key of an entry of a table; the root's key is empty.
pub(crate) fn entry(table: &str, name: &str) -> String {
    let name = segment(name);
    if table.is_empty() { name.into_owned() } else { format!("{table}.{name}") }
}

/// The key of an item of a list.
pub(crate) fn item(list: &str, index: usize) -> String {
    format!("{list}[{index}]")
}

/// The key's table or list, and its, and so on. What is no key, because the cut went through a quoted
/// name, does no harm: nothing stands there.
pub(crate) fn parents(key: &str) -> impl Iterator<Item = &str> {
    key.rmatch_indices(['.', '[']).map(|(at, _)| &key[..at])
}

/// What a key of a target that was found is made from, if it is one of them: those from `first` on are.
pub(crate) fn in_organization(key: &str, first: usize) -> Option<String> {
    let (index, rest) = key.strip_prefix(TARGET)?.strip_prefix('[')?.split_once(']')?;
    index.parse().ok().filter(|index: &usize| *index >= first)?;
    Some(match rest {
        "" | ".account_id" => ORGANIZATION.to_owned(),
        ".region" => format!("{ORGANIZATION}.regions"),
        rest => format!("{ORGANIZATION}{rest}"),
    })
}

/// The one of these words that was probably meant.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    // One slip in three letters is still a slip; more is another word.
    let most = (written.chars().count() / 3).clamp(1, 3);
    let written = written.to_ascii_lowercase();
    if let Some(longer) = known.clone().into_iter().find(|word| written.len() >= 3 && word.starts_with(&written)) {
        return Some(longer);
    }
    let distance = |word: &&str| strsim::osa_distance(&written, &word.to_ascii_lowercase());
    known.into_iter().min_by_key(distance).filter(|word| distance(word) <= most)
}

/// A text in quotes, shortened.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}...", &text[..end]),
    }
}

/// Adds words to the help of a problem, over as many lines as they take.
pub(crate) fn listing<'a>(problem: Problem, what: &str, words: impl IntoIterator<Item = &'a str>) -> Problem {
    let mut lines = vec![format!("{what}: ")];
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if lines[lines.len() - 1].len() + word.len() > LINE_WIDTH {
            lines.push("    ".to_owned());
        }
        let line = lines.len() - 1;
        lines[line].push_str(word);
        if words.peek().is_some() {
            lines[line].push_str(", ");
        }
    }
    lines.iter().fold(problem, |problem, line| problem.help(line.trim_end()))
}

/// A name as TOML writes it: bare if it can be.
fn segment(name: &str) -> Cow<'_, str> {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare {
        return Cow::Borrowed(name);
    }
    let written = Key::new(name).display_repr().into_owned();
    if !written.contains(char::is_control) {
        return Cow::Owned(written);
    }
    // TOML takes control characters of 8 bits as they are, and a terminal may obey them.
    let escaped = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    };
    Cow::Owned(format!("\"{}\"", name.chars().map(escaped).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_toml_writes_them() {
        assert_eq!(entry("", "role"), "role");
        assert_eq!(item(&entry("network", "nat"), 1), "network.nat[1]");
        assert_eq!(entry("tags", "cost center"), "tags.\"cost center\"");
        assert_eq!(entry("", "\u{9b}\"\\"), r#""\u009B\"\\""#);
        assert_eq!(parents("network.nat[1]").collect::<Vec<_>>(), ["network.nat", "network"]);
    }

    #[test]
    fn the_keys_of_a_target_that_was_found_are_those_of_the_organization() {
        for (key, of_organization) in [
            ("target[2]", Some("targets.organization")),
            ("target[12].account_id", Some("targets.organization")),
            ("target[2].region", Some("targets.organization.regions")),
            ("target[2].assume_role.role", Some("targets.organization.assume_role.role")),
            ("target[1].name", None),
            ("targets.organization", None),
            ("network.nat[3]", None),
        ] {
            assert_eq!(in_organization(key, 2).as_deref(), of_organization, "{key}");
        }
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["region", "name", "account_id"];
        assert_eq!(nearest("regoin", known), Some("region"));
        assert_eq!(nearest("Region", known), Some("region"));
        assert_eq!(nearest("acount_id", known), Some("account_id"));
        assert_eq!(nearest("zone", known), None);
        assert_eq!(nearest("", known), None);
    }
}
