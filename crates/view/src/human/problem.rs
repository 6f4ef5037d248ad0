//! Errors and warnings, as a compiler shows them where there is a file to quote.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use groundwork_model::problem::{Place, Problem};

use crate::paint::{Color, Style, Tone};
use crate::text::{count, wrap};

/// Errors, all of them.
pub fn problems(out: &mut dyn Write, problems: &[Problem], style: &Style) -> io::Result<()> {
    each(out, problems, style, Severity::Error)?;
    if problems.len() > 1 {
        writeln!(out, "\n{} in all.", count(problems.len(), "problem"))?;
    }
    Ok(())
}

/// Warnings.
pub fn warnings(out: &mut dyn Write, problems: &[Problem], style: &Style) -> io::Result<()> {
    each(out, problems, style, Severity::Warning)
}

#[derive(Clone, Copy)]
enum Severity {
    Error,
    Warning,
}

fn each(out: &mut dyn Write, problems: &[Problem], style: &Style, severity: Severity) -> io::Result<()> {
    for (at, problem) in problems.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        match &problem.place {
            Some(Place::File { path, span, text, .. }) => quoted(out, problem, (path, span, text), style, severity)?,
            _ => plain(out, problem, style, severity)?,
        }
    }
    Ok(())
}

fn quoted(
    out: &mut dyn Write,
    problem: &Problem,
    (path, span, text): (&str, &std::ops::Range<usize>, &str),
    style: &Style,
    severity: Severity,
) -> io::Result<()> {
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let code = problem.code.to_string();
    let title = level.primary_title(&problem.message).id(&code);
    let snippet = Snippet::source(text).path(path).annotation(AnnotationKind::Primary.span(span.clone()));
    let mut group = Group::with_title(title).element(snippet);
    for cause in &problem.causes {
        group = group.element(Level::NOTE.message(cause));
    }
    for help in &problem.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = match style.color {
        Color::Always => Renderer::styled(),
        Color::Never => Renderer::plain(),
    };
    writeln!(out, "{}", renderer.term_width(style.width).render(&[group]))
}

fn plain(out: &mut dyn Write, problem: &Problem, style: &Style, severity: Severity) -> io::Result<()> {
    let (word, tone) = match severity {
        Severity::Error => ("error", Tone::Gone),
        Severity::Warning => ("warning", Tone::Changed),
    };
    let head = format!("{word}[{}]", problem.code);
    let lines = wrap(&format!("{head}: {}", problem.message), style.width.saturating_sub(2));
    for (at, line) in lines.iter().enumerate() {
        match line.strip_prefix(&head) {
            Some(rest) if at == 0 => writeln!(out, "{}{rest}", style.paint(tone, &head))?,
            _ => writeln!(out, "  {line}")?,
        }
    }
    for cause in &problem.causes {
        indented(out, "  ", "  ", cause, style)?;
    }
    if let Some(place) = place(problem) {
        indented(out, "  ", "  ", &place, style)?;
    }
    for help in &problem.help {
        indented(out, "  help: ", "        ", help, style)?;
    }
    Ok(())
}

fn place(problem: &Problem) -> Option<String> {
    let key = problem.key.as_deref()?;
    Some(match &problem.place {
        Some(Place::Variable { name }) => format!("{key} comes from the environment variable {name}"),
        Some(Place::Argument { text }) => format!("{key} comes from --set {text}"),
        Some(Place::Default) => format!("{key} has its default"),
        Some(Place::File { .. }) | None => format!("key: {key}"),
    })
}

fn indented(out: &mut dyn Write, first: &str, rest: &str, text: &str, style: &Style) -> io::Result<()> {
    for (at, line) in wrap(text, style.width.saturating_sub(rest.len())).iter().enumerate() {
        writeln!(out, "{}{line}", if at == 0 { first } else { rest })?;
    }
    Ok(())
}
