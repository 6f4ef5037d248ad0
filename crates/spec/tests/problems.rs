//! Every rule that needs no AWS, and what the user is told who breaks it.

mod support;

use groundwork_spec::{Layers, SpecFile};
use support::{NEEDED, file, problems, render, spec};

/// Each case is a text behind the needed keys, so its first line is line 5.
fn check(name: &str, cases: &[&str]) {
    let told: Vec<String> = cases
        .iter()
        .map(|case| format!("{}\n-----\n{}", case.trim(), render(&problems(&file(&format!("{NEEDED}{case}"))))))
        .collect();
    insta::assert_snapshot!(name, told.join("\n=====\n"));
}

#[test]
fn keys() {
    check(
        "keys",
        &[
            "netwrok = 1",
            "zone = \"us-west-2a\"",
            "[network]\nregion = \"us-west-2\"",
            "[network]\nprivate_zone = 2\nnatt = \"none\"",
            "[role]\nnetwork = {}",
            "[cluster]\n\"na me\" = 1\nMODE = \"use\"",
            "[[network]]\ncidr = \"10.0.0.0/16\"",
            "[network]\nvpc = { nmae = \"prod\" }\nmode = \"use\"\nsubnets = \"subnet-1\"",
        ],
    );
}

#[test]
fn types() {
    check(
        "types",
        &[
            "account_id = 123456789012\ntags = 1",
            "[tags]\nteam = 7\nsince = 2020-01-01\nok = { a = 1 }",
            "[network]\nnat = 1\npublic_zones = \"two\"\nprivate_zones = 2.5\ntasks_in = true\nendpoints = \"s3\"\ncidr = 10",
            "[role]\nadopt = \"yes\"\nlog_group_pattern = [\"*\"]",
            "[cloudreactor]\ngroup = true\napi_base_url = 1\nrun_environment = 1979-05-27",
            "network = \"none\"\n[cluster]\nmode = \"use\"\ncluster = 5",
        ],
    );
}

#[test]
fn names() {
    check(
        "names",
        &[
            "account_id = \"12345\"\n[role]\nstack_name = \"my_stack\"",
            "[cluster]\nname = \"my cluster\"\nstack_name = \"1st\"",
            "[cloudreactor]\nrun_environment = \" staging\"\ngroup = 0\nsite = \"Dev!\"",
            "[role]\nprincipal = \"arn:aws:iam::123456789012:role/*\"\ndomain_suffix = \"https://example.com\"",
            "[role]\nsecrets_path_prefix = \"CloudReactor\"\nlambda_path_prefix = \"a b\"\nlog_group_pattern = \"\"",
        ],
    );
    let environment = "version = 1\n[environment]\nname = \"sta-ging\"\nregion = \"us-west2\"";
    insta::assert_snapshot!(render(&problems(&file(environment))), @r#"
    GW1101 spec.toml:3:8 `"sta-ging"`  environment.name
        "sta-ging" is not an environment name
        help: allowed: 1 to 64 ASCII letters and digits
    GW1006 spec.toml:4:10 `"us-west2"`  environment.region
        "us-west2" is not an AWS Region
        help: allowed: a Region's code, such as us-west-2
    "#);
}

#[test]
fn words() {
    check(
        "words",
        &[
            "[network]\nmode = \"creat\"\nnat = \"one\"\ntasks_in = \"publik\"",
            "[network]\nendpoints = [\"s3\", \"ecr\", \"secretmanager\", \"s3\"]",
            "[cluster]\ncontainer_insights = \"on\"\nmode = \"skip\"",
        ],
    );
}

#[test]
fn modes() {
    check(
        "modes",
        &[
            "[network]\nmode = \"use\"\nsubnets = \"subnet-1\"\ncidr = \"10.0.0.0/16\"\nnat = \"none\"",
            "[network]\nsubnets = \"subnet-1\"",
            "[network]\nmode = \"skip\"\nadopt = true",
            "[role]\nmode = \"use\"\nprincipal = \"arn:aws:iam::123456789012:root\"",
            "[cluster]\ncluster = \"main\"",
            "[cluster]\nmode = \"use\"\n[network]\nmode = \"use\"",
            "[cloudreactor]\nsite = \"dev\"\napi_base_url = \"https://cr.example.com\"",
        ],
    );
}

#[test]
fn addresses() {
    let cidr = |block: &str| format!("[network]\ncidr = \"{block}\"");
    let cases =
        ["10.0.0.1/16", "10.0.0.0/8", "10.0.0.0/25", "10.0.0.0", "172.17.64.0/18", "127.0.0.0/16", "224.0.0.0/16"];
    let cases = cases.map(cidr);
    check("addresses", &cases.each_ref().map(String::as_str));
}

#[test]
fn zones() {
    check(
        "zones",
        &[
            "[network]\npublic_zones = [\"us-west-2a\", \"us-east-1a\", \"use1-az1\", \"b\"]\nprivate_zones = 9",
            "[network]\npublic_zones = [\"usw2-az1\", \"usw2-az9\"]\nprivate_zones = -1",
            "[network]\npublic_zones = [\"us-west-2a\", \"us-west-2a\"]",
        ],
    );
}

#[test]
fn gateways() {
    check(
        "gateways",
        &[
            "[network]\npublic_zones = [\"us-west-2a\", \"us-west-2b\"]\nnat = [\"us-west-2a\", \"us-west-2d\"]",
            "[network]\npublic_zones = 0\nnat = \"single\"",
            "[network]\nprivate_zones = 0\nnat = \"single\"",
            "[network]\npublic_zones = 1\nprivate_zones = 3\nnat = \"per-zone\"",
            "[network]\npublic_zones = [\"usw2-az1\"]\nprivate_zones = [\"usw2-az1\", \"usw2-az2\"]\nnat = \"per-zone\"",
            "[network]\npublic_zones = 1\nnat = [\"us-west-2a\", \"us-west-2b\"]",
        ],
    );
}

#[test]
fn ways_out() {
    check(
        "ways_out",
        &[
            "[network]\nnat = \"none\"",
            "[network]\nnat = \"none\"\nendpoints = [\"s3\", \"ecr.api\", \"ecr.dkr\"]",
            "[network]\nprivate_zones = [\"us-west-2a\", \"us-west-2b\"]\nnat = [\"us-west-2a\"]",
            "[network]\nprivate_zones = 3\nnat = [\"us-west-2a\"]",
            "[network]\npublic_zones = 0",
            "[network]\npublic_zones = 0\nprivate_zones = 0",
            "[network]\nprivate_zones = 0\ntasks_in = \"private\"",
            "[network]\nmode = \"use\"\nsubnets = []",
        ],
    );
}

#[test]
fn references() {
    check(
        "references",
        &[
            "[network]\nmode = \"use\"\nvpc = \"prod\"\nsubnets = [\"subnet-1\", \"sg-1\", \"subnet-1\"]\nsecurity_groups = { stack = \"base\" }",
            "[network]\nmode = \"use\"\nvpc = 1\nsubnets = { name = \"\", stack = \"a b\" }\nsecurity_groups = [[]]",
            "[cluster]\nmode = \"use\"\ncluster = { name = \"main\" }",
            "[cluster]\nmode = \"use\"\ncluster = \"arn:aws:ecs:us-east-1:123456789012:cluster/main\"",
            "account_id = \"123456789012\"\n[cluster]\nmode = \"use\"\ncluster = \"arn:aws:ecs:us-west-2:210987654321:cluster/main\"",
            "[cluster]\nmode = \"use\"\ncluster = \"arn:aws:ecs:us-west-2:210987654321:service/main\"",
        ],
    );
}

#[test]
fn urls() {
    check(
        "urls",
        &[
            "[cloudreactor]\napi_base_url = \"http://cr.example.com\"",
            "[cloudreactor]\napi_base_url = \"https://me:hunter2@cr.example.com\"",
            "[cloudreactor]\napi_base_url = \"https://cr.example.com/api/v1\"\ndashboard_base_url = \"https://cr.example.com/?x\"",
            "[cloudreactor]\napi_base_url = \"cr.example.com\"\ndashboard_base_url = \"ftp://cr.example.com\"",
        ],
    );
}

#[test]
fn stacks() {
    check(
        "stacks",
        &[
            "[role]\nstack_name = \"CloudReactor-staging-network\"",
            "[role]\nstack_name = \"one\"\n[network]\nstack_name = \"one\"\n[cluster]\nstack_name = \"one\"",
        ],
    );
}

#[test]
fn tags() {
    let long = format!("[tags]\n{} = \"x\"\nlong = \"{}\"", "n".repeat(129), "v".repeat(257));
    check(
        "tags",
        &[
            "[tags]\n\"aws:x\" = \"1\"\n\"Groundwork:environment\" = \"2\"\n\"\" = \"3\"\n\"a*b\" = \"4\"\nc = \"five!\"",
            "[tags]\nTeam = \"a\"\nteam = \"b\"\nenvironment = \"c\"",
            &long,
        ],
    );
    let tags = |count: usize| (0..count).map(|n| format!("t{n} = \"x\"\n")).collect::<String>();
    spec(&file(&format!("{NEEDED}[tags]\n{}", tags(45))));
    let told = render(&problems(&file(&format!("{NEEDED}[tags]\n{}", tags(46)))));
    assert!(told.contains("46 tags are too many"), "{told}");
}

#[test]
fn policies() {
    check(
        "policies",
        &[
            "[policy.netwrok]\nprotect = true",
            "[policy]\nalow = []\nnetwork.protct = true",
            "[policy]\nprotect = true",
            "[policy.role]\nadopt = true",
            "[network]\nprotect = true\nallow = [\"replace\"]",
            "[cluster]\npolicy = { protect = true }",
            "[policy]\nallow = \"replace\"\ndeny = [\"destroy\", \"egress\", 1]\nnetwork = true",
            "[policy.network]\nprotect = \"yes\"\nallow = [\"delete\", \"delete\"]",
            "[policy]\nallow = [\"replace\", \"trust\"]\ndeny = [\"trust\", \"delete\", \"replace\"]",
            "[policy]\ndeny = [\"delete\"]\n[policy.role]\nallow = [\"create\", \"trust\"]\ndeny = [\"trust\"]",
        ],
    );
    let layers = Layers {
        sets: vec!["policy.deny=[\"replace\"]".to_owned(), "policy.network.protct=true".to_owned()],
        ..file(&format!("{NEEDED}[policy]\nallow = [\"replace\"]"))
    };
    insta::assert_snapshot!(render(&problems(&layers)), @r#"
    GW1208 spec.toml:6:10 `"replace"`  policy.allow[0]
        "replace" is both allowed and denied
        help: take it out of policy.allow, or out of policy.deny
    GW1003 --set policy.network.protct=true  policy.network.protct
        unknown key "protct" in [policy.network]
        help: did you mean "protect"?
    "#);
    // The stronger rule of another table is no contradiction, and neither is a protection.
    spec(&file(&format!(
        "{NEEDED}[policy]\nallow = [\"delete\"]\n[policy.role]\nprotect = true\nallow = [\"replace\"]\ndeny = [\"delete\"]"
    )));
}

#[test]
fn partitions() {
    let region =
        |region: &str, more: &str| format!("version = 1\n[environment]\nname = \"a\"\nregion = \"{region}\"\n{more}");
    let use_role = "[role]\nmode = \"use\"";
    let own = "[role]\nprincipal = \"arn:aws-cn:iam::123456789012:role/cloudreactor\"";
    let told: Vec<String> = ["us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1"]
        .map(|name| region(name, ""))
        .into_iter()
        .chain([region("us-west-2", own)])
        .map(|text| render(&problems(&file(&text))))
        .collect();
    insta::assert_snapshot!("partitions", told.join("\n"));
    spec(&file(&region("us-gov-west-1", use_role)));
    spec(&file(&region("cn-north-1", own)));
}

#[test]
fn what_is_missing() {
    let told = [
        Layers::default(),
        file(""),
        file("[environment]\nname = \"a\""),
        file("version = \"1\"\n[environment]\nregion = 1"),
        file("version = 2\nfuture = true\n[environment]\nname = \"a b\""),
    ]
    .map(|layers| render(&problems(&layers)));
    insta::assert_snapshot!("what_is_missing", told.join("\n=====\n"));
}

#[test]
fn syntax() {
    let told = [
        "version = 1\n[environment\nname = \"a\"",
        "version = 1\nversion = 1",
        "a = \"open\n",
        "[a]\nb = 1\n[a]\n",
        "api_key = \"hunter2\nversion = 1",
        "\u{feff}version = ",
    ]
    .map(|text| render(&problems(&file(text))));
    insta::assert_snapshot!("syntax", told.join("\n=====\n"));
}

#[test]
fn all_layers_are_named() {
    let layers = Layers {
        files: vec![
            SpecFile {
                path: "base.toml".to_owned(),
                text: "version = 1\n[network]\ncidr = \"x\"\nnat = \"y\"\n".to_owned(),
            },
            SpecFile { path: "staging.toml".to_owned(), text: "[network]\nnat = \"z\"\n".to_owned() },
        ],
        variables: vec![
            ("GROUNDWORK_NETWORK__MODE".to_owned(), "maybe".to_owned()),
            ("GROUNDWORK_ROLE__".to_owned(), String::new()),
            ("GROUNDWORK_LOG".to_owned(), "debug".to_owned()),
            ("GROUNDWORK_TAGS".to_owned(), "0.1.0".to_owned()),
        ],
        sets: vec!["environment.name=a b".to_owned(), "network.tasks-in=private".to_owned()],
    };
    insta::assert_snapshot!(render(&problems(&layers)));
}

#[test]
fn layers_that_cannot_be_read() {
    let layers = Layers {
        files: Vec::new(),
        variables: vec![
            ("GROUNDWORK___X".to_owned(), "1".to_owned()),
            ("GROUNDWORK_ROLE__".to_owned(), "1".to_owned()),
            (format!("GROUNDWORK_A{}", "__A".repeat(100)), "1".to_owned()),
        ],
        sets: ["network", "=1", "a b=1", &format!("a{}=1", ".a".repeat(70)), "cloudreactor.password hunter2"]
            .map(str::to_owned)
            .to_vec(),
    };
    insta::assert_snapshot!(render(&problems(&layers)));
}

#[test]
fn a_credential_in_the_spec_is_refused_and_never_shown() {
    let mut layers = file(&format!(
        "{NEEDED}[cloudreactor]\napi_key = \"hunter2\"\ntoken = [1, \"hunter2\"]\n[role]\nExternal_ID = 'hunter2'"
    ));
    layers.variables.push(("GROUNDWORK_CLOUDREACTOR__PASSWORD".to_owned(), "hunter2".to_owned()));
    layers.sets.push("cloudreactor.access_key=hunter2".to_owned());
    layers.sets.push("cloudreactor.api_base_url=https://me:hunter2@host".to_owned());
    let problems = problems(&layers);
    let told = render(&problems);
    assert!(!told.contains("hunter2"), "{told}");
    assert!(!format!("{problems:?}").contains("hunter2"), "not in the text to quote from either");
    insta::assert_snapshot!(told);
}

#[test]
fn a_credential_is_hidden_however_it_is_written() {
    for text in [
        "api_key = \"\"\"\nhunter2\n",
        "api_key = \"\"\"\nhunter2\"\"\" x\n",
        "token = [\n  \"hunter2\",\n  =\n]\n",
        "cloudreactor = { password =\n  'hunter2' x }\n",
        "cloudreactor = { api_base_url = \"https://me:hunter2@host\", token = 1 }\n",
        "cloudreactor = { api_base_url = \"https://a:b@c\", dashboard_base_url = \"https://me:hunter2@d\" }\n",
        "[cloudreactor]\napi_base_url = 'https:\\\\me:hunter2@host'\n",
        "[cloudreactor]\napi_base_url = \"https:me:hunter2@host\"\n",
        "[cloudreactor]\napi_base_url = \"HTTPS://me:hunter2@host\"\n",
    ] {
        let problems = problems(&file(text));
        assert!(!format!("{problems:?}").contains("hunter2"), "{text}\n{}", render(&problems));
    }
}

#[test]
fn no_depth_exhausts_the_stack() {
    for depth in [20, 70, 100, 100_000] {
        for text in [
            format!("a{} = 1", ".a".repeat(depth)),
            format!("[a{}]", ".a".repeat(depth)),
            format!("a = {}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("a = {}1{}", "{ a = ".repeat(depth), " }".repeat(depth)),
        ] {
            assert!(!problems(&file(&text)).is_empty());
            let argument = Layers { sets: vec![text], ..Layers::default() };
            assert!(!problems(&argument).is_empty());
        }
    }
}
