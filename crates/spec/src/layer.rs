//! One layer of the spec: a file, a variable or an argument, parsed, with the places of its keys.

use std::collections::BTreeMap;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use figment::value::{Dict, Empty, Value};
use groundwork_model::Code;
use groundwork_model::problem::{Place, Problem};
use toml_edit::{Document, Item, Key, TableLike};

use crate::raw::SpecSection;
use crate::read::Section;
use crate::{SpecFile, key, mask};

/// What the variables of the spec begin with.
const VARIABLE_PREFIX: &str = "GROUNDWORK_";

/// What separates the keys in a variable's name.
const VARIABLE_NESTING: &str = "__";

/// No key of the spec is nearly as deep; one that is must not exhaust the stack.
const DEEPEST: usize = 16;

/// A parsed layer.
pub(crate) struct Layer {
    pub(crate) origin: Origin,
    pub(crate) values: Dict,
}

impl Layer {
    /// Puts a list under a key of the root, of which those from `first` on were found.
    pub(crate) fn add_found(&mut self, list: &str, items: Vec<Value>, first: usize) {
        self.values.insert(list.to_owned(), Value::from(items));
        if let Origin::File(file) = &mut self.origin {
            file.found_from = Some(first);
        }
    }
}

/// Where a layer came from.
pub(crate) enum Origin {
    File(File),
    Variable {
        name: String,
        given: Given,
    },
    Argument {
        /// The argument without credentials.
        text: String,
        given: Given,
    },
}

/// A file's text, and what stands where in it.
pub(crate) struct File {
    path: String,
    text: Arc<str>,
    /// The same text without credentials, to quote from.
    quotable: Arc<str>,
    /// Where lines begin, but for the first.
    lines: Vec<usize>,
    spans: BTreeMap<String, Spans>,
    /// From which place on the targets in it are found ones, which nobody wrote.
    found_from: Option<usize>,
}

/// The bytes of a key and of its value.
pub(crate) struct Spans {
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
}

/// A value that was given without TOML around it.
pub(crate) struct Given {
    /// The key that it was given to.
    pub(crate) key: String,
    /// The value as it was written.
    pub(crate) text: String,
    /// Where in the text its parts stand, if it is TOML.
    parts: BTreeMap<String, Spans>,
}

impl Given {
    /// What was written behind a key.
    fn written(&self, key: &str) -> Option<&str> {
        let part = key.strip_prefix(&self.key)?.trim_start_matches('.');
        if part.is_empty() { Some(&self.text) } else { self.text.get(self.parts.get(part)?.value.clone()) }
    }
}

impl Origin {
    /// The place of a key: of its value, or of the key itself.
    pub(crate) fn place(&self, key: &str, of_key: bool) -> Option<Place> {
        match self {
            Self::File(file) => {
                let spans = file.spans(key)?;
                Some(file.place(if of_key { &spans.key } else { &spans.value }))
            }
            Self::Variable { name, .. } => Some(Place::Variable { name: name.clone() }),
            Self::Argument { text, .. } => Some(Place::Argument { text: text.clone() }),
        }
    }

    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// The beginning of a file.
    pub(crate) fn start(&self) -> Option<Place> {
        match self {
            Self::File(file) => Some(file.place(&(0..0))),
            Self::Variable { .. } | Self::Argument { .. } => None,
        }
    }

    /// What stands behind a key, as it is written there.
    pub(crate) fn written(&self, key: &str) -> Option<&str> {
        match self {
            Self::File(file) => file.text.get(file.spans(key)?.value.clone()),
            Self::Variable { given, .. } | Self::Argument { given, .. } => given.written(key),
        }
    }

    /// The value as it was written, if exactly this key was given outside of a file.
    pub(crate) fn text_of(&self, key: &str) -> Option<&str> {
        match self {
            Self::File(_) => None,
            Self::Variable { given, .. } | Self::Argument { given, .. } => {
                (given.key == key).then_some(given.text.as_str())
            }
        }
    }
}

impl File {
    fn new(file: &SpecFile) -> Self {
        Self {
            path: file.path.clone(),
            text: file.text.as_str().into(),
            quotable: mask::masked(&file.text).into(),
            lines: file.text.match_indices('\n').map(|(at, _)| at + 1).collect(),
            spans: BTreeMap::new(),
            found_from: None,
        }
    }

    /// Where a key stands. One of a target that was found stands where that target is made from.
    fn spans(&self, key: &str) -> Option<&Spans> {
        match self.found_from.and_then(|first| key::in_organization(key, first)) {
            None => self.spans.get(key),
            Some(key) => iter::once(key.as_str()).chain(key::parents(&key)).find_map(|key| self.spans.get(key)),
        }
    }

    /// Takes down what stands where, and hides what is behind the key of a credential, however it is written.
    fn with(mut self, spans: BTreeMap<String, Spans>) -> Self {
        let is_secret = |(key, spans): &(&String, &Spans)| mask::is_sensitive(key) && spans.key != spans.value;
        let secrets: Vec<Range<usize>> = spans.iter().filter(is_secret).map(|(_, spans)| spans.value.clone()).collect();
        if !secrets.is_empty() {
            self.quotable = mask::without(&self.quotable, &secrets).into();
        }
        self.spans = spans;
        self
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let line = self.lines.partition_point(|start| *start <= span.start);
        let start = line.checked_sub(1).map_or(0, |before| self.lines[before]);
        Place::File {
            path: self.path.clone(),
            line: line + 1,
            column: self.text.get(start..span.start).unwrap_or_default().chars().count() + 1,
            span: span.clone(),
            text: Arc::clone(&self.quotable),
        }
    }
}

/// Parses a file.
pub(crate) fn file(file: &SpecFile) -> Result<Layer, Problem> {
    let origin = File::new(file);
    match Document::parse(&*file.text) {
        Ok(document) => {
            let mut spans = BTreeMap::new();
            let values = table(document.as_table(), "", &mut spans);
            Ok(Layer { origin: Origin::File(origin.with(spans)), values })
        }
        Err(error) => {
            let mut lines = error.message().lines();
            let mut problem = Problem::new(Code::SpecSyntax, format!("not TOML: {}", lines.next().unwrap_or_default()));
            problem.causes = lines.map(str::to_owned).collect();
            problem.place = Some(origin.place(&error.span().unwrap_or(0..0)));
            Err(problem)
        }
    }
}

/// Parses a variable, if it is the spec's: one with nested keys, or with the name of a key at the top.
/// `GROUNDWORK_LOG` is the program's and no error in a spec. An empty variable counts as unset, as
/// pipelines leave them; `""` in quotes is an empty text.
pub(crate) fn variable(name: &str, value: &str) -> Option<Result<Layer, Problem>> {
    let lower = name.strip_prefix(VARIABLE_PREFIX)?.to_ascii_lowercase();
    let at_top = || SpecSection::KEYS.iter().any(|key| key.name == lower);
    if value.is_empty() || !(lower.contains(VARIABLE_NESTING) || at_top()) {
        return None;
    }
    let path: Vec<&str> = lower.split(VARIABLE_NESTING).collect();
    if path.len() > DEEPEST || path.contains(&"") {
        let message = format!("{name} names no key of the spec");
        let mut problem = Problem::new(Code::UnknownKey, message).help("for example GROUNDWORK_ENVIRONMENT__REGION");
        problem.place = Some(Place::Variable { name: name.to_owned() });
        return Some(Err(problem));
    }
    let (given, values) = give(&path, value);
    Some(Ok(Layer { origin: Origin::Variable { name: name.to_owned(), given }, values }))
}

/// Parses a `--set` argument.
pub(crate) fn argument(text: &str) -> Result<Layer, Problem> {
    let shown = mask::masked(text);
    // A quoted key may contain an equals sign itself.
    let parts = text.match_indices('=').find_map(|(at, _)| {
        let path = Key::parse(text[..at].trim()).ok().filter(|path| path.len() <= DEEPEST)?;
        Some((path, &text[at + 1..]))
    });
    let Some((path, value)) = parts else {
        let mut problem = Problem::new(Code::InvalidArguments, "this --set is not key=value")
            .help("for example --set environment.region=us-west-2");
        problem.place = Some(Place::Argument { text: shown });
        return Err(problem);
    };
    let path: Vec<&str> = path.iter().map(Key::get).collect();
    let (given, values) = give(&path, value);
    Ok(Layer { origin: Origin::Argument { text: shown, given }, values })
}

/// What makes a document of a value.
const ALONE: &str = "value = ";

/// A value outside of a file is TOML if it can be, and else a text.
fn give(path: &[&str], text: &str) -> (Given, Dict) {
    let mut parts = BTreeMap::new();
    let mut values = match text.parse::<toml_edit::Value>() {
        Ok(parsed) => {
            // Only a document knows where its values stand.
            let document = Document::parse(format!("{ALONE}{text}")).ok();
            let placed = document.as_ref().and_then(|document| document.iter().next()?.1.as_value());
            value(placed.unwrap_or(&parsed), "", &mut parts)
        }
        Err(_) => Value::from(text),
    };
    for Spans { value, .. } in parts.values_mut() {
        *value = value.start.saturating_sub(ALONE.len())..value.end.saturating_sub(ALONE.len());
    }
    for name in path.iter().rev() {
        values = Value::from(Dict::from([((*name).to_owned(), values)]));
    }
    let key = path.iter().fold(String::new(), |table, name| key::entry(&table, name));
    (Given { key, text: text.to_owned(), parts }, values.into_dict().unwrap_or_default())
}

fn table(table: &dyn TableLike, at: &str, spans: &mut BTreeMap<String, Spans>) -> Dict {
    let mut values = Dict::new();
    for (name, item) in table.iter() {
        let at = key::entry(at, name);
        let key_span = table.key(name).and_then(Key::span).unwrap_or(0..0);
        // The span of a table under a header is all of its lines: its header says it better.
        let value_span = match item {
            Item::Value(value) if !value.as_inline_table().is_some_and(|table| table.is_dotted()) => value.span(),
            _ => None,
        };
        let value_span = value_span.unwrap_or_else(|| key_span.clone());
        spans.insert(at.clone(), Spans { key: key_span, value: value_span });
        values.insert(name.to_owned(), self::item(item, &at, spans));
    }
    values
}

fn item(item: &Item, at: &str, spans: &mut BTreeMap<String, Spans>) -> Value {
    match item {
        Item::None => Value::from(Empty::None),
        Item::Value(inner) => value(inner, at, spans),
        Item::Table(inner) => Value::from(table(inner, at, spans)),
        Item::ArrayOfTables(tables) => {
            let tables = tables.iter().enumerate().map(|(index, inner)| {
                let at = key::item(at, index);
                let span = inner.span().unwrap_or(0..0);
                spans.insert(at.clone(), Spans { key: span.clone(), value: span });
                Value::from(table(inner, &at, spans))
            });
            Value::from(tables.collect::<Vec<Value>>())
        }
    }
}

fn value(value: &toml_edit::Value, at: &str, spans: &mut BTreeMap<String, Spans>) -> Value {
    use toml_edit::Value as Toml;
    match value {
        Toml::String(text) => Value::from(text.value().as_str()),
        Toml::Integer(number) => Value::from(*number.value()),
        Toml::Float(number) => Value::from(*number.value()),
        Toml::Boolean(flag) => Value::from(*flag.value()),
        // What it says is read where it is written; TOML has no other use for an empty value.
        Toml::Datetime(_) => Value::from(Empty::Unit),
        Toml::InlineTable(inner) => Value::from(table(inner, at, spans)),
        Toml::Array(items) => {
            let items = items.iter().enumerate().map(|(index, inner)| {
                let at = key::item(at, index);
                let span = inner.span().unwrap_or(0..0);
                spans.insert(at.clone(), Spans { key: span.clone(), value: span });
                self::value(inner, &at, spans)
            });
            Value::from(items.collect::<Vec<Value>>())
        }
    }
}
