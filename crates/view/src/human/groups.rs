//! Rows for groups of targets: how many there are, what is to be said of them, and which they are.

use groundwork_model::rollout::TargetId;
use unicode_width::UnicodeWidthStr;

use super::rollout_plan::ELSEWHERE;
use crate::alike::Trouble;
use crate::line::{Ink, Line, separated};
use crate::text::{shorten, widest};
use crate::words::count;

/// So many groups of targets that were read have a row.
const MOST_GROUPS: usize = 8;

/// So many groups of targets in trouble have one, of each kind.
const MOST_TROUBLES: usize = 3;

/// So many targets are named.
const MOST_NAMES: usize = 3;

/// What is said of a group has so many lines.
const MOST_LINES: usize = 3;

/// A row of a table of groups.
pub(super) struct Row {
    pub targets: usize,
    pub word: (&'static str, Ink),
    /// What is said, in pieces that stay on a line.
    pub what: Vec<String>,
    /// Whom it concerns and in which waves, beside it or below.
    pub who: Vec<String>,
    /// What else there is to know.
    pub remark: Option<String>,
}

/// Groups of a kind.
pub(super) struct Kind {
    /// What they are called where they have no row, with a blank before it; empty for those that were read.
    what: String,
    most: usize,
    rows: Vec<Row>,
}

impl Kind {
    /// Targets that were read.
    pub fn read(rows: impl Iterator<Item = Row>) -> Self {
        Self { what: String::new(), most: MOST_GROUPS, rows: rows.collect() }
    }

    /// Targets that have the same problems.
    pub fn troubled(word: &'static str, troubles: &[Trouble<'_>], columns: usize) -> Self {
        let rows = troubles.iter().map(|trouble| trouble_row(word, trouble, columns));
        Self { what: format!(" {word}"), most: MOST_TROUBLES, rows: rows.collect() }
    }

    /// How many groups have no row.
    fn left_out(&self) -> Option<String> {
        let rest = self.rows.get(self.most..).unwrap_or_default();
        let targets = count(rest.iter().map(|row| row.targets).sum(), "target");
        (!rest.is_empty()).then(|| format!("{}{} with {targets}", count(rest.len(), "more group"), self.what))
    }
}

/// The first rows of each kind, and how many groups have none.
pub(super) fn glance(mut kinds: Vec<Kind>, columns: usize) -> Vec<Line> {
    let left_out: Vec<String> = kinds.iter().filter_map(Kind::left_out).collect();
    kinds.iter_mut().for_each(|kind| kind.rows.truncate(kind.most));
    let rows: Vec<Row> = kinds.into_iter().flat_map(|kind| kind.rows).collect();
    let (mut lines, begin) = table(&rows, columns);
    if !left_out.is_empty() {
        lines.extend(below(&[format!("and {}: {ELSEWHERE}", left_out.join(", "))], begin, columns));
    }
    lines
}

/// The rows, and the column in which what is said begins.
pub(super) fn table(rows: &[Row], columns: usize) -> (Vec<Line>, usize) {
    let numbers = widest(rows.iter().map(|row| row.targets.to_string()).collect::<Vec<_>>().iter().map(String::as_str));
    let begin = 2 + numbers + 1 + widest(rows.iter().map(|row| row.word.0)) + 2;
    // What is said stands in a column, if whom it concerns has room beside it.
    let widths = rows.iter().map(|row| (joined(&row.what, "; ").width(), joined(&row.who, " ").width()));
    let fitting = widths.filter(|(what, who)| begin + what + 2 + who <= columns);
    let whats = fitting.map(|(what, _)| what).max().unwrap_or(0);
    (rows.iter().flat_map(|row| row.lines((numbers, begin, whats), columns)).collect(), begin)
}

/// The row of targets that have the same problems.
pub(super) fn trouble_row(word: &'static str, trouble: &Trouble<'_>, columns: usize) -> Row {
    let message = trouble
        .problems
        .first()
        .map_or_else(|| "no reason is known".to_owned(), |problem| format!("{} ({})", problem.message, problem.code));
    Row {
        targets: trouble.targets.len(),
        word: (word, Ink::Red),
        what: vec![format!("{}: {}", names(&trouble.targets, columns), shorten(&message, columns))],
        who: Vec::new(),
        remark: None,
    }
}

/// `a, b, c and 45 more`.
pub(super) fn names(targets: &[&TargetId], room: usize) -> String {
    let each = (room / (MOST_NAMES + 1)).max(12);
    let named = targets.iter().take(MOST_NAMES).map(|target| shorten(target.name.as_str(), each));
    let named: Vec<String> = named.collect();
    match targets.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

impl Row {
    fn lines(&self, (numbers, begin, whats): (usize, usize, usize), columns: usize) -> Vec<Line> {
        let number = format!("  {:>numbers$} ", self.targets);
        let row = Line::new().plain(&number).ink(self.word.1, self.word.0).to(begin);
        let what = joined(&self.what, "; ");
        let beside = row.clone().plain(&what).to(begin + whats + 2).ink(Ink::Dim, &joined(&self.who, " "));
        let mut lines = if what.width() <= whats && beside.width() <= columns {
            vec![beside]
        } else {
            let mut lines = separated(row, Ink::Plain, &self.what, ";", begin, columns);
            lines.truncate(MOST_LINES);
            lines.extend(below(&self.who, begin, columns));
            lines
        };
        lines.extend(self.remark.iter().flat_map(|remark| below(std::slice::from_ref(remark), begin, columns)));
        lines
    }
}

fn joined(pieces: &[String], separator: &str) -> String {
    pieces.join(separator)
}

/// Pieces in the column in which what is said begins.
pub(super) fn below(pieces: &[String], begin: usize, columns: usize) -> Vec<Line> {
    match pieces {
        [] => Vec::new(),
        pieces => separated(Line::indented(begin), Ink::Dim, pieces, "", begin, columns),
    }
}
