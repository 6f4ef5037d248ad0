//! One value that differs: of a policy document, the statement that changes rather than all of it.

use groundwork_model::plan::{FieldChange, Shown, Unknown};
use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::human::value::{block, guarded, inline, is_scalar, json};
use crate::line::{Ink, Line};
use crate::text::fold;
use crate::words::count;

/// So many lines of what goes, and of what comes: enough for a statement of a policy.
const MOST_LINES: usize = 10;

/// Where fields stand.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub indent: usize,
    /// Columns for paths; a longer one has a line of its own.
    pub paths: usize,
    pub columns: usize,
}

impl Place {
    /// A line that begins with a path.
    pub fn named(self, path: &str) -> Line {
        Line::indented(self.indent).plain(path).plain("  ").to(self.indent + self.paths + 2)
    }

    /// A path and a few words about it.
    fn remark(self, path: &str, words: &str) -> Vec<Line> {
        let together = self.named(path).plain(words);
        if together.width() <= self.columns {
            return vec![together];
        }
        vec![Line::indented(self.indent).plain(path), Line::indented(self.indent + 2).plain(words)]
    }
}

/// A value that differs.
pub(super) struct Leaf {
    pub path: String,
    pub before: Shown,
    pub after: Shown,
}

impl Leaf {
    /// The values that differ within a field.
    pub fn of(field: &FieldChange) -> Vec<Self> {
        let mut leaves = Vec::new();
        differences(&field.path, &field.before, &field.after, &mut leaves);
        leaves
    }

    /// The value before and after.
    pub fn lines(&self, place: Place) -> Vec<Line> {
        if let Some(words) = self.in_words() {
            return place.remark(&self.path, &words);
        }
        let (gone, come) = self.items();
        if gone.is_empty() && come.is_empty() {
            return place.remark(&self.path, "the same in another order");
        }
        let is_short = gone.iter().chain(&come).all(Item::is_text);
        let arrow = place.named(&self.path).plain(&format!("{}  ->  {}", inline(&self.before), inline(&self.after)));
        if is_short && !self.are_lists() && arrow.width() <= place.columns {
            return vec![arrow];
        }
        // Some of the items may well stay: to list them as gone would be a lie.
        if let (Shown::Json(Value::Array(items)), Shown::Unknown(Unknown::Output(_))) = (&self.before, &self.after) {
            return place.remark(&self.path, &format!("known after apply (now {})", count(items.len(), "item")));
        }
        let signed = |indent: usize| signed_items(&gone, &come, place.columns.saturating_sub(indent));
        let beside = place.named(&self.path);
        let aligned = signed(beside.width());
        if is_short && self.path.width() <= place.paths && aligned.len() == gone.len() + come.len() {
            return stacked(beside, aligned);
        }
        let below = place.indent + 2;
        let mut lines = vec![Line::indented(place.indent).plain(&self.path)];
        lines.extend(stacked(Line::indented(below), signed(below)));
        lines
    }

    /// What is said where the values themselves say nothing.
    fn in_words(&self) -> Option<String> {
        match (&self.before, &self.after) {
            (Shown::Secret, Shown::Secret) => Some(format!("{}, another one", inline(&self.after))),
            (before, Shown::Unknown(Unknown::Resource(id))) if is_reference(before) => {
                Some(format!("of the new {id}, known after apply"))
            }
            _ => None,
        }
    }

    /// Whether what differs is best told item by item.
    fn are_lists(&self) -> bool {
        let is_list = |shown: &Shown| matches!(shown, Shown::Json(Value::Array(_)));
        let is_list_or_nothing = |shown: &Shown| is_list(shown) || *shown == Shown::Absent;
        let (before, after) = (&self.before, &self.after);
        (is_list(before) && is_list_or_nothing(after)) || (is_list(after) && is_list_or_nothing(before))
    }

    /// What goes and what comes: of two lists, what the other does not have.
    fn items(&self) -> (Vec<Item>, Vec<Item>) {
        match (&self.before, &self.after) {
            (Shown::Json(Value::Array(before)), Shown::Json(Value::Array(after))) => {
                (missing(before, after), missing(after, before))
            }
            (before, after) => (Item::of(before), Item::of(after)),
        }
    }
}

/// Goes into objects, and into lists whose parts still stand in their places.
fn differences(path: &str, before: &Shown, after: &Shown, leaves: &mut Vec<Leaf>) {
    let (before, after) = (guarded(path, before), guarded(path, after));
    match (&before, &after) {
        (Shown::Json(Value::Object(one)), Shown::Json(Value::Object(other))) => {
            let new = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(new).filter(|key| one.get(*key) != other.get(*key)) {
                differences(&format!("{path}.{key}"), &part(one, key), &part(other, key), leaves);
            }
        }
        (Shown::Json(Value::Array(one)), Shown::Json(Value::Array(other)))
            if one.len() == other.len()
                && one.iter().zip(other).any(|(one, other)| one.is_object() && other.is_object()) =>
        {
            for (at, (one, other)) in one.iter().zip(other).enumerate().filter(|(_, (one, other))| one != other) {
                let path = format!("{path}[{at}]");
                differences(&path, &Shown::Json(one.clone()), &Shown::Json(other.clone()), leaves);
            }
        }
        _ => leaves.push(Leaf { path: path.to_owned(), before, after }),
    }
}

/// Whether a value only refers to other resources of its template: these are listed themselves.
fn is_reference(shown: &Shown) -> bool {
    let refers = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("${") && text.ends_with('}'));
    match shown {
        Shown::Json(Value::Array(items)) => items.iter().all(refers),
        Shown::Json(value) => refers(value),
        Shown::Absent | Shown::Unknown(_) | Shown::Secret => false,
    }
}

fn part(object: &Map<String, Value>, key: &str) -> Shown {
    object.get(key).map_or(Shown::Absent, |value| Shown::Json(value.clone()))
}

fn missing(from: &[Value], other: &[Value]) -> Vec<Item> {
    from.iter().filter(|item| !other.contains(item)).cloned().map(Item::new).collect()
}

/// Something that goes or comes.
enum Item {
    Text(String),
    Large(Value),
}

impl Item {
    fn new(value: Value) -> Self {
        if is_scalar(&value) { Self::Text(json(&value)) } else { Self::Large(value) }
    }

    fn of(shown: &Shown) -> Vec<Self> {
        match shown {
            Shown::Absent => Vec::new(),
            Shown::Json(Value::Array(items)) if !items.is_empty() => items.iter().cloned().map(Self::new).collect(),
            Shown::Json(Value::Object(object)) if object.is_empty() => vec![Self::Text("{}".to_owned())],
            Shown::Json(value) if !is_scalar(value) && !value.as_array().is_some_and(Vec::is_empty) => {
                vec![Self::Large(value.clone())]
            }
            other => vec![Self::Text(inline(other))],
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn lines(&self, room: usize) -> Vec<String> {
        match self {
            Self::Text(text) => fold(text, room),
            Self::Large(value) => block(value, room).iter().flat_map(|line| folded(line, room)).collect(),
        }
    }
}

/// A line of JSON that is too long goes on below, one step further in.
fn folded(line: &str, room: usize) -> Vec<String> {
    if line.width() <= room {
        return vec![line.to_owned()];
    }
    let text = line.trim_start();
    let indent = " ".repeat(line.len() - text.len());
    let mut pieces = fold(text, room.saturating_sub(indent.len() + 2)).into_iter();
    let first = pieces.next().map(|piece| format!("{indent}{piece}"));
    first.into_iter().chain(pieces.map(|piece| format!("{indent}  {piece}"))).collect()
}

/// What goes and what comes, under its sign.
fn signed_items(gone: &[Item], come: &[Item], columns: usize) -> Vec<Line> {
    let mut lines = signed("- ", Ink::Red, gone, columns);
    lines.extend(signed("+ ", Ink::Green, come, columns));
    lines
}

fn signed(sign: &str, ink: Ink, items: &[Item], columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for item in items {
        for (at, text) in item.lines(columns.saturating_sub(sign.len())).into_iter().enumerate() {
            let sign = if at == 0 { Line::new().ink(ink, sign) } else { Line::indented(sign.len()) };
            lines.push(sign.plain(&text));
        }
    }
    // A single line that is left out would only make room for a line that says so.
    if lines.len() > MOST_LINES + 1 {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(Line::indented(sign.len()).ink(Ink::Dim, &format!("… (+{})", count(more, "line"))));
    }
    lines
}

/// The lines one below the other, from the column at which the first line stands.
fn stacked(first: Line, lines: Vec<Line>) -> Vec<Line> {
    let column = first.width();
    let mut first = Some(first);
    let start = |first: &mut Option<Line>| first.take().unwrap_or_else(|| Line::indented(column));
    lines.into_iter().map(|line| start(&mut first).then(line)).collect()
}
