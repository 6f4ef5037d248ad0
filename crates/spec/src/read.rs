//! Reads merged values into typed keys and collects every problem on the way.
//!
//! A type that can stand behind a key implements [`Read`] and `JsonSchema` side by side. A table's
//! keys are declared once, by `section!`, which makes both the reader and the schema of the table.

use figment::value::Value;
use groundwork_model::Code;
use groundwork_model::problem::Problem;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::merged::Merged;
use crate::{key, unknown};

/// A merged value with its key.
pub(crate) struct Node<'a> {
    pub(crate) key: String,
    value: &'a Value,
    merged: &'a Merged,
}

/// Something that can be read from a merged value.
pub(crate) trait Read: Sized {
    /// Reads it. `None` means that a problem was added.
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self>;
}

impl<'a> Node<'a> {
    pub(crate) fn root(merged: &'a Merged) -> Self {
        Self { key: String::new(), value: merged.root(), merged }
    }

    /// The text. A variable or argument that happens to look like a number or date is one, too.
    pub(crate) fn text(&self) -> Option<&'a str> {
        match self.value {
            Value::String(_, text) => Some(text),
            Value::Dict(..) | Value::Array(..) => None,
            Value::Char(..) | Value::Bool(..) | Value::Num(..) | Value::Empty(..) => {
                self.merged.origin(self.value)?.text_of(&self.key)
            }
        }
    }

    /// The text, or a date as it is written.
    pub(crate) fn text_or_date(&self) -> Option<&'a str> {
        match self.value {
            Value::Empty(..) => self.merged.written(self.value, &self.key),
            _ => self.text(),
        }
    }

    /// The number, if it is a whole one.
    pub(crate) fn integer(&self) -> Option<i128> {
        self.value.to_i128()
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        self.value.to_bool()
    }

    /// A table's entries.
    pub(crate) fn entries(&self) -> Option<Vec<(&'a str, Self)>> {
        let entries = self.value.as_dict()?.iter();
        Some(entries.map(|(name, value)| (name.as_str(), self.child(key::entry(&self.key, name), value))).collect())
    }

    /// An entry of a table.
    pub(crate) fn entry(&self, name: &str) -> Option<Self> {
        Some(self.child(key::entry(&self.key, name), self.value.as_dict()?.get(name)?))
    }

    /// A list's items.
    pub(crate) fn items(&self) -> Option<Vec<Self>> {
        let items = self.value.as_array()?.iter().enumerate();
        Some(items.map(|(index, value)| self.child(key::item(&self.key, index), value)).collect())
    }

    /// The text behind another key, which is read without its problems.
    pub(crate) fn elsewhere(&self, key: &str) -> Option<&'a str> {
        self.merged.root().find_ref(key)?.as_str()
    }

    /// Whether it is from a target's own layer.
    pub(crate) fn is_own(&self) -> bool {
        self.merged.layer(self.value).is_some_and(|layer| self.merged.is_own(layer))
    }

    fn child(&self, key: String, value: &'a Value) -> Self {
        Self { key, value, merged: self.merged }
    }

    /// A problem with this value.
    pub(crate) fn problem(&self, code: Code, message: impl Into<String>) -> Problem {
        Problem::new(code, message).at(self.key.clone())
    }

    /// The value is of the wrong type.
    pub(crate) fn wrong_type(&self, wanted: &str) -> Problem {
        let problem = self.problem(Code::WrongType, format!("{} must be {wanted}, not {}", self.key, self.kind()));
        match (self.value, wanted) {
            (Value::Num(..) | Value::Bool(..) | Value::Empty(..), "a string") => problem.help("write it in quotes"),
            _ => problem,
        }
    }

    fn kind(&self) -> &'static str {
        match self.value {
            Value::String(..) | Value::Char(..) => "a string",
            Value::Bool(..) => "a boolean",
            Value::Num(..) if self.integer().is_some() => "an integer",
            Value::Num(..) => "a float",
            Value::Empty(..) => "a date or time",
            Value::Dict(..) => "a table",
            Value::Array(..) => "a list",
        }
    }
}

/// What became of a key.
#[derive(Debug, Default)]
pub(crate) enum Field<T> {
    /// Nobody set it.
    #[default]
    Absent,
    /// It has a problem, which was added.
    Broken,
    /// It has this value.
    Given(T),
}

impl<T> Field<T> {
    pub(crate) fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T: Read> Field<T> {
    pub(crate) fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Self {
        T::read(node, problems).map_or(Self::Broken, Self::Given)
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A key of a table.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// The only value of the table's `mode` that the key goes with, if it does not go with all.
    pub(crate) mode: Option<&'static str>,
}

/// A table with known keys.
pub(crate) trait Section: Default {
    const KEYS: &'static [Key];

    /// Reads a key; `false` if there is none of that name.
    fn fill(&mut self, name: &str, node: &Node<'_>, problems: &mut Vec<Problem>) -> bool;

    /// The names of the keys that somebody set.
    fn given(&self) -> Vec<&'static str>;
}

/// Declares a table: its keys with their types, each perhaps with the one mode that it goes with.
macro_rules! section {
    (
        $(#[$about:meta])*
        $name:ident {
            $($(#[$doc:meta])* $([$mode:literal])? $field:ident: $type:ty,)*
        }
    ) => {
        #[derive(Debug, Default, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        $(#[$about])*
        pub(crate) struct $name {
            $($(#[$doc])* #[schemars(default)] pub(crate) $field: $crate::read::Field<$type>,)*
        }

        impl $crate::read::Section for $name {
            const KEYS: &'static [$crate::read::Key] = &[
                $($crate::read::Key { name: stringify!($field), mode: $crate::read::section!(@mode $($mode)?) },)*
            ];

            fn fill(
                &mut self,
                name: &str,
                node: &$crate::read::Node<'_>,
                problems: &mut Vec<groundwork_model::problem::Problem>,
            ) -> bool {
                match name {
                    $(stringify!($field) => self.$field = $crate::read::Field::read(node, problems),)*
                    _ => return false,
                }
                true
            }

            fn given(&self) -> Vec<&'static str> {
                let keys = [$((stringify!($field), self.$field.is_absent()),)*];
                keys.into_iter().filter(|(_, absent)| !absent).map(|(name, _)| name).collect()
            }
        }

        impl $crate::read::Read for $name {
            fn read(
                node: &$crate::read::Node<'_>,
                problems: &mut Vec<groundwork_model::problem::Problem>,
            ) -> Option<Self> {
                $crate::read::read_section(node, problems)
            }
        }
    };
    (@mode) => { None };
    (@mode $mode:literal) => { Some($mode) };
}
pub(crate) use section;

/// Reads a table with known keys.
pub(crate) fn read_section<T: Section>(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<T> {
    let Some(entries) = node.entries() else {
        problems.push(node.wrong_type("a table"));
        return None;
    };
    let mut section = T::default();
    for (name, child) in entries {
        if !section.fill(name, &child, problems) {
            problems.push(unknown::key(name, node, &child, T::KEYS));
        }
    }
    Some(section)
}

/// A list without doubles.
#[derive(Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T: Read + PartialEq> Read for List<T> {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        match node.items() {
            Some(items) => read_items(&items, problems).map(Self),
            None => {
                problems.push(node.wrong_type("a list"));
                None
            }
        }
    }
}

/// Reads all items of a list, and tells which are there twice.
pub(crate) fn read_items<T: Read + PartialEq>(items: &[Node<'_>], problems: &mut Vec<Problem>) -> Option<Vec<T>> {
    let mut read: Vec<T> = Vec::new();
    let mut complete = true;
    for node in items {
        match T::read(node, problems) {
            Some(item) if !read.contains(&item) => read.push(item),
            Some(_) => {
                let shown = node.text().map_or("this entry".to_owned(), key::quoted);
                let problem = node.problem(Code::Duplicate, format!("{shown} is in the list twice"));
                problems.push(problem.help("take one of them out"));
                complete = false;
            }
            None => complete = false,
        }
    }
    complete.then_some(read)
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("list of {}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "array",
            "items": generator.subschema_for::<T>(),
            "uniqueItems": true,
        })
    }
}

/// `true` or `false`.
#[derive(Debug, JsonSchema)]
#[schemars(inline, transparent)]
pub(crate) struct Flag(pub(crate) bool);

impl Read for Flag {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let flag = node.boolean();
        if flag.is_none() {
            problems.push(node.wrong_type("true or false"));
        }
        flag.map(Self)
    }
}

/// Implements `JsonSchema` for a leaf: always inline, so that the schema reads like the spec.
macro_rules! leaf_schema {
    ([$($generics:tt)*] $type:ty, $schema:expr) => {
        impl<$($generics)*> schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $schema
            }
        }
    };
}
pub(crate) use leaf_schema;
