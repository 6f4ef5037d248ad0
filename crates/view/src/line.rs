//! Lines of coloured text. Colour only repeats what the words say, and is added when a line is
//! written: until then a line is as wide as it looks.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::text;

/// How output looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line.
    pub width: usize,
    /// Whether to colour.
    pub color: Color,
}

impl Style {
    /// Columns to lay out for: tables need some room, whatever a terminal claims to have.
    pub(crate) fn columns(&self) -> usize {
        const NARROWEST: usize = 40;
        self.width.max(NARROWEST)
    }
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// ANSI escapes.
    Always,
    /// Plain text.
    Never,
}

/// What colour says about a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Bold,
    Dim,
    Green,
    Yellow,
    Magenta,
    Red,
    BoldRed,
    BoldYellow,
}

impl Ink {
    fn escape(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\u{1b}[1m",
            Self::Dim => "\u{1b}[2m",
            Self::Green => "\u{1b}[32m",
            Self::Yellow => "\u{1b}[33m",
            Self::Magenta => "\u{1b}[35m",
            Self::Red => "\u{1b}[31m",
            Self::BoldRed => "\u{1b}[1;31m",
            Self::BoldYellow => "\u{1b}[1;33m",
        }
    }
}

const RESET: &str = "\u{1b}[0m";

/// A line, without its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    spans: Vec<(Ink, String)>,
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line that starts with blanks.
    pub fn indented(columns: usize) -> Self {
        Self::new().plain(&" ".repeat(columns))
    }

    /// Adds a text.
    pub fn plain(self, text: &str) -> Self {
        self.ink(Ink::Plain, text)
    }

    /// Adds a text in a colour. Whatever could steer a terminal is taken out of it.
    pub fn ink(mut self, ink: Ink, text: &str) -> Self {
        if !text.is_empty() {
            self.spans.push((ink, text::clean(text)));
        }
        self
    }

    /// Adds another line's text.
    pub fn then(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// Fills up with blanks to a column.
    pub fn to(self, column: usize) -> Self {
        let blanks = column.saturating_sub(self.width());
        self.plain(&" ".repeat(blanks))
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|(_, text)| text.width()).sum()
    }

    /// The line as it is written, without blanks at its end.
    pub fn render(&self, color: Color) -> String {
        let mut spans = self.spans.clone();
        while let Some((_, last)) = spans.last_mut() {
            last.truncate(last.trim_end_matches(' ').len());
            if !last.is_empty() {
                break;
            }
            spans.pop();
        }
        let painted = spans.into_iter().map(|(ink, text)| match (color, ink) {
            (Color::Never, _) | (Color::Always, Ink::Plain) => text,
            (Color::Always, ink) => format!("{}{text}{RESET}", ink.escape()),
        });
        painted.collect()
    }
}

/// Writes lines.
pub(crate) fn write(out: &mut (impl Write + ?Sized), lines: &[Line], color: Color) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{}", line.render(color)))
}

/// A text after what stands in `first`; what does not fit goes below, in the column where the text began.
pub(crate) fn hanging(first: Line, ink: Ink, text: &str, columns: usize) -> Vec<Line> {
    let column = first.width();
    flowing(first, ink, text, column, columns)
}

/// A text after what stands in `first`; what does not fit goes below, in the given column.
pub(crate) fn flowing(first: Line, ink: Ink, text: &str, column: usize, columns: usize) -> Vec<Line> {
    laid_out(first, ink, text::clean(text).split_whitespace(), column, columns)
}

/// A list after what stands in `first`, broken between its items; within one only if it is too long for a
/// line.
pub(crate) fn listing<S: AsRef<str>>(first: Line, ink: Ink, items: &[S], column: usize, columns: usize) -> Vec<Line> {
    separated(first, ink, items, ",", column, columns)
}

/// The same with another separator than a comma.
pub(crate) fn separated<S: AsRef<str>>(
    first: Line,
    ink: Ink,
    items: &[S],
    separator: &str,
    column: usize,
    columns: usize,
) -> Vec<Line> {
    let last = items.len().saturating_sub(1);
    let item =
        |(at, item): (usize, &S)| format!("{}{}", text::clean(item.as_ref()), if at < last { separator } else { "" });
    let items: Vec<String> = items.iter().enumerate().map(item).collect();
    let room = columns.saturating_sub(column);
    let pieces = items.iter().flat_map(|item| match item.width() > room {
        true => item.split_whitespace().collect(),
        false => vec![item.as_str()],
    });
    laid_out(first, ink, pieces, column, columns)
}

fn laid_out<'a>(
    first: Line,
    ink: Ink,
    pieces: impl IntoIterator<Item = &'a str>,
    column: usize,
    columns: usize,
) -> Vec<Line> {
    let texts = text::flow(pieces, columns.saturating_sub(first.width()), columns.saturating_sub(column));
    let starts = std::iter::once(first).chain(std::iter::repeat(Line::indented(column)));
    starts.zip(texts).map(|(line, text)| line.ink(ink, &text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_all_that_colour_adds() {
        let line = Line::indented(2).ink(Ink::Green, "+").plain(" Vpc ").ink(Ink::Dim, "note ").plain("  ");
        assert_eq!(line.render(Color::Never), "  + Vpc note");
        assert_eq!(line.render(Color::Always), "  \u{1b}[32m+\u{1b}[0m Vpc \u{1b}[2mnote\u{1b}[0m");
        assert_eq!(line.width(), 15);
    }

    #[test]
    fn what_comes_from_elsewhere_cannot_steer_the_terminal() {
        let line = Line::new().plain("a\u{1b}[2Jb\u{202e}c\nd\te");
        assert_eq!(line.render(Color::Never), "a\u{fffd}[2Jb\u{fffd}c d e");
    }

    #[test]
    fn a_long_text_hangs_below_its_beginning() {
        let lines = hanging(Line::new().plain("help: "), Ink::Plain, "one two three", 13);
        let shown: Vec<String> = lines.iter().map(|line| line.render(Color::Never)).collect();
        assert_eq!(shown, ["help: one two", "      three"]);
        let lines = listing(Line::new().plain("kept: "), Ink::Plain, &["a b", "c d", "e"], 2, 13);
        let shown: Vec<String> = lines.iter().map(|line| line.render(Color::Never)).collect();
        assert_eq!(shown, ["kept: a b,", "  c d, e"]);
    }
}
