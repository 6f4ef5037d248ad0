//! Lists of tables, and tables that are read in another place.

use std::borrow::Cow;
use std::marker::PhantomData;

use groundwork_model::problem::Problem;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::read::{Field, Node, Read, Section};

/// A list of tables, as `[[wave]]` makes it, with what became of each.
#[derive(Debug)]
pub(crate) struct Tables<T>(pub(crate) Vec<Field<T>>);

impl<T: Section + Read> Read for Tables<T> {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(items) = node.items() else {
            let problem = node.wrong_type("a list of tables");
            let help = format!("begin each one with [[{}]]", node.key);
            problems.push(if node.entries().is_some() { problem.help(help) } else { problem });
            return None;
        };
        Some(Self(items.iter().map(|item| Field::read(item, problems)).collect()))
    }
}

impl<T: JsonSchema> JsonSchema for Tables<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("tables of {}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>() })
    }
}

/// What a target lays over the rest of the spec. It is read when it lies there, so anything goes here.
#[derive(Debug)]
pub(crate) struct Overlay<T>(PhantomData<T>);

impl<T> Read for Overlay<T> {
    fn read(_: &Node<'_>, _: &mut Vec<Problem>) -> Option<Self> {
        Some(Self(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Overlay<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("overlay of {}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
