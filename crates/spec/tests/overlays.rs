//! A target's table does what a second file would do.

mod support;

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::problem::{Place, Problem};
use groundwork_spec::{Document, SpecFile, load, load_any};
use proptest::prelude::*;
use support::{file, render};

/// Keys with values, some of them wrong.
fn entry() -> impl Strategy<Value = (usize, usize)> {
    (0..ENTRIES.len(), any::<prop::sample::Index>()).prop_map(|(key, value)| (key, value.index(ENTRIES[key].1.len())))
}

const ENTRIES: [(&str, &[&str]); 20] = [
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
    ("policy.network", &["{ protect = true }", "{ protct = true }", "1"]),
];

fn written(entries: &BTreeMap<usize, usize>) -> String {
    entries.iter().map(|(key, value)| format!("{} = {}\n", ENTRIES[*key].0, ENTRIES[*key].1[*value])).collect()
}

proptest! {
    // A failure is told, not written beside the sources.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_target_is_what_a_second_file_would_have_made(
        base in proptest::collection::btree_map(0..ENTRIES.len(), any::<prop::sample::Index>(), 0..8),
        own in proptest::collection::vec(entry(), 0..6),
    ) {
        let base = base.into_iter().map(|(key, value)| (key, value.index(ENTRIES[key].1.len()))).collect();
        let own: BTreeMap<usize, usize> = own.into_iter().collect();
        let base = format!("version = 1\ncloudreactor.run_environment = \"x\"\nenvironment.region = \"us-west-2\"\n{}", written(&base));
        let base = if base.contains("environment.name") { base } else { format!("{base}environment.name = \"prod\"\n") };
        let with_target = file(&format!("{base}{}", target("a", 1, &written(&own))));
        let over = format!("environment.account_id = \"111111111111\"\n{}", written(&own));
        let mut two_files = file(&base);
        two_files.files.push(SpecFile { path: "over.toml".to_owned(), text: over });
        let key = |problem: &groundwork_model::problem::Problem| {
            (problem.code, problem.message.clone(), problem.key.clone(), problem.help.clone())
        };
        match (load_any(&with_target), load(&two_files)) {
            (Ok(Document::Many(rollout)), Ok(loaded)) => {
                prop_assert_eq!(rollout.into_one().map(|(one, _)| one.spec), Some(loaded.spec));
            }
            (Err(of_target), Err(of_files)) => {
                let (mut told, mut expected): (Vec<_>, Vec<_>) =
                    (of_target.iter().map(key).collect(), of_files.iter().map(key).collect());
                told.sort();
                expected.sort();
                prop_assert_eq!(told, expected);
                // What the target says is shown in its table, and is said to be the target's.
                for problem in &of_target {
                    let Some(Place::File { line, .. }) = &problem.place else { continue };
                    let in_table = *line > base.lines().count();
                    let named = problem.causes.last().is_some_and(|cause| cause == "in target \"a\"");
                    prop_assert_eq!(named, in_table, "{}", render(&of_target));
                }
            }
            (of_target, of_files) => {
                let shown = |problems: Option<Vec<_>>| render(&problems.unwrap_or_default());
                prop_assert!(false, "{}\n---\n{}", shown(of_target.err()), shown(of_files.err()));
            }
        }
    }
}
