//! Colour, which only repeats what words say.

/// How output looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of a line.
    pub width: usize,
    /// Whether to colour.
    pub color: Color,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// ANSI escapes.
    Always,
    /// Plain text.
    Never,
}

/// What a piece of text means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    Strong,
    Quiet,
    Made,
    Changed,
    Replaced,
    Gone,
}

impl Style {
    /// The text in the colour of its meaning.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Strong => "1",
            Tone::Quiet => "2",
            Tone::Made => "32",
            Tone::Changed => "33",
            Tone::Replaced => "35",
            Tone::Gone => "31",
        };
        match self.color {
            Color::Always if !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Color::Always | Color::Never => text.to_owned(),
        }
    }
}
