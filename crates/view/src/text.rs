//! Words, counts and lines that fit.

use unicode_width::UnicodeWidthStr;

/// `1 stack`, `2 stacks`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The text, padded on the right to a width in columns.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The text in lines of at most `width` columns, broken at blanks. A word that is longer has a line
/// of its own: an ARN that is cut can't be copied.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        // What is indented is a command or a piece of a file, to be copied as it is.
        if paragraph.starts_with(' ') || paragraph.starts_with("aws ") {
            lines.push(paragraph.to_owned());
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// The text in at most `width` columns, with what is too much left out of its middle.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let keep = width.saturating_sub(1);
    let head: String = characters[..keep.div_ceil(2).min(characters.len())].iter().collect();
    let tail: String = characters[characters.len() - (keep / 2).min(characters.len())..].iter().collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_never_within_a_word() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("arn:aws:iam::123456789012:role/x", 5), ["arn:aws:iam::123456789012:role/x"]);
        assert_eq!(wrap("  as it  is", 3), ["  as it  is"]);
    }

    #[test]
    fn a_long_text_loses_its_middle() {
        assert_eq!(shorten("abcdefghij", 10), "abcdefghij");
        assert_eq!(shorten("abcdefghij", 5), "ab…ij");
        assert_eq!(shorten("abcdefghij", 6), "abc…ij");
    }
}
