//! What exists: the components at a glance, then what they have to offer.

use std::io::{self, Write};

use groundwork_model::plan::Tally;
use groundwork_model::status::{ComponentStatus, Status};

use super::document::{Block, Document, details, long_table, table};
use super::escape::{code, link, value};
use super::head::head;
use crate::human::names::subject;
use crate::human::plan::tally;
use crate::human::status::word;

/// Writes a status.
pub fn status(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    let mut document = Document::default();
    document.always(head(&status.target, &verdict(status)));
    document.always(table(["component", "what", "state", "status"], status.components.iter().map(row)));
    document.always(links(status.dashboard_url.as_deref(), status.secrets_path.as_deref()));
    for component in status.components.iter().filter(|component| !component.outputs.is_empty()) {
        document.block(outputs(component));
    }
    document.write(out)
}

fn verdict(status: &Status) -> String {
    let environment = &status.target.environment;
    match status.pending.map(tally) {
        None => format!("what exists of {environment}"),
        Some(pending) if status.pending == Some(Tally::default()) || pending.is_empty() => {
            format!("{environment} is as the spec says")
        }
        Some(pending) => format!("{environment} differs from the spec — {}", pending.join(", ")),
    }
}

fn row(component: &ComponentStatus) -> [String; 4] {
    [
        component.component.to_string(),
        code(&subject(&component.subject)),
        word(component.state).0.to_owned(),
        component.status.as_deref().map(code).unwrap_or_default(),
    ]
}

/// Where to look and what to do with it.
pub(super) fn links(dashboard: Option<&str>, secrets: Option<&str>) -> String {
    let dashboard = dashboard.map(|url| format!("- Dashboard: {}", link(url)));
    let secrets = secrets.map(|path| format!("- Secrets: tasks read them under {} in Secrets Manager", code(path)));
    dashboard.into_iter().chain(secrets).collect::<Vec<_>>().join("\n")
}

fn outputs(component: &ComponentStatus) -> Block {
    let name = component.component;
    let rows = component.outputs.iter().map(|(key, text)| [code(key), value(text)]);
    let table = long_table(["output", "value"], rows, ("output", format!(" of {name}")));
    details(&format!("{name}: outputs"), Block { elsewhere: "`groundwork status`".to_owned(), ..table })
}
