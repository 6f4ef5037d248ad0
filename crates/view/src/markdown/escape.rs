//! Text from elsewhere, made harmless: names, tags, notes and AWS's words must not break out of where
//! they stand, bring in HTML, or call somebody by `@name`.
//!
//! GitHub looks for mentions after entities are decoded, so only code keeps a name from being called:
//! whatever groundwork did not write itself stands in a code span or a code block.

use crate::text::clean;

/// Texts in a sentence or a table are shortened to so many characters.
///
/// Characters, since a text of characters without width would have no end in columns.
const LONGEST: usize = 200;

/// A value that is to be copied is shortened only to so many: lists of subnets are long.
const LONGEST_VALUE: usize = 2_000;

/// A line of a code block is shortened to so many characters.
const LONGEST_LINE: usize = 500;

/// The text as inline code, fit for a sentence and for a cell of a table; nothing for an empty text.
pub(super) fn code(text: &str) -> String {
    span(shortened(text, LONGEST))
}

/// A value that is to be copied, as inline code.
pub(super) fn value(text: &str) -> String {
    span(shortened(text, LONGEST_VALUE))
}

fn span(text: String) -> String {
    if text.is_empty() {
        return text;
    }
    // A code span knows no escapes. Where it would need one, HTML says the same.
    let is_plain = text.trim() == text && !text.contains(['`', '|', '\\']);
    if is_plain { format!("`{text}`") } else { format!("<code>{}</code>", entities(&text)) }
}

/// Code in a list: `` `a`, `b` and 3 more``.
pub(super) fn codes<S: AsRef<str>>(texts: &[S], at_most: usize) -> String {
    let codes: Vec<String> = texts.iter().take(at_most).map(|text| code(text.as_ref())).collect();
    match texts.len() - codes.len() {
        0 => codes.join(", "),
        more => format!("{} and {more} more", codes.join(", ")),
    }
}

/// The address as a link where that is what it is, and as code otherwise.
pub(super) fn link(url: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#=%+".contains(c);
    let is_address = url.starts_with("https://") && url.len() <= 2 * LONGEST && url.chars().all(is_plain);
    if is_address { format!("<{url}>") } else { code(url) }
}

/// The text on one line, with what is too much left out of its middle: names differ at their ends.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return clean(text);
    }
    let tail = text.char_indices().rev().nth(most - most / 2 - 2).map_or(0, |(start, _)| start);
    let head: String = text.chars().take(most / 2).collect();
    clean(&format!("{head}…{}", &text[tail..]))
}

/// Everything but letters, digits, blanks and what means nothing in HTML or Markdown, as entities.
fn entities(text: &str) -> String {
    let entity = |c: char| match c {
        c if c.is_ascii_punctuation() && !",.;:/-=+()".contains(c) => format!("&#{};", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(entity).collect()
}

/// The fence of a code block with these lines: longer than any row of backticks in it.
pub(super) fn fence<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let longest = lines.into_iter().map(longest_row).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn longest_row(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A line of a code block. What is too long is cut at its end: a line's beginning tells what it is.
pub(super) fn code_line(text: &str) -> String {
    match text.char_indices().nth(LONGEST_LINE) {
        None => clean(text).trim_end().to_owned(),
        Some((end, _)) => format!("{}…", clean(&text[..end]).trim_end()),
    }
}

/// The text in a quoted label of a Mermaid diagram, of at most `room` characters. There a character is told by
/// its number between `#` and `;`.
pub(super) fn label(text: &str, room: usize) -> String {
    let entity = |c: char| match c {
        c if c.is_ascii_punctuation() && !",./-_()".contains(c) => format!("#{};", u32::from(c)),
        c => c.to_string(),
    };
    shortened(text, room).chars().map(entity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_is_html_where_it_would_need_an_escape() {
        for (text, expected) in [
            ("eipalloc-0a1b", "`eipalloc-0a1b`"),
            ("@everyone <b>", "`@everyone <b>`"),
            ("a|b", "<code>a&#124;b</code>"),
            ("a`b", "<code>a&#96;b</code>"),
            ("a\\", "<code>a&#92;</code>"),
            (" a", "<code> a</code>"),
            ("", ""),
            ("</code>@x|", "<code>&#60;/code&#62;&#64;x&#124;</code>"),
            ("a\nb", "`a b`"),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_keeps_both_ends() {
        assert_eq!(shortened("abcdefghij", 10), "abcdefghij");
        assert_eq!(shortened("abcdefghijk", 10), "abcde…hijk");
        assert_eq!(shortened("日本語日本語日", 5), "日本…語日");
    }

    #[test]
    fn only_a_plain_address_is_a_link() {
        assert_eq!(link("https://a.example/b?c=d"), "<https://a.example/b?c=d>");
        for text in ["http://a.example", "javascript:alert(1)", "https://a.example/>x", "https://a.example/ x"] {
            assert_eq!(link(text), code(text));
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence(["a", "`b`"]), "```");
        assert_eq!(fence(["a ```` b"]), "`````");
    }

    #[test]
    fn a_label_has_no_character_that_ends_it() {
        assert_eq!(label("a\"]; x #1 <b>", 60), "a#34;#93;#59; x #35;1 #60;b#62;");
        assert_eq!(label("10.0.80.0/20 in us-west-2c", 60), "10.0.80.0/20 in us-west-2c");
    }
}
