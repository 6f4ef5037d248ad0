//! What was verified: every link of the chain, then what is wrong.

use std::io::{self, Write};

use groundwork_model::Exit;
use groundwork_model::verification::{Link, Verification};

use super::document::{Document, table};
use super::escape::code;
use super::head::head;
use super::problems::{ending, errors};
use crate::human::verification::{totals, word};

/// Writes a verification.
pub fn verification(out: &mut dyn Write, verification: &Verification, exit: Exit) -> io::Result<()> {
    let mut document = Document::default();
    let environment = &verification.target.environment;
    let verdict = if verification.is_whole() { "is verified" } else { "is not verified" };
    let verdict = format!("{environment} {verdict} — {}", totals(&verification.links).join(", "));
    document.always(head(&verification.target, &verdict));
    if exit != Exit::Done {
        document.always(ending(exit));
    }
    document.always(table(["link", "verdict", "what was read"], verification.links.iter().map(row)));
    document.block(errors(&verification.problems()));
    document.write(out)
}

fn row(link: &Link) -> [String; 3] {
    [link.name.to_string(), word(&link.verdict).0.to_owned(), code(&link.read)]
}
