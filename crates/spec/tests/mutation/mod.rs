//! Inputs that are nearly right: a text with a few changes, at random. And the folder of nasty inputs
//! that are worth a file of their own.

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;

/// A change to a text. Places are fractions of whatever the text has become.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A character becomes another one.
    Flip { at: Index, bit: u32 },
    /// Characters are left out.
    Delete { at: Index, length: usize },
    /// A piece stands there several times more.
    Repeat { at: Index, length: usize, times: usize },
    /// A piece of another text of the corpus stands there, too.
    Splice { at: Index, other: Index, from: Index, length: usize },
    /// A word stands there that means something to the reader.
    Insert { at: Index, word: &'static str },
}

/// A few changes, with these words to insert.
pub fn some_edits(words: &'static [&'static str]) -> impl Strategy<Value = Vec<Edit>> {
    let at = any::<Index>;
    let length = || prop_oneof![8 => 1_usize..24, 1 => 24_usize..3000];
    // The long one is there for readers that call themselves for each bracket.
    let times = prop_oneof![8 => 1_usize..4, 1 => 100_usize..300];
    let edit = prop_oneof![
        (at(), 0_u32..8).prop_map(|(at, bit)| Edit::Flip { at, bit }),
        (at(), length()).prop_map(|(at, length)| Edit::Delete { at, length }),
        (at(), 1_usize..24, times).prop_map(|(at, length, times)| Edit::Repeat { at, length, times }),
        (at(), at(), at(), length()).prop_map(|(at, other, from, length)| Edit::Splice { at, other, from, length }),
        (at(), proptest::sample::select(words)).prop_map(|(at, word)| Edit::Insert { at, word }),
    ];
    proptest::collection::vec(edit, 1..6)
}

impl Edit {
    /// Changes a text. `others` is what it may take pieces of.
    pub fn apply(&self, text: &mut String, others: &[String]) {
        match self {
            Self::Flip { at, bit } => {
                let start = start(text, at);
                if let Some(old) = text[start..].chars().next() {
                    let new = char::from_u32(u32::from(old) ^ (1 << bit)).unwrap_or('\u{fffd}');
                    text.replace_range(start..start + old.len_utf8(), new.encode_utf8(&mut [0; 4]));
                }
            }
            Self::Delete { at, length } => {
                let start = start(text, at);
                let end = start + piece(&text[start..], *length).len();
                text.replace_range(start..end, "");
            }
            Self::Repeat { at, length, times } => {
                let start = start(text, at);
                let more = piece(&text[start..], *length).repeat(*times);
                text.insert_str(start, &more);
            }
            Self::Splice { at, other, from, length } => {
                let other = other.get(others);
                let taken = piece(&other[start(other, from)..], *length);
                text.insert_str(start(text, at), taken);
            }
            Self::Insert { at, word } => text.insert_str(start(text, at), word),
        }
    }
}

/// A place in a text that is no middle of a character; the end is one.
fn start(text: &str, at: &Index) -> usize {
    text.floor_char_boundary(at.index(text.len() + 1))
}

/// The beginning of a text, about this long.
fn piece(text: &str, length: usize) -> &str {
    &text[..text.ceil_char_boundary(length.min(text.len()))]
}

/// The files of this crate's corpus, in order. Their paths begin at the crate, where cargo starts tests.
pub fn corpus(extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir("tests/corpus")
        .expect("there is a corpus")
        .map(|entry| entry.expect("the corpus can be listed").path())
        .filter(|path| path.extension().is_some_and(|other| other == extension))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "the corpus is empty");
    paths
}

/// What a file of the corpus is called.
pub fn name(path: &std::path::Path) -> String {
    path.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

/// A text without what a terminal would obey, so that it can stand in a snapshot.
pub fn shown(text: &str) -> String {
    let escaped = |c: char| if c.is_control() && c != '\n' { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
}
