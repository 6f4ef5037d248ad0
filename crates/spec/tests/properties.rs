//! Whatever comes in, a spec or problems come out, and the problems can be shown.

mod support;

use std::collections::BTreeSet;

use groundwork_model::plan::{Class, Component};
use groundwork_model::policy::{Policy, Rules};
use groundwork_model::problem::{Place, Problem};
use groundwork_spec::{Document, Layers, LoadedRollout, SpecFile, load_any};
use proptest::prelude::*;
use support::{NEEDED, example, file, found, load, spec};

/// A problem's place must be one that can be quoted.
fn check(layers: &Layers) -> Result<(), TestCaseError> {
    let probe = || vec![Problem::new(groundwork_model::Code::ReferenceNotFound, "x").at("network.nat[0]")];
    let of_targets = |rollout: &LoadedRollout| {
        let targets = 0..rollout.rollout.targets.len();
        targets.flat_map(|target| rollout.places(target).place(probe())).collect()
    };
    let problems = match load_any(layers) {
        Ok(Document::One(loaded)) => loaded.places.place(probe()),
        Ok(Document::Many(rollout)) => of_targets(&rollout),
        Ok(Document::InOrganization(organization)) => match organization.complete(&found()) {
            Ok(rollout) => of_targets(&rollout),
            Err(problems) => problems,
        },
        Err(problems) => problems,
    };
    prop_assert!(!problems.is_empty());
    for problem in &problems {
        prop_assert!(problem.key.is_some() || problem.place.is_some(), "{problem:?}");
        prop_assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
        if let Some(Place::File { line, column, span, text, .. }) = &problem.place {
            prop_assert!(text.get(span.clone()).is_some(), "{span:?} is no part of the text");
            prop_assert!(*line >= 1 && *column >= 1);
            prop_assert!(text.lines().count() + 1 >= *line);
        }
    }
    Ok(())
}

fn one_file(text: String) -> Layers {
    Layers { files: vec![SpecFile { path: "spec.toml".to_owned(), text }], ..Layers::default() }
}

/// Pieces of specs, so that a random text gets past the parser now and then.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,8}",
        "\\PC{0,6}",
        proptest::sample::select(vec![
            "[network]\n",
            "[[network]]\n",
            "[tags]\n",
            "[role]\n",
            "[policy]\n",
            "[policy.network]\n",
            "[[target]]\n",
            "[[wave]]\n",
            "[rollout.assume_role]\n",
            "[target.network]\n",
            "account_id",
            "assume_role",
            "deny",
            "[\"trust\", \"delete\"]",
            "nat",
            "mode",
            "cidr",
            "version",
            "name",
            " = ",
            "\"",
            "'''",
            "[",
            "]",
            "{",
            "}",
            ",",
            ".",
            "\n",
            "\r\n",
            "#",
            "1",
            "2020-01-01",
            "true",
            "\"us-west-2a\"",
            "api_key",
            "://",
            "@",
            "\u{feff}",
            "\0",
            "é",
            "inf",
            "0x10",
            "9223372036854775807",
        ])
        .prop_map(str::to_owned),
    ]
}

/// Rules without a contradiction.
fn some_rules() -> impl Strategy<Value = Rules> {
    let classes = || proptest::sample::subsequence(Class::ALL.to_vec(), 0..=Class::ALL.len());
    (classes(), classes()).prop_map(|(allow, deny)| {
        let deny: BTreeSet<Class> = deny.into_iter().collect();
        Rules { allow: allow.into_iter().filter(|class| !deny.contains(class)).collect(), deny }
    })
}

fn some_policy() -> impl Strategy<Value = Policy> {
    let components = || proptest::sample::subsequence(Component::ALL.to_vec(), 0..=Component::ALL.len());
    let rules = proptest::collection::vec(some_rules(), Component::ALL.len());
    (some_rules(), components(), rules, components()).prop_map(|(everywhere, components, rules, protected)| Policy {
        everywhere,
        components: components.into_iter().zip(rules).filter(|(_, rules)| *rules != Rules::default()).collect(),
        protected: protected.into_iter().collect(),
    })
}

/// A policy as a spec says it.
fn written(policy: &Policy) -> String {
    let list = |classes: &BTreeSet<Class>| {
        let words: Vec<String> = classes.iter().map(|class| format!("{:?}", class.as_str())).collect();
        format!("[{}]", words.join(", "))
    };
    let rules = |rules: &Rules| format!("allow = {}\ndeny = {}\n", list(&rules.allow), list(&rules.deny));
    let component = |component: &Component| {
        let own = policy.components.get(component).map(rules).unwrap_or_default();
        format!("[policy.{component}]\nprotect = {}\n{own}", policy.protected.contains(component))
    };
    let components: String = Component::ALL.iter().map(component).collect();
    format!("[policy]\n{}{components}", rules(&policy.everywhere))
}

proptest! {
    // A failure is told, not written beside the sources.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,80}") {
        check(&one_file(text))?;
    }

    #[test]
    fn any_pieces(pieces in proptest::collection::vec(piece(), 0..40)) {
        check(&one_file(pieces.concat()))?;
    }

    #[test]
    fn any_mutation_of_an_example(
        name in proptest::sample::select(vec!["full.toml", "fleet.toml", "organization.toml", "stack-sets.toml"]),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), 0_usize..12, piece()), 1..4)
    ) {
        let mut text: Vec<char> = example(name).chars().collect();
        for (at, removed, inserted) in edits {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        check(&one_file(text.into_iter().collect()))?;
    }

    #[test]
    fn any_variables_and_arguments(
        name in proptest::collection::vec(
            proptest::sample::select(vec!["NETWORK", "TAGS", "ROLE", "POLICY", "ALLOW", "__", "_", "NAT", "é", "x"]), 0..8),
        value in proptest::collection::vec(piece(), 0..6),
        argument in proptest::collection::vec(piece(), 0..8),
    ) {
        let mut layers = one_file(example("minimal.toml"));
        layers.variables.push((format!("GROUNDWORK_{}", name.concat()), value.concat()));
        layers.sets.push(argument.concat());
        check(&layers)?;
    }

    #[test]
    fn a_credential_never_gets_into_a_problem(
        key in proptest::sample::select(vec!["api_key", "password", "cloudreactor.token", "access_key", "x.secret_key"]),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), piece()), 0..3),
    ) {
        // One line, so that no edit parts the credential from its key.
        let mut prefix: Vec<char> = format!("version = 1\n{key} ").chars().collect();
        for (at, inserted) in edits {
            let at = at.index(prefix.len() - key.len());
            prefix.splice(at..at, inserted.chars());
        }
        let line = format!("{key} = \"hunter2\"");
        let text = format!("{}\n{line}\n", prefix.into_iter().collect::<String>());
        let problems = load(&one_file(text)).err().unwrap_or_default();
        prop_assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
    }

    #[test]
    fn any_policy_is_read_as_it_is_written(policy in some_policy()) {
        let text = format!("{NEEDED}{}", written(&policy));
        prop_assert_eq!(spec(&file(&text)).policy, policy, "{}", text);
    }
}
