//! What the user is told whose targets are wrong, and where.

mod support;

use groundwork_spec::{Layers, SpecFile};
use support::{NEEDED, file, problems_of_any, render};

/// Each case is a text behind the needed keys, so its first line is line 5; a key of the root is in front.
fn check(name: &str, cases: &[&str]) {
    let told: Vec<String> = cases
        .iter()
        .map(|case| {
            let text = if case.starts_with("target = ") { [case, "\n", NEEDED] } else { [NEEDED, case, ""] };
            format!("{}\n-----\n{}", case.trim(), render(&problems_of_any(&file(&text.concat()))))
        })
        .collect();
    insta::assert_snapshot!(name, told.join("\n=====\n"));
}

/// Two valid targets in two accounts, with more lines for each.
fn two(base: &str, first: &str, second: &str) -> String {
    let a = format!("[[target]]\nname = \"a\"\naccount_id = \"111111111111\"\n{first}\n");
    format!("{base}\n{a}[[target]]\nname = \"b\"\naccount_id = \"222222222222\"\n{second}\n")
}

#[test]
fn keys() {
    check(
        "target_keys",
        &[
            &two("[rollout]\non_unreachabel = \"skip\"\nmax_concurrent = 1", "acount_id = 1", "cidr = \"10.1.0.0/16\""),
            &two(
                "[[wave]]\nname = \"x\"\nmax_failure = 1\nretries = 1",
                "waves = 1\nversion = 1",
                "external_id = \"hunter2\"",
            ),
            &two(
                "",
                "environment.region = \"eu-west-1\"\nenvironment.nam = 1",
                "network.natt = 1\nnetwork.account_id = 1",
            ),
            &two(
                "[environment.wave]",
                "[target.target]",
                "assume_role = { role = \"x\", rol = 1, name = 1, password = 1 }",
            ),
            &two(
                "[rollout.target]\n[target_s]",
                "on_unreachable = \"skip\"",
                "tags = 1\nrole = \"x\"\nenvironment = 5",
            ),
        ],
    );
}

#[test]
fn what_is_missing() {
    check(
        "target_missing",
        &[
            "[[target]]\n[[target]]\nname = \"b\"\nnetwork.cidr = \"x\"",
            "[[wave]]\nmax_concurrent = 1\n[[target]]\nname = \"a\"\naccount_id = \"111111111111\"\nwave = \"x\"",
            &two("[rollout.assume_role]\nexternal_id = \"hunter2\"", "", "[target.assume_role]\nsession_name = \"me\""),
            &two("", "assume_role = {}", "assume_role.tags = { a = \"b\" }"),
            "target = []",
            "[rollout]\non_unreachable = \"skip\"\n[[wave]]\nname = \"a b\"\n[network]\ncidr = \"x\"",
        ],
    );
    let no_region = "version = 1\n[environment]\nname = \"prod\"\n";
    let some = two(no_region, "", "region = \"us-west-2\"");
    let none = two("version = 1", "", "");
    let told = [some, none].map(|text| render(&problems_of_any(&file(&text))));
    insta::assert_snapshot!("target_missing_in_all", told.join("\n=====\n"));
}

#[test]
fn values() {
    check(
        "target_values",
        &[
            "target = \"a\"",
            "[target]\nname = \"a\"",
            "target = [1, { name = \"a\", account_id = 111111111111, region = \"us-west2\", wave = 1, labels = [] }]",
            &two("[wave]\nname = \"a\"", "", ""),
            &two("[rollout]\non_unreachable = \"ignore\"\nassume_role = false", "profile = \"\"", "assume_role = true"),
            &two(
                "[[wave]]\nname = \"a/b\"\nmax_concurrent = 0\nmax_failures = -1\n\
                 [[wave]]\nname = \"x\"\nmax_concurrent = 1001\nmax_failures = \"101%\"\n\
                 [[wave]]\nname = \"x\"\nmax_concurrent = \"2\"\nmax_failures = \"3\"\n\
                 [[wave]]\nname = \"y\"\nmax_failures = 0.5",
                "wave = \"nowhere\"",
                "",
            ),
            &two(
                "[[wave]]\nname = \"canary\"\n[[wave]]\nname = \"rest\"",
                "wave = \"canry\"\nlabels = { \"a b\" = \"c\", d = 1, e = \"\\u001b\" }",
                "wave = \"all\"",
            ),
            &two(
                "",
                "network.cidr = \"10.300.0.0/16\"\nrole = 5",
                "environment.name = \"a b\"\ntags.\"aws:x\" = \"1\"",
            ),
            &two(
                "",
                "region = \"eu-west-1\"\nnetwork.public_zones = [\"us-west-2a\", \"eu-west-1a\"]",
                "region = \"us-gov-west-1\"",
            ),
        ],
    );
}

#[test]
fn roles() {
    check(
        "target_roles",
        &[
            &two(
                "",
                "assume_role.role = \"arn:aws:iam::333333333333:role/gw\"",
                "assume_role.role = \"arn:aws-cn:iam::222222222222:role/gw\"",
            ),
            &two("[rollout.assume_role]\nrole = \"arn:aws:iam::111111111111:role/gw\"", "", ""),
            &two("[rollout.assume_role]\nrole = \"arn:aws:iam::333333333333:role/gw\"", "", ""),
            &two(
                "",
                "assume_role.role = \"arn:aws:iam::111111111111:user/gw\"",
                "assume_role.role = \"arn:aws:sts::222222222222:assumed-role/gw/me\"",
            ),
            &two(
                "",
                "assume_role = { role = \"/gw\", session_name = \"a b\" }",
                "assume_role = { role = \"gw\", external_id = \"hunter2 \" }",
            ),
            &two(
                "[rollout.assume_role]\nrole = \"gw\"\ntags = { Team = \"a\", \"aws:x\" = \"b\", y = \"c!\" }",
                "assume_role.tags = { team = \"b\" }",
                "assume_role.tags = { Team = \"b\", TEAM = \"c\" }",
            ),
        ],
    );
}

#[test]
fn what_all_targets_share_is_told_once() {
    let many: String = (1..=5)
        .map(|n| format!("[[target]]\nname = \"t{n}\"\naccount_id = \"{}\"\n", n.to_string().repeat(12)))
        .collect();
    let one = "[[target]]\nname = \"fine\"\naccount_id = \"999999999999\"\nnetwork.cidr = \"10.1.0.0/16\"\n";
    let base = "[network]\ncidr = \"10.0.0.1/16\"\nnatt = 1\n[cluster]\nmode = \"use\"\n";
    let first = base.to_owned() + &many;
    let second = format!("{base}{many}{one}");
    check("target_shared", &[&first, &second, &(base.to_owned() + one)]);
    let other_version = first.replace("[cluster]", "[future]");
    let other_version = format!("{}{other_version}", NEEDED.replace("version = 1", "version = 2"));
    insta::assert_snapshot!(render(&problems_of_any(&file(&other_version))), @r"
    GW1006 spec.toml:1:11 `2`  version
        version 2 of the spec is not known
        help: this groundwork understands version 1
    ");
}

#[test]
fn clashes() {
    let same = |second: &str| {
        let a = "[[target]]\nname = \"a\"\naccount_id = \"111111111111\"\n";
        format!("{a}[[target]]\nname = \"b\"\naccount_id = \"111111111111\"\n{second}\n")
    };
    let of = |name: &str, account: &str| format!("[[target]]\nname = \"{name}\"\naccount_id = \"{account}\"\n");
    let more = of("c", "111111111111") + &of("d", "111111111111") + &of("e", "222222222222");
    check(
        "target_clashes",
        &[
            &two("", "", "").replace("\"b\"", "\"a\""),
            &same(""),
            &(same("") + &more),
            &format!(
                "[network]\nstack_name = \"net\"\n{}",
                same("environment.name = \"blue\"\ncluster.name = \"staging\"")
            ),
            &two("[cloudreactor]\nrun_environment = \"x\"", "", ""),
            &two("", "", "cloudreactor.run_environment = \"a\""),
            &two("", "cloudreactor.run_environment = \"b\"", ""),
            &two("", "environment.name = \"blue\"", "environment.name = \"blue\""),
            &same("environment.name = \"blue\"").replace("\"a\"\n", "\"a\"\nenvironment.name = \"blue\"\n"),
        ],
    );
    let fine = [
        same("region = \"eu-west-1\""),
        same("environment.name = \"blue\""),
        two(
            "",
            "cloudreactor = { run_environment = \"x\", group = 1 }",
            "cloudreactor = { run_environment = \"x\", group = 2 }",
        ),
        two("", "cloudreactor = { run_environment = \"x\", site = \"dev\" }", "cloudreactor.run_environment = \"x\""),
        "[role]\nmode = \"use\"\n[network]\nmode = \"skip\"\n[cluster]\nmode = \"use\"\ncluster = \"main\"\n"
            .to_owned()
            + &same(""),
    ];
    for text in fine {
        support::rollout(&file(&format!("{NEEDED}{text}")));
    }
}

#[test]
fn a_layer_above_all_targets_may_not_move_them() {
    let layers = |text: &str| Layers {
        variables: vec![("GROUNDWORK_ENVIRONMENT__ACCOUNT_ID".to_owned(), "333333333333".to_owned())],
        sets: vec!["environment.region=eu-west-1".to_owned()],
        ..file(text)
    };
    let text = format!("{NEEDED}{}", two("", "region = \"us-east-1\"", "network.cidr = \"x\""));
    insta::assert_snapshot!(render(&problems_of_any(&layers(&text))), @r"
    GW1007 $GROUNDWORK_ENVIRONMENT__ACCOUNT_ID  environment.account_id
        environment.account_id would win over what targets say
        help: take it out: where a target is stands in its [[target]]
    GW1007 --set environment.region=eu-west-1  environment.region
        environment.region would win over what targets say
        help: take it out: where a target is stands in its [[target]]
    ");
    // As the default of those that name none, it is welcome.
    let text = two("version = 1\n[environment]\nname = \"prod\"", "", "");
    let mut layers = layers(&text);
    layers.variables.clear();
    let all = support::rollout(&layers).rollout.targets;
    assert!(all.iter().all(|target| target.spec.environment.region.as_str() == "eu-west-1"));
}

#[test]
fn problems_come_in_the_order_of_the_layers() {
    let base = "version = 1\n[environment]\nname = \"prod\"\nregion = \"us-west-2\"\n[network]\ncidr = \"x\"\n";
    let fleet = two("[[wave]]\nname = \"a b\"", "network.nat = \"y\"", "acount = 1\ncluster.name = \"z z\"");
    let layers = Layers {
        files: [("base.toml", base.to_owned()), ("fleet.toml", fleet)]
            .map(|(path, text)| SpecFile { path: path.to_owned(), text })
            .into(),
        variables: vec![("GROUNDWORK_ROLE__MODE".to_owned(), "maybe".to_owned())],
        sets: vec!["rollout.on_unreachable=never".to_owned(), "network.tasks-in=private".to_owned()],
    };
    insta::assert_snapshot!("target_layers", render(&problems_of_any(&layers)));
}
