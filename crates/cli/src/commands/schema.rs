//! `groundwork schema`: the JSON Schema of a document that groundwork reads or writes.

use groundwork_model::document::Document;
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Exit};

use crate::args::{SchemaArguments, SchemaName};
use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

/// Prints the schema.
pub fn run(arguments: &SchemaArguments, terminal: &Terminal) -> Outcome {
    let schema = match arguments.what {
        SchemaName::Spec => groundwork_spec::schema(),
        SchemaName::Plan => groundwork_view::schema(Document::Plan),
        SchemaName::RolloutPlan => groundwork_view::schema(Document::RolloutPlan),
        SchemaName::Events => groundwork_view::schema(Document::Events),
        SchemaName::Report => groundwork_view::schema(Document::Report),
        SchemaName::Status => groundwork_view::schema(Document::Status),
        SchemaName::Verification => groundwork_view::schema(Document::Verification),
        SchemaName::Drift => groundwork_view::schema(Document::Drift),
        SchemaName::Preflight => groundwork_view::schema(Document::Preflight),
        SchemaName::Outputs => groundwork_view::schema(Document::Outputs),
    };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Failure::from(Problem::new(Code::Internal, "no schema").because(error.to_string())))?;
    terminal.print(|out, _| writeln!(out, "{text}"))?;
    Ok(Exit::Done)
}
