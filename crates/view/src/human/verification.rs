//! What was verified: every link of the chain with its verdict and what it was judged by. What is wrong with a
//! link is written by [`super::problems`], since it belongs to another stream.

use std::io::{self, Write};

use groundwork_model::verification::{Link, Verdict, Verification};

use super::names::head;
use crate::line::{Ink, Line, Style, hanging, listing, write};
use crate::text::widest;
use crate::words::count;

/// Writes a verification.
pub fn verification(out: &mut dyn Write, verification: &Verification, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let rows = rows(&verification.links, columns);
    let sections = [head(&verification.target, columns), rows, sum(verification, columns)];
    write(out, &sections.join(&Line::new()), style.color)
}

/// The links, one a line.
fn rows(links: &[Link], columns: usize) -> Vec<Line> {
    let names = widest(links.iter().map(|link| link.name.as_str())) + 2;
    let words = widest(links.iter().map(|link| word(&link.verdict).0)) + 2;
    let row = |link: &Link| {
        let (verdict, ink) = word(&link.verdict);
        let row = Line::new().plain(link.name.as_str()).to(names).ink(ink, verdict).to(names + words);
        hanging(row, Ink::Dim, &link.read, columns)
    };
    links.iter().flat_map(row).collect()
}

/// A verdict in a word.
pub(crate) fn word(verdict: &Verdict) -> (&'static str, Ink) {
    match verdict {
        Verdict::Ok => ("ok", Ink::Green),
        Verdict::Broken { .. } => ("broken", Ink::BoldRed),
        Verdict::Unknown { .. } => ("not read", Ink::Yellow),
        Verdict::Skipped => ("skipped", Ink::Dim),
    }
}

/// `Verified: 11 links hold.`
fn sum(verification: &Verification, columns: usize) -> Vec<Line> {
    let (word, ink) =
        if verification.is_whole() { ("Verified: ", Ink::Green) } else { ("Not verified: ", Ink::BoldRed) };
    let mut parts = totals(&verification.links);
    if let Some(last) = parts.last_mut() {
        last.push('.');
    }
    listing(Line::new().ink(ink, word), Ink::Bold, &parts, 2, columns)
}

/// What came of a verification in a few words, and whether every link holds: `11 links hold`.
pub(crate) fn in_short(links: &[Link]) -> (String, bool) {
    let holds = |link: &Link| link.verdict.problems().is_empty();
    match links {
        [] => ("nothing could be read".to_owned(), false),
        links => (totals(links).join(", "), links.iter().all(holds)),
    }
}

/// What links come to: `1 link is broken`, `10 links hold`.
pub(crate) fn totals(links: &[Link]) -> Vec<String> {
    let number = |wanted: fn(&Verdict) -> bool| links.iter().filter(|link| wanted(&link.verdict)).count();
    let told = |number: usize, one: &str, many: &str| {
        (number > 0).then(|| format!("{} {}", count(number, "link"), if number == 1 { one } else { many }))
    };
    [
        told(number(|verdict| matches!(verdict, Verdict::Broken { .. })), "is broken", "are broken"),
        told(number(|verdict| matches!(verdict, Verdict::Unknown { .. })), "could not be read", "could not be read"),
        told(number(|verdict| *verdict == Verdict::Ok), "holds", "hold"),
        told(number(|verdict| *verdict == Verdict::Skipped), "is left out by the spec", "are left out by the spec"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
