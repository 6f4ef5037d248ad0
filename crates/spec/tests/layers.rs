//! Which layer wins, and where its values are said to come from.

mod support;

use groundwork_model::Code;
use groundwork_model::plan::{Class, Component};
use groundwork_model::policy::{Policy, Rules};
use groundwork_model::problem::{Place, Problem};
use groundwork_model::spec::{GroupRef, Network, Reference, Role, Spec};
use groundwork_spec::{Layers, SpecFile};
use support::{NEEDED, file, load, spec};

fn layers(files: &[&str], variables: &[(&str, &str)], sets: &[&str]) -> Layers {
    let file = |(index, text): (usize, &&str)| SpecFile { path: format!("{index}.toml"), text: (*text).to_owned() };
    Layers {
        files: files.iter().enumerate().map(file).collect(),
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        sets: sets.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn with(variables: &[(&str, &str)], sets: &[&str]) -> Spec {
    spec(&layers(&[NEEDED], variables, sets))
}

#[test]
fn later_layers_win_key_by_key_and_lists_are_replaced() {
    let base = format!(
        "{NEEDED}[tags]\na = \"1\"\nb = \"1\"\n[network]\nmode = \"use\"\nsubnets = [\"subnet-1\", \"subnet-2\"]"
    );
    let over = "[tags]\nb = \"2\"\nc = \"2\"\n[network]\nsubnets = [\"subnet-3\"]\n[environment]\nname = \"b\"";
    let spec = spec(&layers(&[&base, over], &[("GROUNDWORK_TAGS__C", "3")], &["environment.name=d", "tags.c=4"]));
    let tags: Vec<(&str, &str)> = spec.tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(tags, [("a", "1"), ("b", "2"), ("c", "4")]);
    let Network::Use(network) = spec.network else { panic!("the network should be used") };
    assert_eq!(network.subnets, [Reference::Id("subnet-3".to_owned())]);
    assert_eq!(spec.environment.name.as_str(), "d");
    assert_eq!(spec.environment.region.as_str(), "us-west-2");
}

#[test]
fn a_spec_needs_no_file() {
    let variables = [
        ("GROUNDWORK_VERSION", "1"),
        ("GROUNDWORK_ENVIRONMENT__NAME", "a"),
        ("GROUNDWORK_ENVIRONMENT__REGION", "eu-west-1"),
        ("GROUNDWORK_TAGS", "{ team = \"data\" }"),
    ];
    let spec = spec(&layers(&[], &variables, &[]));
    assert_eq!(spec.tags["team"], "data");
    assert_eq!(spec.environment.region.as_str(), "eu-west-1");
}

#[test]
fn values_outside_of_files_are_toml_or_else_text() {
    let spec = with(
        &[
            ("GROUNDWORK_ENVIRONMENT__ACCOUNT_ID", "123456789012"),
            ("GROUNDWORK_NETWORK__PUBLIC_ZONES", "3"),
            ("GROUNDWORK_NETWORK__NAT", "none"),
            ("GROUNDWORK_NETWORK__ENDPOINTS", r#"["s3", "ecr.api", "ecr.dkr", "logs"]"#),
            ("GROUNDWORK_ROLE__ADOPT", "true"),
            ("GROUNDWORK_ROLE__LAMBDA_PATH_PREFIX", r#""""#),
            ("GROUNDWORK_CLUSTER__NAME", ""),
        ],
        &["environment.name=2024", "tags.since=2024-01-01", r#"tags."cost center"=a=b"#, "cloudreactor.group=7"],
    );
    assert_eq!(spec.environment.account_id.expect("it was given").as_str(), "123456789012");
    assert_eq!(spec.environment.name.as_str(), "2024");
    assert_eq!(spec.tags["since"], "2024-01-01");
    assert_eq!(spec.tags["cost center"], "a=b");
    assert_eq!(spec.cloudreactor.group, Some(GroupRef::Id(7)));
    assert!(matches!(spec.role, Role::Create(role) if role.lambda_path_prefix.is_empty()));
    let text = with(&[], &[r#"cloudreactor.group="7""#]);
    assert_eq!(text.cloudreactor.group, Some(GroupRef::Name("7".to_owned())));
}

#[test]
fn rules_for_changes_may_stand_in_any_layer() {
    let protected = Policy { protected: [Component::Network].into(), ..Policy::default() };
    assert_eq!(with(&[("GROUNDWORK_POLICY__NETWORK__PROTECT", "true")], &[]).policy, protected);
    assert_eq!(with(&[], &["policy.network.protect=true"]).policy, protected);
    let over = with(&[("GROUNDWORK_POLICY__NETWORK__PROTECT", "true")], &["policy.network.protect=false"]);
    assert_eq!(over.policy, Policy::default(), "later layers win, and a table without a rule is none");

    let base = format!("{NEEDED}[policy]\nallow = [\"replace\", \"trust\"]\n[policy.role]\ndeny = [\"delete\"]");
    let over = "[policy]\nallow = [\"egress-address\"]\n[policy.role]\nprotect = true";
    let spec = spec(&layers(&[&base, over], &[("GROUNDWORK_POLICY__DENY", r#"["iam-broaden"]"#)], &[]));
    let everywhere = Rules { allow: [Class::EgressAddress].into(), deny: [Class::IamBroaden].into() };
    let role = Rules { deny: [Class::Delete].into(), ..Rules::default() };
    let protected = [Component::Role].into();
    assert_eq!(spec.policy, Policy { everywhere, components: [(Component::Role, role)].into(), protected });
}

#[test]
fn other_variables_are_not_the_specs() {
    let spec = with(&[("GROUNDWORK_LOG", "debug"), ("GROUNDWORK_CACHE", "/tmp"), ("PATH__X", "1")], &[]);
    assert_eq!(spec, with(&[], &[]));
}

/// Every key of a table that is no table itself, with its value as TOML.
fn leaves(table: &toml_edit::Table, at: &str) -> Vec<(String, String)> {
    let entries = table.iter().map(|(name, item)| {
        let key = format!("{at}{}", toml_edit::Key::new(name).display_repr());
        match item {
            toml_edit::Item::Table(inner) => leaves(inner, &format!("{key}.")),
            other => {
                let value = other.clone().into_value().expect("it is no table");
                vec![(key, value.decorated("", "").to_string())]
            }
        }
    });
    entries.flatten().collect()
}

#[test]
fn it_makes_no_difference_in_which_layer_a_key_stands() {
    // Where targets are, no layer above them may say.
    for (name, text) in support::examples()
        .into_iter()
        .filter(|(name, _)| !["fleet.toml", "organization.toml", "stack-sets.toml"].contains(&name.as_str()))
    {
        let document: toml_edit::DocumentMut = text.parse().expect("an example is TOML");
        let keys = leaves(document.as_table(), "");
        let whole = spec(&file(&text));
        let sets = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(spec(&Layers { sets, ..Layers::default() }), whole, "{name} as arguments");
        let (in_file, nested): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|(key, _)| !key.contains('.') || key.contains('"'));
        let variable = |key: &str| format!("GROUNDWORK_{}", key.replace('.', "__").to_uppercase());
        let variables = nested.into_iter().map(|(key, value)| (variable(&key), value)).collect();
        let text: String = in_file.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        assert_eq!(spec(&Layers { variables, ..file(&text) }), whole, "{name} as variables");
    }
}

fn check(layers: &Layers, key: &str, expected: &str) {
    let loaded = match load(layers) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("{}", support::render(&problems)),
    };
    let problem = Problem::new(Code::ReferenceNotFound, "x").at(key);
    let placed = loaded.places.place(vec![problem]);
    let shown = match placed[0].place.as_ref() {
        Some(Place::File { path, line, column, .. }) => format!("{path}:{line}:{column}"),
        Some(Place::Variable { name }) => name.clone(),
        Some(Place::Argument { text }) => text.clone(),
        Some(Place::Default) => "default".to_owned(),
        None => "nowhere".to_owned(),
    };
    assert_eq!(shown, expected, "{key}");
}

#[test]
fn the_planners_problems_get_their_places() {
    let base =
        format!("{NEEDED}\n[network]\nprivate_zones = 1\npublic_zones = [\n  \"us-west-2a\",\n  \"us-west-2é\",\n]\n");
    let base = base.replace("us-west-2é", "us-west-2b");
    let over = "tags.\"a.b\" = \"ä\"\ntags . c = \"x\"\nnetwork.nat = [\"us-west-2a\"]\n";
    let variables = [("GROUNDWORK_ROLE__STACK_NAME", "one"), ("GROUNDWORK_POLICY__NETWORK__PROTECT", "true")];
    let layers = layers(&[&base, over], &variables, &["cluster.name=two"]);
    for (key, expected) in [
        ("network.private_zones", "0.toml:7:17"),
        ("network.public_zones[1]", "0.toml:10:3"),
        ("network.public_zones[7]", "0.toml:8:16"),
        ("network.nat[0]", "1.toml:3:16"),
        ("network.nat", "1.toml:3:15"),
        ("network.cidr", "1.toml:3:1"),
        ("environment.account_id", "0.toml:2:2"),
        ("tags.\"a.b\"", "1.toml:1:14"),
        ("tags.c", "1.toml:2:12"),
        ("role.stack_name", "GROUNDWORK_ROLE__STACK_NAME"),
        ("role.principal", "GROUNDWORK_ROLE__STACK_NAME"),
        ("policy.network.protect", "GROUNDWORK_POLICY__NETWORK__PROTECT"),
        ("cluster.name", "cluster.name=two"),
        ("cloudreactor.group", "default"),
        ("version", "0.toml:1:11"),
    ] {
        check(&layers, key, expected);
    }
    check(&file(NEEDED), "network", "default");
}
