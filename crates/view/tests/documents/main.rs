//! Documents for machines: each is valid by its schema, and is read back as it was written.

mod everything;
#[expect(dead_code, reason = "the views' tests use the rest")]
#[path = "../views/sample.rs"]
mod sample;
mod samples;
mod schemas;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::LazyLock;

use groundwork_model::document::Document;
use groundwork_model::problem::{Place, Problem};
use groundwork_model::stream::{Body, Record, Severity};
use groundwork_view::{JsonLines, schema};
use jsonschema::Validator;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

static VALIDATORS: LazyLock<BTreeMap<Document, Validator>> = LazyLock::new(|| {
    let validator = |document| jsonschema::validator_for(&schema(document)).expect("a schema is a schema");
    Document::ALL.map(|document| (document, validator(document))).into()
});

/// Writes a document and checks it.
fn valid<T: Serialize>(document: Document, value: &T) -> (String, Value) {
    let text = serde_json::to_string(value).expect("a document can be written");
    let written: Value = serde_json::from_str(&text).expect("a document is JSON");
    let errors: Vec<String> = VALIDATORS[&document].iter_errors(&written).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{document:?} is not valid by its schema: {errors:#?}\n{text}");
    (text, written)
}

/// Writes a document, checks it, and reads it back.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(document: Document, value: &T) {
    let (text, written) = valid(document, value);
    let read: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{document:?}: {error}\n{text}"));
    assert_eq!(read, *value, "{document:?} as text");
    let read: T = serde_json::from_value(written).expect("what is read as text can be read as a value");
    assert_eq!(read, *value, "{document:?} as a value");
}

#[test]
fn every_document_is_valid_and_is_read_back_as_it_was_written() {
    samples::plans().iter().for_each(|plan| check(Document::Plan, plan));
    samples::rollout_plans().iter().for_each(|plan| check(Document::RolloutPlan, plan));
    samples::records().iter().for_each(|record| check(Document::Events, record));
    samples::results().iter().for_each(|result| check(Document::Report, result));
    samples::statuses().iter().for_each(|status| check(Document::Status, status));
    samples::verifications().iter().for_each(|found| check(Document::Verification, found));
    samples::drifts().iter().for_each(|drift| check(Document::Drift, drift));
    samples::preflights().iter().for_each(|found| check(Document::Preflight, found));
    samples::outputs().iter().for_each(|outputs| check(Document::Outputs, outputs));
}

/// A time of which [`groundwork_view::rfc3339`] makes what the samples have.
const AT_MS: u64 = 1_795_509_720_123;

#[test]
fn every_line_of_a_stream_is_read_back_as_it_was_written() {
    let records = samples::records();
    let mut stream = JsonLines::new(Vec::new());
    for record in &records {
        let written = stream.write_for(AT_MS, record.target.as_ref(), record.body.clone());
        written.expect("a vector takes everything");
    }
    let text = String::from_utf8(stream.into_inner()).expect("JSON is text");
    assert_eq!(text.lines().count(), records.len());
    for ((sequence, line), record) in (1..).zip(text.lines()).zip(records) {
        let read: Record = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{line}"));
        assert_eq!(read, Record { sequence, ..record }, "{line}");
    }
}

#[test]
fn a_quoted_file_is_in_no_document() {
    let place =
        Place::File { path: "spec.toml".to_owned(), line: 3, column: 8, span: 2..6, text: "a whole file".into() };
    let problem = Problem { place: Some(place), ..Problem::new(groundwork_model::Code::InvalidName, "no name") };
    let record = samples::record(Body::Diagnostic { severity: Severity::Error, problem: Box::new(problem) });
    let text = serde_json::to_string(&record).expect("a record can be written");
    assert!(!text.contains("a whole file"), "{text}");
    let read: Record = serde_json::from_str(&text).expect("a record can be read");
    assert_eq!(serde_json::to_string(&read).expect("and written again"), text);
}

/// A line of the stream with another body.
fn line(body: Value) -> Value {
    let mut line = json!({ "sequence": 1, "at": "2026-11-24T08:42:00.000Z" });
    let Value::Object(body) = body else { panic!("a body is an object") };
    line.as_object_mut().expect("a line is an object").extend(body);
    line
}

#[test]
fn what_is_no_document_is_refused() {
    let version = json!({
        "type": "version", "format_version": "1.7", "groundwork_version": "0.1.0", "command": "plan", "more": []
    });
    assert!(VALIDATORS[&Document::Events].is_valid(&line(version)), "a later minor version adds keys");
    let problem =
        |code: &str| json!({ "code": code, "message": "", "causes": [], "key": null, "place": null, "help": [] });
    assert!(
        VALIDATORS[&Document::Events]
            .is_valid(&line(json!({ "type": "diagnostic", "severity": "error", "problem": problem("GW9999") })))
    );
    for refused in [
        json!({}),
        json!({ "type": "news" }),
        json!({ "type": "version", "format_version": "2.0", "groundwork_version": "0.1.0", "command": "plan" }),
        json!({ "type": "diagnostic", "severity": "error", "problem": problem("1203") }),
        json!({ "type": "diagnostic", "severity": "fatal", "problem": problem("GW1203") }),
        json!({ "type": "step-started", "step": "role" }),
        json!({ "type": "result", "exit": "done", "exit_code": 256, "report": null }),
        json!({ "type": "result", "exit": "done", "exit_code": 0 }),
    ] {
        assert!(!VALIDATORS[&Document::Events].is_valid(&line(refused.clone())), "{refused}");
    }
}
