//! What differs between what is declared and what is live: the verdict, the components, each difference, and what
//! prevented comparisons.

use std::io::{self, Write};

use groundwork_model::Exit;
use groundwork_model::drift::{ComponentDrift, Drift};

use super::changes::COLUMNS;
use super::document::{Block, Code, Document, Rank, table};
use super::escape::{code, code_line};
use super::head::head;
use super::problems::{ending, errors, warnings};
use crate::human::drift::{differences, not_compared, totals, verdict};
use crate::human::names::subject;
use crate::line::Color;

const ELSEWHERE: &str = "the log of this run";

/// Writes a comparison.
pub fn drift(out: &mut dyn Write, drift: &Drift, exit: Exit) -> io::Result<()> {
    let mut document = Document::default();
    let (word, _, figures) = totals(drift);
    let title = format!("{} — {}, {figures}", drift.target.environment, word.trim_end_matches(": ").to_lowercase());
    document.always(head(&drift.target, &title));
    if exit != Exit::Done {
        document.always(ending(exit));
    }
    document.always(table(["component", "what", "compared"], drift.components.iter().map(row)));
    document.block(errors(&drift.all_problems()));
    drift.components.iter().filter(|component| !component.differences.is_empty()).for_each(|component| {
        document.block(block(component));
    });
    document.always(quiet(drift));
    document.block(warnings(&drift.warnings, ELSEWHERE));
    document.write(out)
}

fn row(component: &ComponentDrift) -> [String; 3] {
    [component.component.to_string(), code(&subject(&component.subject)), verdict(component).0]
}

/// The differences of a component, as people read them on a terminal.
fn block(component: &ComponentDrift) -> Block {
    let lines = differences(component, COLUMNS);
    let pieces = lines.iter().map(|line| vec![code_line(&line.render(Color::Never))]).collect();
    let block = Code { language: "diff", head: Vec::new(), pieces, tail: Vec::new() }.block(("line", String::new()));
    Block { rank: Rank::First, elsewhere: ELSEWHERE.to_owned(), ..block }
}

fn quiet(drift: &Drift) -> String {
    let mut lines: Vec<String> = Vec::new();
    for component in &drift.components {
        lines.extend(component.ignored.iter().map(|known| {
            let field = known.difference.field.as_deref().map(code).unwrap_or_default();
            format!("- ignored until {}: {} {field}, {}", known.until, component.component, code(&known.reason))
        }));
    }
    lines.extend(
        not_compared(drift)
            .into_iter()
            .map(|(why, names)| format!("- not compared: {}: {}", code(&names.join(", ")), code(why))),
    );
    lines.extend(drift.idle_ignores.iter().map(|key| format!("- {} matches no difference", code(key))));
    lines.join("\n")
}
