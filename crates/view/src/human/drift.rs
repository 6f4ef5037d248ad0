//! What differs between what is declared and what is live: the components at a glance, each difference with what leads
//! back, and what is known of the rest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use groundwork_model::drift::{ComponentDrift, Difference, DifferenceKind, Drift, Object};
use groundwork_model::plan::FieldChange;

use super::fields;
use super::names::{component_columns, head, subject, subject_columns};
use super::problem::is_command;
use super::warnings;
use crate::line::{Ink, Line, Style, flowing, hanging, write};
use crate::text::shorten;
use crate::words::{count, some_of};

/// Where what belongs to a difference begins.
const INDENT: usize = 4;

/// So many objects that nobody compares are named.
const NAMED: usize = 4;

/// Writes a comparison.
pub fn drift(out: &mut dyn Write, drift: &Drift, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let mut sections = vec![head(&drift.target, columns), glance(&drift.components, columns)];
    sections.extend(drift.components.iter().map(|component| differences(component, columns)));
    sections.push(quiet(drift, columns));
    sections.retain(|section| !section.is_empty());
    write(out, &sections.join(&Line::new()), style.color)?;
    if !drift.warnings.is_empty() {
        writeln!(out)?;
        warnings(out, &drift.warnings, style)?;
    }
    writeln!(out)?;
    write(out, &sum(drift, columns), style.color)
}

fn glance(components: &[ComponentDrift], columns: usize) -> Vec<Line> {
    let names: Vec<String> = components.iter().map(|component| subject(&component.subject)).collect();
    let begin = 2 + component_columns() + 2;
    let width = subject_columns(&names, begin, columns);
    let row = |(component, name): (&ComponentDrift, &String)| {
        let (text, ink) = verdict(component);
        let line = Line::indented(2).plain(component.component.as_str()).to(begin);
        line.plain(&shorten(name, width)).to(begin + width + 2).ink(ink, &text)
    };
    components.iter().zip(&names).map(row).collect()
}

/// `2 differences, 1 ignored`, or how much was compared and found the same.
pub(crate) fn verdict(component: &ComponentDrift) -> (String, Ink) {
    let ignored = match component.ignored.len() {
        0 => String::new(),
        number => format!(", {number} ignored"),
    };
    match (component.differences.len(), component.compared) {
        (0, _) if !component.problems.is_empty() => (format!("not all was compared{ignored}"), Ink::Yellow),
        (0, 0) => (format!("nothing to compare{ignored}"), Ink::Dim),
        (0, compared) => (format!("{} as declared{ignored}", count(compared, "object")), Ink::Green),
        (number, _) => (format!("{}{ignored}", count(number, "difference")), Ink::BoldRed),
    }
}

/// The differences of a component.
pub(crate) fn differences(component: &ComponentDrift, columns: usize) -> Vec<Line> {
    if component.differences.is_empty() {
        return Vec::new();
    }
    let title = format!("{}: {}", component.component, subject(&component.subject));
    let mut lines = vec![Line::new().ink(Ink::Bold, &title)];
    let mut rest = component.differences.iter().peekable();
    while let Some(difference) = rest.next() {
        lines.extend(one(difference, columns));
        // What leads several of them back is said once.
        let again = rest.peek().is_some_and(|next| next.way_back == difference.way_back);
        let back = difference.way_back.as_ref().filter(|_| !again);
        lines.extend(back.into_iter().flat_map(|back| advice(INDENT, back, columns)));
    }
    if let Some(way_back) = &component.way_back {
        lines.extend(advice(
            2,
            &format!("to lead all of the stack back, look at this change set and execute it: {way_back}"),
            columns,
        ));
    }
    lines
}

fn one(difference: &Difference, columns: usize) -> Vec<Line> {
    let (sign, ink) = sign(difference.kind);
    let mut first = Line::indented(2).ink(ink, sign).plain(" ").ink(Ink::Bold, difference.kind.as_str());
    if let Some(name) = told(&difference.object) {
        first = first.plain("  ").plain(&name);
    }
    let mut lines = vec![first];
    lines.extend(what(difference, columns));
    if let Some(note) = &difference.note {
        lines.extend(flowing(Line::indented(INDENT), Ink::Plain, note, INDENT, columns));
    }
    let found_by: Vec<&str> = difference.found_by.iter().map(|source| source.as_str()).collect();
    lines.push(Line::indented(INDENT).ink(Ink::Dim, &format!("found by {}", found_by.join(" and "))));
    lines
}

/// What is declared, and what is there.
fn what(difference: &Difference, columns: usize) -> Vec<Line> {
    let Some(path) = &difference.field else {
        return match difference.kind {
            DifferenceKind::Missing => vec![Line::indented(INDENT).plain("it is not there")],
            DifferenceKind::Changed | DifferenceKind::Undeclared | DifferenceKind::Pending => Vec::new(),
        };
    };
    let (before, after) = (difference.expected.clone(), difference.actual.clone());
    let change = FieldChange { path: path.clone(), before, after, create_only: false };
    fields::changes(&[change], INDENT, columns)
}

/// `SubnetPrivateUsw2Az1  AWS::EC2::Subnet  subnet-0a1b`.
pub(crate) fn told(object: &Object) -> Option<String> {
    let parts =
        [object.logical_id.as_ref().map(ToString::to_string), object.resource_type.clone(), object.physical_id.clone()];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("  "))
}

fn sign(kind: DifferenceKind) -> (&'static str, Ink) {
    match kind {
        DifferenceKind::Changed => ("~", Ink::Yellow),
        DifferenceKind::Missing => ("-", Ink::Red),
        DifferenceKind::Undeclared => ("+", Ink::Green),
        DifferenceKind::Pending => ("…", Ink::Dim),
    }
}

/// What leads back. A command stays whole, to be copied.
fn advice(indent: usize, text: &str, columns: usize) -> Vec<Line> {
    let label = Line::indented(indent).ink(Ink::Bold, "help:").plain(" ");
    match text.split_once(": aws ") {
        _ if is_command(text) => vec![label.plain(text)],
        Some((words, command)) => {
            let mut lines = hanging(label, Ink::Plain, &format!("{words}:"), columns);
            lines.push(Line::indented(indent + 6).plain(&format!("aws {command}")));
            lines
        }
        None => hanging(label, Ink::Plain, text, columns),
    }
}

/// What is ignored, what nobody compares, and what can be deleted from the spec.
fn quiet(drift: &Drift, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for component in &drift.components {
        for known in &component.ignored {
            let named =
                [Some(component.component.to_string()), told(&known.difference.object), known.difference.field.clone()];
            let what = named.into_iter().flatten().collect::<Vec<_>>().join("  ");
            let text = format!("{what} ({}): {}", known.difference.kind, known.reason);
            let first = Line::new().ink(Ink::Dim, &format!("ignored until {}: ", known.until));
            lines.extend(flowing(first, Ink::Dim, &text, 2, columns));
        }
    }
    for (why, names) in not_compared(drift) {
        let text = format!("{}: {why}", some_of(&names, NAMED));
        lines.extend(flowing(Line::new().ink(Ink::Dim, "not compared: "), Ink::Dim, &text, 2, columns));
    }
    for key in &drift.idle_ignores {
        let text = format!("{key} matches no difference, and can be deleted");
        lines.extend(flowing(Line::new(), Ink::Dim, &text, 2, columns));
    }
    lines
}

/// What nobody compares, by the reason.
pub(crate) fn not_compared(drift: &Drift) -> BTreeMap<&str, Vec<String>> {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for component in &drift.components {
        for left_out in &component.not_compared {
            let name = match &left_out.object.logical_id {
                Some(id) => id.to_string(),
                None => component.component.to_string(),
            };
            let name = left_out.field.as_ref().map_or(name.clone(), |field| format!("{name}.{field}"));
            reasons.entry(&left_out.why).or_default().push(name);
        }
    }
    reasons
}

/// `No drift: 42 objects compared.`
fn sum(drift: &Drift, columns: usize) -> Vec<Line> {
    let (word, ink, text) = totals(drift);
    flowing(Line::new().ink(ink, word), Ink::Bold, &format!("{text}."), 2, columns)
}

/// The verdict, and the figures that it rests on.
pub(crate) fn totals(drift: &Drift) -> (&'static str, Ink, String) {
    let (differences, ignored) = (drift.differences().count(), ignored(drift));
    let mut parts = Vec::new();
    if differences > 0 {
        parts.push(count(differences, "difference"));
    }
    if ignored > 0 {
        parts.push(format!("{ignored} ignored"));
    }
    parts.push(format!("{} compared", count(drift.compared(), "object")));
    let is_whole = drift.all_problems().is_empty();
    if !is_whole {
        parts.push("not all could be".to_owned());
    }
    let (word, ink) = match (differences, is_whole) {
        (0, true) => ("No drift: ", Ink::Green),
        (0, false) => ("Not known: ", Ink::Yellow),
        (_, _) => ("Drift: ", Ink::BoldRed),
    };
    (word, ink, parts.join(", "))
}

fn ignored(drift: &Drift) -> usize {
    drift.components.iter().map(|component| component.ignored.len()).sum()
}
