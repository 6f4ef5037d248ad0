//! How things stand, one line each: the component, its thing, a word, and the service's own word for it.

use groundwork_model::plan::Component;

use super::names::component_columns;
use crate::line::{Ink, Line};
use crate::text::{shorten, widest};

/// How a thing stands.
pub(super) struct Standing<'a> {
    pub component: Component,
    pub name: String,
    pub word: (&'static str, Ink),
    pub status: Option<&'a str>,
}

/// The lines, as columns. A status that does not fit has a line of its own.
pub(super) fn lines(standings: &[Standing<'_>], indent: usize, columns: usize) -> Vec<Line> {
    let begin = indent + component_columns() + 2;
    let words = widest(standings.iter().map(|standing| standing.word.0));
    let names = widest(standings.iter().map(|standing| standing.name.as_str()));
    let names = names.min(columns.saturating_sub(begin + 2 + words).max(8));
    let row = |Standing { component, name, word: (word, ink), status }: &Standing<'_>| {
        let row = Line::indented(indent).plain(component.as_str()).to(begin).plain(&shorten(name, names));
        let row = row.to(begin + names + 2).ink(*ink, word);
        let Some(status) = status else { return vec![row] };
        let whole = row.clone().to(begin + names + 2 + words + 2).ink(Ink::Dim, status);
        if whole.width() <= columns { vec![whole] } else { vec![row, Line::indented(begin).ink(Ink::Dim, status)] }
    };
    standings.iter().flat_map(row).collect()
}
