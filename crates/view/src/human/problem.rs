//! Errors and warnings, as a compiler shows them where there is a file to quote.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::renderer::Style as Look;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use groundwork_model::plan::Component;
use groundwork_model::problem::{Place, Problem};
use unicode_width::UnicodeWidthStr;

use crate::line::{Color, Ink, Line, Style, flowing, hanging, write};
use crate::words::count;

/// Where what belongs to a problem begins.
const INDENT: usize = 2;

/// Writes errors, all of them, and how many they are.
pub fn problems(out: &mut dyn Write, problems: &[Problem], style: &Style) -> io::Result<()> {
    each(out, problems, Severity::Error, style)?;
    if problems.len() < 2 {
        return Ok(());
    }
    // 1xxx are the spec's codes.
    let all_in_spec = problems.iter().all(|problem| (1000..2000).contains(&problem.code.number()));
    let wherein = if all_in_spec { " in the spec" } else { "" };
    writeln!(out, "\n{}{wherein}.", count(problems.len(), "problem"))
}

/// Writes errors without counting them: where those of others follow.
pub(super) fn uncounted(out: &mut dyn Write, problems: &[Problem], style: &Style) -> io::Result<()> {
    each(out, problems, Severity::Error, style)
}

/// Writes warnings.
pub fn warnings(out: &mut dyn Write, warnings: &[Problem], style: &Style) -> io::Result<()> {
    each(out, warnings, Severity::Warning, style)
}

#[derive(Clone, Copy)]
enum Severity {
    Error,
    Warning,
}

impl Severity {
    fn word(self) -> (&'static str, Ink) {
        match self {
            Self::Error => ("error", Ink::BoldRed),
            Self::Warning => ("warning", Ink::BoldYellow),
        }
    }

    fn level(self) -> Level<'static> {
        match self {
            Self::Error => Level::ERROR,
            Self::Warning => Level::WARNING,
        }
    }
}

fn each(out: &mut dyn Write, problems: &[Problem], severity: Severity, style: &Style) -> io::Result<()> {
    for (at, problem) in problems.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        one(out, problem, severity, style)?;
    }
    Ok(())
}

fn one(out: &mut dyn Write, problem: &Problem, severity: Severity, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    write(out, &headline(problem, severity, columns), style.color)?;
    if let Some(Place::File { path, line, column, span, text }) = &problem.place {
        match quotable(span, text) {
            Some(span) => writeln!(out, "{}", quotation(path, text, span, severity, style))?,
            None => write(out, &[Line::indented(INDENT).plain(&format!("--> {path}:{line}:{column}"))], style.color)?,
        }
    }
    let mut lines = Vec::new();
    for cause in &problem.causes {
        lines.extend(hanging(Line::indented(INDENT), Ink::Plain, cause, columns));
    }
    if let Some(origin) = origin(problem) {
        lines.extend(hanging(Line::indented(INDENT), Ink::Plain, &origin, columns));
    }
    lines.extend(advice(&problem.help, columns));
    lines.extend(more(problem, severity));
    write(out, &lines, style.color)
}

/// `error[GW1203]: the message`. What does not fit is indented like all that belongs to the problem.
fn headline(problem: &Problem, severity: Severity, columns: usize) -> Vec<Line> {
    let (word, ink) = severity.word();
    let begin = Line::new().ink(ink, &format!("{word}[{}]", problem.code)).ink(Ink::Bold, ": ");
    flowing(begin, Ink::Bold, &format!("{}{}", about(problem), problem.message), INDENT, columns)
}

/// The component that the problem is about, where nothing but that is known of its place.
fn about(problem: &Problem) -> String {
    let key = problem.key.as_deref().filter(|key| Component::ALL.iter().any(|component| component.as_str() == *key));
    match (key, &problem.place) {
        (Some(key), None | Some(Place::Default)) if !problem.message.starts_with(&format!("{key}: ")) => {
            format!("{key}: ")
        }
        _ => String::new(),
    }
}

/// The bytes to underline: within the text, on one line, at the boundaries of characters. `None` if the
/// place does not fit its text.
fn quotable(span: &Range<usize>, text: &str) -> Option<Range<usize>> {
    let tail = text.get(span.start..)?;
    let line = tail.find(['\r', '\n']).unwrap_or(tail.len());
    let wanted = span.end.checked_sub(span.start)?.min(line);
    let length = (0..=wanted).rev().find(|length| tail.is_char_boundary(*length))?;
    (!text.is_empty()).then_some(span.start..span.start + length)
}

fn quotation(path: &str, text: &str, span: Range<usize>, severity: Severity, style: &Style) -> String {
    let snippet = Snippet::source(text).path(path).annotation(AnnotationKind::Primary.span(span));
    let renderer = match style.color {
        Color::Always => Renderer::styled().hyperlink(false).line_num(Look::new().dimmed()),
        Color::Never => Renderer::plain(),
    };
    renderer.term_width(style.columns()).render(&[Group::with_level(severity.level()).element(snippet)])
}

/// Where the value came from, if not from a file.
fn origin(problem: &Problem) -> Option<String> {
    let key = problem.key.as_deref().filter(|_| about(problem).is_empty());
    match (&problem.place, key) {
        (Some(Place::File { .. }), _) | (None | Some(Place::Default), None) => None,
        (Some(Place::Variable { name }), _) => Some(format!("from the environment variable {name}")),
        (Some(Place::Argument { text }), _) => Some(format!("from --set {text}")),
        (Some(Place::Default), Some(key)) => Some(format!("in the spec: {key}, by default")),
        (None, Some(key)) => Some(format!("in the spec: {key}")),
    }
}

/// What the user can do. Commands stay whole and have lines of their own, to be copied.
fn advice(help: &[String], columns: usize) -> Vec<Line> {
    let label = Line::indented(INDENT).ink(Ink::Bold, "help:").plain(" ");
    let column = label.width();
    let command = |text: &str| Line::indented(column + 4).plain(text.trim_start());
    let mut lines = Vec::new();
    for text in help {
        let start = if lines.is_empty() { label.clone() } else { Line::indented(column) };
        let fits = start.width() + text.width() <= columns;
        match text.split_once(": aws ") {
            _ if is_command(text) => lines.push(command(text)),
            Some((words, arguments)) if !fits => {
                lines.extend(hanging(start, Ink::Plain, &format!("{words}:"), columns));
                lines.push(command(&format!("aws {arguments}")));
            }
            _ => lines.extend(hanging(start, Ink::Plain, text, columns)),
        }
    }
    lines
}

/// Where to read on. A warning stops nothing: its code is enough.
fn more(problem: &Problem, severity: Severity) -> Option<Line> {
    match severity {
        Severity::Error => {
            Some(Line::indented(INDENT).ink(Ink::Dim, &format!("More: groundwork explain {}", problem.code)))
        }
        Severity::Warning => None,
    }
}

/// Whether a line of advice is a command, or another text to be copied.
pub(super) fn is_command(text: &str) -> bool {
    text.starts_with(' ') || text.starts_with("aws ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_place_that_fits_its_text_is_quoted() {
        let text = "name = \"é\"\r\nnat = [\n  1,\n]\n";
        for (span, expected) in [
            (7..11, Some(7..11)),
            // A value of several lines is underlined on the first of them.
            (19..28, Some(19..20)),
            // Half of a character.
            (7..9, Some(7..8)),
            (9..10, None),
            (0..0, Some(0..0)),
            (100..101, None),
        ] {
            assert_eq!(quotable(&span, text), expected, "{span:?}");
        }
        assert_eq!(quotable(&(0..0), ""), None);
        #[expect(clippy::reversed_empty_ranges, reason = "a place that is wrong")]
        let backwards = 5..3;
        assert_eq!(quotable(&backwards, text), None);
    }
}
