//! Nasty plan files: each file of `corpus` as it is, and with changes at random; and sealed plans that were
//! changed, by accident or by a forger who computes the digests anew. What is carried out in the end is
//! the plan that was made, or nothing.
//!
//! `PROPTEST_CASES=15000 cargo test -p groundwork-planner --test fuzz` looks longer. An input that was
//! found to be wrong becomes a file of `corpus`.

#[path = "support/forgery.rs"]
mod forgery;
#[path = "../../spec/tests/mutation/mod.rs"]
mod mutation;
mod support;

use std::fmt::Write;
use std::sync::LazyLock;

use forgery::some_forgeries;
use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::saved::SavedPlan;
use groundwork_model::spec::{Nat, Network, Spec};
use groundwork_model::world::World;
use groundwork_planner::basis::basis;
use groundwork_planner::digest::whole;
use groundwork_planner::saved::{seal, text, verify};
use mutation::{corpus, name, shown, some_edits};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use support::{VERSION, applied, converged, networks, open, plan, spec, spec_with_network, world};

/// What means something in JSON or in a saved plan.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "{", "}", "[", "]", ":", ",", "\"", "\\", " ", "\n", "\r\n", "\u{feff}", "\0", "\u{1b}", "\u{9b}", "é", "//", "/*",
    "\\u0000", "\\ud800", "\\udfff", "\\n", "null", "true", "false", "NaN", "0", "-0", "-1", "1.0", "1e0", "1e999", "255",
    "256", "18446744073709551615", "18446744073709551616", "{}", "[]", "\"\"", "\"a\": 1, ", "\"digest\": \"\", ",
    "\"format_version\": \"1.0\", ", "\"format_version\": \"2.0\", ", "\"groundwork_version\": \"0.0.1\", ",
    "\"spec\": {}, ", "\"targets\": [], ", "\"plan\": null, ", "\"summary\": [], ", "\"steps\": [], ", "\"allow\": [\"delete\"], ",
];

/// A plan, and the world that it is for.
struct Made {
    world: World,
    saved: SavedPlan,
    document: Value,
}

impl Made {
    fn new(spec: &Spec, world: World) -> Self {
        let basis = basis(spec, &world, "a-key-for-this-test");
        let saved = seal(spec, plan(spec, &world), basis, VERSION, "2026-11-24T09:00:00.000Z".to_owned());
        Self { world, document: json!(saved), saved }
    }
}

/// All that is new, an update, and nothing to do in a network that was there before.
static MADE: LazyLock<[Made; 3]> = LazyLock::new(|| {
    let existing = Spec { network: Network::Use(networks::wish()), ..spec() };
    let around = World { network: Some(networks::private()), ..world() };
    let settled = applied::apply(&plan(&existing, &around), &around);
    [
        Made::new(&spec(), world()),
        Made::new(&spec_with_network(|network| network.nat = Nat::PerZone), converged(&spec())),
        Made::new(&existing, settled),
    ]
});

/// Where changes begin: the plans, and the corpus.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let corpus = corpus("json").into_iter().filter_map(|path| std::fs::read_to_string(path).ok());
    MADE.iter().map(|made| text(&made.saved)).chain(corpus).collect()
});

/// What the reader of a plan file answers if it is not as it should be.
const REFUSALS: [Code; 3] = [Code::PlanUnreadable, Code::PlanTampered, Code::PlanOfOtherVersion];

/// A refusal says why, and what helps.
fn check_refusal(problem: &Problem) -> Result<(), TestCaseError> {
    prop_assert!(REFUSALS.contains(&problem.code), "{problem:?}");
    prop_assert!(!problem.causes.is_empty() && !problem.help.is_empty(), "{problem:?}");
    check_words(problem)
}

/// A problem is told in lines that can be read and that no terminal obeys, whatever the file says.
fn check_words(problem: &Problem) -> Result<(), TestCaseError> {
    for line in [&problem.message].into_iter().chain(&problem.causes).chain(&problem.help) {
        prop_assert!((1..1000).contains(&line.len()) && !line.contains(char::is_control), "{line:?}");
    }
    Ok(())
}

/// A text is refused, unless it says what one of the plans says, in another layout.
fn check(text: &str) -> Result<(), TestCaseError> {
    match open(text, VERSION) {
        Err(problem) => check_refusal(&problem),
        Ok(opened) => {
            let document: Value = serde_json::from_str(text).expect("what was opened is JSON");
            let Some(made) = MADE.iter().find(|made| made.document == document) else {
                return Err(TestCaseError::fail("something else was let in"));
            };
            prop_assert_eq!(&opened, &made.saved);
            prop_assert_eq!(verify(&opened, &made.world), Ok(made.saved.plan.clone()));
            Ok(())
        }
    }
}

#[test]
fn every_file_of_the_corpus() {
    let mut listing = String::new();
    for path in corpus("json") {
        let told = match std::fs::read_to_string(&path) {
            Err(error) => format!("not read: {error}"),
            Ok(text) => {
                let problem = open(&text, VERSION).expect_err("nothing of the corpus is a plan");
                check_refusal(&problem).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                format!("{} {}\n    because {}", problem.code, problem.message, problem.causes.join("\n    because "))
            }
        };
        writeln!(listing, "{}\n{}\n", name(&path), shown(&told)).expect("writing to a string");
    }
    insta::assert_snapshot!("corpus", listing);
}

/// Computes the digests anew, as far as the document has places for them.
fn reseal(document: &mut Value) {
    let spec: Option<Spec> = document.get("spec").and_then(|spec| serde_json::from_value(spec.clone()).ok());
    let Value::Object(fields) = document else { return };
    if let Some(spec) = spec {
        fields.insert("spec_digest".to_owned(), json!(whole(&json!(spec).to_string())));
    }
    fields.shift_remove("digest");
    let digest = whole(&json!(fields).to_string());
    fields.insert("digest".to_owned(), json!(digest));
}

proptest! {
    // A failure is told, not written beside the sources.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_change_of_the_corpus(start in any::<Index>(), edits in some_edits(WORDS)) {
        let mut text = start.get(&TEXTS).clone();
        for edit in edits {
            edit.apply(&mut text, &TEXTS);
            check(&text)?;
        }
    }

    #[test]
    fn any_change_of_a_plan(made in 0..MADE.len(), edits in some_edits(WORDS)) {
        let mut text = TEXTS[made].clone();
        for edit in edits {
            edit.apply(&mut text, &TEXTS);
            check(&text)?;
        }
    }

    #[test]
    fn no_forger_gets_another_plan_carried_out(
        made in 0..MADE.len(),
        // Most of a document is its steps, and most of what the planner could stumble over is in the spec.
        part in proptest::sample::select(vec!["", "/spec", "/spec/network", "/basis"]),
        forgeries in some_forgeries(WORDS),
    ) {
        let Made { world, saved, document } = &MADE[made];
        let mut document = document.clone();
        for forgery in forgeries {
            forgery.apply(&mut document, part, &TEXTS);
            reseal(&mut document);
            match open(&document.to_string(), VERSION).map(|opened| verify(&opened, world)) {
                Err(problem) => check_refusal(&problem)?,
                Ok(Err(problems)) => {
                    prop_assert!(!problems.is_empty());
                    problems.iter().try_for_each(check_words)?;
                }
                Ok(Ok(plan)) => prop_assert_eq!(&plan, &saved.plan),
            }
        }
    }
}
