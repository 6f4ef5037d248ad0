//! What went wrong: the stacks at a glance, then of each that failed what, why, and what to do.

use std::io::{self, Write};

use groundwork_model::diagnosis::{Diagnosis, StackDiagnosis};

use super::document::{Document, table};
use super::escape::code;
use super::head::head;
use crate::human::diagnosis::{advice, failures, headline, is_telling, others, word};
use crate::words::all_of;

/// Writes a diagnosis.
pub fn diagnosis(out: &mut dyn Write, diagnosis: &Diagnosis) -> io::Result<()> {
    let telling: Vec<&StackDiagnosis> = diagnosis.stacks.iter().filter(|stack| is_telling(stack)).collect();
    let mut document = Document::default();
    document.always(head(&diagnosis.target, &verdict(diagnosis, &telling)));
    document.always(table(["component", "stack", "condition", "status"], diagnosis.stacks.iter().map(row)));
    for stack in telling {
        document.always(story(stack));
    }
    document.write(out)
}

fn verdict(diagnosis: &Diagnosis, telling: &[&StackDiagnosis]) -> String {
    let names: Vec<&str> = telling.iter().map(|stack| stack.component.as_str()).collect();
    match names[..] {
        [] => format!("nothing of {} has failed lately", diagnosis.target.environment),
        [only] => format!("{} of {} needs a look", only, diagnosis.target.environment),
        _ => format!("{} of {} need a look", all_of(&names), diagnosis.target.environment),
    }
}

fn row(stack: &StackDiagnosis) -> [String; 4] {
    [
        stack.component.to_string(),
        code(stack.stack.as_str()),
        word(stack.condition).0.to_owned(),
        stack.status.as_deref().map(code).unwrap_or_default(),
    ]
}

/// Whatever AWS or a hook said stands in code.
fn story(stack: &StackDiagnosis) -> String {
    let mut lines = vec![format!("**{}** — {}", stack.component, code(&headline(stack)))];
    for (sentence, failure) in stack.story.as_ref().map(failures).unwrap_or_default() {
        lines.push(format!("- {}", code(&sentence)));
        lines.extend(failure.reasons.iter().map(|reason| format!("  - {}", code(reason))));
    }
    lines.extend(stack.story.as_ref().and_then(others).map(|others| format!("- {}", code(&others))));
    lines.push(String::new());
    lines.push("Next:".to_owned());
    lines.push(String::new());
    lines.extend(advice(stack).into_iter().map(|line| format!("- {}", code(line))));
    lines.join("\n")
}
