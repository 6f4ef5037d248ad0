//! Nasty specs: each file of `corpus` as it is, and with changes at random. A spec or problems come out,
//! and the problems can be shown.
//!
//! `PROPTEST_CASES=200000 cargo test -p groundwork-spec --test fuzz` looks longer. An input that was
//! found to be wrong becomes a file of `corpus`.

mod mutation;
mod support;

use std::fmt::Write;
use std::sync::LazyLock;

use groundwork_model::Code;
use groundwork_model::problem::{Place, Problem};
use groundwork_model::rollout::RolloutTarget;
use groundwork_model::spec::Spec;
use groundwork_spec::{Document, Layers, LoadedRollout, SpecFile, load_any, read};
use mutation::{corpus, name, shown, some_edits};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use support::{example, examples, found, render};
use toml_edit::DocumentMut;

/// What means something in TOML or to the spec.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "[", "]", "[[", "]]", "{", "}", ",", ".", "=", " = ", "\"", "'", "\"\"\"", "'''", "#", "\n", "\r", "\r\n", "\\",
    "\\u0000", "\\U0010ffff", "\u{feff}", "\0", "\u{1b}", "\u{9b}", "\u{7f}", "\u{2028}", "\u{202e}", "é", "🦀", "-",
    "+", "_", "0", "1", "-1", "256", "0x7f", "1e400", "nan", "-inf", "9223372036854775807", "9223372036854775808", "true", "2020-01-01", "07:32:00",
    "version", "environment", "name", "region", "account_id", "tags", "role", "network", "cluster", "cloudreactor",
    "policy", "mode", "stack_name", "cidr", "public_zones", "private_zones", "nat", "endpoints", "tasks_in", "vpc",
    "subnets", "output", "group", "api_base_url", "site", "allow", "deny", "protect", "[network]\n", "[policy.role]\n",
    "\"create\"", "\"use\"", "\"none\"", "\"10.0.0.0/16\"", "\"0.0.0.0/0\"", "\"us-west-2a\"", "\"usw2-az8\"",
    "\"subnet-1\"", "\"https://\"", "api_key = \"", "[\"delete\", \"trust\"]",
    "target", "[[target]]\n", "[target.network]\n", "wave", "[[wave]]\n", "rollout", "assume_role", "role = \"x\"\n",
    "name = \"a\"\n", "account_id = \"123456789012\"\n", "max_failures", "\"10%\"", "labels", "profile", "external_id",
];

/// Where changes begin: the corpus, and the examples, which users copy.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let corpus = corpus("toml").into_iter().filter_map(|path| read(&path).ok()).map(|file| file.text);
    corpus.chain(examples().into_iter().map(|(_, text)| text)).collect()
});

/// Files of a spec with these texts.
fn layers<const N: usize>(texts: [&str; N]) -> Layers {
    let files = texts.map(|text| SpecFile { path: "spec.toml".to_owned(), text: text.to_owned() });
    Layers { files: files.into(), ..Layers::default() }
}

/// Each spec with what is said of it, or problems.
type Outcome = Result<Vec<(String, Spec)>, Vec<Problem>>;

fn outcome(layers: &Layers) -> Outcome {
    Ok(match load_any(layers)? {
        Document::One(loaded) => vec![("valid".to_owned(), loaded.spec)],
        Document::Many(loaded) => specs(loaded),
        Document::InOrganization(organization) => specs(organization.complete(&found())?),
    })
}

fn specs(LoadedRollout { rollout, .. }: LoadedRollout) -> Vec<(String, Spec)> {
    assert!(!rollout.targets.is_empty(), "a rollout has targets");
    let said = |target: RolloutTarget| {
        let wave = rollout.waves.get(target.wave).expect("a target's wave is one of the rollout's");
        let RolloutTarget { name, account, spec, .. } = target;
        (format!("valid target {name} in {account}, wave {}", wave.name), spec)
    };
    rollout.targets.into_iter().map(said).collect()
}

fn check(layers: &Layers) -> Result<(), TestCaseError> {
    check_outcome(layers, outcome(layers))
}

fn check_outcome(layers: &Layers, outcome: Outcome) -> Result<(), TestCaseError> {
    match outcome {
        Ok(specs) => {
            for (_, spec) in specs {
                // A saved plan holds the spec as JSON.
                let again: Spec = serde_json::from_value(json!(spec))
                    .map_err(|error| TestCaseError::fail(format!("{error}: {spec:#?}")))?;
                prop_assert_eq!(again, spec);
            }
        }
        Err(problems) => {
            prop_assert!(!problems.is_empty());
            for problem in &problems {
                check_problem(layers, problem)?;
            }
        }
    }
    Ok(())
}

/// A problem says something, in one line that no terminal obeys, of a place that can be quoted.
fn check_problem(layers: &Layers, problem: &Problem) -> Result<(), TestCaseError> {
    prop_assert!(Code::ALL.contains(&problem.code) && !problem.message.is_empty(), "{problem:?}");
    for line in [&problem.message].into_iter().chain(&problem.causes).chain(&problem.help).chain(&problem.key) {
        prop_assert!(!line.contains(char::is_control), "{line:?}");
    }
    match &problem.place {
        Some(Place::File { line, column, span, text, .. }) => {
            prop_assert!(text.get(span.clone()).is_some(), "{span:?} is no part of the text");
            let lines: Vec<&str> = text.split('\n').collect();
            prop_assert!((1..=lines.len()).contains(line), "there is no line {line}");
            prop_assert!((1..=lines[line - 1].chars().count() + 1).contains(column), "no column {line}:{column}");
        }
        Some(Place::Default) => {
            let top = problem.key.as_deref().and_then(|key| key.split(['.', '[']).next()).unwrap_or_default();
            prop_assert!(!layers.files.iter().any(|file| sets(file, top)), "somebody set this: {problem:?}");
        }
        Some(Place::Variable { .. } | Place::Argument { .. }) => prop_assert!(false, "there are only files"),
        // A file that cannot be read has no places.
        None => prop_assert_eq!(problem.code, Code::SpecUnreadable),
    }
    Ok(())
}

/// Whether a file has a key at its top.
fn sets(file: &SpecFile, key: &str) -> bool {
    file.text.parse::<DocumentMut>().is_ok_and(|document| document.contains_key(key))
}

/// What a user gets who hands in the file: for a valid one the parts that can look unlike what is in it.
fn told(outcome: &Outcome) -> String {
    let parts = |(said, spec): &(String, Spec)| {
        let Spec { environment, tags, network, .. } = spec;
        format!(
            "{said}\n    environment {}\n    tags {}\n    network {}\n",
            json!(environment),
            json!(tags),
            json!(network)
        )
    };
    match outcome {
        Ok(specs) => specs.iter().map(parts).collect(),
        Err(problems) => render(problems),
    }
}

#[test]
fn every_file_of_the_corpus() {
    let mut listing = String::new();
    for path in corpus("toml") {
        let text = read(&path).map(|file| file.text);
        let layers = layers([text.as_deref().unwrap_or_default()]);
        let loaded = text.map_err(|problem| vec![problem]).and_then(|_| outcome(&layers));
        writeln!(listing, "{}\n{}", name(&path), shown(&told(&loaded))).expect("writing to a string");
        check_outcome(&layers, loaded).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    insta::assert_snapshot!("corpus", listing);
}

proptest! {
    // A failure is told, not written beside the sources.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Alone, and laid over a whole spec, where nothing is missing.
    #[test]
    fn any_change_of_the_corpus(start in any::<Index>(), edits in some_edits(WORDS)) {
        let minimal = example("minimal.toml");
        let mut text = start.get(&TEXTS).clone();
        for edit in edits {
            edit.apply(&mut text, &TEXTS);
            check(&layers([&text]))?;
            check(&layers([&minimal, &text]))?;
        }
    }
}
