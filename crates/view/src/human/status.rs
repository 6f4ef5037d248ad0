//! What exists: the components at a glance, then what they have to offer.

use std::io::{self, Write};

use groundwork_model::status::{ComponentStatus, State, Status};
use unicode_width::UnicodeWidthStr;

use super::names::{head, subject};
use super::standings::{self, Standing};
use crate::line::{Ink, Line, Style, hanging, write};
use crate::text::widest;

/// Writes a status.
pub fn status(out: &mut dyn Write, status: &Status, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let mut sections = vec![head(&status.target, columns), glance(&status.components, columns)];
    let telling = status.components.iter().filter(|component| !component.outputs.is_empty());
    sections.extend(telling.map(|component| outputs(component, columns)));
    let mut last = Vec::new();
    if let Some(url) = &status.dashboard_url {
        last.push(Line::new().ink(Ink::Bold, "Dashboard").plain("  ").plain(url));
    }
    if let Some(path) = &status.secrets_path {
        let text = format!("tasks read them under {path} in Secrets Manager");
        last.extend(hanging(Line::new().ink(Ink::Bold, "Secrets").plain("    "), Ink::Plain, &text, columns));
    }
    sections.push(last);
    let sections: Vec<Vec<Line>> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    write(out, &sections.join(&Line::new()), style.color)
}

fn glance(components: &[ComponentStatus], columns: usize) -> Vec<Line> {
    let standings = components.iter().map(|component| Standing {
        component: component.component,
        name: subject(&component.subject),
        word: word(component.state),
        status: component.status.as_deref(),
    });
    standings::lines(&standings.collect::<Vec<_>>(), 0, columns)
}

pub(crate) fn word(state: State) -> (&'static str, Ink) {
    match state {
        State::Ready => ("ready", Ink::Green),
        State::Absent => ("absent", Ink::Dim),
        State::Busy => ("busy", Ink::Yellow),
        State::Stuck => ("needs attention", Ink::Red),
        State::NotOurs => ("not ours", Ink::Yellow),
        State::Skipped => ("skipped", Ink::Dim),
    }
}

/// Values are to be copied, so their words stay whole: one that is too long has a line of its own.
fn outputs(component: &ComponentStatus, columns: usize) -> Vec<Line> {
    let keys = widest(component.outputs.keys().map(String::as_str));
    let mut lines = vec![Line::new().ink(Ink::Bold, component.component.as_str())];
    for (key, value) in &component.outputs {
        let name = Line::indented(2).plain(key);
        if 2 + keys + 2 + value.width() <= columns {
            lines.push(name.to(2 + keys + 2).plain(value));
        } else {
            lines.push(name);
            lines.extend(hanging(Line::indented(4), Ink::Plain, value, columns));
        }
    }
    lines
}
