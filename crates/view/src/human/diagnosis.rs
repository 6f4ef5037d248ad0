//! What went wrong: the stacks at a glance, then of each that failed what, why, and what to do.

use std::io::{self, Write};

use groundwork_model::diagnosis::{Condition, Diagnosis, Failure, StackDiagnosis, Story, work};

use super::names::head;
use super::standings::{self, Standing};
use crate::line::{Ink, Line, Style, flowing, hanging, write};
use crate::stream::rfc3339;
use crate::words::some_of;

/// Where what belongs to a stack begins.
const INDENT: usize = 4;

/// How many failures beside the first are named.
const NAMED: usize = 3;

/// Writes a diagnosis.
pub fn diagnosis(out: &mut dyn Write, diagnosis: &Diagnosis, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let mut sections = vec![head(&diagnosis.target, columns), glance(&diagnosis.stacks, columns)];
    let telling: Vec<_> = diagnosis.stacks.iter().filter(|stack| is_telling(stack)).collect();
    sections.extend(telling.iter().map(|stack| details(stack, columns)));
    if telling.is_empty() {
        sections.push(vec![Line::new().ink(Ink::Bold, "Nothing has failed lately.")]);
    }
    let sections: Vec<Vec<Line>> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    write(out, &sections.join(&Line::new()), style.color)
}

/// Whether there is more to say of a stack than how it stands.
pub(crate) fn is_telling(stack: &StackDiagnosis) -> bool {
    let failed = stack
        .story
        .as_ref()
        .is_some_and(|story| story.cause.is_some() || story.undoing.is_some() || !story.orphans.is_empty());
    failed || !stack.next.is_empty()
}

fn glance(stacks: &[StackDiagnosis], columns: usize) -> Vec<Line> {
    let standings = stacks.iter().map(|stack| Standing {
        component: stack.component,
        name: stack.stack.to_string(),
        word: word(stack.condition),
        status: stack.status.as_deref(),
    });
    standings::lines(&standings.collect::<Vec<_>>(), 2, columns)
}

pub(crate) fn word(condition: Condition) -> (&'static str, Ink) {
    match condition {
        Condition::Well => ("well", Ink::Green),
        Condition::Absent => ("absent", Ink::Dim),
        Condition::Busy => ("busy", Ink::Yellow),
        Condition::RolledBack => ("failed, rolled back", Ink::Yellow),
        Condition::Stuck => ("stuck", Ink::Red),
    }
}

fn details(stack: &StackDiagnosis, columns: usize) -> Vec<Line> {
    let begin = Line::new().ink(Ink::Bold, stack.component.as_str()).plain(": ");
    let mut lines = flowing(begin, Ink::Plain, &headline(stack), INDENT, columns);
    for (sentence, failure) in stack.story.as_ref().map(failures).unwrap_or_default() {
        lines.extend(hanging(Line::indented(INDENT), Ink::Plain, &sentence, columns));
        for reason in &failure.reasons {
            lines.extend(hanging(Line::indented(INDENT + 2), Ink::Plain, reason, columns));
        }
    }
    if let Some(others) = stack.story.as_ref().and_then(others) {
        lines.extend(hanging(Line::indented(INDENT), Ink::Dim, &others, columns));
    }
    let label = Line::indented(INDENT).ink(Ink::Bold, "Next:").plain(" ");
    let column = label.width();
    for (at, advice) in advice(stack).iter().enumerate() {
        let start = if at == 0 { label.clone() } else { Line::indented(column) };
        lines.extend(hanging(start, Ink::Plain, advice, columns));
    }
    lines
}

/// `its newest operation, begun at T, failed, and was undone: the stack is as it was before`.
pub(crate) fn headline(stack: &StackDiagnosis) -> String {
    let when = stack.story.as_ref().map(|story| format!(", begun at {}", time(story.began_ms))).unwrap_or_default();
    let fate = match (stack.condition, stack.status.as_deref()) {
        (Condition::Well, _) => "ended well, and left something over",
        (Condition::Absent, _) => "failed, and the stack is gone",
        (Condition::Busy, _) => "is under way",
        (Condition::RolledBack, Some("DELETE_COMPLETE")) => "failed, and the stack was deleted: nothing of it is left",
        (Condition::RolledBack, _) => "failed, and was undone: the stack is as it was before",
        (Condition::Stuck, _) => "failed, and left the stack in a state that takes no update",
    };
    format!("its newest operation{when}, {fate}")
}

/// What failed, each with a sentence that says how it is told.
pub(crate) fn failures(story: &Story) -> Vec<(String, &Failure)> {
    let named = |failure: &Failure| {
        let id = failure.physical_id.as_deref().filter(|id| *id != failure.logical_id);
        let id = id.map(|id| format!(", {id}")).unwrap_or_default();
        format!("{} ({}{id})", failure.logical_id, failure.resource_type)
    };
    let cause = story.cause.iter().map(|failure| {
        (format!("{} {} failed first, at {}", work(&failure.status), named(failure), time(failure.at_ms)), failure)
    });
    let undoing = story
        .undoing
        .iter()
        .map(|failure| (format!("undoing it stopped at {}, at {}", named(failure), time(failure.at_ms)), failure));
    let orphans = story.orphans.iter().map(|failure| (format!("AWS gave up deleting {}", named(failure)), failure));
    cause.chain(undoing).chain(orphans).collect()
}

/// The failures that are not told in full.
pub(crate) fn others(story: &Story) -> Option<String> {
    let names: Vec<&str> = story.others.iter().map(|failure| failure.logical_id.as_str()).collect();
    (!names.is_empty()).then(|| format!("failed as well: {}", some_of(&names, NAMED)))
}

/// What to do: against the causes, then with the stack.
pub(crate) fn advice(stack: &StackDiagnosis) -> Vec<&str> {
    let story = stack.story.as_ref();
    let failures = story.into_iter().flat_map(|story| story.cause.iter().chain(&story.undoing));
    let mut advice: Vec<&str> = Vec::new();
    for line in failures.flat_map(|failure| &failure.remedies).chain(&stack.next) {
        if !advice.contains(&line.as_str()) {
            advice.push(line);
        }
    }
    advice
}

/// `2026-11-25 00:12:33 UTC`.
fn time(at_ms: u64) -> String {
    let text = rfc3339(at_ms);
    format!("{} UTC", text.split('.').next().unwrap_or_default().replace('T', " "))
}
