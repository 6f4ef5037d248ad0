//! A document that fits: GitHub refuses a comment of more than 65,536 characters, so what is too much is
//! left out in whole pieces, and the text says so.

use std::io::{self, Write};

use super::escape::fence;
use crate::words::count;

/// So many bytes at the most. A character has at least one byte, so no way of counting finds more.
const MOST_BYTES: usize = 65_000;

/// What a shortened block needs beyond its pieces: the sentence that says how much is missing.
const ROOM_FOR_REMARK: usize = 200;

/// A document in parts.
#[derive(Default)]
pub(super) struct Document {
    parts: Vec<Part>,
}

enum Part {
    Always(String),
    Block(Block),
}

/// A part that can be shortened, piece by piece from its end.
pub(super) struct Block {
    /// What stands before the pieces; where none of them is shown, it is left out.
    pub before: String,
    /// The pieces, each of whole lines.
    pub pieces: Vec<String>,
    /// What stands after them, likewise.
    pub after: String,
    /// How many there are beyond the pieces.
    pub omitted: usize,
    /// What a piece is, and of what: `resource`, ` of network`.
    pub noun: (&'static str, String),
    /// Where all of it can be read; empty if nowhere.
    pub elsewhere: String,
    /// Which blocks are shortened first.
    pub rank: Rank,
}

/// How much a block matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// It is shortened only if it does not fit by itself.
    First,
    /// It gets what the others leave.
    Second,
}

impl Document {
    /// Adds a paragraph, a heading or a table: it is never left out, so it has to be short.
    pub fn always(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.parts.push(Part::Always(text));
        }
    }

    /// Adds a block that may be shortened; one without pieces is no block.
    pub fn block(&mut self, block: Block) {
        if !block.pieces.is_empty() {
            self.parts.push(Part::Block(block));
        }
    }

    /// Writes the document.
    pub fn write(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.render().as_bytes())
    }

    fn render(self) -> String {
        let always = |part: &Part| match part {
            Part::Always(text) => text.len() + 2,
            Part::Block(_) => ROOM_FOR_REMARK + 2,
        };
        let mut room = MOST_BYTES.saturating_sub(self.parts.iter().map(always).sum());
        let mut keep = vec![0; self.parts.len()];
        for rank in [Rank::First, Rank::Second] {
            room -= self.share_out(rank, room, &mut keep);
        }
        let texts: Vec<String> = self.parts.iter().zip(&keep).map(|(part, keep)| part.text(*keep)).collect();
        format!("{}\n", texts.join("\n\n"))
    }

    /// Gives each block of a rank its share of the room, the smallest first: what a small one does not
    /// need is left to the large ones. Tells how much they take together.
    fn share_out(&self, rank: Rank, room: usize, keep: &mut [usize]) -> usize {
        let parts = self.parts.iter().enumerate();
        let mut blocks: Vec<(usize, &Block)> = parts.filter_map(|(at, part)| Some((at, part.of_rank(rank)?))).collect();
        blocks.sort_by_key(|(_, block)| block.size(block.pieces.len()));
        let mut left = room;
        for (done, (at, block)) in blocks.iter().enumerate() {
            keep[*at] = block.fitting(left / (blocks.len() - done));
            left -= block.size(keep[*at]);
        }
        room - left
    }
}

impl Part {
    fn of_rank(&self, rank: Rank) -> Option<&Block> {
        match self {
            Self::Block(block) if block.rank == rank => Some(block),
            Self::Block(_) | Self::Always(_) => None,
        }
    }

    fn text(&self, keep: usize) -> String {
        match self {
            Self::Always(text) => text.clone(),
            Self::Block(block) => block.text(keep),
        }
    }
}

impl Block {
    /// How many bytes it has with so many of its pieces.
    fn size(&self, keep: usize) -> usize {
        match keep {
            0 => 0,
            _ => self.before.len() + self.pieces[..keep].iter().map(String::len).sum::<usize>() + self.after.len(),
        }
    }

    /// How many pieces fit into so many bytes.
    fn fitting(&self, room: usize) -> usize {
        let mut size = self.before.len() + self.after.len();
        let fits = |piece: &&String| {
            size += piece.len();
            size <= room
        };
        self.pieces.iter().take_while(fits).count()
    }

    fn text(&self, keep: usize) -> String {
        let all = self.pieces.len() + self.omitted;
        let shown = if keep == 0 {
            String::new()
        } else {
            format!("{}{}{}", self.before, self.pieces[..keep].concat(), self.after).trim_end().to_owned()
        };
        match (all - keep, shown.is_empty()) {
            (0, _) => shown,
            (missing, true) => self.remark(missing, all),
            (missing, false) => format!("{shown}\n\n{}", self.remark(missing, all)),
        }
    }

    /// `12 of 40 resources of network are not shown: groundwork plan shows all.`
    fn remark(&self, missing: usize, all: usize) -> String {
        let (noun, of) = &self.noun;
        let what = if all == 1 { format!("The {noun}{of}") } else { format!("{missing} of {}{of}", count(all, noun)) };
        let verb = if missing == 1 { "is" } else { "are" };
        match self.elsewhere.as_str() {
            "" => format!("{what} {verb} not shown: there is no room for it."),
            elsewhere => format!("{what} {verb} not shown: {elsewhere} shows all."),
        }
    }
}

/// A block that unfolds. The title is HTML.
pub(super) fn details(title: &str, body: Block) -> Block {
    Block {
        before: format!("<details>\n<summary>{title}</summary>\n\n{}", body.before),
        after: if body.after.is_empty() { "\n</details>".to_owned() } else { format!("{}\n\n</details>", body.after) },
        ..body
    }
}

/// The lines of a code block: what stands first, the pieces, what stands last.
pub(super) struct Code {
    /// The language, for the colours.
    pub language: &'static str,
    /// Lines before the pieces.
    pub head: Vec<String>,
    /// The pieces.
    pub pieces: Vec<Vec<String>>,
    /// Lines after the pieces.
    pub tail: Vec<String>,
}

impl Code {
    /// A code block whose pieces are called by this noun.
    pub fn block(self, noun: (&'static str, String)) -> Block {
        let lines = self.head.iter().chain(self.pieces.iter().flatten()).chain(&self.tail);
        let fence = fence(lines.map(String::as_str));
        let text = |lines: &Vec<String>| -> String { lines.iter().flat_map(|line| [line, "\n"]).collect() };
        Block {
            before: format!("{fence}{}\n{}", self.language, text(&self.head)),
            pieces: self.pieces.iter().map(text).collect(),
            after: format!("{}{fence}", text(&self.tail)),
            omitted: 0,
            noun,
            elsewhere: String::new(),
            rank: Rank::Second,
        }
    }
}

/// A table. The cells are Markdown.
pub(super) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let rows: String = rows.into_iter().map(|cells| row(&cells)).collect();
    format!("{}{rows}", table_head(head)).trim_end().to_owned()
}

/// A table whose rows can be left out.
pub(super) fn long_table<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    noun: (&'static str, String),
) -> Block {
    Block {
        before: table_head(head),
        pieces: rows.into_iter().map(|cells| row(&cells)).collect(),
        after: String::new(),
        omitted: 0,
        noun,
        elsewhere: String::new(),
        rank: Rank::Second,
    }
}

fn table_head<const N: usize>(head: [&str; N]) -> String {
    format!("{}|{}\n", row(&head.map(str::to_owned)), "---|".repeat(N))
}

fn row<const N: usize>(cells: &[String; N]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(rank: Rank, pieces: usize, bytes: usize) -> Block {
        let line = "x".repeat(bytes - 1);
        let code = Code { language: "", head: Vec::new(), pieces: vec![vec![line]; pieces], tail: Vec::new() };
        let block = code.block(("line", " of it".to_owned()));
        Block { rank, elsewhere: "`it`".to_owned(), ..block }
    }

    fn rendered(blocks: Vec<Block>) -> String {
        let mut document = Document::default();
        document.always("# Head");
        blocks.into_iter().for_each(|block| document.block(details("title", block)));
        document.render()
    }

    #[test]
    fn what_fits_is_whole() {
        let text = rendered(vec![block(Rank::Second, 3, 5)]);
        assert_eq!(text, "# Head\n\n<details>\n<summary>title</summary>\n\n```\nxxxx\nxxxx\nxxxx\n```\n\n</details>\n");
    }

    #[test]
    fn large_blocks_make_room_for_small_ones() {
        let text = rendered(vec![block(Rank::Second, 2_000, 100), block(Rank::Second, 10, 100)]);
        assert!((60_000..=MOST_BYTES).contains(&text.len()), "{}", text.len());
        assert_eq!(text.matches("not shown").count(), 1);
        assert!(text.contains(" of 2000 lines of it are not shown: `it` shows all."), "{text}");
        assert_eq!(text.matches("</details>").count(), 2);
    }

    #[test]
    fn what_matters_more_is_kept_whole() {
        let text = rendered(vec![block(Rank::Second, 600, 100), block(Rank::First, 600, 100)]);
        assert!(text.len() <= MOST_BYTES);
        assert!(text.contains("of 600 lines of it are not shown"), "{text}");
        let (first, second) = text.split_once("not shown").expect("something is left out");
        assert!(first.matches('\n').count() < 100);
        assert!(second.matches("xxx\n").count() == 600 && !second.contains("not shown"));
    }

    #[test]
    fn a_block_of_which_nothing_fits_leaves_a_sentence() {
        let text = rendered(vec![block(Rank::First, 2, 70_000)]);
        assert_eq!(text, "# Head\n\n2 of 2 lines of it are not shown: `it` shows all.\n");
        let alone = Block { elsewhere: String::new(), ..block(Rank::Second, 1, 70_000) };
        assert_eq!(rendered(vec![alone]), "# Head\n\nThe line of it is not shown: there is no room for it.\n");
    }
}
