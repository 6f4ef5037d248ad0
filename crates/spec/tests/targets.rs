//! Specs with many targets: what each of them becomes, and which are selected.

mod support;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use groundwork_model::problem::Place;
use groundwork_model::rollout::{MaxFailures, OnUnreachable, RolloutTarget};
use groundwork_model::secret::Secret;
use groundwork_model::spec::{Network, Spec};
use groundwork_spec::{Layers, LoadedRollout, Selection, SpecFile, schema};
use support::{NEEDED, file, place, render, rollout, spec};

/// A target in an account with this digit.
fn target(name: &str, digit: u8, more: &str) -> String {
    format!("\n[[target]]\nname = \"{name}\"\naccount_id = \"{}\"\n{more}\n", digit.to_string().repeat(12))
}

/// The needed keys and these lines.
fn text(parts: &[&str]) -> String {
    format!("{NEEDED}{}", parts.concat())
}

fn targets(text: &str) -> Vec<RolloutTarget> {
    rollout(&file(text)).rollout.targets
}

fn only(text: &str) -> RolloutTarget {
    let mut all = targets(text);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn cidr(spec: &Spec) -> String {
    match &spec.network {
        Network::Create(network) => network.cidr.to_string(),
        Network::Use(_) | Network::Skip => panic!("the network should be created"),
    }
}

#[test]
fn a_target_is_the_rest_of_the_spec_with_its_own_keys_on_top() {
    let base = "[tags]\na = \"1\"\nb = \"1\"\n[network]\ncidr = \"10.1.0.0/16\"\nendpoints = [\"s3\", \"dynamodb\"]\n";
    let own =
        "region = \"eu-west-1\"\ntags.b = \"2\"\nnetwork.endpoints = [\"s3\"]\n[target.cluster]\nname = \"own\"\n";
    let all = targets(&text(&[base, &target("plain", 1, ""), &target("own", 2, own)]));
    let alone = |account: &str, region: &str, name: &str, more: &str| {
        let environment = format!("account_id = \"{account}\"\n");
        let text = NEEDED.replace("us-west-2", region) + &environment + base;
        spec(&Layers {
            sets: more.split_terminator(';').map(str::to_owned).collect(),
            ..file(&format!("{text}[cloudreactor]\nrun_environment = \"{name}\"\n"))
        })
    };
    assert_eq!(all[0].spec, alone("111111111111", "us-west-2", "plain", ""));
    let more = "tags.b=2;network.endpoints=[\"s3\"];cluster.name=own";
    assert_eq!(all[1].spec, alone("222222222222", "eu-west-1", "own", more));
    assert_eq!(all[1].account.as_str(), "222222222222");
}

#[test]
fn files_give_way_to_targets_and_targets_to_variables_and_arguments() {
    let base = text(&[
        "[network]\nprivate_zones = 0\ncidr = \"10.1.0.0/16\"\n",
        &target("a", 1, "network.cidr = \"10.3.0.0/16\""),
    ]);
    let over = format!("[network]\ncidr = \"10.2.0.0/16\"\npublic_zones = 3\n{}", target("b", 2, ""));
    let files = |texts: &[&str]| Layers {
        files: texts.iter().map(|text| SpecFile { path: "x.toml".to_owned(), text: (*text).to_owned() }).collect(),
        ..Layers::default()
    };
    let cidrs = |layers: &Layers| -> Vec<(String, String)> {
        let targets = rollout(layers).rollout.targets;
        targets.iter().map(|target| (target.name.to_string(), cidr(&target.spec))).collect()
    };
    let pair = |name: &str, cidr: &str| vec![(name.to_owned(), cidr.to_owned())];
    assert_eq!(cidrs(&files(&[&base])), pair("a", "10.3.0.0/16"));
    // A list replaces a list.
    assert_eq!(cidrs(&files(&[&base, &over])), pair("b", "10.2.0.0/16"));
    let variables = vec![("GROUNDWORK_NETWORK__CIDR".to_owned(), "10.4.0.0/16".to_owned())];
    let mut layers = Layers { variables, ..files(&[&base]) };
    assert_eq!(cidrs(&layers), pair("a", "10.4.0.0/16"));
    layers.sets.push("network.cidr=10.5.0.0/16".to_owned());
    assert_eq!(cidrs(&layers), pair("a", "10.5.0.0/16"));
}

#[test]
fn targets_may_be_in_any_layer() {
    let list = "[{ name = \"a\", account_id = \"111111111111\", network = { cidr = \"10.7.0.0/16\" } }]";
    let variables = vec![
        ("GROUNDWORK_TARGET".to_owned(), list.to_owned()),
        ("GROUNDWORK_ROLLOUT__ON_UNREACHABLE".to_owned(), "skip".to_owned()),
        ("GROUNDWORK_ENVIRONMENT__REGION".to_owned(), "eu-west-1".to_owned()),
    ];
    let loaded = rollout(&Layers { variables, ..file("version = 1\nenvironment.name = \"prod\"") });
    assert_eq!(loaded.rollout.on_unreachable, OnUnreachable::Skip);
    assert_eq!(loaded.rollout.targets[0].spec.environment.region.as_str(), "eu-west-1");
    assert_eq!(cidr(&loaded.rollout.targets[0].spec), "10.7.0.0/16");
    assert_eq!(place(loaded.places(0).locate("network.cidr").as_ref()), "$GROUNDWORK_TARGET");
    let argument = Layers { sets: vec![format!("target={list}")], ..file(NEEDED) };
    assert_eq!(rollout(&argument).rollout.targets[0].name.as_str(), "a");
}

#[test]
fn the_run_environment_is_named_after_the_target_unless_somebody_says_otherwise() {
    for (base, own, expected) in [
        ("", "", "payments"),
        ("", "environment.name = \"blue\"", "blue"),
        ("", "cloudreactor.run_environment = \"own\"", "own"),
        ("", "environment.name = \"blue\"\ncloudreactor.run_environment = \"own\"", "own"),
        ("[cloudreactor]\nrun_environment = \"shared\"\n", "environment.name = \"blue\"", "shared"),
        ("[cloudreactor]\ngroup = \"g\"\n", "environment = {}", "payments"),
    ] {
        let spec = only(&text(&[base, &target("payments", 1, own)])).spec;
        assert_eq!(spec.cloudreactor.run_environment.as_str(), expected, "{base}{own}");
        let name = if own.contains("blue") { "blue" } else { "staging" };
        assert_eq!(spec.environment.name.as_str(), name, "{base}{own}");
    }
}

#[test]
fn waves_run_in_their_order_and_the_last_one_is_the_default() {
    let waves = "[[wave]]\nname = \"canary\"\nmax_concurrent = 1\n\
                 [[wave]]\nname = \"most\"\nmax_failures = \"10%\"\n[[wave]]\nname = \"rest\"\nmax_failures = 3\n";
    let all = [target("a", 1, "wave = \"most\""), target("b", 2, ""), target("c", 3, "wave = \"canary\"")].concat();
    let loaded = rollout(&file(&text(&[waves, &all]))).rollout;
    let waves: Vec<(&str, usize, MaxFailures)> =
        loaded.waves.iter().map(|wave| (wave.name.as_str(), wave.max_concurrent.get(), wave.max_failures)).collect();
    let expected = [
        ("canary", 1, MaxFailures::Count(0)),
        ("most", 10, MaxFailures::Percent(10)),
        ("rest", 10, MaxFailures::Count(3)),
    ];
    assert_eq!(waves, expected);
    assert_eq!(loaded.targets.iter().map(|target| target.wave).collect::<Vec<_>>(), [1, 2, 0]);

    let loaded = rollout(&file(&text(&[&target("a", 1, "wave = \"all\""), &target("b", 2, "")]))).rollout;
    assert_eq!(loaded.waves.len(), 1);
    assert_eq!(loaded.waves[0].name.as_str(), "all");
    assert!(loaded.targets.iter().all(|target| target.wave == 0));
}

#[test]
fn the_defaults_are_those_of_the_schema() {
    let schema = schema();
    let wave = &schema["properties"]["wave"]["items"]["properties"];
    let loaded = rollout(&file(&text(&[&target("a", 1, "")]))).rollout;
    assert_eq!(wave["max_concurrent"]["default"], loaded.waves[0].max_concurrent.get());
    assert_eq!(wave["max_concurrent"]["maximum"], 1000);
    assert_eq!((&wave["max_failures"]["default"], loaded.waves[0].max_failures), (&0.into(), MaxFailures::Count(0)));
    assert_eq!(schema["properties"]["rollout"]["properties"]["on_unreachable"]["default"], "fail");
    assert_eq!(loaded.on_unreachable, OnUnreachable::Fail);
    assert_eq!(loaded.waves[0].max_concurrent, NonZeroUsize::new(10).expect("10 is not 0"));
}

/// The role that is assumed, with the rest of how the account is reached.
fn check_access(base: &str, own: &str, expected: &str) {
    let access = only(&text(&[base, &target("a", 1, own)])).access;
    let mut shown = access.profile.unwrap_or_default();
    if let Some(role) = access.assume_role {
        let external_id = role.external_id.as_ref().map(Secret::expose).unwrap_or_default();
        let session_name = role.session_name.unwrap_or_default();
        shown += &format!("|{}|{external_id}|{session_name}|{:?}", role.role, role.tags);
    }
    assert_eq!(shown, expected, "{base}{own}");
}

#[test]
fn an_account_is_reached_by_a_profile_a_role_or_both() {
    let all = "[rollout.assume_role]\nrole = \"deploy/gw\"\nexternal_id = \"id\"\ntags = { a = \"1\", b = \"1\" }\n";
    let named = "arn:aws:iam::111111111111:role/deploy/gw";
    check_access("", "", "");
    check_access("", "profile = \"ops\"", "ops");
    check_access(all, "", &format!("|{named}|id||{{\"a\": \"1\", \"b\": \"1\"}}"));
    check_access(all, "profile = \"ops\"\nassume_role = false", "ops");
    check_access(
        all,
        "profile = \"ops\"\nassume_role = {}",
        &format!("ops|{named}|id||{{\"a\": \"1\", \"b\": \"1\"}}"),
    );
    let own = "[target.assume_role]\nrole = \"own\"\nexternal_id = \"own-id\"\nsession_name = \"me\"\n\
               tags = { b = \"2\", c = \"2\" }";
    let tags = "{\"a\": \"1\", \"b\": \"2\", \"c\": \"2\"}";
    check_access(all, own, &format!("|arn:aws:iam::111111111111:role/own|own-id|me|{tags}"));
    check_access("", "assume_role.role = \"own\"", "|arn:aws:iam::111111111111:role/own|||{}");
    let partial = "[rollout.assume_role]\nsession_name = \"all\"\n";
    let arn = "arn:aws:iam::111111111111:role/a/b";
    check_access(partial, &format!("assume_role.role = \"{arn}\""), &format!("|{arn}||all|{{}}"));
    let china = "region = \"cn-north-1\"\nassume_role.role = \"own\"\n\
                 role.principal = \"arn:aws-cn:iam::123456789012:role/cloudreactor\"";
    check_access("", china, "|arn:aws-cn:iam::111111111111:role/own|||{}");
}

#[test]
fn an_external_id_is_shown_nowhere() {
    let all = "[rollout]\nassume_role = { role = \"gw\", external_id = \"hunter2\" }\n";
    let loaded = rollout(&file(&text(&[all, &target("a", 1, "")]))).rollout;
    assert!(!format!("{loaded:?}").contains("hunter2"), "{loaded:?}");
    for wrong in [
        "[rollout.assume_role]\nexternal_id = \"hunter2 \"",
        "[rollout.assume_role]\nexternal_id = [\"hunter2\"]",
        "[rollout]\nassume_role = {\n  external_id = \"hunter2\", # as agreed\n  role = 1,\n}",
        "[rollout.assume_role]\nexternal_id = \"\"\"\nhunter2\"\"\"\nrole = 1",
        "[rollout.assume_role]\n\"external\\u005Fid\" = \"hunter2\"\nrole = 1",
        "[rollout.assume_role]\nexternal_id = \"hunter2\"\nrole",
        "[rollout]\nexternal_id = \"hunter2\"",
        "[rollout.assume_role]\nexternal-id = \"hunter2\"\nexternal_id.x = \"hunter2\"",
    ] {
        let mut layers =
            file(&text(&[wrong, "\n", &target("a", 1, "assume_role.external_id = \"hunter2\"\nrgion = 1")]));
        layers.variables.push(("GROUNDWORK_ROLLOUT__ASSUME_ROLE__EXTERNAL_ID".to_owned(), "hunter2!".to_owned()));
        layers.sets.push("rollout.assume_role={ external_id = \"hunter2\", rol = 1 }".to_owned());
        let problems = support::problems_of_any(&layers);
        assert!(!format!("{problems:?}").contains("hunter2"), "{wrong}\n{}", render(&problems));
    }
}

#[test]
fn a_selection_of_one_is_a_spec_like_any_other() {
    let all = text(&[&target("a", 1, ""), &target("b", 2, "network.cidr = \"10.1.0.0/16\"")]);
    let select = |names: &[&str]| Selection {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Selection::default()
    };
    let one = rollout(&file(&all)).select(&select(&["b"])).ok().and_then(LoadedRollout::into_one);
    let (loaded, target) = one.expect("one target is selected");
    assert_eq!((target.name.as_str(), cidr(&loaded.spec)), ("b", "10.1.0.0/16".to_owned()));
    assert_eq!(place(loaded.places.locate("network.cidr").as_ref()), "spec.toml:14:16 `\"10.1.0.0/16\"`");
    assert!(rollout(&file(&all)).into_one().is_none());
}

/// The names of the targets that are selected, or the problem.
fn selected(names: &str, labels: &str, waves: &str) -> String {
    let waves_and_targets = "[[wave]]\nname = \"canary\"\n[[wave]]\nname = \"rest\"\n[[wave]]\nname = \"none\"\n";
    let all = [
        target("a-1", 1, "wave = \"canary\"\nlabels = { tier = \"test\" }"),
        target("a-2", 2, "wave = \"rest\"\nlabels = { tier = \"prod\", unit = \"x\" }"),
        target("b-1", 3, "wave = \"rest\"\nlabels = { tier = \"prod\", unit = \"y=z\" }"),
    ];
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let pair = |word: &str| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let labels = labels.split_whitespace().filter_map(pair).collect();
    let selection = Selection { names: words(names), labels, waves: words(waves) };
    match rollout(&file(&text(&[waves_and_targets, &all.concat()]))).select(&selection) {
        Ok(loaded) => {
            // Each keeps its own places.
            let shown = loaded.rollout.targets.iter().enumerate().map(|(index, target)| {
                let written = place(loaded.places(index).locate("name").as_ref());
                assert!(written.ends_with(&format!("`\"{}\"`", target.name)), "{written}");
                target.name.as_str()
            });
            shown.collect::<Vec<_>>().join(" ")
        }
        Err(problem) => render(&[problem]),
    }
}

#[test]
fn targets_are_selected_by_name_label_and_wave() {
    for (names, labels, waves, expected) in [
        ("", "", "", "a-1 a-2 b-1"),
        ("b-1 a-1", "", "", "a-1 b-1"),
        ("", "tier=prod", "", "a-2 b-1"),
        ("", "tier=prod unit=y=z", "", "b-1"),
        ("", "", "canary rest", "a-1 a-2 b-1"),
        ("", "", "canary", "a-1"),
        ("a-1 a-2", "tier=prod", "rest", "a-2"),
    ] {
        assert_eq!(selected(names, labels, waves), expected, "{names} {labels} {waves}");
    }
    let told = [("a-3", "", ""), ("zzz", "", ""), ("", "", "canry"), ("", "teir=prod", ""), ("", "tier=dev", "")]
        .into_iter()
        .chain([("a-1", "tier=prod", "canary rest"), ("", "", "none")])
        .map(|(names, labels, waves)| selected(names, labels, waves));
    insta::assert_snapshot!("selections_of_nothing", told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn problems_found_later_get_their_places_in_the_targets_table() {
    let base = "[rollout.assume_role]\nrole = \"gw\"\n[network]\nprivate_zones = 1\n";
    let own = "region = \"eu-west-1\"\nassume_role.session_name = \"me\"\n[target.network]\nnat = \"single\"";
    let layers = Layers {
        sets: vec!["cluster.name=two".to_owned()],
        ..file(&text(&[base, &target("a", 1, ""), &target("b", 2, own)]))
    };
    let loaded = rollout(&layers);
    let mut told = String::new();
    for target in 0..2 {
        for key in [
            "environment.account_id",
            "environment.region",
            "environment.name",
            "environment",
            "network.nat",
            "network.private_zones",
            "network.cidr",
            "cluster.name",
            "cluster.mode",
            "role.mode",
            "account_id",
            "profile",
            "wave",
            "assume_role.role",
            "assume_role.session_name",
            "assume_role.external_id",
            "rollout.assume_role.role",
            "target[0].name",
        ] {
            let located = loaded.places(target).locate(key);
            told += &format!("{target} {key}: {}\n", place(located.as_ref()));
        }
    }
    insta::assert_snapshot!("places", told);
}

#[test]
fn a_thousand_targets_are_a_thousand_specs() {
    let mut text = NEEDED.to_owned();
    for number in 0..1000 {
        let (first, second) = (number / 256, number % 256);
        let name = format!("\n[[target]]\nname = \"team-{number}\"\naccount_id = \"{number:012}\"\n");
        text += &format!("{name}network.cidr = \"10.{second}.{}.0/20\"\n", first * 16);
    }
    let loaded = rollout(&file(&text));
    let cidrs: BTreeMap<String, usize> =
        loaded.rollout.targets.iter().enumerate().map(|(index, target)| (cidr(&target.spec), index)).collect();
    assert_eq!(cidrs.len(), 1000);
    let last = loaded.places(999).locate("network.cidr");
    assert!(matches!(last, Some(Place::File { line: 5004, .. })), "{}", place(last.as_ref()));
    // One mistake in what all share is one problem, and one in each table is one each.
    let wrong = text.replace("us-west-2\"\n", "us-west-2\"\n[cluster]\nname = \"a b\"\n");
    assert_eq!(support::problems_of_any(&file(&wrong)).len(), 1);
    let wrong = text.replace("/20", "/40");
    assert_eq!(support::problems_of_any(&file(&wrong)).len(), 1000);
}
