//! Fields before and after: on one line where they fit, else what goes and what comes.

use std::collections::BTreeSet;

use groundwork_model::plan::{FieldChange, Shown, Unknown};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::value::{guarded, inline, is_scalar};
use crate::line::{Ink, Line, flowing, listing};
use crate::text::widest;

mod leaf;

use leaf::{Leaf, Place};

/// A path never widens the column of paths beyond this.
const WIDEST_PATH: usize = 30;

/// What stands in front of the outputs among a stack's fields.
const OUTPUTS: &str = "Outputs.";

/// Shows fields that change.
pub(crate) fn changes(fields: &[FieldChange], indent: usize, columns: usize) -> Vec<Line> {
    let (outputs, others): (Vec<&FieldChange>, Vec<&FieldChange>) =
        fields.iter().partition(|field| field.path.starts_with(OUTPUTS));
    let leaves: Vec<Leaf> = others.into_iter().flat_map(Leaf::of).collect();
    let paths = widest(leaves.iter().map(|leaf| leaf.path.as_str()).filter(|path| path.width() <= WIDEST_PATH));
    let place = Place { indent, paths, columns };
    let mut lines: Vec<Line> = leaves.iter().flat_map(|leaf| leaf.lines(place)).collect();
    lines.extend(output_changes(&outputs, indent, columns));
    lines
}

/// An output's value is an expression over resources that are listed above it: its name is enough.
fn output_changes(outputs: &[&FieldChange], indent: usize, columns: usize) -> Vec<Line> {
    let kind = |field: &FieldChange| match (&field.before, &field.after) {
        (Shown::Absent, _) => "new",
        (_, Shown::Absent) => "gone",
        _ => "changed",
    };
    let listed = ["changed", "new", "gone"].into_iter().filter_map(|wanted| {
        let names: Vec<&str> = outputs
            .iter()
            .filter(|field| kind(field) == wanted)
            .map(|field| field.path.trim_start_matches(OUTPUTS))
            .collect();
        (!names.is_empty()).then(|| format!("{wanted} {}", names.join(", ")))
    });
    let listed: Vec<String> = listed.collect();
    if listed.is_empty() {
        return Vec::new();
    }
    flowing(Line::indented(indent).plain("outputs: "), Ink::Plain, &listed.join("; "), indent + 2, columns)
}

/// Shows the fields of something that is made. There is no before; of what only apply knows, and of
/// secrets, the names are enough.
pub(crate) fn made(fields: &[FieldChange], indent: usize, columns: usize) -> Vec<Line> {
    let mut known = Vec::new();
    let (mut later, mut secret) = (BTreeSet::new(), BTreeSet::new());
    for field in fields {
        match guarded(&field.path, &field.after) {
            Shown::Json(value) => known.push((field.path.as_str(), value)),
            Shown::Unknown(Unknown::Output(_) | Unknown::Resource(_)) => drop(later.insert(field.path.as_str())),
            Shown::Secret | Shown::Unknown(Unknown::Generated) => drop(secret.insert(field.path.as_str())),
            Shown::Absent => {}
        }
    }
    let mut lines = values(&known, indent, columns);
    for (title, names) in [("known after apply: ", later), ("secret, never shown: ", secret)] {
        if !names.is_empty() {
            let names: Vec<&str> = names.into_iter().collect();
            lines.extend(listing(Line::indented(indent).plain(title), Ink::Plain, &names, indent + 2, columns));
        }
    }
    lines
}

fn values(known: &[(&str, Value)], indent: usize, columns: usize) -> Vec<Line> {
    let paths = widest(known.iter().map(|(path, _)| *path).filter(|path| path.width() <= WIDEST_PATH));
    let place = Place { indent, paths, columns };
    let line = |(path, value): &(&str, Value)| {
        let text = inline(&Shown::Json(value.clone()));
        let line = place.named(path).plain(&text);
        if line.width() <= columns && (is_scalar(value) || value.is_array()) {
            return vec![line];
        }
        Leaf { path: (*path).to_owned(), before: Shown::Absent, after: Shown::Json(value.clone()) }.lines(place)
    };
    known.iter().flat_map(line).collect()
}
