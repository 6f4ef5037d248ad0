//! What the tests of this crate share.
#![expect(dead_code, reason = "each test file uses a part of it")]

use std::fmt::Write;
use std::path::PathBuf;

use groundwork_model::organization::{FoundAccounts, LeftOut, OrganizationAccount};
use groundwork_model::problem::{Place, Problem};
use groundwork_model::spec::Spec;
use groundwork_spec::{Document, Layers, Loaded, LoadedRollout, SpecFile, load_any};
use serde_json::Value;

/// The keys that every spec needs.
pub const NEEDED: &str = "version = 1\n[environment]\nname = \"staging\"\nregion = \"us-west-2\"\n";

/// One file.
pub fn file(text: &str) -> Layers {
    Layers { files: vec![SpecFile { path: "spec.toml".to_owned(), text: text.to_owned() }], ..Layers::default() }
}

/// The spec of one target, or its problems.
pub fn load(layers: &Layers) -> Result<Loaded, Vec<Problem>> {
    match load_any(layers)? {
        Document::One(loaded) => Ok(loaded),
        Document::Many(_) | Document::InOrganization(_) => panic!("the spec should have no targets"),
    }
}

/// The spec of these layers, which must be valid.
pub fn spec(layers: &Layers) -> Spec {
    match load(layers) {
        Ok(loaded) => loaded.spec,
        Err(problems) => panic!("the spec should be valid:\n{}", render(&problems)),
    }
}

/// The problems of these layers, which must have some.
pub fn problems(layers: &Layers) -> Vec<Problem> {
    match load(layers) {
        Ok(loaded) => panic!("the spec should be refused: {:#?}", loaded.spec),
        Err(problems) => problems,
    }
}

/// The rollout of these layers, which must be a valid one.
pub fn rollout(layers: &Layers) -> LoadedRollout {
    match load_any(layers) {
        Ok(Document::Many(rollout)) => rollout,
        Ok(Document::One(_) | Document::InOrganization(_)) => panic!("the spec should list targets"),
        Err(problems) => panic!("the spec should be valid:\n{}", render(&problems)),
    }
}

/// Accounts that an organization has.
pub fn found() -> FoundAccounts {
    let account = |id: &str, name: &str| OrganizationAccount { id: id.parse().expect("an id"), name: name.to_owned() };
    FoundAccounts {
        units: vec!["ou-ab12-11111111".to_owned()],
        accounts: vec![account("210000000001", "Payments"), account("210000000002", "Data & reports")],
        left_out: vec![
            (account("210000000003", "old lab"), LeftOut::State("SUSPENDED".to_owned())),
            (account("210000000009", "root"), LeftOut::Management),
        ],
    }
}

/// The problems of these layers, with or without targets.
pub fn problems_of_any(layers: &Layers) -> Vec<Problem> {
    match load_any(layers) {
        Ok(_) => panic!("the spec should be refused"),
        Err(problems) => problems,
    }
}

/// Problems as compact text.
pub fn render(problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        let place = place(problem.place.as_ref());
        let key = problem.key.as_deref().unwrap_or("-");
        writeln!(out, "{} {place}  {key}\n    {}", problem.code, problem.message).expect("writing to a string");
        for cause in &problem.causes {
            writeln!(out, "    because {cause}").expect("writing to a string");
        }
        for help in &problem.help {
            writeln!(out, "    help: {help}").expect("writing to a string");
        }
    }
    out
}

/// A place as compact text, with what stands there.
pub fn place(place: Option<&Place>) -> String {
    match place {
        Some(Place::File { path, line, column, span, text }) => {
            format!("{path}:{line}:{column} `{}`", &text[span.clone()])
        }
        Some(Place::Variable { name }) => format!("${name}"),
        Some(Place::Argument { text }) => format!("--set {text}"),
        Some(Place::Default) => "(default)".to_owned(),
        None => "(nowhere)".to_owned(),
    }
}

/// The examples, name and text.
pub fn examples() -> Vec<(String, String)> {
    let folder = root().join("config-examples");
    let mut all: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("there is a folder of examples")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("an example can be read"))
        })
        .collect();
    all.sort();
    all
}

/// The text of an example.
pub fn example(name: &str) -> String {
    examples().into_iter().find(|(other, _)| other == name).map(|(_, text)| text).expect("there is such an example")
}

/// A TOML text as JSON, as editors hold it against a schema: a date is its text.
pub fn as_json(text: &str) -> Value {
    fn plain(value: Value) -> Value {
        match value {
            Value::Object(entries) => match entries.get("$__toml_private_datetime") {
                Some(date) => date.clone(),
                None => Value::Object(entries.into_iter().map(|(key, value)| (key, plain(value))).collect()),
            },
            Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
            other => other,
        }
    }
    plain(toml_edit::de::from_str(text).expect("an example is TOML"))
}

/// Every key of the schema that is no table itself, dotted, with its own schema. User's own tags have
/// no keys that are known.
pub fn keys(schema: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (name, property) in schema["properties"].as_object().expect("a table has properties") {
        match property["properties"].as_object() {
            None => all.push((name.clone(), property.clone())),
            Some(_) => all.extend(keys(property).into_iter().map(|(key, schema)| (format!("{name}.{key}"), schema))),
        }
    }
    all
}

/// The top of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
