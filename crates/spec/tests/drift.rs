//! Differences that are known: what can be written, and what the user is told who breaks a rule.

mod support;

use groundwork_model::drift::Ignore;
use groundwork_model::plan::Component;
use groundwork_spec::{Document, Layers, load_any};
use support::{NEEDED, file, problems, render, spec};

const WHOLE: &str = "
[[drift.ignore]]
at = \"network/TaskSecurityGroup\"
field = \"SecurityGroupIngress\"
until = 2027-01-31
reason = \"opened for the migration\"

[[drift.ignore]]
at = \"cloudreactor\"
until = \"2028-02-29\"
reason = \"set by hand\"
";

fn entry(lines: &str) -> String {
    format!("{NEEDED}[[drift.ignore]]\n{lines}")
}

#[test]
fn a_day_is_a_date_or_its_text() {
    let ignore = spec(&file(&format!("{NEEDED}{WHOLE}"))).drift.ignore;
    let expected = |component, logical_id: Option<&str>, field: Option<&str>, until: &str, reason: &str| Ignore {
        component,
        logical_id: logical_id.map(|id| id.parse().expect("a logical id")),
        field: field.map(str::to_owned),
        until: until.parse().expect("a day"),
        reason: reason.to_owned(),
    };
    assert_eq!(
        ignore,
        [
            expected(
                Component::Network,
                Some("TaskSecurityGroup"),
                Some("SecurityGroupIngress"),
                "2027-01-31",
                "opened for the migration"
            ),
            expected(Component::CloudReactor, None, None, "2028-02-29", "set by hand"),
        ]
    );
    assert!(spec(&file(NEEDED)).drift.is_empty());
}

#[test]
fn a_list_may_come_from_a_variable_or_an_argument() {
    let list = r#"[{ at = "role", until = "2027-01-31", reason = "known" }]"#;
    let variable = ("GROUNDWORK_DRIFT__IGNORE".to_owned(), list.to_owned());
    let argument = format!("drift.ignore={list}");
    let with_date = list.replace("\"2027-01-31\"", "2027-01-31");
    for layers in [
        Layers { sets: vec![format!("drift.ignore={with_date}")], ..file(NEEDED) },
        Layers { sets: vec![format!("drift={{ ignore = {with_date} }}")], ..file(NEEDED) },
        Layers { variables: vec![variable], ..file(NEEDED) },
        Layers { sets: vec![argument.clone()], ..file(NEEDED) },
        // A list replaces the one before it.
        Layers { sets: vec![argument], ..file(&format!("{NEEDED}{WHOLE}")) },
    ] {
        let ignore = spec(&layers).drift.ignore;
        let seen: Vec<_> = ignore.iter().map(|ignore| (ignore.component, ignore.until.to_string())).collect();
        assert_eq!(seen, [(Component::Role, "2027-01-31".to_owned())]);
    }
}

#[test]
fn a_target_has_a_list_of_its_own() {
    let needed = NEEDED.replace("region = ", "# region = ");
    let target = |name: &str, more: &str| {
        format!(
            "[[target]]\nname = \"{name}\"\naccount_id = \"123456789012\"\nregion = \"eu-west-{}\"\n{more}",
            name.len()
        )
    };
    let own = "[[target.drift.ignore]]\nat = \"cluster\"\nuntil = 2030-12-31\nreason = \"lab\"\n";
    let text = format!("{needed}{WHOLE}{}{}", target("a", ""), target("ab", own));
    let Ok(Document::Many(rollout)) = load_any(&file(&text)) else { panic!("it has targets, all of them right") };
    let lists: Vec<Vec<Component>> = rollout
        .rollout
        .targets
        .iter()
        .map(|target| target.spec.drift.ignore.iter().map(|ignore| ignore.component).collect())
        .collect();
    assert_eq!(lists, [vec![Component::Network, Component::CloudReactor], vec![Component::Cluster]]);
    let wrong = text.replace("2030-12-31", "2030-12-31T00:00:00Z");
    let Err(problems) = load_any(&file(&wrong)) else { panic!("a moment is no day") };
    insta::assert_snapshot!(render(&problems), @r#"
    GW1006 spec.toml:26:9 `2030-12-31T00:00:00Z`  drift.ignore[0].until
        "2030-12-31T00:00:00Z" is not a day
        because in target "ab"
        help: allowed: year, month and day, such as 2027-01-31
    "#);
}

#[test]
fn what_is_wrong_with_entries() {
    let cases = [
        "[drift]\nignore = 1",
        "[drift]\nignor = []",
        "[drift.ignore]\nat = \"role\"",
        "[[drift.ignore]]",
        "[[drift.ignore]]\nat = \"netwrk/Vpc\"\nuntil = 2027-13-01\nreason = \"x\"",
        "[[drift.ignore]]\nat = \"netwrk/Vpc\"\nuntil = 2027-01-31\nreason = \"\"\nfeild = \"x\"",
        "[[drift.ignore]]\nat = \"network/Task-Group\"\nuntil = \"2027-02-29\"\nreason = 1\nfield = \" \"",
        "[[drift.ignore]]\nat = \"cloudreactor/network.subnets\"\nuntil = 07:32:00\nreason = \"x\"",
        "[[drift.ignore]]\nat = \"role\"\nuntil = 2027-01-31\nreason = \"x\"\n\
         [[drift.ignore]]\nat = \"role\"\nuntil = 2027-01-31T07:32:00Z\nreason = \"y\"",
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|case| format!("{case}\n-----\n{}", render(&problems(&file(&format!("{NEEDED}{case}"))))))
        .collect();
    insta::assert_snapshot!(told.join("\n=====\n"));
    assert_eq!(problems(&file(&entry("at = \"role\"\nreason = \"x\""))).len(), 1);
}
