//! Errors and warnings, in a code block each, as people read them on a terminal.

use std::io::{self, Write};

use groundwork_model::Exit;
use groundwork_model::problem::Problem;

use super::changes::{COLUMNS, at_most};
use super::document::{Block, Code, Document, Rank, details};
use super::escape::code_line;
use super::head::nameless_head;
use crate::human;
use crate::line::{Color, Style};
use crate::words::count;

/// A problem has so many lines and bytes at the most, so that one can't displace the others.
const MOST_LINES: usize = 60;
const MOST_BYTES: usize = 8_000;

/// Writes why there is no plan.
pub fn problems(out: &mut dyn Write, problems: &[Problem], exit: Exit) -> io::Result<()> {
    let mut document = Document::default();
    document.always(nameless_head("there is no plan"));
    document.always(ending(exit));
    document.block(errors(problems));
    document.write(out)
}

/// How a run ended, and what to do next.
pub(super) fn ending(exit: Exit) -> String {
    let next = match exit.next() {
        "-" => String::new(),
        next => format!(" Next: {next}."),
    };
    format!("Exit code {}: {}.{next}", exit.code(), exit.meaning())
}

/// Errors, before everything else that can be left out.
pub(super) fn errors(problems: &[Problem]) -> Block {
    let noun = ("error", String::new());
    Block { rank: Rank::First, elsewhere: "the log of this run".to_owned(), ..written(problems, Severity::Error, noun) }
}

/// Warnings, folded.
pub(super) fn warnings(problems: &[Problem], elsewhere: &str) -> Block {
    let body = written(problems, Severity::Warning, ("warning", String::new()));
    details(&count(problems.len(), "warning"), Block { elsewhere: elsewhere.to_owned(), ..body })
}

/// What is worth knowing of all targets together, folded.
pub(super) fn notices(problems: &[Problem]) -> Block {
    let body = written(problems, Severity::Warning, ("note", String::new()));
    details(&count(problems.len(), "note"), Block { elsewhere: "the log of this run".to_owned(), ..body })
}

/// Problems of targets, those of each group of targets below a line that names it.
pub(super) fn of_targets<'a>(
    groups: impl IntoIterator<Item = (String, &'a [Problem])>,
    severity: Severity,
    of: String,
) -> Block {
    let mut pieces: Vec<Vec<String>> = Vec::new();
    for (heading, problems) in groups {
        let mut heading = vec![code_line(&heading)];
        // A group without a reason is named, too.
        let pieces_of_group = problems.len().max(1);
        pieces.extend((0..pieces_of_group).map(|at| {
            let problem = problems.get(at).map(|problem| lines(problem, severity)).unwrap_or_default();
            let heading = std::mem::take(&mut heading);
            heading.into_iter().chain(problem).chain([String::new()]).collect()
        }));
    }
    // An empty line stands between two of them, and not at the end.
    if let Some(last) = pieces.last_mut() {
        last.pop();
    }
    let noun = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let block = Code { language: "text", head: Vec::new(), pieces, tail: Vec::new() }.block((noun, of));
    Block { elsewhere: "`--json`".to_owned(), ..block }
}

/// How bad problems are.
#[derive(Clone, Copy)]
pub(super) enum Severity {
    Error,
    Warning,
}

fn written(problems: &[Problem], severity: Severity, noun: (&'static str, String)) -> Block {
    let last = problems.len().saturating_sub(1);
    let piece = |(at, problem): (usize, &Problem)| {
        let mut lines = lines(problem, severity);
        lines.extend((at < last).then(String::new));
        lines
    };
    let pieces = problems.iter().enumerate().map(piece).collect();
    Code { language: "text", head: Vec::new(), pieces, tail: Vec::new() }.block(noun)
}

fn lines(problem: &Problem, severity: Severity) -> Vec<String> {
    let style = Style { width: COLUMNS, color: Color::Never };
    let mut text = Vec::new();
    let problem = std::slice::from_ref(problem);
    // A `Vec` takes whatever is written.
    let _ = match severity {
        Severity::Error => human::problems(&mut text, problem, &style),
        Severity::Warning => human::warnings(&mut text, problem, &style),
    };
    let mut room = MOST_BYTES;
    let mut fits = |line: &String| {
        room = room.saturating_sub(line.len() + 1);
        room > 0
    };
    let lines: Vec<String> = String::from_utf8_lossy(&text).lines().map(code_line).collect();
    let number = lines.iter().take_while(|line| fits(line)).count().min(MOST_LINES);
    at_most(number, lines)
}
