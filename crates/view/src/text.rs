//! Texts that fit: cleaning, wrapping, shortening, padding; all in columns, not in bytes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text without anything that moves a cursor or turns the direction of writing: AWS's words,
/// names and files come from elsewhere.
pub(crate) fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(harmless).collect()
}

/// The text in lines of at most `room` columns, broken at blanks. A longer word has a line of its own:
/// an ARN that is cut can't be copied.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    flow(clean(text).split_whitespace(), room, room)
}

/// Pieces in lines of at most `room` columns, of which the first has only `first` left. A piece that is
/// too long has a line of its own.
pub(crate) fn flow<'a>(pieces: impl IntoIterator<Item = &'a str>, first: usize, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces {
        let left = if lines.len() == 1 { first } else { room };
        match lines.last_mut() {
            // What stands before the first line may leave less room than there is below.
            Some(line) if line.is_empty() && (piece.width() <= left || left >= room) => line.push_str(piece),
            Some(line) if line.width() + 1 + piece.width() <= left => {
                line.push(' ');
                line.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

/// The text in pieces of at most `room` columns, broken wherever it has to be: for values of which a
/// reader has to see all, since the difference may be anywhere.
pub(crate) fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in wrap(text, room) {
        // The whole is never measured again: a value may be long.
        let mut rest = line.as_str();
        while !rest.is_empty() {
            let (piece, other) = rest.split_at(prefix(rest, room.max(1)));
            lines.push(piece.to_owned());
            rest = other;
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// How many bytes of the text fit into so many columns; at least one character.
fn prefix(text: &str, room: usize) -> usize {
    let mut columns = 0;
    let end = text.char_indices().find(|(at, c)| {
        columns += c.width().unwrap_or(0);
        columns > room && *at > 0
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// The text in at most `room` columns, with what is too much left out of its middle: names differ at
/// their ends.
pub(crate) fn shorten(text: &str, room: usize) -> String {
    let text = clean(text);
    if text.width() <= room {
        return text;
    }
    let keep = room.saturating_sub(1);
    let head = &text[..prefix(&text, keep.div_ceil(2).max(1))];
    let backwards: String = text.chars().rev().collect();
    let tail: String = match keep / 2 {
        0 => String::new(),
        columns => backwards[..prefix(&backwards, columns)].chars().rev().collect(),
    };
    format!("{head}…{tail}")
}

/// The columns of the widest text.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts.into_iter().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_never_within_a_word() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("arn:aws:iam::123456789012:role/x", 5), ["arn:aws:iam::123456789012:role/x"]);
        assert_eq!(wrap("a arn:aws:iam::1 b", 5), ["a", "arn:aws:iam::1", "b"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn values_break_anywhere_and_lose_nothing() {
        assert_eq!(fold("abcdefg hi", 3), ["abc", "def", "g", "hi"]);
        assert_eq!(fold("日本語", 4), ["日本", "語"]);
        assert_eq!(fold("日本", 1), ["日", "本"]);
    }

    #[test]
    fn a_long_name_loses_its_middle() {
        assert_eq!(shorten("abcdefghij", 10), "abcdefghij");
        assert_eq!(shorten("abcdefghij", 5), "ab…ij");
        assert_eq!(shorten("abcdefghij", 6), "abc…ij");
        assert_eq!(shorten("日本語日本語", 7), "日…語");
    }
}
