//! A target's table does what a second file would do.

mod support;

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::problem::{Place, Problem};
use groundwork_spec::{Document, Layers, SpecFile, load_any};
use proptest::prelude::*;
use support::{file, load, render};

/// Keys with values, the first of which is right.
const ENTRIES: [(&str, &[&str]); 21] = [
    ("environment.name", &["\"blue\"", "\"a b\""]),
    ("tags.a", &["\"1\"", "\"2\"", "3"]),
    ("tags.\"b c\"", &["\"1\"", "\"!\""]),
    ("role.mode", &["\"create\"", "\"use\""]),
    ("role.stack_name", &["\"one\"", "\"two\""]),
    ("role.adopt", &["true", "\"yes\""]),
    ("network.mode", &["\"create\"", "\"use\"", "\"skip\"", "\"creat\""]),
    ("network.cidr", &["\"10.1.0.0/16\"", "\"10.0.0.0/8\""]),
    ("network.public_zones", &["0", "2", "[\"us-west-2a\"]", "[\"us-west-2a\", \"eu-west-1a\"]"]),
    ("network.private_zones", &["0", "1", "[\"us-west-2a\"]"]),
    ("network.nat", &["\"none\"", "\"single\"", "[\"us-west-2a\"]"]),
    ("network.endpoints", &["[]", "[\"s3\"]", "[\"s4\"]"]),
    ("network.subnets", &["\"subnet-1\"", "[]"]),
    ("network.natt", &["1"]),
    ("cluster.name", &["\"main\"", "\"a b\""]),
    ("cluster.mode", &["\"create\"", "\"use\""]),
    ("cluster.cluster", &["\"main\"", "\"arn:aws:ecs:us-west-2:111111111111:cluster/main\""]),
    ("cloudreactor.group", &["7", "\"g\"", "0"]),
    ("cloudreactor.adopt", &["true"]),
    (
        "drift.ignore",
        &[
            "[{ at = \"role\", until = 2027-01-31, reason = \"x\" }]",
            "[{ at = \"rule\", until = 2027-01-31T00:00:00Z, reason = \"x\" }]",
            "[]",
        ],
    ),
    ("policy.network", &["{ protect = true }", "{ protct = true }", "1"]),
];

const ACCOUNT: &str = "111111111111";

/// Lines of a spec, most of them right.
fn some_lines(most: usize) -> impl Strategy<Value = String> {
    let key = 0..ENTRIES.len();
    let value = prop_oneof![4 => Just(0_usize), 1 => 0_usize..4];
    let entries = proptest::collection::btree_map(key, value, 0..most);
    entries.prop_map(|entries| {
        let line = |(key, value): (usize, usize)| {
            let (key, values) = ENTRIES[key];
            format!("{key} = {}\n", values[value % values.len()])
        };
        entries.into_iter().map(line).collect()
    })
}

/// What the user is told, apart from where.
fn told(problems: &[Problem]) -> BTreeMap<(Code, &str, Option<&str>), &[String]> {
    problems.iter().map(|problem| ((problem.code, &*problem.message, problem.key.as_deref()), &*problem.help)).collect()
}

/// What the target says is shown in its table, and is said to be the target's.
fn check_places(problems: &[Problem], base: &str) -> Result<(), TestCaseError> {
    for problem in problems {
        let Some(Place::File { line, .. }) = &problem.place else { continue };
        let in_table = *line > base.lines().count();
        let named = problem.causes.last().is_some_and(|cause| cause == "in target \"a\"");
        prop_assert_eq!(named, in_table, "{}", render(problems));
    }
    Ok(())
}

proptest! {
    // A failure is told, not written beside the sources.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_target_is_what_a_second_file_would_have_made(shared in some_lines(8), own in some_lines(6)) {
        let name = if shared.contains("environment.name") { "" } else { "environment.name = \"prod\"\n" };
        let base = format!(
            "version = 1\nenvironment.region = \"us-west-2\"\ncloudreactor.run_environment = \"a\"\n{name}{shared}"
        );
        let over = format!("environment.account_id = \"{ACCOUNT}\"\n{own}");
        let files = [("base.toml", base.clone()), ("over.toml", over)]
            .map(|(path, text)| SpecFile { path: path.to_owned(), text });
        let by_file = load(&Layers { files: files.into(), ..Layers::default() });
        let by_target = load_any(&file(&format!("{base}[[target]]\nname = \"a\"\naccount_id = \"{ACCOUNT}\"\n{own}")));
        match (by_target, by_file) {
            (Ok(Document::Many(rollout)), Ok(loaded)) => {
                prop_assert_eq!(rollout.into_one().map(|(one, _)| one.spec), Some(loaded.spec));
            }
            (Err(of_target), Err(of_file)) => {
                prop_assert_eq!(told(&of_target), told(&of_file));
                check_places(&of_target, &base)?;
            }
            (by_target, by_file) => {
                let shown = |problems: Option<Vec<Problem>>| render(&problems.unwrap_or_default());
                prop_assert!(false, "{}\n---\n{}", shown(by_target.err()), shown(by_file.err()));
            }
        }
    }
}
