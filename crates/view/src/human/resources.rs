//! The resources of a stack, one line each; what changes of them below.

use std::collections::BTreeSet;

use groundwork_model::plan::{Action, ResourceChange};

use super::fields;
use super::names::sign;
use crate::line::{Ink, Line, hanging};
use crate::text::{shorten, widest};

/// Where the sign stands.
const INDENT: usize = 4;

/// Where a resource's name begins.
const NAME: usize = INDENT + 2;

/// Where what changes of a resource begins.
const BELOW: usize = INDENT + 4;

/// Shows resources that change.
pub(super) fn rows(resources: &[ResourceChange], columns: usize) -> Vec<Line> {
    each(resources, columns).concat()
}

/// The lines of each resource, in columns that fit all of them.
pub(crate) fn each(resources: &[ResourceChange], columns: usize) -> Vec<Vec<Line>> {
    let table = Table::fitting(resources, columns);
    resources.iter().map(|change| [table.row(change), below(change, columns)].concat()).collect()
}

/// How much of a resource's type is shown: all of it, or without `AWS::`, or only its last part.
#[derive(Clone, Copy)]
enum Form {
    Whole,
    Service,
    Last,
}

impl Form {
    fn of(self, kind: &str) -> &str {
        match self {
            Self::Whole => kind,
            Self::Service => kind.strip_prefix("AWS::").unwrap_or(kind),
            Self::Last => kind.rsplit("::").next().unwrap_or(kind),
        }
    }
}

#[derive(Clone, Copy)]
struct Table {
    form: Form,
    names: usize,
    types: usize,
    columns: usize,
}

impl Table {
    /// The table in which the fewest rows break; of several, the one with the widest column of names, then
    /// with the longest types. The longest names mostly have nothing behind them but their type: these may
    /// stand out.
    fn fitting(resources: &[ResourceChange], columns: usize) -> Self {
        let widths: BTreeSet<usize> = resources.iter().map(|change| change.logical_id.as_str().len()).collect();
        let tables = widths.iter().rev().flat_map(|names| {
            [Form::Whole, Form::Service, Form::Last].map(|form| Self::new(form, *names, resources, columns))
        });
        let breaks = |table: &Self| resources.iter().filter(|change| table.row(change).len() > 1).count();
        tables.min_by_key(breaks).unwrap_or(Self { form: Form::Whole, names: 0, types: 0, columns })
    }

    fn new(form: Form, names: usize, resources: &[ResourceChange], columns: usize) -> Self {
        // Only where a note follows does a type have to leave room for the others.
        let noted = resources.iter().filter(|change| change.note.is_some());
        let types = widest(noted.map(|change| form.of(&change.resource_type)));
        Self { form, names, types, columns }
    }

    fn row(&self, change: &ResourceChange) -> Vec<Line> {
        let (sign, ink) = sign(change.action);
        let room = self.columns.saturating_sub(NAME);
        let name = shorten(change.logical_id.as_str(), room);
        let row = Line::indented(INDENT).ink(ink, sign).plain(" ").plain(&name);
        let kind = self.form.of(&change.resource_type);
        let beside = row.clone().plain("  ").to(NAME + self.names + 2).ink(Ink::Dim, kind);
        if beside.width() > self.columns {
            let mut lines = vec![row, Line::indented(BELOW).ink(Ink::Dim, &shorten(kind, self.columns - BELOW))];
            lines.extend(change.note.as_ref().into_iter().flat_map(|note| self.note_below(note)));
            return lines;
        }
        let Some(note) = &change.note else { return vec![beside] };
        let noted = beside.clone().plain("  ").to(NAME + self.names + 2 + self.types + 2).plain(note);
        if noted.width() <= self.columns { vec![noted] } else { [vec![beside], self.note_below(note)].concat() }
    }

    fn note_below(&self, note: &str) -> Vec<Line> {
        hanging(Line::indented(BELOW), Ink::Plain, note, self.columns)
    }
}

fn below(change: &ResourceChange, columns: usize) -> Vec<Line> {
    match change.action {
        // A new resource's properties are the template's, a deleted one's are of no interest.
        Action::NoOp | Action::Create | Action::Delete => Vec::new(),
        Action::Update => fields::changes(&change.fields, BELOW, columns),
        Action::Replace => {
            let mut lines = hanging(Line::indented(BELOW), Ink::Magenta, &replacement(change), columns);
            lines.extend(fields::changes(&change.fields, BELOW, columns));
            lines
        }
    }
}

fn replacement(change: &ResourceChange) -> String {
    let forcing: Vec<&str> =
        change.fields.iter().filter(|field| field.create_only).map(|field| field.path.as_str()).collect();
    match (change.conditional, forcing.is_empty()) {
        (true, _) => "replaced, unless AWS finds that it can be changed in place".to_owned(),
        (false, true) => "replaced".to_owned(),
        (false, false) => format!("replaced: {} can only be set at creation", forcing.join(", ")),
    }
}
